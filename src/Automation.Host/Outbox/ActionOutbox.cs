using Automation.Core.Model;
using Automation.Host.Storage;
using Automation.Isapi;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Outbox;

/// <summary>
/// What leaves is durable first (decision 0005): a request is on disk before a byte goes to a device, is asked for exactly once, and is
/// done at least once where repeating is harmless and at most once where it is not; in order per device, devices in parallel.
/// </summary>
internal sealed partial class ActionOutbox : IAsyncDisposable
{
    /// <summary>Closed rows between two clean-ups: keeps the file near its bound without a sweep per action.</summary>
    private const int PruneEvery = 500;

    private readonly IOutboxStore _store;
    private readonly OutboxServices _services;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();

    // Under the gate.
    private readonly Dictionary<string, DeviceQueue> _queues = new(StringComparer.Ordinal);
    private readonly List<OutboxRow> _early = [];
    private bool _loaded;
    private long _lastLoaded;
    private bool _stopped;
    private bool _leftBehind;
    private Task _load = Task.CompletedTask;
    private Task _prune = Task.CompletedTask;
    private Task _refusing = Task.CompletedTask;

    private int _waiting;
    private int _sincePrune;

    public ActionOutbox(IOutboxStore store, IActionExecutor executor, OutboxLimits limits, TimeProvider time, Random random, ILogger logger)
    {
        _store = store;
        _logger = logger;
        _services = new OutboxServices(store, executor, limits, time, random, logger, OnFinished);
    }

    /// <summary>A request ended and that is on disk. Told in order per device, but for those whose effect is looked for first; on any thread, outside locks.</summary>
    /// <remarks>The site marks it as told in the transaction that makes it an input; what is not marked is told again at the next start.</remarks>
    public event Action<OutboxRow>? Finished;

    /// <summary>Requests that wait, are being done, or whose end is not told yet.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Devices that failed and wait for their next try.</summary>
    public int DevicesWaitingForRetry => _services.Sleeping;

    /// <summary>Devices whose circuit is open: nobody calls them, but for one call now and then that looks.</summary>
    public int OpenCircuits => _services.OpenCircuits;

    /// <summary>What was left open on disk is under way again.</summary>
    public bool IsLoaded
    {
        get
        {
            lock (_gate) return _loaded;
        }
    }

    /// <summary>Goes on with what was left open on disk, then with what is added. Listeners are to be attached before.</summary>
    public void Start()
    {
        lock (_gate) _load = Task.Run(LoadAsync);
    }

    /// <summary>Takes over requests that are on disk since now. Waits for no device.</summary>
    public void Take(IReadOnlyList<OutboxRow> added)
    {
        lock (_gate)
        {
            // Stopped: they are on disk, the next start does them.
            if (_stopped) return;
            if (!_loaded)
            {
                _early.AddRange(added);
                return;
            }
        }

        // The start may have read a row from disk before this call came: it is on its way then.
        Enqueue(added.Where(r => r.Position > _lastLoaded));
    }

    /// <summary>A device is reachable again: its next try happens now instead of after the back-off.</summary>
    public void DeviceIsBack(ResourceAddress device)
    {
        DeviceQueue? queue;
        lock (_gate) _queues.TryGetValue(device.DeviceAddress.Value, out queue);
        queue?.Wake();
    }

    /// <summary>Starts no more calls, lets those under way end within the grace, then cancels them. Nothing is lost: what is open stays on disk.</summary>
    public async Task StopAsync()
    {
        Task[] loops;
        lock (_gate)
        {
            if (_stopped) return;
            _stopped = true;
        }

        await _services.StopAsync();
        lock (_gate) loops = [_load, _prune, _refusing, .. _queues.Values.Select(q => q.Loop)];
        Task all = Task.WhenAll([.. loops, _services.LookedAsync()]);
        if (await EndsAsync(all, _services.Limits.StopGrace)) return;
        await _services.CancelAsync();
        _leftBehind = !await EndsAsync(all, _services.Limits.CancelGrace);
        if (_leftBehind) LogLeftBehind(_logger);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        // A call that was left behind still holds on to what it was given.
        if (!_leftBehind) _services.Dispose();
    }

    private async Task LoadAsync()
    {
        try
        {
            foreach (OutboxRow row in await ReadAsync(_store.ReadUntoldAsync)) Tell(row);
            IReadOnlyList<OutboxRow> open = await ReadAsync(_store.ReadOpenAsync);
            long last = open.Count == 0 ? 0 : open[^1].Position;
            await ResumeAsync(open);
            while (TakeEarly(last) is { Length: > 0 } early)
            {
                Enqueue(early);
                last = early[^1].Position;
            }

            await PruneAsync();
        }
        catch (OperationCanceledException)
        {
            // Stopped while starting: everything is still on disk.
        }
    }

    private async Task<IReadOnlyList<OutboxRow>> ReadAsync(Func<CancellationToken, ValueTask<IReadOnlyList<OutboxRow>>> read)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await read(_services.Stopping);
            }
            catch (StorageException e)
            {
                LogLoadFailed(_logger, e.Message);
            }

            await Task.Delay(_services.Retry.Delay(attempt), _services.Time, _services.Stopping);
        }
    }

    /// <summary>What was added while the rows on disk were taken up, and is not among them; when nothing is, further rows go to their devices directly.</summary>
    private OutboxRow[] TakeEarly(long last)
    {
        lock (_gate)
        {
            OutboxRow[] early = [.. _early.Where(r => r.Position > last).OrderBy(r => r.Position)];
            _early.Clear();
            if (early.Length > 0) return early;
            _lastLoaded = last;
            _loaded = true;
            return early;
        }
    }

    private async Task ResumeAsync(IReadOnlyList<OutboxRow> open)
    {
        foreach (OutboxRow row in open.Where(MayHaveBeenDone))
        {
            // Doing it again could be a second pulse of a door: nobody knows, and that is what is told.
            Interlocked.Increment(ref _waiting);
            await _services.FinishAsync(row, new ActionAnswer(ActionOutcome.Failed(ActionReason.Interrupted, retrySafe: false)), row.Attempts);
        }

        Enqueue(open.Where(r => !MayHaveBeenDone(r)));
    }

    private static bool MayHaveBeenDone(OutboxRow row) => row.State == OutboxState.Sent && !RetryPolicy.IsRepeatable(row.Request.Action);

    private void Enqueue(IEnumerable<OutboxRow> rows)
    {
        foreach (IGrouping<string, OutboxRow> device in rows.GroupBy(r => r.Request.On.DeviceAddress.Value, StringComparer.Ordinal))
        {
            OutboxRow[] ofDevice = [.. device];
            DeviceQueue? queue;
            lock (_gate)
            {
                if (!_queues.TryGetValue(device.Key, out queue)) _queues.Add(device.Key, queue = new DeviceQueue(_services));
            }

            int room = _services.Limits.Waiting - Interlocked.Add(ref _waiting, ofDevice.Length) + ofDevice.Length;
            int fit = Math.Clamp(room, 0, ofDevice.Length);
            OutboxRow[] refused = [.. queue.Add(ofDevice[..fit]), .. ofDevice[fit..]];
            if (refused.Length == 0) continue;
            lock (_gate) _refusing = RefuseAsync(_refusing, refused);
        }
    }

    /// <summary>Beside the caller: a site that hands over requests must not wait for its own inbox, where the outcomes go.</summary>
    private async Task RefuseAsync(Task before, OutboxRow[] rows)
    {
        await before;
        await Task.Yield();
        foreach (OutboxRow row in rows)
        {
            await _services.FinishAsync(row, new ActionAnswer(ActionOutcome.Failed(ActionReason.Busy, retrySafe: true, "too many requests wait for this device")), row.Attempts);
        }
    }

    private void OnFinished(OutboxRow row)
    {
        Tell(row);
        Interlocked.Decrement(ref _waiting);
        if (Interlocked.Increment(ref _sincePrune) >= PruneEvery)
        {
            Interlocked.Exchange(ref _sincePrune, 0);
            lock (_gate)
            {
                if (!_stopped && _prune.IsCompleted) _prune = Task.Run(PruneAsync);
            }
        }
    }

    private void Tell(OutboxRow row)
    {
        try
        {
            Finished?.Invoke(row);
        }
        catch (Exception e)
        {
            // A listener that breaks must not stop a device's actions.
            LogListenerBroke(_logger, row.Request.Id, e);
        }
    }

    private async Task PruneAsync()
    {
        try
        {
            await _store.PruneAsync(_services.Time.GetUtcNow() - _services.Limits.KeptFor, _services.Limits.KeptRows, _services.Stopping);
        }
        catch (OperationCanceledException)
        {
            // The next start cleans up.
        }
        catch (StorageException e)
        {
            LogPruneFailed(_logger, e.Message);
        }
    }

    private async Task<bool> EndsAsync(Task task, TimeSpan within)
    {
        try
        {
            await task.WaitAsync(within, _services.Time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A listener could not take the outcome of {Id}")]
    private static partial void LogListenerBroke(ILogger logger, string id, Exception e);

    [LoggerMessage(Level = LogLevel.Error, Message = "What the outbox held from before cannot be read: {Reason}")]
    private static partial void LogLoadFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old rows of the outbox could not be removed: {Reason}")]
    private static partial void LogPruneFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A call to a device did not end when it was cancelled; it is left behind")]
    private static partial void LogLeftBehind(ILogger logger);
}
