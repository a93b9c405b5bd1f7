using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Automation.Host.Storage.Sqlite;

/// <summary>
/// The one thread that touches the database. Whatever waits when a commit ends goes into the next one together: under load
/// many changes share one flush to disk, and a lone change waits for nobody (group commit).
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    /// <summary>Changes that may wait; further callers wait in turn. A second of work at a flush of 2 ms.</summary>
    private const int Waiting = 4_096;

    /// <summary>Changes in one commit: keeps the time until the first of them is answered short.</summary>
    private const int BatchSize = 512;

    private readonly Channel<Job> _jobs = Channel.CreateBounded<Job>(new BoundedChannelOptions(Waiting) { SingleReader = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SqliteSession _session;
    private readonly string _path;

    public SqliteWriter(SqliteSession session, string path)
    {
        _session = session;
        _path = path;
        new Thread(Run) { IsBackground = true, Name = "automation.db" }.Start();
    }

    /// <summary>Commits so far; tests read it to see that changes share commits.</summary>
    public long Commits { get; private set; }

    /// <summary>Runs the work inside a transaction and answers when it is committed.</summary>
    /// <param name="alone">Outside any transaction, with no other change under way.</param>
    /// <exception cref="StorageException">The database refused, or is closed; nothing of the work was stored.</exception>
    public async ValueTask<T> RunAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken, bool alone = false)
    {
        var job = new Job<T>(work, alone);
        try
        {
            // Cancelling ends here: once queued, the caller must learn what became of it.
            await _jobs.Writer.WriteAsync(job, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw new StorageException($"the database {_path} is closed", e);
        }

        return await job.Answer.ConfigureAwait(false);
    }

    /// <summary>Finishes what waits, then closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _jobs.Writer.TryComplete();
        await _ended.Task.ConfigureAwait(false);
    }

    private void Run()
    {
        var batch = new List<Job>(BatchSize);
        while (_jobs.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            Job? alone = null;
            while (alone is null && batch.Count < BatchSize && _jobs.Reader.TryRead(out Job? job))
            {
                if (job.Alone) alone = job;
                else batch.Add(job);
            }

            if (batch.Count > 0) Commit(batch);
            batch.Clear();
            if (alone is not null) RunAlone(alone);
        }

        try
        {
            _session.Dispose();
        }
        finally
        {
            _ended.SetResult();
        }
    }

    private void Commit(List<Job> batch)
    {
        try
        {
            _session.Execute("BEGIN IMMEDIATE");
            foreach (Job job in batch) job.Run(_session);
            _session.Execute("COMMIT");
            Commits++;
        }
        catch (Exception e)
        {
            Rollback();
            // One bad change must not take its neighbours along: each gets a commit of its own.
            if (batch.Count == 1) batch[0].Fail(Failure(e));
            else batch.ForEach(job => Commit([job]));
            return;
        }

        foreach (Job job in batch) job.Succeed();
    }

    private void RunAlone(Job job)
    {
        try
        {
            job.Run(_session);
        }
        catch (Exception e)
        {
            job.Fail(Failure(e));
            return;
        }

        job.Succeed();
    }

    private void Rollback()
    {
        try
        {
            _session.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself (disk full, I/O error): there is no transaction to end.
        }
    }

    private StorageException Failure(Exception e) => e switch
    {
        StorageException known => known,
        SqliteException { SqliteErrorCode: 13 } => new($"the disk is full: {_path} cannot be written; free some space", e),
        SqliteException { SqliteErrorCode: 11 or 26 } => SqliteFiles.Damaged(_path, e),
        _ => new($"the database {_path} refused: {e.Message}", e),
    };

    private abstract class Job(bool alone)
    {
        public bool Alone { get; } = alone;

        public abstract void Run(SqliteSession session);

        public abstract void Succeed();

        public abstract void Fail(Exception e);
    }

    private sealed class Job<T>(Func<SqliteSession, T> work, bool alone) : Job(alone)
    {
        private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Answer => _answer.Task;

        public override void Run(SqliteSession session) => _result = work(session);

        public override void Succeed() => _answer.SetResult(_result!);

        public override void Fail(Exception e) => _answer.SetException(e);
    }
}
