using Automation.Core.Model;
using Automation.Host.Storage;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Outbox;

/// <summary>What the queues of all devices share.</summary>
internal sealed partial class OutboxServices(
    IOutboxStore store, IActionExecutor executor, OutboxLimits limits, TimeProvider time, Random random, ILogger logger, Action<OutboxRow> finished) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _cancelled = new();
    private readonly SemaphoreSlim _parallel = new(limits.Parallel);
    private int _storageFails;
    private int _sleeping;

    public OutboxLimits Limits { get; } = limits;

    public TimeProvider Time { get; } = time;

    public RetryPolicy Retry { get; } = new(limits, random);

    /// <summary>No new calls; waits end.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Devices that wait for their next try.</summary>
    public int Sleeping => Volatile.Read(ref _sleeping);

    public void BeginSleep() => Interlocked.Increment(ref _sleeping);

    public void EndSleep() => Interlocked.Decrement(ref _sleeping);

    public Task StopAsync() => _stopping.CancelAsync();

    /// <summary>Calls under way end too.</summary>
    public Task CancelAsync() => _cancelled.CancelAsync();

    /// <summary>One call to the device; null when the process stops before it is known how it ended.</summary>
    public async Task<ActionOutcome?> AttemptAsync(OutboxRow row, int attempts)
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
            // Whatever must not be done twice is on disk as sent before the first byte leaves (decision 0005).
            if (!RetryPolicy.IsRepeatable(row.Request.Action) && !await PersistAsync(() => store.SetStateAsync(row, OutboxState.Sent, attempts, CancellationToken.None))) return null;
            if (Time.GetUtcNow() >= row.Request.ExpiresAt) return Expired(null);
            return await CallAsync(row.Request);
        }
        finally
        {
            _parallel.Release();
        }
    }

    /// <summary>The call certainly did nothing: a restart may do it.</summary>
    public Task<bool> SetPendingAsync(OutboxRow row, int attempts) => PersistAsync(() => store.SetStateAsync(row, OutboxState.Pending, attempts, CancellationToken.None));

    /// <summary>Writes the outcome down, then tells it; false when the process stopped before it was on disk.</summary>
    public async Task<bool> FinishAsync(OutboxRow row, ActionOutcome outcome, int attempts)
    {
        DateTimeOffset now = Time.GetUtcNow();
        if (!await PersistAsync(() => store.FinishAsync(row, outcome, attempts, now, CancellationToken.None))) return false;
        finished(row with { Outcome = outcome, Attempts = attempts, FinishedAt = now });
        return true;
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

    private async Task<ActionOutcome?> CallAsync(ActionRequest request)
    {
        using var limit = new CancellationTokenSource(Limits.CallTime, Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _cancelled.Token);
        try
        {
            return await executor.ExecuteAsync(request, both.Token);
        }
        catch (OperationCanceledException) when (_cancelled.IsCancellationRequested)
        {
            return null;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return ActionOutcome.Failed(ActionReason.Unreachable, retrySafe: false, $"no answer within {Limits.CallTime.TotalSeconds:0} s");
        }
        catch (Exception e)
        {
            // A broken invariant of the executor: this request ends, the device's next one goes on.
            LogExecutorBroke(logger, request.Id, request.Action, request.On.Value, e);
            return ActionOutcome.Failed(ActionReason.BadAnswer, retrySafe: false, e.GetType().Name);
        }
    }

    /// <summary>A disk that refuses is waited for: what happened must be written down before anything follows from it.</summary>
    private async Task<bool> PersistAsync(Func<ValueTask> write)
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
                await Task.Delay(Retry.Delay(attempt), Time, Stopping);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Action} on {Target} ({Id}) broke")]
    private static partial void LogExecutorBroke(ILogger logger, string id, string action, string target, Exception e);

    [LoggerMessage(Level = LogLevel.Error, Message = "The outbox cannot be written and actions wait: {Reason}")]
    private static partial void LogStorageFails(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The outbox can be written again")]
    private static partial void LogStorageBack(ILogger logger);
}
