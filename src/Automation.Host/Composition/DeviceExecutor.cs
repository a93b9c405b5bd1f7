using Automation.Core.Model;
using Automation.Host.Outbox;
using Automation.Isapi;

namespace Automation.Host.Composition;

/// <summary>Hands action requests to the connection of their device.</summary>
internal sealed class DeviceExecutor(Func<ResourceAddress, DeviceConnection?> connectionOf) : IActionExecutor
{
    public async Task<IReadOnlyList<ActionAnswer>> ExecuteAsync(IReadOnlyList<ActionRequest> requests, CancellationToken cancellationToken)
    {
        ActionRequest first = requests[0];
        if (connectionOf(first.On) is { } connection)
        {
            return await connection.ExecuteAsync(first.Action, [.. requests.Select(r => r.On)], first.Parameters, cancellationToken);
        }

        var none = new ActionAnswer(ActionOutcome.Failed(ActionReason.Invalid, retrySafe: false, "no connection is configured for this device"));
        return [.. requests.Select(_ => none)];
    }
}
