using Automation.Core.Model;
using Automation.Isapi;

namespace Automation.Host.Outbox;

/// <summary>Does actions on a device, without retries of its own that could do them twice.</summary>
internal interface IActionExecutor
{
    /// <summary>Answers how each ended, in their order; a world that fails is an outcome, not an exception. Cancelled: the caller stops or has no more time.</summary>
    /// <param name="requests">One, or several of one firing that are the same but for their target, of a kind that goes in batches (<see cref="ActionTypeInfo.Batch"/>).</param>
    Task<IReadOnlyList<ActionAnswer>> ExecuteAsync(IReadOnlyList<ActionRequest> requests, CancellationToken cancellationToken);
}
