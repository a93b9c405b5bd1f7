using System.Globalization;
using Automation.Core.Model;
using Automation.Host.Storage;
using Automation.Host.Storage.Postgres;
using Automation.Host.Storage.Sql;
using Automation.TestKit;
using Npgsql;

namespace Automation.Host.Tests.Storage;

/// <summary>What only a server can do to us.</summary>
public sealed class PostgresSourceTests(PostgresServer server)
{
    private static readonly SqlPart Table = new("t", "CREATE TABLE t (n BIGINT NOT NULL)");

    [Fact]
    public async Task Open_OverTcpWithAPassword_Works_AndAWrongOneIsToldWithoutIt()
    {
        string database = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync()).Database!;
        string connection = string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={server.Port};Username=postgres;Database={database}");
        var options = new PostgresOptions { Connection = connection, Password = new Secret(PostgresServer.Password) };
        await using (SqlDatabase open = await OpenAsync(options)) Assert.DoesNotContain(PostgresServer.Password, open.Name, StringComparison.Ordinal);

        StorageException wrong = await Assert.ThrowsAsync<StorageException>(() => OpenAsync(options with { Password = new Secret("guessed wrong") }));
        Assert.Contains("refused the login", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("guessed wrong", wrong.ToString(), StringComparison.Ordinal);
        StorageException missing = await Assert.ThrowsAsync<StorageException>(() => OpenAsync(options with { Connection = connection.Replace(database, "nowhere", StringComparison.Ordinal) }));
        Assert.Contains("does not exist: create it", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_NobodyListens_IsToldAsUnreachable()
    {
        string connection = string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={FreePort.Next()};Username=postgres;Database=a");
        StorageException e = await Assert.ThrowsAsync<StorageException>(() => OpenAsync(new PostgresOptions { Connection = connection }));
        Assert.Equal(StorageReason.Unreachable, e.Reason);
    }

    [Fact]
    public async Task TwoSchemas_OfOneDatabase_AreTwoStorages()
    {
        string connection = await server.CreateDatabaseAsync();
        await using SqlDatabase first = await OpenAsync(new PostgresOptions { Connection = connection, Schema = "one" });
        await using SqlDatabase second = await OpenAsync(new PostgresOptions { Connection = connection, Schema = "two" });
        await first.RunAsync(s => s.Execute("INSERT INTO t VALUES (1)"), default);
        Assert.Equal(0L, await second.ReadAsync(s => s.Scalar("SELECT count(*) FROM t"), default));
    }

    [Fact]
    public async Task A_connection_that_is_lost_is_told_and_made_anew()
    {
        var options = new PostgresOptions { Connection = await server.CreateDatabaseAsync() };
        await using SqlDatabase database = await OpenAsync(options);
        var refusals = new List<StorageReason?>();
        database.RefusalChanged += refusal => refusals.Add(refusal?.Reason);
        await database.RunAsync(s => s.Execute("INSERT INTO t VALUES (1)"), default);
        await database.ReadAsync(s => s.Scalar("SELECT 1"), default);
        EndOthers(options);

        StorageException e = await Assert.ThrowsAsync<StorageException>(async () => await database.RunAsync(s => s.Execute("INSERT INTO t VALUES (2)"), default));
        Assert.Equal(StorageReason.Unreachable, e.Reason);
        await database.RunAsync(s => s.Execute("INSERT INTO t VALUES (3)"), default);
        Assert.Equal([1L, 3L], await database.ReadAsync(s => s.Query("SELECT n FROM t ORDER BY n", r => r.GetInt64(0)), default));
        Assert.Equal([StorageReason.Unreachable, null], refusals);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task A_commit_whose_answer_was_lost_is_looked_up_not_guessed()
    {
        var options = new PostgresOptions { Connection = await server.CreateDatabaseAsync() };
        var source = new LosingSource(new PostgresSource(options));
        await using SqlDatabase database = await SqlDatabase.OpenAsync(source, [Table], new SqlLimits(), default);

        source.Lose = Moment.AfterTheCommit;
        Assert.Equal(1, await database.RunAsync(s => s.Execute("INSERT INTO t VALUES (1)"), default));
        source.Lose = Moment.BeforeTheCommit;
        await Assert.ThrowsAsync<StorageException>(async () => await database.RunAsync(s => s.Execute("INSERT INTO t VALUES (2)"), default));
        await database.RunAsync(s => s.Execute("INSERT INTO t VALUES (3)"), default);
        Assert.Equal([1L, 3L], await database.ReadAsync(s => s.Query("SELECT n FROM t ORDER BY n", r => r.GetInt64(0)), default));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task Who_lost_the_database_to_another_process_writes_no_more()
    {
        var options = new PostgresOptions { Connection = await server.CreateDatabaseAsync() };
        await using SqlDatabase first = await OpenAsync(options);
        EndOthers(options);
        await using SqlDatabase second = await OpenAsync(options);
        StorageException lost = await Assert.ThrowsAsync<StorageException>(async () => await first.RunAsync(s => s.Execute("INSERT INTO t VALUES (1)"), default));
        StorageException held = await Assert.ThrowsAsync<StorageException>(async () => await first.RunAsync(s => s.Execute("INSERT INTO t VALUES (1)"), default));
        Assert.Equal((StorageReason.Unreachable, StorageReason.InUse), (lost.Reason, held.Reason));
        Assert.Equal(0L, await second.ReadAsync(s => s.Scalar("SELECT count(*) FROM t"), default));
    }

    private static Task<SqlDatabase> OpenAsync(PostgresOptions options) => SqlDatabase.OpenAsync(new PostgresSource(options), [Table], new SqlLimits(), default);

    private static void EndOthers(PostgresOptions options)
    {
        using SqlSession session = new PostgresSource(options).OpenReader();
        session.Query("SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", r => r.GetBoolean(0));
    }

    private enum Moment
    {
        Never,
        BeforeTheCommit,
        AfterTheCommit,
    }

    /// <summary>Cuts the connection around one commit.</summary>
    private sealed class LosingSource(PostgresSource inner) : ISqlSource
    {
        public Moment Lose { get; set; }

        public string Name => inner.Name;

        public SqlSession OpenWriter()
        {
            var session = (PostgresSession)inner.OpenWriter();
            session.Committing = commit =>
            {
                Moment moment = Lose;
                Lose = Moment.Never;
                if (moment != Moment.BeforeTheCommit) commit();
                if (moment == Moment.Never) return;
                session.Connection.Close();
                throw new NpgsqlException("the connection was cut (a test says so)");
            };
            return session;
        }

        public SqlSession OpenReader() => inner.OpenReader();

        public StorageException Explain(Exception e) => inner.Explain(e);
    }
}
