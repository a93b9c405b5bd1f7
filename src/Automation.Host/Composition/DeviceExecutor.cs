using Automation.Core.Model;
using Automation.Host.Outbox;
using Automation.Isapi;

namespace Automation.Host.Composition;

/// <summary>Hands an action request to the connection of its device.</summary>
internal sealed class DeviceExecutor(Func<ResourceAddress, DeviceConnection?> connectionOf) : IActionExecutor
{
    public Task<ActionOutcome> ExecuteAsync(ActionRequest request, CancellationToken cancellationToken) =>
        connectionOf(request.On) is { } connection
            ? connection.ExecuteAsync(request.Action, request.On, request.Parameters, cancellationToken)
            : Task.FromResult(ActionOutcome.Failed(ActionReason.Invalid, retrySafe: false, "no connection is configured for this device"));
}
