using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.History;
using Automation.Host.Storage.Sql;
using Automation.Host.Tests.Storage;
using Automation.TestKit;
using static Automation.Host.Tests.Storage.StoreHouse;

namespace Automation.Host.Tests.History;

public sealed class SqliteExceptionCentreTests : ExceptionCentreTests
{
    private protected override Task<StoreHouse> HouseAsync() => Task.FromResult(Sqlite());
}

public sealed class PostgresExceptionCentreTests(PostgresServer server) : ExceptionCentreTests
{
    private protected override Task<StoreHouse> HouseAsync() => PostgresAsync(server);
}

public abstract class ExceptionCentreTests
{
    private static readonly ResourceAddress Recorder = ResourceAddress.Parse("store/nvr");
    private static readonly ResourceAddress Channel = ResourceAddress.Parse("store/nvr/channel/2");

    private protected abstract Task<StoreHouse> HouseAsync();

    [Fact, Trait("Req", "EXC-6")]
    public async Task An_exception_lasts_from_its_begin_to_its_end_and_is_one()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        var centre = new ExceptionCentre(database, house.Time);
        await TakeAsync(database, 1, Recorder, "hddFull", true, Noon);
        await TakeAsync(database, 1, Recorder, "hddFull", true, Noon);
        await TakeAsync(database, 2, Channel, "videoLoss", true, Noon.AddMinutes(1));
        await TakeAsync(database, 3, Recorder, "hddFull", false, Noon.AddMinutes(5));
        await TakeAsync(database, 4, Recorder, "hddFull", false, Noon.AddMinutes(6));
        await TakeAsync(database, 5, Recorder, "hddFull", true, Noon.AddMinutes(7));

        IReadOnlyList<ExceptionRecord> all = await centre.ReadAsync(new ExceptionFilter(), null, 100, default);
        Assert.Equal([("hddFull", 7, -1), ("videoLoss", 1, -1), ("hddFull", 0, 5)], all.Select(x => (x.Type, Minutes(x.Began), x.Ended is { } end ? Minutes(end) : -1)));
        Assert.Equal((Channel, "watch", "store-2", "what people read"), (all[1].Source, all[1].Rule, all[1].Cause.ToString(), all[1].Message));
        Assert.Equal(["portal", "email"], all[1].ReceivedBy);
        Assert.Equal(["siteManager"], all[1].Recipients);
    }

    [Fact, Trait("Req", "EXC-6")]
    public async Task Read_FindsBySiteDeviceChannelTimeTypeAndState()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        var centre = new ExceptionCentre(database, house.Time);
        await TakeAsync(database, 1, Recorder, "hddFull", true, Noon);
        await TakeAsync(database, 2, Recorder, "hddFull", false, Noon.AddHours(1));
        await TakeAsync(database, 3, Channel, "videoLoss", true, Noon.AddHours(2));
        await TakeAsync(database, 4, ResourceAddress.Parse("store/panel"), "acLoss", true, Noon.AddHours(3));
        await TakeAsync(database, 1, ResourceAddress.Parse("plant/nvr"), "offline", true, Noon.AddHours(4));

        Assert.Equal("offline acLoss videoLoss hddFull", await FindAsync(centre, new ExceptionFilter()));
        Assert.Equal("offline", await FindAsync(centre, new ExceptionFilter { Sites = ["plant"] }));
        Assert.Equal("videoLoss hddFull", await FindAsync(centre, new ExceptionFilter { Source = Recorder }));
        Assert.Equal("videoLoss", await FindAsync(centre, new ExceptionFilter { Source = Channel }));
        Assert.Equal("acLoss hddFull", await FindAsync(centre, new ExceptionFilter { Types = ["acLoss", "hddFull"] }));
        Assert.Equal("offline acLoss videoLoss", await FindAsync(centre, new ExceptionFilter { From = Noon.AddHours(1.5) }));
        Assert.Equal("videoLoss hddFull", await FindAsync(centre, new ExceptionFilter { From = Noon.AddHours(1), Until = Noon.AddHours(3) }));
        Assert.Equal("hddFull", await FindAsync(centre, new ExceptionFilter { Lasting = false }));
        Assert.Equal("offline acLoss videoLoss", await FindAsync(centre, new ExceptionFilter { Lasting = true }));
        Assert.Equal(2, (await centre.ReadAsync(new ExceptionFilter(), null, 2, default)).Count);
        long third = (await centre.ReadAsync(new ExceptionFilter(), null, 2, default))[1].Id;
        Assert.Equal(["videoLoss", "hddFull"], (await centre.ReadAsync(new ExceptionFilter(), third, 100, default)).Select(x => x.Type));
        Assert.Equal([("acLoss", 1L), ("hddFull", 1L), ("videoLoss", 1L)], (await centre.CountAsync(new ExceptionFilter { Sites = ["store"] }, default)).OrderBy(c => c.Key).Select(c => (c.Key, c.Value)));
    }

    [Fact, Trait("Req", "EXC-6")]
    public async Task Acknowledge_IsKept_OfWhoCameFirst()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        var centre = new ExceptionCentre(database, house.Time);
        int told = 0;
        centre.Changed += () => told++;
        await TakeAsync(database, 1, Recorder, "hddFull", true, Noon);
        long id = (await centre.ReadAsync(new ExceptionFilter(), null, 1, default))[0].Id;
        Assert.True(await centre.AcknowledgeAsync(id, "anna", "disk ordered", default));
        Assert.False(await centre.AcknowledgeAsync(id, "ben", "", default));
        Assert.False(await centre.AcknowledgeAsync(id + 1000, "ben", "", default));
        ExceptionRecord found = Assert.Single(await centre.ReadAsync(new ExceptionFilter { Acknowledged = true }, null, 10, default));
        Assert.Equal(new ExceptionAcknowledgement(house.Time.GetUtcNow(), "anna", "disk ordered"), found.Acknowledged);
        Assert.Empty(await centre.ReadAsync(new ExceptionFilter { Acknowledged = false }, null, 10, default));
        Assert.Equal(1, told);
    }

    [Fact, Trait("Req", "EXC-6")]
    public async Task What_no_rule_asked_for_is_reported_as_lasting_or_as_an_instant()
    {
        await using StoreHouse house = await HouseAsync();
        var centre = new ExceptionCentre(await house.OpenAsync(), house.Time);
        await centre.ReportAsync("store", Recorder, "deviceOffline", true, "no answer", null, default);
        await centre.ReportAsync("store", Recorder, "deviceOffline", true, "still none", null, default);
        await centre.ReportAsync("store", Channel, "actionFailed", null, "record was not done", new CauseId("store", 9), default);
        await centre.ReportAsync("store", default, "storageFailed", true, "disk full", null, default);
        house.Time.Advance(TimeSpan.FromMinutes(2));
        await centre.ReportAsync("store", Recorder, "deviceOffline", false, "it is back", null, default);

        IReadOnlyList<ExceptionRecord> all = await centre.ReadAsync(new ExceptionFilter(), null, 100, default);
        Assert.Equal([("storageFailed", (TimeSpan?)null), ("actionFailed", TimeSpan.Zero), ("deviceOffline", TimeSpan.FromMinutes(2))], all.Select(x => (x.Type, x.Ended - x.Began)));
        Assert.Equal(("no answer", (string?)null, true), (all[2].Message, all[2].Rule, all[0].Source.IsEmpty));
    }

    [Fact, Trait("Req", "EXC-6")]
    public async Task Stream_GivesMoreThanAPage_InOrder()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        await database.RunAsync(
            s =>
            {
                for (int i = 0; i < 2500; i++) ExceptionTable.Begin(s, new ExceptionRecord { Id = 0, Site = "store", Source = Recorder, Type = "t" + i, Began = Noon.AddSeconds(i), Ended = Noon.AddSeconds(i) });
                return 0;
            },
            default);
        Assert.Equal(Enumerable.Range(0, 2500).Reverse().Select(i => "t" + i), await new ExceptionCentre(database, house.Time).StreamAsync(new ExceptionFilter(), default).Select(x => x.Type).ToListAsync());
        Assert.Equal(1000, await database.RunAsync(s => ExceptionTable.Keep(s, 1500, 5000), default));
        Assert.Equal(500, await database.RunAsync(s => ExceptionTable.Drop(s, Noon.AddSeconds(1500), 5000), default));
    }

    private static Task<int> TakeAsync(SqlDatabase database, long sequence, ResourceAddress source, string type, bool active, DateTimeOffset at) => database.RunAsync(
        s =>
        {
            ExceptionTable.Take(s, source.Site, ((SiteOutput.Exceptional)HistoryTests.Exception(sequence, source.Value, type, active, at)).Value, "what people read");
            return 0;
        },
        default).AsTask();

    private static async Task<string> FindAsync(ExceptionCentre centre, ExceptionFilter filter) => string.Join(' ', (await centre.ReadAsync(filter, null, 100, default)).Select(x => x.Type));

    private static int Minutes(DateTimeOffset at) => (int)(at - Noon).TotalMinutes;
}
