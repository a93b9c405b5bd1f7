using Automation.Core.Model;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;
using Automation.TestKit;
using static Automation.Host.Tests.Storage.StoreHouse;

namespace Automation.Host.Tests.Storage;

public sealed class SqliteHostStoreTests : HostStoreTests
{
    private protected override Task<StoreHouse> HouseAsync() => Task.FromResult(Sqlite());
}

public sealed class PostgresHostStoreTests(PostgresServer server) : HostStoreTests
{
    private protected override Task<StoreHouse> HouseAsync() => PostgresAsync(server);

    [Fact, Trait("Req", "ACT-10")]
    public async Task Open_WhatAnotherHolds_IsRefused_AndFreeAgainWhenItCloses()
    {
        await using StoreHouse house = await HouseAsync();
        await house.OpenAsync();
        StorageException e = await Assert.ThrowsAsync<StorageException>(() => SqlDatabase.OpenAsync(house.Source(), StorageParts.All, new SqlLimits(), default));
        Assert.Equal(StorageReason.InUse, e.Reason);
        Assert.Contains("in use by another process", e.Message, StringComparison.Ordinal);
        await house.ReopenAsync();
    }
}

/// <summary>What is promised of the store, whatever database is under it.</summary>
public abstract class HostStoreTests
{
    private protected abstract Task<StoreHouse> HouseAsync();

    [Fact, Trait("Req", "ACT-10")]
    public async Task Everything_saved_is_there_after_closing_and_opening()
    {
        await using StoreHouse house = await HouseAsync();
        IHostStore store = await house.OpenStoreAsync();
        await store.SaveToggleAsync("a", false, default);
        await store.SaveToggleAsync("b", true, default);
        await store.SaveToggleAsync("a", true, default);

        IHostStore again = house.Store(await house.ReopenAsync());
        Assert.Equal([("a", true), ("b", true)], (await again.ReadTogglesAsync(default)).OrderBy(t => t.Key).Select(t => (t.Key, t.Value)));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task Requests_that_were_acknowledged_survive_a_crash_without_closing()
    {
        await using StoreHouse house = await HouseAsync();
        IHostStore store = await house.OpenStoreAsync();
        DataObject awkward = DataObject.Of(("mode", "a\"w'a\u0000y\n\u00e4\ud83d\udc32"), ("n", -1.5e-300), ("b", true), ("none", DataValue.Null), ("", 1));
        ActionRequest request = Request(1, 0) with { Parameters = awkward, At = Noon.ToOffset(TimeSpan.FromHours(5)) };
        IReadOnlyList<OutboxRow> added = await store.AddRequestsAsync([request, Request(1, 1)], default);
        await store.SetStateAsync(added[1], OutboxState.Sent, 3, default);

        IHostStore afterCrash = house.Store(await house.OpenAfterCrashAsync());
        IReadOnlyList<OutboxRow> open = await afterCrash.ReadOpenAsync(default);
        Assert.Equal(request, open[0].Request);
        Assert.Equal((OutboxState.Pending, 0), (open[0].State, open[0].Attempts));
        Assert.Equal((OutboxState.Sent, 3, "store-1.1"), (open[1].State, open[1].Attempts, open[1].Request.Id));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task AddRequests_KnownIds_AreNotAddedAgain()
    {
        await using StoreHouse house = await HouseAsync();
        IHostStore store = await house.OpenStoreAsync();
        IReadOnlyList<OutboxRow> first = await store.AddRequestsAsync([Request(1, 0), Request(1, 1), Request(1, 0)], default);
        await store.FinishAsync(first[0], ActionOutcome.Done("1 OK"), 1, Noon, default);
        IReadOnlyList<OutboxRow> second = await store.AddRequestsAsync([Request(1, 0), Request(1, 1), Request(2, 0)], default);

        Assert.Equal(["store-1.0", "store-1.1"], first.Select(r => r.Request.Id));
        Assert.Equal(["store-2.0"], second.Select(r => r.Request.Id));
        Assert.Equal(["store-1.1", "store-2.0"], (await store.ReadOpenAsync(default)).Select(r => r.Request.Id));
    }

    [Fact]
    public async Task Finish_IsFinal_AndReadBack()
    {
        await using StoreHouse house = await HouseAsync();
        IHostStore store = await house.OpenStoreAsync();
        IReadOnlyList<OutboxRow> rows = await store.AddRequestsAsync([Request(1, 0), Request(1, 1)], default);
        await store.FinishAsync(rows[0], ActionOutcome.Failed(ActionReason.Refused, false, "4 invalidOperation"), 2, Noon, default);
        await store.FinishAsync(rows[0], ActionOutcome.Done(), 9, Noon, default);
        await store.SetStateAsync(rows[0], OutboxState.Pending, 0, default);
        await store.FinishAsync(rows[1], ActionOutcome.Failed(ActionReason.Expired, false), 0, Noon.AddSeconds(1), default);

        IReadOnlyList<OutboxRow> finished = await store.ReadFinishedAsync(10, default);
        Assert.Equal(["store-1.1", "store-1.0"], finished.Select(r => r.Request.Id));
        Assert.Equal((OutboxState.Expired, Noon.AddSeconds(1)), (finished[0].State, finished[0].FinishedAt));
        Assert.Equal((OutboxState.Failed, 2, ActionOutcome.Failed(ActionReason.Refused, false, "4 invalidOperation")), (finished[1].State, finished[1].Attempts, finished[1].Outcome));
        Assert.Single(await store.ReadFinishedAsync(1, default));
    }

    [Fact]
    public async Task Prune_KeepsTheNewestAndTheYoung_AndWhatIsOpen()
    {
        await using StoreHouse house = await HouseAsync();
        IHostStore store = await house.OpenStoreAsync();
        IReadOnlyList<OutboxRow> rows = await store.AddRequestsAsync([.. Enumerable.Range(0, 20).Select(i => Request(1, i))], default);
        for (int i = 0; i < 19; i++) await store.FinishAsync(rows[i], ActionOutcome.Done(), 1, Noon.AddHours(i), default);
        await store.PruneAsync(Noon.AddHours(3), 10, default);

        Assert.Equal(Enumerable.Range(9, 10).Reverse().Select(i => $"store-1.{i}"), (await store.ReadFinishedAsync(100, default)).Select(r => r.Request.Id));
        Assert.Single(await store.ReadOpenAsync(default));
        await store.PruneAsync(Noon.AddHours(18), 10, default);
        Assert.Single(await store.ReadFinishedAsync(100, default));
    }

    [Fact]
    public async Task Open_ADatabaseOfANewerProgram_IsRefused()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        await database.RunAsync(s => s.Execute("UPDATE schema_versions SET version = 1000 WHERE part = 'host'"), default);
        StorageException e = await Assert.ThrowsAsync<StorageException>(house.ReopenAsync);
        Assert.Contains("newer version", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_ADatabaseWithAPartThatThisProgramDoesNotKnow_IsRefused()
    {
        await using StoreHouse house = await HouseAsync();
        await house.OpenAsync();
        house.Parts = [];
        StorageException e = await Assert.ThrowsAsync<StorageException>(house.ReopenAsync);
        Assert.Contains("'host'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_AnOlderDatabase_IsMigrated_AllOrNothing()
    {
        await using StoreHouse house = await HouseAsync();
        house.Parts = [new SqlPart("a", "CREATE TABLE a (n BIGINT NOT NULL); INSERT INTO a VALUES (1)")];
        await house.OpenAsync();
        house.Parts = [.. house.Parts, new SqlPart("b", "CREATE TABLE b (n BIGINT NOT NULL)", "INSERT INTO b VALUES (1); INSERT INTO nowhere VALUES (1)")];
        await Assert.ThrowsAsync<StorageException>(house.ReopenAsync);
        house.Parts = [new SqlPart("a", house.Parts[0].Versions[0], "INSERT INTO a VALUES (2)"), new SqlPart("b", "CREATE TABLE b (n BIGINT NOT NULL)")];
        SqlDatabase database = await house.ReopenAsync();
        Assert.Equal([1L, 2L], await database.ReadAsync(s => s.Query("SELECT n FROM a ORDER BY n", r => r.GetInt64(0)), default));
        Assert.Equal(0L, await database.ReadAsync(s => s.Scalar("SELECT count(*) FROM b"), default));
    }

    [Fact]
    public async Task A_row_that_somebody_broke_does_not_hide_the_others()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        IHostStore store = house.Store(database);
        await store.AddRequestsAsync([Request(1, 0), Request(1, 1), Request(1, 2)], default);
        await database.RunAsync(s => s.Execute("UPDATE outbox SET target = 'no address' WHERE number = 0") + s.Execute("UPDATE outbox SET parameters = '[1' WHERE number = 1"), default);
        Assert.Equal(["store-1.2"], (await store.ReadOpenAsync(default)).Select(r => r.Request.Id));
    }

    [Fact]
    public async Task Calls_after_closing_are_refused_by_name()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        await database.DisposeAsync();
        StorageException e = await Assert.ThrowsAsync<StorageException>(async () => await house.Store(database).SaveToggleAsync("a", true, default));
        Assert.Contains("is closed", e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StorageException>(async () => await database.ReadAsync(s => s.Scalar("SELECT 1"), default));
    }

    [Fact]
    public async Task Awkward_texts_are_kept_as_far_as_they_are_text()
    {
        await using StoreHouse house = await HouseAsync();
        house.Parts = [new SqlPart("t", "CREATE TABLE t (id {identity}, word {text}, raw {bytes}, part DOUBLE PRECISION)")];
        SqlDatabase database = await house.OpenAsync();
        string[] words = ["", "a'b\"c\\", "\u00e4\ud83d\udc32\n", "zero\u0000inside", "half \ud83d"];
        await database.RunAsync(s => s.ExecuteMany("INSERT INTO t (word, raw, part) VALUES ($1, $2, $3)", [.. words.Select(w => new object?[] { w, new byte[] { 0, 255 }, 0.1 }), [null, null, null]]), default);
        List<(string?, int, double?)> rows = await database.ReadAsync(
            s => s.Query("SELECT word, raw, part FROM t ORDER BY id", r => (r.TextOrNull(0), r.IsDBNull(1) ? -1 : r.Bytes(1).Length, r.IsDBNull(2) ? (double?)null : r.GetDouble(2))), default);
        Assert.Equal(words.Take(3).Select(w => ((string?)w, 2, (double?)0.1)), rows.Take(3));
        Assert.StartsWith("zero", rows[3].Item1, StringComparison.Ordinal);
        Assert.Equal("half \ufffd", rows[4].Item1);
        Assert.Equal((null, -1, null), rows[5]);
    }
}
