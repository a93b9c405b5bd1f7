using Automation.Core.Model;

namespace Automation.Host.Outbox;

/// <summary>Does an action on a device: one call, no retries of its own that could do it twice.</summary>
internal interface IActionExecutor
{
    /// <summary>Answers how it ended; a world that fails is an outcome, not an exception. Cancelled: the caller stops or has no more time.</summary>
    Task<ActionOutcome> ExecuteAsync(ActionRequest request, CancellationToken cancellationToken);
}
