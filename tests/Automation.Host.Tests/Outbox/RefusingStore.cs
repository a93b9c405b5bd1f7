using Automation.Core.Model;
using Automation.Host.Storage;

namespace Automation.Host.Tests.Outbox;

/// <summary>A disk that a test makes refuse.</summary>
internal sealed class RefusingStore(IOutboxStore inner) : IOutboxStore
{
    private volatile bool _refuses;
    private int _refusals;

    public bool Refuses
    {
        get => _refuses;
        set => _refuses = value;
    }

    public int Refusals => Volatile.Read(ref _refusals);

    public ValueTask<IReadOnlyList<OutboxRow>> AddRequestsAsync(IReadOnlyList<ActionRequest> requests, CancellationToken cancellationToken) =>
        Do(() => inner.AddRequestsAsync(requests, cancellationToken));

    public ValueTask SetStateAsync(OutboxRow row, OutboxState state, int attempts, CancellationToken cancellationToken) =>
        Do(() => inner.SetStateAsync(row, state, attempts, cancellationToken));

    public ValueTask FinishAsync(OutboxRow row, ActionOutcome outcome, int attempts, DateTimeOffset at, CancellationToken cancellationToken) =>
        Do(() => inner.FinishAsync(row, outcome, attempts, at, cancellationToken));

    public ValueTask<IReadOnlyList<OutboxRow>> ReadOpenAsync(CancellationToken cancellationToken) => Do(() => inner.ReadOpenAsync(cancellationToken));

    public ValueTask<IReadOnlyList<OutboxRow>> ReadUntoldAsync(CancellationToken cancellationToken) => Do(() => inner.ReadUntoldAsync(cancellationToken));

    public ValueTask<OutboxRow?> FindAsync(string id, CancellationToken cancellationToken) => Do(() => inner.FindAsync(id, cancellationToken));

    public ValueTask<IReadOnlyList<OutboxRow>> ReadFinishedAsync(int maximum, CancellationToken cancellationToken) => inner.ReadFinishedAsync(maximum, cancellationToken);

    public ValueTask PruneAsync(DateTimeOffset before, int keep, CancellationToken cancellationToken) => inner.PruneAsync(before, keep, cancellationToken);

    private T Do<T>(Func<T> work)
    {
        if (!_refuses) return work();
        Interlocked.Increment(ref _refusals);
        throw new StorageException("the disk is full (a test says so)");
    }
}
