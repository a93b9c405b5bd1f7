using Automation.Core.Model;
using Automation.Host.Storage;
using Automation.Isapi;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Outbox;

/// <summary>What the queues of all devices share.</summary>
internal sealed partial class OutboxServices(
    IOutboxStore store, IActionExecutor executor, OutboxLimits limits, TimeProvider time, Random random, ILogger logger, Action<OutboxRow> finished) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _cancelled = new();
    private readonly SemaphoreSlim _parallel = new(limits.Parallel);
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _looking = [];
    private int _storageFails;
    private int _sleeping;
    private int _openCircuits;

    public OutboxLimits Limits { get; } = limits;

    public TimeProvider Time { get; } = time;

    public RetryPolicy Retry { get; } = new(limits, random);

    /// <summary>No new calls; waits end.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Devices that wait for their next try.</summary>
    public int Sleeping => Volatile.Read(ref _sleeping);

    /// <summary>Devices that nobody calls at present, because several calls in a row did not reach them.</summary>
    public int OpenCircuits => Volatile.Read(ref _openCircuits);

    public void CircuitChanged(ResourceAddress device, bool open)
    {
        Interlocked.Add(ref _openCircuits, open ? 1 : -1);
        if (open) LogCircuitOpen(logger, device.DeviceAddress.Value, (int)Limits.Break.TotalSeconds);
        else LogCircuitClosed(logger, device.DeviceAddress.Value);
    }

    public void BeginSleep() => Interlocked.Increment(ref _sleeping);

    public void EndSleep() => Interlocked.Decrement(ref _sleeping);

    public Task StopAsync() => _stopping.CancelAsync();

    /// <summary>Calls under way end too.</summary>
    public Task CancelAsync() => _cancelled.CancelAsync();

    /// <summary>Ends when every effect that is still looked for is told; soon after <see cref="StopAsync"/>.</summary>
    public async Task LookedAsync()
    {
        while (true)
        {
            Task[] looking;
            lock (_gate) looking = [.. _looking];
            if (looking.Length == 0) return;
            await Task.WhenAll(looking);
        }
    }

    /// <summary>One call to the device; null when the process stops before it is known how it ended.</summary>
    public async Task<IReadOnlyList<ActionAnswer>?> AttemptAsync(IReadOnlyList<OutboxRow> rows, int attempts)
    {
        try
        {
            await _parallel.WaitAsync(Stopping);
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        try
        {
            // Whatever must not be done twice is on disk as sent before the first byte leaves (decision 0005); it comes alone. A disk that refuses is waited for no longer than it is worth doing.
            OutboxRow first = rows[0];
            if (!RetryPolicy.IsRepeatable(first.Request.Action) && !await PersistAsync(() => store.SetStateAsync(first, OutboxState.Sent, attempts, CancellationToken.None), first.Request.ExpiresAt)) return null;
            // Writing may have taken its time; the wait for a turn too.
            if (Time.GetUtcNow() >= first.Request.ExpiresAt) return Same(rows, Expired(null));
            return await CallAsync([.. rows.Select(r => r.Request)]);
        }
        finally
        {
            _parallel.Release();
        }
    }

    /// <summary>The call certainly did nothing: a restart may do it.</summary>
    public Task<bool> SetPendingAsync(OutboxRow row, int attempts) => PersistAsync(() => store.SetStateAsync(row, OutboxState.Pending, attempts, CancellationToken.None));

    /// <summary>Writes the outcome down, then tells it: at once, or when it is known whether its effect was seen. False when the process stopped before it was on disk.</summary>
    public async Task<bool> FinishAsync(OutboxRow row, ActionAnswer answer, int attempts)
    {
        DateTimeOffset now = Time.GetUtcNow();
        if (!await PersistAsync(() => store.FinishAsync(row, answer.Outcome, attempts, now, CancellationToken.None))) return false;
        OutboxRow ended = row with { Outcome = answer.Outcome, Attempts = attempts, FinishedAt = now };
        if (answer.WithEffect is { IsCompletedSuccessfully: true } known) finished(ended with { Outcome = known.Result });
        else if (answer.WithEffect is { } later) Follow(TellLaterAsync(ended, later));
        else finished(ended);
        return true;
    }

    private void Follow(Task telling)
    {
        lock (_gate) _looking.Add(telling);
        _ = telling.ContinueWith(
            done =>
            {
                lock (_gate) _looking.Remove(done);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Nobody waits here but the telling: the device's next request is done meanwhile.</summary>
    private async Task TellLaterAsync(OutboxRow ended, Task<ActionOutcome> withEffect)
    {
        try
        {
            ended = ended with { Outcome = await withEffect.WaitAsync(Stopping) };
        }
        catch (OperationCanceledException)
        {
            // Stopping: what the device said is told, its effect stays unknown.
        }
        catch (Exception e)
        {
            LogExecutorBroke(logger, ended.Request.Id, ended.Request.Action, ended.Request.On.Value, e);
        }

        finished(ended);
    }

    public static ActionOutcome Expired(ActionOutcome? last)
    {
        string? status = last is null ? null : last.DeviceStatus is null ? $"last try: {last.Reason}" : $"last try: {last.Reason}, {last.DeviceStatus}";
        return ActionOutcome.Failed(ActionReason.Expired, retrySafe: false, status);
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _cancelled.Dispose();
        _parallel.Dispose();
    }

    private async Task<IReadOnlyList<ActionAnswer>?> CallAsync(IReadOnlyList<ActionRequest> requests)
    {
        using var limit = new CancellationTokenSource(Limits.CallTime, Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _cancelled.Token);
        try
        {
            IReadOnlyList<ActionAnswer> answers = await executor.ExecuteAsync(requests, both.Token);
            return answers.Count == requests.Count ? answers : throw new InvalidOperationException($"{answers.Count} answers to {requests.Count} requests");
        }
        catch (OperationCanceledException) when (_cancelled.IsCancellationRequested)
        {
            return null;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return Same(requests, ActionOutcome.Failed(ActionReason.Unreachable, retrySafe: false, $"no answer within {Limits.CallTime.TotalSeconds:0} s"));
        }
        catch (Exception e)
        {
            // A broken invariant of the executor: these requests end, the device's next one goes on.
            ActionRequest first = requests[0];
            LogExecutorBroke(logger, first.Id, first.Action, first.On.Value, e);
            return Same(requests, ActionOutcome.Failed(ActionReason.BadAnswer, retrySafe: false, e.GetType().Name));
        }
    }

    private static ActionAnswer[] Same<T>(IReadOnlyList<T> asked, ActionOutcome outcome)
    {
        var answers = new ActionAnswer[asked.Count];
        Array.Fill(answers, new ActionAnswer(outcome));
        return answers;
    }

    /// <summary>A disk that refuses is waited for: what happened must be written down before anything follows from it. False when the process stops.</summary>
    /// <param name="until">When waiting is worth nothing any more; null: never.</param>
    private async Task<bool> PersistAsync(Func<ValueTask> write, DateTimeOffset? until = null)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await write();
                if (Interlocked.Exchange(ref _storageFails, 0) != 0) LogStorageBack(logger);
                return true;
            }
            catch (StorageException e)
            {
                if (Interlocked.Exchange(ref _storageFails, 1) == 0) LogStorageFails(logger, e.Message);
            }

            try
            {
                TimeSpan delay = Retry.Delay(attempt);
                if (until is { } limit)
                {
                    TimeSpan left = limit - Time.GetUtcNow();
                    if (left <= TimeSpan.Zero) return true;
                    if (left < delay) delay = left;
                }

                await Task.Delay(delay, Time, Stopping);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Action} on {Target} ({Id}) broke")]
    private static partial void LogExecutorBroke(ILogger logger, string id, string action, string target, Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Device} was not reached several times in a row: what waits for it waits, one call in {Seconds} s looks whether it is back")]
    private static partial void LogCircuitOpen(ILogger logger, string device, int seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Device} answers again")]
    private static partial void LogCircuitClosed(ILogger logger, string device);

    [LoggerMessage(Level = LogLevel.Error, Message = "The outbox cannot be written and actions wait: {Reason}")]
    private static partial void LogStorageFails(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The outbox can be written again")]
    private static partial void LogStorageBack(ILogger logger);
}
