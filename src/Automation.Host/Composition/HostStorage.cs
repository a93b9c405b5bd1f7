using Automation.Core.Model;
using Automation.Host.History;
using Automation.Host.Hub;
using Automation.Host.Journal;
using Automation.Host.Operations;
using Automation.Host.Outbox;
using Automation.Host.Storage;
using Automation.Host.Storage.Postgres;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Composition;

/// <summary>Everything durable of one process: the data folder, the database, what is kept in it, and its upkeep.</summary>
internal sealed class HostStorage : IAsyncDisposable
{
    /// <summary>Exceptions that wait for the disk: a minute of a storm.</summary>
    private const int WaitingExceptions = 10_000;

    private readonly DataFolderLock _folder;
    private readonly StorageUpkeep _upkeep;
    private readonly RetentionLimits _retention;
    private readonly TimeProvider _time;
    private readonly WriteBehind<ReportedException> _reports;

    private HostStorage(DataFolderLock folder, string path, SqlDatabase database, long lastPosition, IReadOnlyList<StorageProblem> problems, RetentionLimits retention, TimeProvider time, ILogger logger)
    {
        _folder = folder;
        _retention = retention;
        _time = time;
        Database = database;
        Problems = problems;
        StandIn = new StandIn(database, lastPosition, time, logger);
        Store = new SqlHostStore(database, time, logger, StandIn);
        DeadLetters = new DeadLetters(database, new OutboxTable(logger));
        History = new HistoryStore(database);
        Recorder = new HistoryRecorder(retention.History);
        Exceptions = new ExceptionCentre(database, time);
        Operations = new OperationLog(database, retention.Operations, time, logger);
        Watch = new StorageWatch(database, path, retention.MinimumFreeBytes, time, logger);
        _reports = new WriteBehind<ReportedException>("The exception centre", WaitingExceptions, reports => Exceptions.ReportAsync(reports, CancellationToken.None), time, logger);
        _upkeep = new StorageUpkeep(
            database,
            [
                new UpkeepTask("the journal", PruneJournalAsync),
                new UpkeepTask("history", PruneHistoryAsync),
                new UpkeepTask("exceptions", t => Exceptions.PruneAsync(retention.ExceptionsKeptFor, t)),
                new UpkeepTask("the operation log", Operations.PruneAsync),
            ],
            time, logger);
        Watch.Changed += (level, _) =>
        {
            Recorder.Paused = level == StorageLevel.Low;
        };
    }

    public SqlDatabase Database { get; }

    /// <summary>Goes on while the database refuses.</summary>
    public StandIn StandIn { get; }

    public SqlHostStore Store { get; }

    public DeadLetters DeadLetters { get; }

    public HistoryStore History { get; }

    public HistoryRecorder Recorder { get; }

    public ExceptionCentre Exceptions { get; }

    public OperationLog Operations { get; }

    public StorageWatch Watch { get; }

    /// <summary>What a person must hear of the opening.</summary>
    public IReadOnlyList<StorageProblem> Problems { get; }

    /// <exception cref="StartRefusedException">The folder or the database cannot be used, or another process uses it.</exception>
    public static async Task<HostStorage> OpenAsync(HostSettings settings, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        string path = Path.GetFullPath(settings.DataFolder);
        DataFolderLock? folder = null;
        try
        {
            folder = DataFolderLock.Take(path);
            (SqlDatabase database, IReadOnlyList<StorageProblem> problems) = settings.Postgres is { } postgres
                ? (await SqlDatabase.OpenAsync(new PostgresSource(postgres), StorageParts.All, new SqlLimits(), cancellationToken), [])
                : await SqliteStorage.OpenAsync(settings.Sqlite with { Path = Path.Combine(path, SqliteOptions.FileName) }, StorageParts.All, new SqlLimits(), time, cancellationToken);
            long lastPosition = await database.RunAsync(OutboxTable.LastPosition, cancellationToken);
            return new HostStorage(folder, path, database, lastPosition, problems, settings.Retention, time, logger);
        }
        catch (StorageException e)
        {
            folder?.Dispose();
            throw new StartRefusedException(e.Message, e);
        }
        catch
        {
            folder?.Dispose();
            throw;
        }
    }

    public void Start()
    {
        Watch.Start();
        _upkeep.Start();
    }

    /// <summary>Keeps an exception that no exception rule asked for. Never waits.</summary>
    /// <param name="lasts">Until its end is told.</param>
    public void Report(string site, HubException told, bool lasts)
    {
        ResourceAddress source = ResourceAddress.TryParse(told.Source, out ResourceAddress address) ? address : default;
        CauseId? cause = told.Cause is { } text && long.TryParse(text.AsSpan(text.LastIndexOf('-') + 1), out long sequence) ? new CauseId(site, sequence) : null;
        _reports.Add(new ReportedException(site, source, told.Type, told.Rule, told.Active ? lasts ? true : null : false, told.At, told.Message, cause));
    }

    public async ValueTask DisposeAsync()
    {
        await _upkeep.DisposeAsync();
        await Watch.DisposeAsync();
        await StandIn.DisposeAsync();
        await _reports.DisposeAsync();
        await Operations.DisposeAsync();
        await Database.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Of every site that has one, also of those that are configured no more.</summary>
    private async ValueTask<int> PruneJournalAsync(CancellationToken cancellationToken)
    {
        var journal = new JournalStore(Database);
        int removed = 0;
        foreach (string site in await journal.SitesAsync(cancellationToken)) removed += await journal.PruneAsync(site, _retention.Journal, _time.GetUtcNow(), cancellationToken);
        return removed;
    }

    /// <summary>With little room on the disk the oldest quarter of the history gives way at each round.</summary>
    private async ValueTask<int> PruneHistoryAsync(CancellationToken cancellationToken)
    {
        HistoryLimits limits = _retention.History;
        if (Watch.Level == StorageLevel.Low)
        {
            (_, long bytes) = await Database.ReadAsync(HistoryTable.Size, cancellationToken);
            limits = limits with { KeptBytes = Math.Min(limits.KeptBytes, bytes / 4 * 3) };
        }

        return await History.PruneAsync(limits, _time.GetUtcNow(), cancellationToken);
    }
}
