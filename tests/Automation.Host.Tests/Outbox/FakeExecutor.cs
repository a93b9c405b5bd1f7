using System.Collections.Concurrent;
using Automation.Core.Model;
using Automation.Host.Outbox;

namespace Automation.Host.Tests.Outbox;

/// <summary>A device side that does what a test says, and remembers the calls in order.</summary>
internal sealed class FakeExecutor(Func<ActionRequest, CancellationToken, Task<ActionOutcome>> answer) : IActionExecutor
{
    private readonly ConcurrentQueue<ActionRequest> _calls = new();

    public FakeExecutor(Func<ActionRequest, ActionOutcome> answer)
        : this((request, _) => Task.FromResult(answer(request)))
    {
    }

    public FakeExecutor()
        : this(_ => ActionOutcome.Done())
    {
    }

    public IReadOnlyList<string> Calls => [.. _calls.Select(c => c.Id)];

    public Task<ActionOutcome> ExecuteAsync(ActionRequest request, CancellationToken cancellationToken)
    {
        _calls.Enqueue(request);
        return answer(request, cancellationToken);
    }
}
