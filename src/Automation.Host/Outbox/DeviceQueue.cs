using Automation.Core.Model;
using Automation.Host.Storage;
using Automation.Isapi;

namespace Automation.Host.Outbox;

/// <summary>The requests of one device, done one call after the other in the order they were added. A loop runs only while something waits.</summary>
internal sealed class DeviceQueue(OutboxServices services)
{
    private readonly Lock _gate = new();

    // Of the loop alone, but for Heard.
    private readonly DeviceCircuit _circuit = new(services.Limits);

    // Under the gate. The first _working rows are being worked on; the others may leave early when they expire.
    private readonly List<OutboxRow> _rows = [];
    private int _working;
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

    /// <summary>Adds rows at once, so that those of one firing are seen together. Returns those that do not fit any more.</summary>
    public IReadOnlyList<OutboxRow> Add(IReadOnlyList<OutboxRow> rows)
    {
        var refused = new List<OutboxRow>();
        lock (_gate)
        {
            foreach (OutboxRow row in rows)
            {
                if (_rows.Count >= services.Limits.WaitingPerDevice)
                {
                    refused.Add(row);
                    continue;
                }

                // Two callers may come here in the other order than their rows were committed; the disk's order is the order.
                int at = _rows.Count;
                while (at > _working && _rows[at - 1].Position > row.Position) at--;
                _rows.Insert(at, row);
            }

            if (_running || _rows.Count == 0 || services.Stopping.IsCancellationRequested) return refused;
            _running = true;
            _loop = Task.Run(RunAsync);
            return refused;
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
            _circuit.Heard();
        }

        wake.TrySetResult();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            Work[] group;
            lock (_gate)
            {
                if (_rows.Count == 0)
                {
                    _running = false;
                    return;
                }

                _working = GroupLength_NeedsLock();
                group = [.. _rows.Take(_working).Select(r => new Work(r))];
            }

            // False: the process stops; what is open stays so on disk and the next start goes on with it.
            if (!await WorkAsync([.. group])) return;
            lock (_gate)
            {
                _rows.RemoveRange(0, _working);
                _working = 0;
            }
        }
    }

    /// <summary>How many rows from the first on go in one call: those of one firing that differ in their target alone (decision 0009).</summary>
    private int GroupLength_NeedsLock()
    {
        ActionRequest first = _rows[0].Request;
        if (!ActionTypes.All.TryGetValue(first.Action, out ActionTypeInfo? type) || !type.Batch) return 1;
        int length = 1;
        while (length < _rows.Count && length < services.Limits.PerCall && IsSameButForTarget(first, _rows[length].Request)) length++;
        return length;
    }

    private static bool IsSameButForTarget(in ActionRequest a, in ActionRequest b) =>
        a.Cause == b.Cause && a.Action == b.Action && a.Rule == b.Rule && a.On.Kind == b.On.Kind && a.On != b.On && a.Parameters.Equals(b.Parameters);

    /// <summary>Does the rows until each has ended; those that may be done by another try are tried again together. False when the process stops.</summary>
    private async Task<bool> WorkAsync(List<Work> open)
    {
        while (!services.Stopping.IsCancellationRequested)
        {
            DateTimeOffset now = services.Time.GetUtcNow();
            if (!await ExpireAsync(open, now)) return false;
            if (open.Count == 0) return true;
            Task wake;
            lock (_gate) wake = _wake.Task;
            if (_circuit.Rest(now) is { Ticks: > 0 } rest)
            {
                // The device may be back before what waits for it expires; that alone is worth waiting for.
                TimeSpan left = open.Min(w => w.Row.Request.ExpiresAt) - now;
                if (!await WaitAsync(left < rest ? left : rest, wake)) return false;
                continue;
            }

            foreach (Work work in open) work.Attempts++;
            if (await services.AttemptAsync([.. open.Select(w => w.Row)], open[0].Attempts) is not { } answers) return false;
            if (!await TakeAsync(open, answers)) return false;
            if (open.Count == 0) return true;
            TimeSpan delay = services.Retry.Delay(open[0].Attempts);
            if (_circuit.IsOpen) continue;

            // What has no try left before it expires is told now, not then.
            if (!await ExpireAsync(open, services.Time.GetUtcNow() + delay)) return false;
            if (open.Count > 0 && !await WaitAsync(delay, wake)) return false;
        }

        return false;
    }

    /// <summary>Ends what the answers end; what stays in the list may be tried again.</summary>
    private async Task<bool> TakeAsync(List<Work> open, IReadOnlyList<ActionAnswer> answers)
    {
        Work[] asked = [.. open];
        if (_circuit.Ended(answers[0].Outcome, services.Time.GetUtcNow())) services.CircuitChanged(asked[0].Row.Request.On, _circuit.IsOpen);
        for (int i = 0; i < asked.Length; i++)
        {
            Work work = asked[i];
            string action = work.Row.Request.Action;
            if (!RetryPolicy.MayRetry(action, answers[i].Outcome))
            {
                if (!await services.FinishAsync(work.Row, answers[i], work.Attempts)) return false;
                open.Remove(work);
                continue;
            }

            work.Last = answers[i].Outcome;
            if (!RetryPolicy.IsRepeatable(action) && !await services.SetPendingAsync(work.Row, work.Attempts)) return false;
        }

        return true;
    }

    private async Task<bool> ExpireAsync(List<Work> open, DateTimeOffset at)
    {
        foreach (Work work in open.Where(w => w.Row.Request.ExpiresAt <= at).ToArray())
        {
            if (!await services.FinishAsync(work.Row, new ActionAnswer(OutboxServices.Expired(work.Last)), work.Attempts)) return false;
            open.Remove(work);
        }

        return true;
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
            lock (_gate) expired = _rows.Skip(_working).FirstOrDefault(r => r.Request.ExpiresAt <= now);
            if (expired is null) return true;
            if (!await services.FinishAsync(expired, new ActionAnswer(OutboxServices.Expired(null)), expired.Attempts)) return false;
            lock (_gate) _rows.Remove(expired);
        }
    }

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A row that is being worked on: the calls begun for it, and how the last one ended.</summary>
    private sealed class Work(OutboxRow row)
    {
        public OutboxRow Row { get; } = row;

        public int Attempts { get; set; } = row.Attempts;

        public ActionOutcome? Last { get; set; }
    }
}
