using Automation.Host.Storage;
using Automation.Host.Storage.Sql;
using Automation.TestKit;

namespace Automation.Host.Tests.Storage;

public sealed class SqliteDatabaseTests : DatabaseTests
{
    private protected override Task<StoreHouse> HouseAsync() => Task.FromResult(StoreHouse.Sqlite());
}

public sealed class PostgresDatabaseTests(PostgresServer server) : DatabaseTests
{
    private protected override Task<StoreHouse> HouseAsync() => StoreHouse.PostgresAsync(server);
}

/// <summary>What is promised of the layer under the stores, whatever database it is.</summary>
public abstract class DatabaseTests
{
    private protected abstract Task<StoreHouse> HouseAsync();

    [Fact]
    public async Task Changes_that_wait_together_are_committed_together()
    {
        await using StoreHouse house = await HouseAsync();
        house.Parts = [new SqlPart("t", "CREATE TABLE t (n BIGINT NOT NULL)")];
        SqlDatabase writer = await house.OpenAsync();
        using var go = new ManualResetEventSlim();
        Task blocker = writer.RunAloneAsync(_ => go.Wait(Until.Limit), default).AsTask();
        Task[] changes = [.. Enumerable.Range(0, 400).Select(i => writer.RunAsync(s => s.Execute("INSERT INTO t VALUES ($1)", i), default).AsTask())];
        long before = writer.Commits;
        go.Set();
        await Until.Done(Task.WhenAll([blocker, .. changes]));

        Assert.Equal(before + 1, writer.Commits);
        Assert.Equal(400L, await writer.RunAsync(s => s.Scalar("SELECT count(*) FROM t"), default));
    }

    [Fact]
    public async Task A_change_that_fails_takes_no_neighbour_along_and_leaves_nothing_behind()
    {
        await using StoreHouse house = await HouseAsync();
        house.Parts = [new SqlPart("t", "CREATE TABLE t (n BIGINT NOT NULL)")];
        SqlDatabase writer = await house.OpenAsync();
        using var go = new ManualResetEventSlim();
        Task blocker = writer.RunAloneAsync(_ => go.Wait(Until.Limit), default).AsTask();
        Task<int> good = writer.RunAsync(s => s.Execute("INSERT INTO t VALUES (1)"), default).AsTask();
        Task<int> bad = writer.RunAsync<int>(
            s =>
            {
                s.Execute("INSERT INTO t VALUES (2)");
                throw new InvalidOperationException("broken on purpose");
            },
            default).AsTask();
        Task<int> wrong = writer.RunAsync(s => s.Execute("INSERT INTO nowhere VALUES (1)"), default).AsTask();
        Task<int> alsoGood = writer.RunAsync(s => s.Execute("INSERT INTO t VALUES (3)"), default).AsTask();
        go.Set();

        await Until.Done(Task.WhenAll(blocker, good, alsoGood));
        Assert.Contains("broken on purpose", (await Assert.ThrowsAsync<StorageException>(() => bad)).Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", (await Assert.ThrowsAsync<StorageException>(() => wrong)).Message, StringComparison.Ordinal);
        Assert.Equal([1L, 3L], await writer.RunAsync(s => s.Query("SELECT n FROM t ORDER BY n", r => r.GetInt64(0)), default));
    }
}
