using Automation.Host.Storage.Sql;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Storage;

/// <summary>
/// Stands in for a database that refuses as a whole (disk full, server away): what must be kept waits here in its order, the site goes on and alarms act, and
/// all of it is written when the database takes changes again. What a crash meanwhile costs is told when it begins.
/// </summary>
/// <remarks>
/// A work that waits counts as done for its caller, so only works may be given here whose loss a restart can bear: what is not on disk was never promised, and a
/// request that is not on disk is not done again. Marking a request that is on disk as sent is no such work: see <see cref="SqlHostStore.SetStateAsync"/>.
/// </remarks>
internal sealed partial class StandIn : IAsyncDisposable
{
    /// <summary>Works written in one transaction when the database is back.</summary>
    private const int BatchSize = 100;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly LinkedList<(Action<SqlSession> Work, int Bytes)> _waiting = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _begun = new(0, 1);
    private readonly IDatabase _database;
    private readonly long _maximumBytes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _loop;
    private long _bytes;
    private long _position;
    private long _leftOut;
    private int _disposed;

    /// <param name="lastPosition">Of the outbox, at the opening.</param>
    /// <param name="maximumBytes">What may wait. Default 64 MB: ten minutes at a thousand inputs a second. Above that it is left out, counted and told; alarms act all the same.</param>
    public StandIn(IDatabase database, long lastPosition, TimeProvider time, ILogger logger, long maximumBytes = 64_000_000)
    {
        _database = database;
        _position = lastPosition;
        _maximumBytes = maximumBytes;
        _time = time;
        _logger = logger;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>All that waited is in the database. Must return quickly.</summary>
    public event Action? Written;

    /// <summary>Something waits for the database.</summary>
    public bool IsInUse
    {
        get
        {
            lock (_gate) return _waiting.Count > 0;
        }
    }

    /// <summary>Works that had no room: they are lost whatever happens.</summary>
    public long LeftOut => Volatile.Read(ref _leftOut);

    /// <summary>Does the work in the database, or keeps it and answers with <paramref name="instead"/>.</summary>
    /// <param name="bytes">What it holds on to, roughly.</param>
    /// <exception cref="StorageException">The work itself is refused, or this process has no right to the database any more.</exception>
    public async ValueTask<T> RunAsync<T>(Func<SqlSession, T> work, Func<T> instead, int bytes, CancellationToken cancellationToken)
    {
        if (!IsInUse)
        {
            try
            {
                return await _database.RunAsync(work, cancellationToken);
            }
            catch (StorageException e) when (CanWait(e))
            {
                LogBegins(_logger, e.Message);
            }
        }

        Keep(s => work(s), bytes);
        return instead();
    }

    /// <summary>The position that a request gets which is not on disk: after all that are.</summary>
    public long NextPosition() => Interlocked.Increment(ref _position);

    /// <summary>A request is on disk with this position.</summary>
    public void Seen(long position)
    {
        long known;
        while ((known = Volatile.Read(ref _position)) < position && Interlocked.CompareExchange(ref _position, position, known) != known)
        {
            // Somebody else has seen another one.
        }
    }

    /// <summary>Writes what waits, if the database takes it now.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
        _begun.Dispose();
    }

    /// <summary>Whether waiting can help. Who lost the database to another process must not go on.</summary>
    private static bool CanWait(StorageException e) => e.Reason is StorageReason.Full or StorageReason.Failing or StorageReason.Unreachable or StorageReason.Damaged;

    private void Keep(Action<SqlSession> work, int bytes)
    {
        lock (_gate)
        {
            if (_bytes + bytes > _maximumBytes)
            {
                if (_leftOut++ == 0) LogFull(_logger);
                return;
            }

            _waiting.AddLast((work, bytes));
            _bytes += bytes;
            if (_waiting.Count == 1 && _begun.CurrentCount == 0) _begun.Release();
        }
    }

    private async Task RunAsync()
    {
        while (true)
        {
            try
            {
                await _begun.WaitAsync(_stop.Token);
                while (IsInUse)
                {
                    await Task.Delay(Every, _time, _stop.Token);
                    await WriteAsync();
                }
            }
            catch (OperationCanceledException)
            {
                if (!IsInUse || await WriteAsync()) return;
                LogLost(_logger, _waiting.Count);
                return;
            }
        }
    }

    /// <summary>Writes all that waits; false when the database refuses.</summary>
    private async Task<bool> WriteAsync()
    {
        long written = 0;
        while (true)
        {
            (Action<SqlSession> Work, int Bytes)[] batch;
            lock (_gate) batch = [.. _waiting.Take(BatchSize)];
            if (batch.Length == 0)
            {
                LogEnds(_logger, written);
                Written?.Invoke();
                return true;
            }

            try
            {
                await WriteAsync(batch);
            }
            catch (StorageException e) when (e.Reason == StorageReason.Refused)
            {
                // One of them is wrong in itself: it must not hold up the others.
                if (!await WriteOneByOneAsync(batch)) return false;
            }
            catch (StorageException)
            {
                return false;
            }

            written += batch.Length;
            Done(batch.Length);
        }
    }

    private async Task<bool> WriteOneByOneAsync((Action<SqlSession> Work, int Bytes)[] batch)
    {
        foreach ((Action<SqlSession> Work, int Bytes) work in batch)
        {
            try
            {
                await WriteAsync([work]);
            }
            catch (StorageException e) when (e.Reason == StorageReason.Refused)
            {
                LogRefused(_logger, e.Message);
            }
            catch (StorageException)
            {
                // What was written of the batch is written again later: every work here may be.
                return false;
            }
        }

        return true;
    }

    private async Task WriteAsync((Action<SqlSession> Work, int Bytes)[] batch) => await _database.RunAsync(
        s =>
        {
            foreach ((Action<SqlSession> work, _) in batch) work(s);
            return 0;
        },
        CancellationToken.None);

    private void Done(int count)
    {
        lock (_gate)
        {
            for (int i = 0; i < count; i++)
            {
                _bytes -= _waiting.First!.Value.Bytes;
                _waiting.RemoveFirst();
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The site goes on without the database: alarms act, what happens is kept in memory until it is back. {Reason}")]
    private static partial void LogBegins(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The database is back; what was kept in memory is written ({Count} changes)")]
    private static partial void LogEnds(ILogger logger, long count);

    [LoggerMessage(Level = LogLevel.Error, Message = "The memory for what cannot be written is full: what happens from now on is lost at a restart; alarms act")]
    private static partial void LogFull(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "A change that waited is refused and left out: {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} changes are lost: the database did not take them before the stop")]
    private static partial void LogLost(ILogger logger, int count);
}
