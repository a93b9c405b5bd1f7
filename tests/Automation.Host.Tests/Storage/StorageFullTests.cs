using Automation.Host.History;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;
using Automation.Host.Tests.History;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using static Automation.Host.Tests.Storage.StoreHouse;

namespace Automation.Host.Tests.Storage;

/// <summary>A full disk is a state: told when it begins, survived, and told when it ends.</summary>
public sealed class StorageFullTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ManualTime _time = new(Noon);

    [Fact]
    public async Task AFullFile_RefusesWithItsReason_AndTakesChangesAgainWhenThereIsRoom()
    {
        await using SqlDatabase database = await OpenAsync(new SqliteOptions { Path = _folder.File("a.db"), MaximumBytes = 400_000, ReserveBytes = 0 });
        var refusals = new List<StorageReason?>();
        database.RefusalChanged += refusal => refusals.Add(refusal?.Reason);
        StorageException e = await FillAsync(database);
        Assert.Equal(StorageReason.Full, e.Reason);
        Assert.Contains("free some space", e.Message, StringComparison.Ordinal);
        Assert.Equal(StorageReason.Full, database.Refusal?.Reason);

        // Reading goes on, and removing makes room.
        Assert.NotEqual(0L, await database.ReadAsync(s => s.Scalar("SELECT count(*) FROM outbox"), default));
        await database.RunAsync(s => s.Execute("DELETE FROM outbox WHERE number >= 10"), default);
        await new SqlHostStore(database, _time, NullLogger.Instance).AddRequestsAsync([Request(9, 0)], default);
        Assert.Null(database.Refusal);
        Assert.Equal([StorageReason.Full, null], refusals);
    }

    [Fact]
    public async Task TheReserve_GoesWhenTheDiskIsFull_AndComesBackWhenThereIsRoom()
    {
        var source = new FaultySource(new SqliteSource(new SqliteOptions { Path = _folder.File("a.db"), ReserveBytes = 1_000_000 }, _time));
        string reserve = _folder.File("a.db.reserve");
        await using SqlDatabase database = await SqlDatabase.OpenAsync(source, StorageParts.All, new SqlLimits(), default);
        var store = new SqlHostStore(database, _time, NullLogger.Instance);
        Assert.Equal(1_000_000, new FileInfo(reserve).Length);

        // Full as long as the reserve is there: the request is kept all the same, and nobody sees more of it than that.
        source.IsFull = () => File.Exists(reserve);
        Assert.Single(await store.AddRequestsAsync([Request(1, 0)], default));
        Assert.False(File.Exists(reserve));
        Assert.Null(database.Refusal);

        source.IsFull = () => true;
        await Assert.ThrowsAsync<StorageException>(async () => await store.AddRequestsAsync([Request(2, 0)], default));
        Assert.Equal(StorageReason.Full, database.Refusal?.Reason);
        source.IsFull = () => false;
        await store.AddRequestsAsync([Request(3, 0)], default);
        Assert.True(database.HoldRoom());
        Assert.True(File.Exists(reserve));
        Assert.Equal(["store-1.0", "store-3.0"], (await store.ReadOpenAsync(default)).Select(r => r.Request.Id));
    }

    [Fact]
    public async Task TheLevel_IsToldOnceAtEachChange()
    {
        var source = new FaultySource(new SqliteSource(new SqliteOptions { Path = _folder.File("a.db"), ReserveBytes = 0 }, _time));
        await using SqlDatabase database = await SqlDatabase.OpenAsync(source, StorageParts.All, new SqlLimits(), default);
        var store = new SqlHostStore(database, _time, NullLogger.Instance);
        long free = 1_000_000_000;
        await using var watch = new StorageWatch(database, _folder.Path, 64_000_000, _time, NullLogger.Instance, _ => Volatile.Read(ref free));
        var told = new List<(StorageLevel Level, string Reason)>();
        watch.Changed += (level, reason) =>
        {
            lock (told) told.Add((level, reason));
        };
        watch.Start();
        Volatile.Write(ref free, 10_000_000);
        await PassUntil(() => watch.Level == StorageLevel.Low);
        source.IsFull = () => true;
        await Assert.ThrowsAsync<StorageException>(async () => await store.AddRequestsAsync([Request(1, 0)], default));
        await Until.True(() => watch.Level == StorageLevel.Refusing);
        source.IsFull = () => false;
        await store.AddRequestsAsync([Request(1, 0)], default);
        await Until.True(() => watch.Level == StorageLevel.Low);
        Volatile.Write(ref free, 1_000_000_000);
        await PassUntil(() => watch.Level == StorageLevel.Ok);

        Assert.Equal([StorageLevel.Low, StorageLevel.Refusing, StorageLevel.Low, StorageLevel.Ok], told.Select(t => t.Level));
        Assert.Contains("has 10 MB free, 64 MB should be", told[0].Reason, StringComparison.Ordinal);
        Assert.Contains("free some space", told[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatUpkeepRemoves_IsGivenBackToTheDisk()
    {
        await using SqlDatabase database = await OpenAsync(new SqliteOptions { Path = _folder.File("a.db"), ReserveBytes = 0 });
        var history = new HistoryStore(database);
        for (int i = 1; i <= 200; i++)
            await HistoryTests.WriteAsync(database, "store", i, [.. Enumerable.Range(0, 50).Select(n => HistoryTests.Event(i, "store/panel/zone/3", "zoneAlarm", Noon.AddMinutes(i)))]);
        long before = await PagesAsync(database);
        var upkeep = new StorageUpkeep(database, [new UpkeepTask("history", t => history.PruneAsync(new HistoryLimits { KeptFor = TimeSpan.Zero }, Noon.AddHours(3), t))], _time, NullLogger.Instance);
        await upkeep.RunAsync(default);
        await upkeep.DisposeAsync();
        Assert.InRange(await PagesAsync(database), 1, before / 3);
    }

    public void Dispose() => _folder.Dispose();

    private async Task PassUntil(Func<bool> condition) => await Until.True(() =>
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return condition();
    });

    private static async ValueTask<long> PagesAsync(SqlDatabase database) => (long)(await database.ReadAsync(s => s.Scalar("PRAGMA page_count"), default))!;

    private Task<SqlDatabase> OpenAsync(SqliteOptions options) => SqlDatabase.OpenAsync(new SqliteSource(options, _time), StorageParts.All, new SqlLimits(), default);

    private async Task<StorageException> FillAsync(SqlDatabase database)
    {
        var store = new SqlHostStore(database, _time, NullLogger.Instance);
        return await Assert.ThrowsAsync<StorageException>(async () =>
        {
            for (int i = 0; i < 1_000; i++) await store.AddRequestsAsync([.. Enumerable.Range(0, 20).Select(n => Request(i, n))], default);
        });
    }
}
