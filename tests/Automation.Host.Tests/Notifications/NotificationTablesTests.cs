using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.History;
using Automation.Host.Notifications;
using Automation.Host.Storage.Sql;
using Automation.Host.Tests.Storage;
using Automation.Notify;
using Automation.Notify.WebPush;
using Automation.TestKit;

namespace Automation.Host.Tests.Notifications;

public sealed class SqliteNotificationTablesTests : NotificationTablesTests
{
    private protected override Task<StoreHouse> HouseAsync() => Task.FromResult(StoreHouse.Sqlite());
}

public sealed class PostgresNotificationTablesTests(PostgresServer server) : NotificationTablesTests
{
    private protected override Task<StoreHouse> HouseAsync() => StoreHouse.PostgresAsync(server);
}

/// <summary>What is kept of notices, whatever database it is.</summary>
public abstract class NotificationTablesTests
{
    private static readonly DateTimeOffset At = StoreHouse.Noon;

    private static readonly NotificationLimits Limits = new() { TextLength = 20 };

    private protected abstract Task<StoreHouse> HouseAsync();

    [Fact, Trait("Req", "EXC-3")]
    public async Task Outputs_of_a_batch_are_kept_once_with_what_made_the_rule_fire()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        SiteOutput[] outputs =
        [
            new SiteOutput.FiredRule(new Firing(new CauseId("store", 7), At, "loud", "automation", Channel(1), "motionDetection", 1)),
            new SiteOutput.Notified(new NotificationRequest(new CauseId("store", 7), At, "loud", 2, Channel(1), new string('x', 30), ["portal", "email"], ["siteManager"])),
            Begins(8),
        ];
        for (int i = 0; i < 2; i++) await DoAsync(database, s => NotificationTables.Add(s, outputs, Limits));
        List<Notice> notices = await database.ReadAsync(s => NotificationTables.Changed(s, 10), default);
        Assert.Equal(["store-7.2", "store-8.watch.videoLoss.store-nvr-channel-1"], notices.Select(n => n.Id));
        Assert.Equal(("motionDetection", new string('x', 19) + "…", "store/nvr/channel/1"), (notices[0].Trigger, notices[0].Message, notices[0].Source.Value));
        Assert.Equal(["portal", "email"], notices[0].ReceivedBy);
        Assert.Equal("videoLoss", notices[1].Exception);
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task End_ends_what_is_active_and_is_seen_as_a_change()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        await DoAsync(database, s => NotificationTables.Add(s, [Begins(1)], Limits));
        Notice first = (await database.ReadAsync(s => NotificationTables.Changed(s, 10), default))[0];
        await DoAsync(database, s => NotificationTables.Seen(s, [first]));
        Assert.Empty(await database.ReadAsync(s => NotificationTables.Changed(s, 10), default));
        await DoAsync(database, s => NotificationTables.Add(s, [Ends(2)], Limits));
        Notice ended = Assert.Single(await database.ReadAsync(s => NotificationTables.Changed(s, 10), default));
        Assert.Equal((first.Id, At.AddMinutes(2), 2L), (ended.Id, ended.EndedAt!.Value, ended.Version));

        // The next begin is another notice, and its end leaves the first one alone.
        await DoAsync(database, s => NotificationTables.Add(s, [Begins(3), Ends(4)], Limits));
        List<Notice> both = await database.ReadAsync(s => NotificationTables.List(s, "", NoticeFilter.All, 0, 10), default);
        Assert.Equal([At.AddMinutes(4), At.AddMinutes(2)], both.Select(n => n.EndedAt!.Value));
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task Acknowledged_while_a_step_is_kept_stays_acknowledged_and_unseen()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        await DoAsync(database, s => NotificationTables.Add(s, [Begins(1)], Limits));
        Notice taken = (await database.ReadAsync(s => NotificationTables.Changed(s, 10), default))[0];
        Assert.True(await database.RunAsync(s => NotificationTables.Acknowledge(s, taken.Id, At.AddMinutes(1), "hub"), default));
        Assert.False(await database.RunAsync(s => NotificationTables.Acknowledge(s, taken.Id, At.AddMinutes(2), "other"), default));
        await DoAsync(database, s => NotificationTables.Save(s, new BookStep([taken with { Planned = true, Closed = true }], [], [])));
        Notice changed = Assert.Single(await database.ReadAsync(s => NotificationTables.Changed(s, 10), default));
        Assert.Equal((At.AddMinutes(1), "hub", true), (changed.AcknowledgedAt!.Value, changed.AcknowledgedBy, changed.Planned));
    }

    [Fact, Trait("Req", "EXC-6")]
    public async Task Acknowledged_in_the_exception_centre_or_here_it_is_in_both()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        var centre = new ExceptionCentre(database, house.Time);
        foreach (int minute in (int[])[1, 3])
        {
            SiteOutput.Exceptional begins = Begins(minute);
            await DoAsync(database, s =>
            {
                NotificationTables.Add(s, [begins, Ends(minute + 1)], Limits);
                ExceptionTable.Take(s, "store", begins.Value, "");
                ExceptionTable.Take(s, "store", Ends(minute + 1).Value, "");
            });
        }

        IReadOnlyList<ExceptionRecord> records = await centre.ReadAsync(new ExceptionFilter(), null, 10, default);
        Assert.True(await centre.AcknowledgeAsync(records[1].Id, "anna", "seen", default));
        List<Notice> notices = await database.ReadAsync(s => NotificationTables.List(s, "", NoticeFilter.All, 0, 10), default);
        Assert.Equal(["", "anna"], notices.Select(n => n.AcknowledgedBy));
        await DoAsync(database, s => ExceptionTable.AcknowledgeNotice(s, notices[0].Id, "ivo", At));
        Assert.Equal(["ivo", "anna"], (await centre.ReadAsync(new ExceptionFilter(), null, 10, default)).Select(r => r.Acknowledged!.By));
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task Deliveries_come_back_as_they_were_after_a_crash()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        await DoAsync(database, s => NotificationTables.Add(s, [Begins(1)], Limits));
        Notice notice = (await database.ReadAsync(s => NotificationTables.Changed(s, 10), default))[0];
        Delivery waiting = new(notice.Position, 0, "anna", Way.Mobile, "", 0, false, At);
        Delivery failed = new Delivery(notice.Position, 1, "anna", Way.Email, "anna@example.com", 2, true, At)
        {
            Message = "m", Attempts = 3, ExpiresAt = At.AddDays(1), Reason = DeliveryReason.RecipientRefused, Detail = "550 'nobody'; --",
        }.Finish(DeliveryState.Failed, At.AddMinutes(3));
        Delivery sending = waiting with { State = DeliveryState.Sending, NextAt = At.AddSeconds(30), Message = "n" };
        await DoAsync(database, s => NotificationTables.Save(s, new BookStep([notice with { Planned = true, ToldAt = At, Escalated = 1 }], [waiting, failed, sending], [])));
        database = await house.OpenAfterCrashAsync();
        Notice open = Assert.Single(await database.ReadAsync(NotificationTables.Open, default));
        Assert.Equal((At, 1, true), (open.ToldAt!.Value, open.Escalated, open.Planned));
        Assert.Equal([sending, failed], await database.ReadAsync(s => NotificationTables.Deliveries(s, notice.Position), default));
        Assert.Single(await database.ReadAsync(s => NotificationTables.List(s, "store", NoticeFilter.Failed, 0, 10), default));
        Assert.Empty(await database.ReadAsync(s => NotificationTables.List(s, "plant", NoticeFilter.Failed, 0, 10), default));
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task Prune_removes_what_is_closed_and_old_or_too_much_and_nothing_else()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        for (int i = 1; i <= 6; i++) await DoAsync(database, s => NotificationTables.Add(s, [Begins(i), Ends(i)], Limits));
        List<Notice> all = await database.ReadAsync(s => NotificationTables.Changed(s, 10), default);

        // The first stays open; the others are closed; the second is old.
        await DoAsync(database, s => NotificationTables.Save(s, new BookStep([.. all.Skip(1).Select(n => n with { Closed = true })], [.. all.Select(n => new Delivery(n.Position, 0, "a", Way.Mobile, "", 0, false, At))], [])));
        Assert.Equal(3, await database.RunAsync(s => NotificationTables.Prune(s, At.AddMinutes(2.5), 2), default));
        List<Notice> left = await database.ReadAsync(s => NotificationTables.List(s, "", NoticeFilter.All, 0, 10), default);
        Assert.Equal([6L, 5L, 1L], left.Select(n => n.Position - all[0].Position + 1));
        Assert.Equal(3L, await database.ReadAsync(s => s.Scalar("SELECT count(*) FROM deliveries"), default));
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task Browsers_are_kept_and_one_that_subscribes_again_is_one()
    {
        await using StoreHouse house = await HouseAsync();
        var subscriptions = new PushSubscriptions(await house.OpenAsync(), new NotificationLimits { Subscriptions = 2 }, house.Time);
        var target = new PushTarget("https://x/1", "p", "a");
        Assert.True(await subscriptions.AddAsync("anna", target, default));
        Assert.True(await subscriptions.AddAsync("anna", target with { Auth = "b" }, default));
        Assert.True(await subscriptions.AddAsync("ivo", target with { Endpoint = "https://x/2" }, default));
        Assert.False(await subscriptions.AddAsync("ivo", target with { Endpoint = "https://x/3" }, default));
        var again = new PushSubscriptions(await house.ReopenAsync(), new NotificationLimits(), house.Time);
        await again.LoadAsync(default);
        Assert.Equal(["https://x/1"], again.Of("anna"));
        Assert.Equal("b", again.Find("https://x/1")!.Auth);
        Assert.True(await again.RemoveAsync("https://x/1", default));
        Assert.False(await again.RemoveAsync("https://x/1", default));
        Assert.Null(again.Find("https://x/1"));
    }

    private static SiteOutput.Exceptional Begins(int minute) => Changed(minute, true);

    private static SiteOutput.Exceptional Ends(int minute) => Changed(minute, false);

    private static SiteOutput.Exceptional Changed(int minute, bool active) =>
        new(new ExceptionChange(new CauseId("store", minute), At.AddMinutes(minute), "watch", Channel(1), "videoLoss", active, ["portal", "email"], ["siteManager"]));

    private static ResourceAddress Channel(int number) => ResourceAddress.Parse($"store/nvr/channel/{number}");

    private static async Task DoAsync(SqlDatabase database, Action<SqlSession> work) => await database.RunAsync(
        s =>
        {
            work(s);
            return 0;
        },
        default);
}
