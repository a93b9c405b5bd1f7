using System.Text;
using Automation.Host.History;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Operations;

/// <summary>Writes the operation log behind those who do things, so that a slow disk does not hold up a command.</summary>
internal sealed class OperationLog : IOperationLog, IAsyncDisposable
{
    private readonly WriteBehind<(DateTimeOffset At, Operation Operation)> _behind;
    private readonly IDatabase _database;
    private readonly OperationLimits _limits;
    private readonly TimeProvider _time;

    public OperationLog(IDatabase database, OperationLimits limits, TimeProvider time, ILogger logger)
    {
        _database = database;
        _limits = limits;
        _time = time;
        _behind = new WriteBehind<(DateTimeOffset, Operation)>("The operation log", limits.Waiting, KeepAsync, time, logger);
    }

    /// <summary>Entries that could not be kept.</summary>
    public long LeftOut => _behind.LeftOut;

    public void Add(Operation operation)
    {
        // Cleaned before it is hashed: what the database gives back must hash the same.
        operation = operation with { By = Clean(operation.By), From = Clean(operation.From), What = Clean(operation.What), Site = Clean(operation.Site), Target = Clean(operation.Target), Detail = Clean(operation.Detail), Refusal = Clean(operation.Refusal) };
        _behind.Add((_time.GetUtcNow(), operation));
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
    public ValueTask DisposeAsync() => _behind.DisposeAsync();

    private async ValueTask KeepAsync(IReadOnlyList<(DateTimeOffset At, Operation Operation)> entries) => await _database.RunAsync(
        s =>
        {
            foreach ((DateTimeOffset at, Operation operation) in entries) OperationTable.Add(s, at, [operation]);
            return 0;
        },
        CancellationToken.None);

    private string Clean(string text)
    {
        if (text.Length > _limits.DetailLength) text = text[.._limits.DetailLength] + "…";
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001f') && !text.Any(char.IsSurrogate)) return text;
        var clean = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) clean.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        return clean.ToString();
    }
}
