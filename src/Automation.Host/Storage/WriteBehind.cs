using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Storage;

/// <summary>
/// Writes behind those who have something to keep, in batches and in order, so that a slow disk holds nobody up. What waits is bounded; above that it is left
/// out, counted and told. While the disk refuses, what waits is tried again.
/// </summary>
internal sealed partial class WriteBehind<T> : IAsyncDisposable
{
    private const int BatchSize = 200;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly Channel<T> _waiting;
    private readonly CancellationTokenSource _stop = new();
    private readonly string _name;
    private readonly Func<IReadOnlyList<T>, ValueTask> _write;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _loop;
    private long _leftOut;
    private int _disposed;

    /// <param name="name">For the log, e.g. <c>the operation log</c>.</param>
    /// <param name="maximum">What may wait.</param>
    /// <param name="write">Keeps all of a batch or, throwing <see cref="StorageException"/>, nothing of it.</param>
    public WriteBehind(string name, int maximum, Func<IReadOnlyList<T>, ValueTask> write, TimeProvider time, ILogger logger)
    {
        _name = name;
        _write = write;
        _time = time;
        _logger = logger;
        _waiting = Channel.CreateBounded<T>(new BoundedChannelOptions(maximum) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _loop = Task.Run(RunAsync);
    }

    /// <summary>What could not be kept.</summary>
    public long LeftOut => Volatile.Read(ref _leftOut);

    /// <summary>Never waits and never fails.</summary>
    public void Add(T item)
    {
        if (_waiting.Writer.TryWrite(item)) return;
        if (Interlocked.Increment(ref _leftOut) == 1) LogLeftOut(_logger, _name);
    }

    /// <summary>Writes what waits, as far as the disk takes it at once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _waiting.Writer.TryComplete();
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<T>(BatchSize);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < BatchSize && _waiting.Reader.TryRead(out T? item)) batch.Add(item);
            await KeepAsync(batch);
        }
    }

    private async Task KeepAsync(List<T> batch)
    {
        bool told = false;
        while (true)
        {
            bool last = _stop.IsCancellationRequested;
            try
            {
                await _write(batch);
                return;
            }
            catch (StorageException e)
            {
                if (!told) LogRefused(_logger, _name, e.Message);
                told = true;
                if (last || !e.IsOfTheWhole)
                {
                    Interlocked.Add(ref _leftOut, batch.Count);
                    LogLost(_logger, batch.Count, _name);
                    return;
                }
            }

            try
            {
                await Task.Delay(Retry, _time, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                // The end: one try is left.
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Name} cannot keep up and leaves entries out")]
    private static partial void LogLeftOut(ILogger logger, string name);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Name} cannot be written: {Reason}")]
    private static partial void LogRefused(ILogger logger, string name, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} entries of {Name} are lost, the disk did not take them")]
    private static partial void LogLost(ILogger logger, int count, string name);
}
