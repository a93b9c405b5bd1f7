using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.History;
using Automation.Host.Storage.Sql;
using Automation.Host.Tests.Storage;
using Automation.TestKit;
using static Automation.Host.Tests.Storage.StoreHouse;

namespace Automation.Host.Tests.History;

public sealed class SqliteHistoryTests : HistoryTests
{
    private protected override Task<StoreHouse> HouseAsync() => Task.FromResult(Sqlite());
}

public sealed class PostgresHistoryTests(PostgresServer server) : HistoryTests
{
    private protected override Task<StoreHouse> HouseAsync() => PostgresAsync(server);
}

/// <summary>What happened is found again, by whatever it is looked for.</summary>
public abstract class HistoryTests
{
    private const string Zone = "store/panel/zone/3";

    private protected abstract Task<StoreHouse> HouseAsync();

    [Fact]
    public async Task What_a_site_gave_out_is_found_by_site_device_type_rule_cause_and_time()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        var history = new HistoryStore(database);
        await WriteAsync(database, "store", 5, Event(5, Zone, "zoneAlarm", Noon), Firing(5, "after-hours", Zone, Noon), State(5, "store/panel/area/1", ("alarm", true), ("temperature", 21.5)));
        await WriteAsync(database, "store", 7, Event(7, "store/nvr/channel/1", "motionDetection", Noon.AddHours(3)), Firing(7, "loitering", "store/nvr/channel/1", Noon.AddHours(3)), Exception(7, "store/nvr", "hddFull", true, Noon.AddHours(3)));
        await WriteAsync(database, "plant", 2, Event(2, "plant/thermal-1/channel/2", "temperatureAlarm", Noon.AddHours(1)));

        Assert.Equal(["store Exception hddFull", "store Firing linkage", "store Event motionDetection", "plant Event temperatureAlarm", "store State alarm", "store Firing linkage", "store Event zoneAlarm"], await FindAsync(history, new HistoryFilter()));
        Assert.Equal(["plant Event temperatureAlarm"], await FindAsync(history, new HistoryFilter { Sites = ["plant"] }));
        Assert.Equal(["store State alarm", "store Firing linkage", "store Event zoneAlarm"], await FindAsync(history, new HistoryFilter { Resource = ResourceAddress.Parse("store/panel") }));
        Assert.Equal(["store Firing linkage", "store Event zoneAlarm"], await FindAsync(history, new HistoryFilter { Resource = ResourceAddress.Parse(Zone) }));
        Assert.Equal(["store Event motionDetection"], await FindAsync(history, new HistoryFilter { Type = "motionDetection" }));
        Assert.Equal(["store Firing linkage"], await FindAsync(history, new HistoryFilter { Rule = "after-hours" }));
        Assert.Equal(["store Firing linkage", "store Firing linkage"], await FindAsync(history, new HistoryFilter { Kinds = [HistoryKind.Firing] }));
        Assert.Equal(["store Exception hddFull", "store Firing linkage", "store Firing linkage"], await FindAsync(history, new HistoryFilter { Kinds = [HistoryKind.Firing, HistoryKind.Exception] }));
        Assert.Equal(["store Firing linkage"], await FindAsync(history, new HistoryFilter { Kinds = [HistoryKind.Firing], Resource = ResourceAddress.Parse("store/panel"), Rule = "after-hours" }));
        Assert.Equal(["plant Event temperatureAlarm"], await FindAsync(history, new HistoryFilter { From = Noon.AddMinutes(1), Until = Noon.AddHours(3) }));
        Assert.Equal(["store State alarm", "store Firing linkage", "store Event zoneAlarm"], await FindAsync(history, new HistoryFilter { Sites = ["store"], Cause = 5 }));
        Assert.Empty(await FindAsync(history, new HistoryFilter { Sites = ["plant"], Resource = ResourceAddress.Parse(Zone) }));

        HistoryRow firing = (await history.ReadAsync(new HistoryFilter { Rule = "after-hours" }, null, 10, default)).Rows[0];
        Assert.Equal((Noon, Zone, "store-5"), (firing.At, firing.Resource.Value, firing.Cause.ToString()));
        Assert.Equal("""{"trigger":"zoneAlarm","number":1}""", firing.Detail);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repetition_over_sites_and_equal_instants()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        var history = new HistoryStore(database);
        for (int commit = 1; commit <= 20; commit++)
        {
            DateTimeOffset at = Noon.AddMinutes(commit / 4 * 25);
            await WriteAsync(database, commit % 3 == 0 ? "plant" : "store", commit, [.. Enumerable.Range(0, 5).Select(i => Event(commit, commit % 3 == 0 ? "plant/a/channel/1" : Zone, $"t{commit}.{i}", at))]);
        }

        List<string> whole = await FindAsync(history, new HistoryFilter());
        Assert.Equal(100, whole.Distinct().Count());
        var paged = new List<string>();
        HistoryCursor? next = null;
        do
        {
            HistoryPage page = await history.ReadAsync(new HistoryFilter(), next, 7, default);
            paged.AddRange(page.Rows.Select(Text));
            Assert.True(page.Next is null || HistoryCursor.TryParse(page.Next.ToString(), out _));
            next = page.Next is { } cursor && HistoryCursor.TryParse(cursor.ToString(), out HistoryCursor? read) ? read : null;
        }
        while (next is not null);
        Assert.Equal(whole, paged);
        Assert.Equal(100, await history.StreamAsync(new HistoryFilter(), default).CountAsync());
    }

    [Fact]
    public async Task The_same_commit_written_again_doubles_nothing()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        SiteOutput[] outputs = [Event(5, Zone, "zoneAlarm", Noon), Firing(5, "r", Zone, Noon)];
        await WriteAsync(database, "store", 5, outputs);
        (long Rows, long Bytes) before = await database.ReadAsync(HistoryTable.Size, default);
        await WriteAsync(database, "store", 5, outputs);
        Assert.Equal(2, (await FindAsync(new HistoryStore(database), new HistoryFilter())).Count);
        Assert.Equal(before, await database.ReadAsync(HistoryTable.Size, default));
    }

    [Fact]
    public async Task A_storm_in_one_commit_loses_detail_never_what_rules_did()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        var recorder = new HistoryRecorder(new HistoryLimits { RowsOfACommit = 10 });
        SiteOutput[] outputs = [.. Enumerable.Range(0, 50).Select(i => Event(1, Zone, "zoneAlarm", Noon)), Firing(1, "r", Zone, Noon)];
        await database.RunAsync(s => Write(s, recorder, "store", 1, outputs), default);
        Assert.Equal(11, (await FindAsync(new HistoryStore(database), new HistoryFilter())).Count);
        Assert.Single(await FindAsync(new HistoryStore(database), new HistoryFilter { Rule = "r" }));
        Assert.Equal(40, recorder.LeftOut);
    }

    [Fact, Trait("Req", "TMP-4")]
    public async Task Numbers_are_kept_by_minute_and_made_coarser_on_demand()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        ResourceAddress area = ResourceAddress.Parse("store/panel/area/1");
        for (int i = 0; i < 10; i++) await WriteAsync(database, "store", i + 1, State(i + 1, area.Value, Noon.AddSeconds(i * 20), ("temperature", 20 + i % 4), ("battery", 90)));
        var history = new HistoryStore(database);

        IReadOnlyList<Sample> samples = await history.SamplesAsync(area, "temperature", Noon, Noon.AddMinutes(4), TimeSpan.FromMinutes(1), default);
        Assert.Equal([(Noon, 20, 22, 22, 3L), (Noon.AddMinutes(1), 20, 23, 21, 3L), (Noon.AddMinutes(2), 20, 23, 20, 3L), (Noon.AddMinutes(3), 21, 21, 21, 1L)], samples.Select(x => (x.Minute, x.Low, x.High, x.Last, x.Changes)));
        Sample hour = Assert.Single(await history.SamplesAsync(area, "temperature", Noon, Noon.AddHours(1), TimeSpan.FromHours(1), default));
        Assert.Equal((Noon, 20, 23, 21, 10L), (hour.Minute, hour.Low, hour.High, hour.Last, hour.Changes));
        Assert.Equal(["battery", "temperature"], (await history.SamplesAsync(area, null, Noon, Noon.AddMinutes(1), TimeSpan.Zero, default)).Select(x => x.Property));
        Assert.Empty(await FindAsync(history, new HistoryFilter { Kinds = [HistoryKind.State] }));
    }

    [Fact]
    public async Task Prune_RemovesTheOldestHours_ByAgeAndBySize_AndNothingElse()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        var store = new HistoryStore(database);
        for (int hour = 0; hour < 10; hour++) await WriteAsync(database, hour % 2 == 0 ? "store" : "plant", hour + 1, Event(hour + 1, hour % 2 == 0 ? Zone : "plant/a/channel/1", $"h{hour}", Noon.AddHours(hour)), State(hour + 1, Zone, Noon.AddHours(hour), ("temperature", 20)));
        var limits = new HistoryLimits { KeptFor = TimeSpan.FromHours(6), SamplesKeptFor = TimeSpan.FromHours(2) };
        // Nine and a half hours in, three hours of rows are older than six and eight samples older than two.
        Assert.Equal(3 + 8, await store.PruneAsync(limits, Noon.AddHours(9.5), default));
        Assert.Equal(["h9", "h8", "h7", "h6", "h5", "h4", "h3"], (await FindAsync(store, new HistoryFilter())).Select(t => t.Split(' ')[2]));
        Assert.Equal(2, (await store.SamplesAsync(ResourceAddress.Parse(Zone), "temperature", Noon, Noon.AddDays(1), TimeSpan.Zero, default)).Count);

        (long rows, long bytes) = await database.ReadAsync(HistoryTable.Size, default);
        Assert.Equal(7, rows);
        Assert.Equal(4, await store.PruneAsync(limits with { KeptBytes = bytes / 7 * 7 / 2 }, Noon.AddHours(9.5), default));
        Assert.Equal(["h9", "h8", "h7"], (await FindAsync(store, new HistoryFilter())).Select(t => t.Split(' ')[2]));
        Assert.Equal(0, await store.PruneAsync(limits, Noon.AddHours(9.5), default));
    }

    internal static SiteOutput Event(long sequence, string resource, string type, DateTimeOffset at) =>
        new SiteOutput.Occurred(new EngineEvent(new CauseId(Site(resource), sequence), at, ResourceAddress.Parse(resource), type, EventPhase.Begin, 1, DataObject.Of(("area", 1)), false));

    internal static SiteOutput Firing(long sequence, string rule, string source, DateTimeOffset at) =>
        new SiteOutput.FiredRule(new Firing(new CauseId(Site(source), sequence), at, rule, "linkage", ResourceAddress.Parse(source), "zoneAlarm", 1));

    internal static SiteOutput Exception(long sequence, string source, string type, bool active, DateTimeOffset at) =>
        new SiteOutput.Exceptional(new ExceptionChange(new CauseId(Site(source), sequence), at, "watch", ResourceAddress.Parse(source), type, active, ["portal", "email"], ["siteManager"]));

    internal static SiteOutput State(long sequence, string resource, params (string, DataValue)[] changed) => State(sequence, resource, Noon, changed);

    internal static SiteOutput State(long sequence, string resource, DateTimeOffset at, params (string, DataValue)[] changed) =>
        new SiteOutput.Changed(new StateChange(new CauseId(Site(resource), sequence), at, ResourceAddress.Parse(resource), DataObject.Of(changed), DataObject.Of(changed), false));

    internal static async Task WriteAsync(SqlDatabase database, string site, long sequence, params SiteOutput[] outputs)
    {
        var recorder = new HistoryRecorder(HistoryLimits.Default);
        await database.RunAsync(s => Write(s, recorder, site, sequence, outputs), default);
    }

    private static int Write(SqlSession session, HistoryRecorder recorder, string site, long sequence, SiteOutput[] outputs)
    {
        recorder.Write(session, site, sequence, Noon, outputs);
        return 0;
    }

    private static string Site(string address) => ResourceAddress.Parse(address).Site;

    private static async Task<List<string>> FindAsync(HistoryStore history, HistoryFilter filter) => [.. (await history.ReadAsync(filter, null, 1000, default)).Rows.Select(Text)];

    private static string Text(HistoryRow row) => $"{row.Cause.Site} {row.Kind} {row.Type}";
}
