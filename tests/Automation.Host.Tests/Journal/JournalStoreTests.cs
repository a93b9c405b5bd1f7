using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Journal;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;
using Automation.Host.Tests.Storage;
using Automation.TestKit;
using static Automation.Host.Tests.Storage.StoreHouse;

namespace Automation.Host.Tests.Journal;

public sealed class SqliteJournalStoreTests : JournalStoreTests
{
    private protected override Task<StoreHouse> HouseAsync() => Task.FromResult(Sqlite());
}

public sealed class PostgresJournalStoreTests(PostgresServer server) : JournalStoreTests
{
    private protected override Task<StoreHouse> HouseAsync() => PostgresAsync(server);
}

/// <summary>What is promised of the journal's tables, whatever database is under them.</summary>
public abstract class JournalStoreTests
{
    private protected abstract Task<StoreHouse> HouseAsync();

    [Fact, Trait("Req", "ACT-10")]
    public async Task ACommit_IsThereAsAWhole_AfterACrash()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        var journal = new JournalStore(database);
        List<OutboxRow> added = await journal.CommitAsync(
            Commit(1, 3) with { Requests = [Request(2, 0), Request(3, 0)], Toggles = [new RuleSwitch(default, Noon, "a", false, "toggle")], RuleSet = ("f", [1, 2]) }, CancellationToken.None);
        Assert.Equal(["store-2.0", "store-3.0"], added.Select(r => r.Request.Id));
        IHostStore store = house.Store(database);
        await store.FinishAsync(added[0], ActionOutcome.Done("1 ok"), 1, Noon, CancellationToken.None);
        Assert.Equal(["store-2.0"], (await store.ReadUntoldAsync(CancellationToken.None)).Select(r => r.Request.Id));
        await journal.CommitAsync(Commit(4, 4) with { Ended = ["store-2.0"] }, CancellationToken.None);

        SqlDatabase after = await house.OpenAfterCrashAsync();
        journal = new JournalStore(after);
        store = house.Store(after);
        Assert.Equal([(1, 3), (4, 4)], (await RowsAsync(journal)).Select(r => (r.First, r.Last)));
        Assert.Equal(4, await journal.LastAsync("store", CancellationToken.None));
        Assert.False((await store.ReadTogglesAsync(CancellationToken.None))["a"]);
        Assert.Equal(["store-3.0"], (await store.ReadOpenAsync(CancellationToken.None)).Select(r => r.Request.Id));
        Assert.Empty(await store.ReadUntoldAsync(CancellationToken.None));
        Assert.Equal([1, 2], await journal.RulesAsync("store", "f", CancellationToken.None));
        Assert.Equal((OutboxState.Done, "1 ok"), (await store.FindAsync("store-2.0", CancellationToken.None)) is { } row ? (row.State, row.Outcome!.DeviceStatus) : default);
        Assert.Null(await store.FindAsync("store-99.0", CancellationToken.None));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task APartOfACommitThatIsRefused_IsLeftOutWhole_AndNeverHoldsUpTheSite()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        var refused = new List<StorageException>();
        var journal = new JournalStore(database, [new BrokenPart()]) { PartsRefused = refused.Add };
        await journal.CommitAsync(Commit(1, 3) with { Requests = [Request(2, 0)] }, CancellationToken.None);
        Assert.Single(await RowsAsync(journal));
        Assert.Single(await house.Store(database).ReadOpenAsync(CancellationToken.None));
        Assert.Single(refused);
    }

    [Fact]
    public async Task Prune_RemovesWhatIsTooOld_FromOneSnapshotToTheNext()
    {
        await using StoreHouse house = await HouseAsync();
        var journal = new JournalStore(await house.OpenAsync());
        var limits = new JournalLimits { KeptFor = TimeSpan.FromDays(2), SnapshotEvery = TimeSpan.FromHours(6), NewestSnapshots = 2 };
        for (int i = 1; i <= 40; i++)
        {
            DateTimeOffset at = Noon.AddHours(2 * i);
            await journal.CommitAsync(Commit(10 * i, (10 * i) + 9, at) with { RuleSet = ($"f{i}", [1]) }, CancellationToken.None);
            await journal.SaveSnapshotAsync("store", new SiteSnapshot((10 * i) + 9, at, $"f{i}", new byte[] { (byte)i }), 1000, CancellationToken.None);
        }

        await journal.CommitAsync(new SiteCommit { Site = "plant", Row = Row(1, 5, Noon) }, CancellationToken.None);
        DateTimeOffset now = Noon.AddHours(80);
        Assert.Equal(16, await journal.PruneAsync("store", limits, now, CancellationToken.None));

        // Two days are 48 hours: the snapshot at hour 32 is the youngest that is at least as old.
        List<SnapshotPlace> left = await journal.SnapshotsAsync("store", CancellationToken.None);
        Assert.Equal([80, 78, 76, 70, 64, 58, 52, 46, 40, 34, 32], left.Select(s => (int)(s.At - Noon).TotalHours));
        Assert.Equal(170, (await RowsAsync(journal))[0].First);

        // The journal of snapshots that were thinned out is counted by the next one; what is gone is not counted.
        Assert.Equal(24_000, left.Sum(s => s.JournalBytes));
        Assert.Null(await journal.RulesAsync("store", "f3", CancellationToken.None));
        Assert.NotNull(await journal.RulesAsync("store", "f40", CancellationToken.None));
        byte[]? oldest = await journal.SnapshotBytesAsync("store", left[^1].Sequence, CancellationToken.None);
        Assert.Equal(16, Assert.Single(oldest!));
        Assert.Equal(["plant", "store"], (await journal.SitesAsync(CancellationToken.None)).Order());
        Assert.Equal(0, await journal.PruneAsync("store", limits, now, CancellationToken.None));
    }

    private static async Task<List<(long First, long Last, byte[] Bytes)>> RowsAsync(JournalStore journal)
    {
        var rows = new List<(long, long, byte[])>();
        await foreach ((long First, long Last, byte[] Bytes) row in journal.ReadAsync("store", 0, CancellationToken.None)) rows.Add(row);
        return rows;
    }

    private static SiteCommit Commit(long first, long last, DateTimeOffset? at = null) => new() { Site = "store", Row = Row(first, last, at ?? Noon) };

    private static JournalRow Row(long first, long last, DateTimeOffset at) => new(first, last, at, new byte[] { 1, 2, 3 });

    private sealed class BrokenPart : ISiteCommitPart
    {
        public void Write(SqlSession session, SiteCommit commit) => session.Execute("INSERT INTO no_such_table VALUES (1)");
    }
}
