using System.Collections.Concurrent;
using Automation.Core.Model;
using Automation.Host.Outbox;
using Automation.Isapi;

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

    /// <summary>How many requests each call had.</summary>
    public ConcurrentQueue<int> CallSizes { get; } = new();

    /// <summary>What becomes known of a request's effect later; null: nothing is looked for.</summary>
    public Func<ActionRequest, Task<ActionOutcome>?> Effect { get; init; } = _ => null;

    public async Task<IReadOnlyList<ActionAnswer>> ExecuteAsync(IReadOnlyList<ActionRequest> requests, CancellationToken cancellationToken)
    {
        CallSizes.Enqueue(requests.Count);
        var answers = new List<ActionAnswer>();
        foreach (ActionRequest request in requests)
        {
            _calls.Enqueue(request);
            answers.Add(new ActionAnswer(await answer(request, cancellationToken), Effect(request)));
        }

        return answers;
    }
}
