namespace Automation.Host.Operations;

/// <summary>Who did what, when and from where. It only grows.</summary>
internal interface IOperationLog
{
    /// <summary>Takes an entry; it is on disk soon after. Never waits and never fails: what cannot be kept is told and counted.</summary>
    void Add(Operation operation);

    /// <summary>The newest that fit, newest first.</summary>
    /// <param name="before">Only those with a smaller id; null: from the newest.</param>
    ValueTask<IReadOnlyList<OperationRecord>> ReadAsync(OperationFilter filter, long? before, int maximum, CancellationToken cancellationToken);

    /// <summary>Follows the chain from its first entry to its last.</summary>
    /// <returns>Null: nothing was changed. Otherwise the first entry that is not as it was written.</returns>
    ValueTask<OperationBreak?> VerifyAsync(CancellationToken cancellationToken);
}

/// <param name="Id">The first entry that does not fit.</param>
internal sealed record OperationBreak(long Id, string Reason);
