using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Storage.Sqlite;

/// <summary>Everything durable of one process in <c>automation.db</c>, with the data folder held for as long as it is open.</summary>
internal sealed partial class SqliteHostStore : IHostStore
{
    public const string FileName = "automation.db";

    private readonly DataFolderLock _lock;
    private readonly SqliteWriter _writer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private SqliteHostStore(DataFolderLock folder, SqliteWriter writer, TimeProvider time, ILogger logger)
    {
        _lock = folder;
        _writer = writer;
        _time = time;
        _logger = logger;
    }

    /// <summary>Commits so far.</summary>
    public long Commits => _writer.Commits;

    /// <summary>Opens the store in a folder, which is made when it is missing.</summary>
    /// <exception cref="DataFolderInUseException">Another process works on the folder.</exception>
    /// <exception cref="StorageException">The folder cannot be written, or the database in it cannot be used.</exception>
    public static Task<SqliteHostStore> OpenAsync(string folder, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        return Task.Run(() => Open(Path.GetFullPath(folder), time, logger), cancellationToken);
    }

    public async ValueTask<IReadOnlyDictionary<string, bool>> ReadTogglesAsync(CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, bool>> rows =
            await _writer.RunAsync(s => s.Query("SELECT rule, enabled FROM rule_toggles", r => KeyValuePair.Create(r.GetString(0), r.GetInt64(1) != 0)), cancellationToken);
        return rows.ToDictionary(StringComparer.Ordinal);
    }

    public async ValueTask SaveToggleAsync(string rule, bool enabled, CancellationToken cancellationToken) =>
        await _writer.RunAsync(
            s => s.Execute(
                "INSERT INTO rule_toggles (rule, enabled, changed_at) VALUES ($1, $2, $3) ON CONFLICT (rule) DO UPDATE SET enabled = excluded.enabled, changed_at = excluded.changed_at",
                rule, enabled, _time.GetUtcNow().UtcTicks),
            cancellationToken);

    public async ValueTask RemoveToggleAsync(string rule, CancellationToken cancellationToken) =>
        await _writer.RunAsync(s => s.Execute("DELETE FROM rule_toggles WHERE rule = $1", rule), cancellationToken);

    public long ReserveSequence(string site, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return _writer.RunAsync(
            s =>
            {
                long next = s.Scalar("SELECT next FROM sequences WHERE site = $1", site) is long found ? found : 1;
                s.Execute("INSERT INTO sequences (site, next) VALUES ($1, $2) ON CONFLICT (site) DO UPDATE SET next = excluded.next", site, next + count);
                return next;
            },
            CancellationToken.None).AsTask().GetAwaiter().GetResult();
    }

    public async ValueTask<IReadOnlyDictionary<string, RuleStatistics>> ReadStatisticsAsync(CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, RuleStatistics>> rows = await _writer.RunAsync(
            s => s.Query(
                "SELECT rule, firings, last_fired FROM rule_statistics",
                r => KeyValuePair.Create(r.GetString(0), new RuleStatistics(r.GetInt64(1), r.IsDBNull(2) ? null : Instant(r.GetInt64(2))))),
            cancellationToken);
        return rows.ToDictionary(StringComparer.Ordinal);
    }

    public async ValueTask SaveStatisticsAsync(IReadOnlyList<KeyValuePair<string, RuleStatistics>> rules, CancellationToken cancellationToken)
    {
        if (rules.Count == 0) return;
        await _writer.RunAsync(
            s =>
            {
                foreach ((string rule, RuleStatistics value) in rules)
                {
                    s.Execute(
                        "INSERT INTO rule_statistics (rule, firings, last_fired) VALUES ($1, $2, $3) ON CONFLICT (rule) DO UPDATE SET firings = excluded.firings, last_fired = excluded.last_fired",
                        rule, value.Firings, value.LastFired?.UtcTicks);
                }

                return 0;
            },
            cancellationToken);
    }

    public async ValueTask<EngineSnapshot?> ReadSnapshotAsync(string site, CancellationToken cancellationToken)
    {
        List<EngineSnapshot> rows = await _writer.RunAsync(
            s => s.Query("SELECT at, bytes, program FROM snapshots WHERE site = $1", r => new EngineSnapshot(Instant(r.GetInt64(0)), r.GetFieldValue<byte[]>(1), r.GetString(2)), site),
            cancellationToken);
        return rows.Count == 0 ? null : rows[0];
    }

    public async ValueTask SaveSnapshotAsync(string site, EngineSnapshot snapshot, CancellationToken cancellationToken)
    {
        // Copied here: the caller may use its buffer again while this waits for the writer.
        byte[] bytes = snapshot.Bytes.ToArray();
        await _writer.RunAsync(
            s => s.Execute(
                "INSERT INTO snapshots (site, at, program, bytes) VALUES ($1, $2, $3, $4) ON CONFLICT (site) DO UPDATE SET at = excluded.at, program = excluded.program, bytes = excluded.bytes",
                site, snapshot.At.UtcTicks, snapshot.ProgramHash, bytes),
            cancellationToken);
    }

    public async ValueTask BackupAsync(string path, CancellationToken cancellationToken)
    {
        if (File.Exists(path)) throw new StorageException($"{path} exists already: a backup goes to a new file");
        await _writer.RunAsync(
            s =>
            {
                using var target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
                target.Open();
                s.Connection.BackupDatabase(target);
                return 0;
            },
            cancellationToken,
            alone: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _lock.Dispose();
    }

    private static SqliteHostStore Open(string folder, TimeProvider time, ILogger logger)
    {
        DataFolderLock held = DataFolderLock.Take(folder);
        try
        {
            string path = Path.Combine(folder, FileName);
            return new SqliteHostStore(held, new SqliteWriter(SqliteFiles.Open(path), path), time, logger);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static DateTimeOffset Instant(long ticks) => new(ticks, TimeSpan.Zero);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outbox row {Position} cannot be read and is left out: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, long position, string reason);
}
