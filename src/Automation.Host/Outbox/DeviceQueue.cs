using Automation.Core.Model;
using Automation.Host.Storage;

namespace Automation.Host.Outbox;

/// <summary>The requests of one device, done one after the other in the order they were added. A loop runs only while something waits.</summary>
internal sealed class DeviceQueue(OutboxServices services)
{
    private readonly Lock _gate = new();

    // Under the gate. The first row is the one being worked on; the others may leave early when they expire.
    private readonly List<OutboxRow> _rows = [];
    private bool _running;
    private Task _loop = Task.CompletedTask;
    private TaskCompletionSource _wake = NewWake();

    public int Count
    {
        get
        {
            lock (_gate) return _rows.Count;
        }
    }

    /// <summary>The loop, for who stops it.</summary>
    public Task Loop
    {
        get
        {
            lock (_gate) return _loop;
        }
    }

    /// <summary>False when the queue is full.</summary>
    public bool TryAdd(OutboxRow row)
    {
        lock (_gate)
        {
            if (_rows.Count >= services.Limits.WaitingPerDevice) return false;
            // Two callers may come here in the other order than their rows were committed; the disk's order is the order.
            int at = _rows.Count;
            while (at > 1 && _rows[at - 1].Position > row.Position) at--;
            _rows.Insert(at, row);
            if (_running || services.Stopping.IsCancellationRequested) return true;
            _running = true;
            _loop = Task.Run(RunAsync);
            return true;
        }
    }

    /// <summary>The device is back: what waits for its next try is tried now.</summary>
    public void Wake()
    {
        TaskCompletionSource wake;
        lock (_gate)
        {
            wake = _wake;
            _wake = NewWake();
        }

        wake.TrySetResult();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            OutboxRow row;
            lock (_gate)
            {
                if (_rows.Count == 0)
                {
                    _running = false;
                    return;
                }

                row = _rows[0];
            }

            // False: the process stops; the row stays open on disk and the next start goes on with it.
            if (!await WorkAsync(row)) return;
            lock (_gate) _rows.RemoveAt(0);
        }
    }

    private async Task<bool> WorkAsync(OutboxRow row)
    {
        int attempts = row.Attempts;
        ActionOutcome? last = null;
        while (!services.Stopping.IsCancellationRequested)
        {
            if (services.Time.GetUtcNow() >= row.Request.ExpiresAt) return await services.FinishAsync(row, OutboxServices.Expired(last), attempts);
            Task wake;
            lock (_gate) wake = _wake.Task;
            ActionOutcome? outcome = await services.AttemptAsync(row, ++attempts);
            if (outcome is null) return false;
            if (!RetryPolicy.MayRetry(row.Request.Action, outcome)) return await services.FinishAsync(row, outcome, attempts);

            last = outcome;
            bool sent = !RetryPolicy.IsRepeatable(row.Request.Action);
            if (sent && !await services.SetPendingAsync(row, attempts)) return false;
            TimeSpan delay = services.Retry.Delay(attempts);
            // No try is left before it expires: that is told now, not then.
            if (services.Time.GetUtcNow() + delay >= row.Request.ExpiresAt) return await services.FinishAsync(row, OutboxServices.Expired(last), attempts);
            if (!await WaitAsync(delay, wake)) return false;
        }

        return false;
    }

    /// <summary>Waits for the next try; rows further back that expire meanwhile are told at their time. False when the process stops.</summary>
    private async Task<bool> WaitAsync(TimeSpan delay, Task wake)
    {
        DateTimeOffset until = services.Time.GetUtcNow() + delay;
        while (true)
        {
            if (!await ExpireWaitingAsync()) return false;
            DateTimeOffset now = services.Time.GetUtcNow();
            if (now >= until) return true;
            DateTimeOffset next = until;
            lock (_gate)
            {
                foreach (OutboxRow row in _rows)
                {
                    if (row.Request.ExpiresAt < next && row.Request.ExpiresAt > now) next = row.Request.ExpiresAt;
                }
            }

            try
            {
                // Counted once the timer stands, so that who sees the count may move the clock.
                // Timers count whole milliseconds and round down: without rounding up, the last part of one would be spent spinning.
                Task sleep = wake.WaitAsync(TimeSpan.FromMilliseconds(Math.Ceiling((next - now).TotalMilliseconds)), services.Time, services.Stopping);
                services.BeginSleep();
                await sleep;
                return true;
            }
            catch (TimeoutException)
            {
                // The usual end of a wait.
            }
            catch (OperationCanceledException)
            {
                return false;
            }
            finally
            {
                services.EndSleep();
            }
        }
    }

    private async Task<bool> ExpireWaitingAsync()
    {
        while (true)
        {
            DateTimeOffset now = services.Time.GetUtcNow();
            OutboxRow? expired;
            lock (_gate) expired = _rows.Skip(1).FirstOrDefault(r => r.Request.ExpiresAt <= now);
            if (expired is null) return true;
            if (!await services.FinishAsync(expired, OutboxServices.Expired(null), expired.Attempts)) return false;
            lock (_gate) _rows.Remove(expired);
        }
    }

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
