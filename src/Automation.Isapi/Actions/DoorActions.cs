using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>Doors and door stations (ACT-6; isapi.md 1.3).</summary>
internal static class DoorActions
{
    public static Task<ActionOutcome> OpenAsync(ActionCall call, CancellationToken cancellationToken) => CommandAsync(call, "open", cancellationToken);

    public static Task<ActionOutcome> CloseAsync(ActionCall call, CancellationToken cancellationToken) => CommandAsync(call, "close", cancellationToken);

    public static Task<ActionOutcome> RemainOpenAsync(ActionCall call, CancellationToken cancellationToken) => CommandAsync(call, "alwaysOpen", cancellationToken);

    public static Task<ActionOutcome> RemainClosedAsync(ActionCall call, CancellationToken cancellationToken) => CommandAsync(call, "alwaysClose", cancellationToken);

    public static Task<ActionOutcome> ResumeAsync(ActionCall call, CancellationToken cancellationToken) => CommandAsync(call, "resume", cancellationToken);

    private static async Task<ActionOutcome> CommandAsync(ActionCall call, string command, CancellationToken cancellationToken)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/AccessControl/RemoteControl/door/{call.Number}");
        string body = $"<RemoteControlDoor version=\"2.0\" xmlns=\"http://www.isapi.org/ver20/XMLSchema\"><cmd>{command}</cmd></RemoteControlDoor>";
        return (await call.Calls.PutAsync(path, DeviceContent.Xml(body), cancellationToken).ConfigureAwait(false)).ToOutcome();
    }
}
