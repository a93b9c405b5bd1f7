using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>The second half of actions that last: stop recording, end a pulse. One a key; asking again moves it. Stopping does what is still due.</summary>
internal sealed class DelayedCalls(TimeProvider time)
{
    /// <summary>A device has fewer channels and outputs than this.</summary>
    private const int MaxKeys = 512;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Pending> _pending = new(StringComparer.Ordinal);
    private bool _stopped;

    /// <summary>Does the call after the time, unless the key is asked for again or cancelled before.</summary>
    public void Schedule(string key, TimeSpan after, Func<CancellationToken, Task<DeviceAnswer>> call)
    {
        lock (_lock)
        {
            if (_stopped) return;
            if (_pending.Remove(key, out Pending? old)) old.Cancel.Cancel();
            if (_pending.Count >= MaxKeys) return;
            var pending = new Pending(call, new CancellationTokenSource());
            _pending[key] = pending;
            pending.Task = RunAsync(key, after, pending);
        }
    }

    /// <summary>Forgets what is due for the key.</summary>
    public void Cancel(string key)
    {
        lock (_lock)
        {
            if (_pending.Remove(key, out Pending? old)) old.Cancel.Cancel();
        }
    }

    /// <summary>Does everything that is due now, within the token's time: a recording that was started here is not left running.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Pending[] due;
        lock (_lock)
        {
            _stopped = true;
            due = [.. _pending.Values];
            _pending.Clear();
        }

        foreach (Pending pending in due)
        {
            await pending.Cancel.CancelAsync().ConfigureAwait(false);
            await pending.Task.ConfigureAwait(false);
            try
            {
                await pending.Call(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The time to stop is over; the device keeps its own limit of a recording.
            }
        }
    }

    private async Task RunAsync(string key, TimeSpan after, Pending pending)
    {
        try
        {
            await Task.Delay(after, time, pending.Cancel.Token).ConfigureAwait(false);
            lock (_lock)
            {
                if (!_pending.TryGetValue(key, out Pending? current) || current != pending) return;
                _pending.Remove(key);
            }

            await pending.Call(CancellationToken.None).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Asked for again, or stopping.
        }
        finally
        {
            pending.Cancel.Dispose();
        }
    }

    private sealed class Pending(Func<CancellationToken, Task<DeviceAnswer>> call, CancellationTokenSource cancel)
    {
        public Func<CancellationToken, Task<DeviceAnswer>> Call { get; } = call;

        public CancellationTokenSource Cancel { get; } = cancel;

        public Task Task { get; set; } = Task.CompletedTask;
    }
}
