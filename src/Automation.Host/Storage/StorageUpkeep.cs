using Automation.Host.Storage.Sql;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Storage;

/// <summary>Something that has to be kept within its limits.</summary>
/// <param name="Name">For the log.</param>
/// <param name="PruneAsync">Removes what is too old or too much; returns what went.</param>
internal sealed record UpkeepTask(string Name, Func<CancellationToken, ValueTask<int>> PruneAsync);

/// <summary>Keeps everything that grows within its limits, and gives what that frees back to the disk. A little at a time: a site's commit never waits long.</summary>
internal sealed partial class StorageUpkeep(SqlDatabase database, IReadOnlyList<UpkeepTask> tasks, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>A limit is exceeded by what comes in this time at most.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = Task.Run(LoopAsync);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    /// <summary>Once through everything.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (UpkeepTask task in tasks)
        {
            try
            {
                int removed = await task.PruneAsync(cancellationToken);
                if (removed > 0) LogRemoved(logger, task.Name, removed);
            }
            catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
            {
                // The next round tries again; a database that refuses tells so itself.
                LogFailed(logger, task.Name, e.Message);
            }
        }

        try
        {
            while (await database.GiveBackAsync(cancellationToken))
            {
                // A piece at a time, so that commits get in between.
            }
        }
        catch (StorageException e)
        {
            LogFailed(logger, "freed space", e.Message);
        }
    }

    private async Task LoopAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(Every, time, _stop.Token);
                await RunAsync(_stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The end; what is left is done after the next start.
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Upkeep: {Count} of {Name} removed")]
    private static partial void LogRemoved(ILogger logger, string name, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Upkeep: {Name} could not be kept within its limits: {Reason}")]
    private static partial void LogFailed(ILogger logger, string name, string reason);
}
