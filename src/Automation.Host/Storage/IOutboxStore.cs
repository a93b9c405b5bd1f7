using Automation.Core.Model;

namespace Automation.Host.Storage;

/// <summary>The rows of the outbox (ACT-10).</summary>
internal interface IOutboxStore
{
    /// <summary>Adds the requests that are not there yet, all or none, and returns their rows in order. A request is known by <see cref="ActionRequest.Id"/>.</summary>
    /// <remarks>Cancelling is heard only until the write is queued: afterwards the caller must learn what became of it.</remarks>
    ValueTask<IReadOnlyList<OutboxRow>> AddRequestsAsync(IReadOnlyList<ActionRequest> requests, CancellationToken cancellationToken);

    /// <summary>Moves an open row between pending and sent.</summary>
    ValueTask SetStateAsync(OutboxRow row, OutboxState state, int attempts, CancellationToken cancellationToken);

    /// <summary>Closes a row with its outcome; a row that is closed already stays as it is.</summary>
    ValueTask FinishAsync(OutboxRow row, ActionOutcome outcome, int attempts, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Every open row, in the order they were added.</summary>
    ValueTask<IReadOnlyList<OutboxRow>> ReadOpenAsync(CancellationToken cancellationToken);

    /// <summary>Closed rows whose outcome nobody was told of, in the order they were added: a crash came between.</summary>
    ValueTask<IReadOnlyList<OutboxRow>> ReadUntoldAsync(CancellationToken cancellationToken);

    /// <summary>The row of a request; null when there is none (any more).</summary>
    ValueTask<OutboxRow?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>The last closed rows, newest first.</summary>
    ValueTask<IReadOnlyList<OutboxRow>> ReadFinishedAsync(int maximum, CancellationToken cancellationToken);

    /// <summary>Removes closed rows that are older than <paramref name="before"/> or not among the newest <paramref name="keep"/>.</summary>
    ValueTask PruneAsync(DateTimeOffset before, int keep, CancellationToken cancellationToken);
}

/// <summary>Stored as a number: values are never renumbered.</summary>
internal enum OutboxState
{
    /// <summary>To be done.</summary>
    Pending = 0,

    /// <summary>May have left: written before the call for kinds that must not be repeated.</summary>
    Sent = 1,

    /// <summary>The device said it was done.</summary>
    Done = 2,

    /// <summary>It was not done, or nobody knows.</summary>
    Failed = 3,

    /// <summary>It stayed undone for longer than it was worth doing.</summary>
    Expired = 4,
}

/// <param name="Position">Order of adding, growing.</param>
/// <param name="Attempts">Calls begun, as far as they were written down.</param>
/// <param name="Outcome">Null while the row is open.</param>
internal sealed record OutboxRow(long Position, ActionRequest Request, OutboxState State, int Attempts, ActionOutcome? Outcome, DateTimeOffset? FinishedAt)
{
    /// <summary>It is not on disk, because the disk refuses: a restart knows nothing of it, and does not do it again.</summary>
    public bool IsUnwritten { get; init; }
}
