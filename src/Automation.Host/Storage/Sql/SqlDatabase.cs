using System.Threading.Channels;

namespace Automation.Host.Storage.Sql;

/// <summary>
/// The one thread that writes to the database. Whatever waits when a commit ends goes into the next one together: under load
/// many changes share one flush to disk, and a lone change waits for nobody (group commit).
/// </summary>
internal sealed class SqlDatabase : IDatabase, IAsyncDisposable
{
    private readonly Channel<Job> _jobs;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SqlReaders _readers;
    private readonly ISqlSource _source;
    private readonly SqlLimits _limits;
    private SqlSession? _session;
    private int _closed;
    private volatile StorageException? _refusal;

    private SqlDatabase(ISqlSource source, SqlSession session, SqlLimits limits)
    {
        _source = source;
        _session = session;
        _limits = limits;
        _jobs = Channel.CreateBounded<Job>(new BoundedChannelOptions(limits.WaitingChanges) { SingleReader = true });
        _readers = new SqlReaders(source, limits.Readers);
        new Thread(Run) { IsBackground = true, Name = "database" }.Start();
    }

    /// <summary>The database began to refuse (the reason), or takes changes again (null). Called on the database's thread; must return quickly.</summary>
    public event Action<StorageException?>? RefusalChanged;

    public string Name => _source.Name;

    /// <summary>Why the database refuses at present; null when the last commit worked.</summary>
    public StorageException? Refusal => _refusal;

    /// <summary>Commits so far; tests read it to see that changes share commits.</summary>
    public long Commits { get; private set; }

    /// <summary>Opens the database and brings its tables up to date.</summary>
    /// <exception cref="StorageException">It cannot be opened, is damaged, held by another process, or newer than this program.</exception>
    public static Task<SqlDatabase> OpenAsync(ISqlSource source, IReadOnlyList<SqlPart> parts, SqlLimits limits, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            SqlSession session = source.OpenWriter();
            try
            {
                SqlMigrations.Apply(session, parts, source.Name);
                return new SqlDatabase(source, session, limits);
            }
            catch (Exception e)
            {
                session.Dispose();
                throw source.Explain(e);
            }
        },
        cancellationToken);

    public ValueTask<T> RunAsync<T>(Func<SqlSession, T> work, CancellationToken cancellationToken) => RunAsync(work, alone: false, cancellationToken);

    /// <summary>Like <see cref="RunAsync{T}(Func{SqlSession, T}, CancellationToken)"/>, outside any transaction and with no other change under way.</summary>
    public ValueTask<T> RunAloneAsync<T>(Func<SqlSession, T> work, CancellationToken cancellationToken) => RunAsync(work, alone: true, cancellationToken);

    /// <summary>Holds the reserve of the disk again when it can; false while there is no room for it.</summary>
    public bool HoldRoom() => _source.HoldRoom();

    /// <summary>Gives a piece of freed space back to the disk; false when there is nothing to give.</summary>
    public ValueTask<bool> GiveBackAsync(CancellationToken cancellationToken) => RunAloneAsync(_source.GiveBack, cancellationToken);

    public async ValueTask<T> ReadAsync<T>(Func<SqlSession, T> work, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _closed) != 0) throw Closed(null);
        return await _readers.RunAsync(work, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finishes what waits, then closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        _jobs.Writer.TryComplete();
        await _ended.Task.ConfigureAwait(false);
        await _readers.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<T> RunAsync<T>(Func<SqlSession, T> work, bool alone, CancellationToken cancellationToken)
    {
        var job = new Job<T>(work, alone);
        try
        {
            // Cancelling ends here: once queued, the caller must learn what became of it.
            await _jobs.Writer.WriteAsync(job, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw Closed(e);
        }

        return await job.Answer.ConfigureAwait(false);
    }

    private StorageException Closed(Exception? e) => new(StorageReason.Closed, $"the database {_source.Name} is closed", e);

    private void Run()
    {
        var batch = new List<Job>(_limits.ChangesInACommit);
        while (_jobs.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            Job? alone = null;
            while (alone is null && batch.Count < _limits.ChangesInACommit && _jobs.Reader.TryRead(out Job? job))
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
            _session?.Dispose();
        }
        finally
        {
            _ended.SetResult();
        }
    }

    private void Commit(List<Job> batch)
    {
        StorageException failure;
        bool committing = false;
        try
        {
            SqlSession session = Session();
            session.Begin();
            foreach (Job job in batch) job.Run(session);
            committing = true;
            session.Commit();
            Succeed(batch);
            return;
        }
        catch (Exception e)
        {
            failure = _source.Explain(e);
        }

        if (committing && _session is { IsBroken: true } && HappenedAllTheSame())
        {
            Succeed(batch);
            return;
        }

        Rollback();

        // What is held in reserve goes first: then all of it has room.
        if (failure.Reason == StorageReason.Full && _source.MakeRoom())
        {
            Commit(batch);
            return;
        }

        // One bad change must not take its neighbours along: each gets a commit of its own. A small one may also still find room on a full disk.
        if (batch.Count > 1 && failure.Reason is StorageReason.Refused or StorageReason.Full)
        {
            batch.ForEach(job => Commit([job]));
            return;
        }

        if (failure.IsOfTheWhole) Tell(failure);
        foreach (Job job in batch) job.Fail(failure);
    }

    private void Succeed(List<Job> batch)
    {
        Commits++;
        Tell(null);
        foreach (Job job in batch) job.Succeed();
    }

    private void RunAlone(Job job)
    {
        try
        {
            job.Run(Session());
        }
        catch (Exception e)
        {
            job.Fail(_source.Explain(e));
            return;
        }

        job.Succeed();
    }

    private SqlSession Session()
    {
        if (_session is { IsBroken: false } open) return open;
        _session?.Dispose();
        _session = null;
        return _session = _source.OpenWriter();
    }

    /// <summary>The connection broke while the commit was under way: only the server knows.</summary>
    private bool HappenedAllTheSame()
    {
        SqlSession lost = _session!;
        try
        {
            return Session().Happened(lost);
        }
        catch (Exception e) when (_source.Explain(e) is { Reason: not StorageReason.Refused })
        {
            return false;
        }
    }

    private void Rollback()
    {
        try
        {
            if (_session is { IsBroken: false } open) open.Rollback();
        }
        catch (System.Data.Common.DbException)
        {
            // The database has rolled back by itself (disk full, I/O error, connection lost): there is no transaction to end.
        }
    }

    private void Tell(StorageException? refusal)
    {
        if (_refusal?.Reason == refusal?.Reason) return;
        _refusal = refusal;
        RefusalChanged?.Invoke(refusal);
    }

    private abstract class Job(bool alone)
    {
        public bool Alone { get; } = alone;

        public abstract void Run(SqlSession session);

        public abstract void Succeed();

        public abstract void Fail(Exception e);
    }

    private sealed class Job<T>(Func<SqlSession, T> work, bool alone) : Job(alone)
    {
        private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Answer => _answer.Task;

        public override void Run(SqlSession session) => _result = work(session);

        public override void Succeed() => _answer.SetResult(_result!);

        public override void Fail(Exception e) => _answer.SetException(e);
    }
}
