using Automation.Core.Model;
using Automation.Host.Foreign;
using Automation.Host.Outbox;
using Automation.Isapi;

namespace Automation.Host.Composition;

/// <summary>Hands action requests to the connection of their device, or to the bridge that feeds it.</summary>
/// <param name="commandsOf">The commands of an MQTT-only device of a profile (DEV-8); null for others.</param>
internal sealed class DeviceExecutor(Func<ResourceAddress, DeviceConnection?> connectionOf, Func<ResourceAddress, ForeignCommands?> commandsOf) : IActionExecutor
{
    public async Task<IReadOnlyList<ActionAnswer>> ExecuteAsync(IReadOnlyList<ActionRequest> requests, CancellationToken cancellationToken)
    {
        ActionRequest first = requests[0];
        if (connectionOf(first.On) is { } connection)
        {
            return await connection.ExecuteAsync(first.Action, [.. requests.Select(r => r.On)], first.Parameters, cancellationToken);
        }

        if (commandsOf(first.On) is { } commands) return [await commands.SendAsync(first, cancellationToken)];
        var none = new ActionAnswer(ActionOutcome.Failed(ActionReason.Invalid, retrySafe: false, "no connection is configured for this device"));
        return [.. requests.Select(_ => none)];
    }
}
