using System.Text;
using System.Threading.Channels;
using Automation.Host.History;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Operations;

/// <summary>Writes the operation log behind those who do things, so that a slow disk does not hold up a command.</summary>
internal sealed partial class OperationLog : IOperationLog, IAsyncDisposable
{
    private const int BatchSize = 200;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly Channel<(DateTimeOffset At, Operation Operation)> _waiting;
    private readonly IDatabase _database;
    private readonly OperationLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private long _leftOut;

    public OperationLog(IDatabase database, OperationLimits limits, TimeProvider time, ILogger logger)
    {
        _database = database;
        _limits = limits;
        _time = time;
        _logger = logger;
        _waiting = Channel.CreateBounded<(DateTimeOffset, Operation)>(new BoundedChannelOptions(limits.Waiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Entries that could not be kept.</summary>
    public long LeftOut => Volatile.Read(ref _leftOut);

    public void Add(Operation operation)
    {
        // Cleaned before it is hashed: what the database gives back must hash the same.
        operation = operation with { By = Clean(operation.By), From = Clean(operation.From), What = Clean(operation.What), Site = Clean(operation.Site), Target = Clean(operation.Target), Detail = Clean(operation.Detail), Refusal = Clean(operation.Refusal) };
        if (_waiting.Writer.TryWrite((_time.GetUtcNow(), operation))) return;
        if (Interlocked.Increment(ref _leftOut) == 1) LogLeftOut(_logger, operation.What);
    }

    public async ValueTask<IReadOnlyList<OperationRecord>> ReadAsync(OperationFilter filter, long? before, int maximum, CancellationToken cancellationToken) =>
        await _database.ReadAsync(s => OperationTable.Read(s, filter, before, Math.Clamp(maximum, 1, HistoryLimits.PageRows)), cancellationToken);

    public ValueTask<OperationBreak?> VerifyAsync(CancellationToken cancellationToken) => _database.ReadAsync(OperationTable.Verify, cancellationToken);

    /// <summary>Gives up what is older or more than is kept; returns the entries that went.</summary>
    public async ValueTask<int> PruneAsync(CancellationToken cancellationToken)
    {
        int dropped = 0;
        int entries;
        do
        {
            DateTimeOffset before = _time.GetUtcNow() - _limits.KeptFor;
            entries = await _database.RunAsync(s => OperationTable.Drop(s, before, _limits.KeptEntries, HistoryLimits.DropRows), cancellationToken);
            dropped += entries;
        }
        while (entries == HistoryLimits.DropRows);
        return dropped;
    }

    /// <summary>Writes what waits, as far as the disk takes it at once.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<(DateTimeOffset At, Operation Operation)>(BatchSize);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < BatchSize && _waiting.Reader.TryRead(out (DateTimeOffset, Operation) entry)) batch.Add(entry);
            await KeepAsync([.. batch]);
        }
    }

    private async Task KeepAsync((DateTimeOffset At, Operation Operation)[] entries)
    {
        bool told = false;
        while (true)
        {
            bool last = _stop.IsCancellationRequested;
            try
            {
                await _database.RunAsync(s => Write(s, entries), CancellationToken.None);
                return;
            }
            catch (StorageException e)
            {
                if (!told) LogRefused(_logger, e.Message);
                told = true;
                if (last || e.Reason == StorageReason.Closed)
                {
                    LogLost(_logger, entries.Length);
                    return;
                }
            }

            await Task.Delay(Retry, _time, _stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private static int Write(SqlSession s, (DateTimeOffset At, Operation Operation)[] entries)
    {
        foreach ((DateTimeOffset at, Operation operation) in entries) OperationTable.Add(s, at, [operation]);
        return entries.Length;
    }

    private string Clean(string text)
    {
        if (text.Length > _limits.DetailLength) text = text[.._limits.DetailLength] + "…";
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001f') && !text.Any(char.IsSurrogate)) return text;
        var clean = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) clean.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        return clean.ToString();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The operation log cannot keep up and leaves entries out, the first of them {What}")]
    private static partial void LogLeftOut(ILogger logger, string what);

    [LoggerMessage(Level = LogLevel.Error, Message = "The operation log cannot be written and waits: {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} entries of the operation log are lost, the disk did not take them before the stop")]
    private static partial void LogLost(ILogger logger, int count);
}
