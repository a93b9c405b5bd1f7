using System.Collections.Concurrent;
using Automation.Host.Operations;

namespace Automation.Host.Tests.Operations;

/// <summary>An operation log in memory.</summary>
internal sealed class ListedOperations : IOperationLog
{
    private readonly ConcurrentQueue<Operation> _all = new();

    public IReadOnlyList<Operation> All => [.. _all];

    public void Add(Operation operation) => _all.Enqueue(operation);

    public ValueTask<IReadOnlyList<OperationRecord>> ReadAsync(OperationFilter filter, long? before, int maximum, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<OperationRecord>>([.. _all.Select((o, i) => new OperationRecord(i + 1, default, o, default)).Reverse().Take(maximum)]);

    public ValueTask<OperationBreak?> VerifyAsync(CancellationToken cancellationToken) => ValueTask.FromResult<OperationBreak?>(null);
}
