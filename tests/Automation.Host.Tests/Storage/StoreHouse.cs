using System.Globalization;
using Automation.Core.Model;
using Automation.Host.Storage;
using Automation.Host.Storage.Postgres;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Automation.Host.Tests.Storage;

/// <summary>Databases of one kind for one test; all of a house are the same data.</summary>
internal abstract class StoreHouse : IAsyncDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly List<SqlDatabase> _open = [];

    public ManualTime Time { get; } = new();

    public IReadOnlyList<SqlPart> Parts { get; set; } = StorageParts.All;

    public static StoreHouse Sqlite() => new SqliteHouse();

    public static async Task<StoreHouse> PostgresAsync(PostgresServer server) => new PostgresHouse(await server.CreateDatabaseAsync());

    public async Task<SqlDatabase> OpenAsync()
    {
        SqlDatabase database = await SqlDatabase.OpenAsync(Source(), Parts, new SqlLimits(), CancellationToken.None);
        _open.Add(database);
        return database;
    }

    /// <summary>Closes as a clean stop does, and opens again.</summary>
    public async Task<SqlDatabase> ReopenAsync()
    {
        await CloseAsync();
        return await OpenAsync();
    }

    /// <summary>Opens what a process that was killed at this moment leaves behind. What was open stays open, and counts for nothing any more.</summary>
    public abstract Task<SqlDatabase> OpenAfterCrashAsync();

    public IHostStore Store(SqlDatabase database) => new SqlHostStore(database, Time, NullLogger.Instance);

    public async Task<IHostStore> OpenStoreAsync() => Store(await OpenAsync());

    public async Task CloseAsync()
    {
        foreach (SqlDatabase database in _open) await database.DisposeAsync();
        _open.Clear();
    }

    public virtual async ValueTask DisposeAsync() => await CloseAsync();

    public abstract ISqlSource Source();

    internal static ActionRequest Request(long sequence, int index, string action = "arm", string on = "store/panel/area/1") => new()
    {
        Cause = new CauseId("store", sequence),
        Rule = "rule-" + sequence.ToString(CultureInfo.InvariantCulture),
        Index = index,
        Action = action,
        On = ResourceAddress.Parse(on),
        Parameters = DataObject.Empty,
        At = Noon,
        ExpiresAt = Noon.AddMinutes(5),
    };

    private sealed class SqliteHouse : StoreHouse
    {
        private readonly TempFolder _folder = new();
        private string _file;

        public SqliteHouse() => _file = _folder.File("automation.db");

        public override ISqlSource Source() => new SqliteSource(new SqliteOptions { Path = _file, ReserveBytes = 0 }, Time);

        public override Task<SqlDatabase> OpenAfterCrashAsync()
        {
            // The files as the system has them at this moment, without anything a clean end would have done.
            string copy = _folder.File(Guid.NewGuid().ToString("N") + ".db");
            foreach (string suffix in new[] { "", "-wal" }) File.Copy(_file + suffix, copy + suffix);
            _file = copy;
            return OpenAsync();
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            _folder.Dispose();
        }
    }

    private sealed class PostgresHouse(string connection) : StoreHouse
    {
        public override ISqlSource Source() => new PostgresSource(new PostgresOptions { Connection = connection });

        public override async Task<SqlDatabase> OpenAfterCrashAsync()
        {
            // A process that is killed loses its connections, and with them what was not committed and its hold on the database.
            using (SqlSession session = Source().OpenReader())
                session.Query("SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", r => r.GetBoolean(0));
            return await OpenAsync();
        }
    }
}
