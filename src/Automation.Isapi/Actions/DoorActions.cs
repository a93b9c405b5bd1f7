using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Actions.Effects;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>Doors and door stations (ACT-6; isapi.md 1.3).</summary>
internal static class DoorActions
{
    public static Task<ActionResult> OpenAsync(ActionCall call, CancellationToken cancellationToken) => CommandAsync(call, "open", "locked", false, cancellationToken);

    public static Task<ActionResult> CloseAsync(ActionCall call, CancellationToken cancellationToken) => CommandAsync(call, "close", "locked", true, cancellationToken);

    public static Task<ActionResult> RemainOpenAsync(ActionCall call, CancellationToken cancellationToken) => CommandAsync(call, "alwaysOpen", "mode", "remainOpen", cancellationToken);

    public static Task<ActionResult> RemainClosedAsync(ActionCall call, CancellationToken cancellationToken) => CommandAsync(call, "alwaysClose", "mode", "remainClosed", cancellationToken);

    public static Task<ActionResult> ResumeAsync(ActionCall call, CancellationToken cancellationToken) => CommandAsync(call, "resume", "mode", "normal", cancellationToken);

    private static async Task<ActionResult> CommandAsync(ActionCall call, string command, string property, DataValue expected, CancellationToken cancellationToken)
    {
        // A door opens at once; what else a door can be told is looked up first (isapi.md 1.3: some offer only open, alwaysOpen, resume).
        if (command != "open" && await call.Tools.Doors.OfferedAsync(cancellationToken).ConfigureAwait(false) is { } offered && !offered.Contains(command, StringComparer.OrdinalIgnoreCase))
        {
            return Answers.Invalid($"this door cannot be told {command}: it offers {string.Join(", ", offered)}");
        }

        string path = string.Create(CultureInfo.InvariantCulture, $"/AccessControl/RemoteControl/door/{call.Number}");
        var forms = new List<Func<Task<DeviceAnswer>>> { () => call.Calls.PutAsync(path, call.Xml("RemoteControlDoor", $"<cmd>{command}</cmd>"), cancellationToken) };
        if (command == "open")
        {
            // An indoor unit opens the door of the station it watches; firmware before that had a path of its own.
            forms.Add(() => call.Calls.PutAsync(path, call.Xml("RemoteControlDoor", "<channelNo>1</channelNo><cmd>open</cmd><controlType>monitor</controlType>"), cancellationToken));
            forms.Add(() => call.Calls.PutAsync("/VideoIntercom/remoteOpenDoor", call.Xml("RemoteOpenDoor", string.Create(CultureInfo.InvariantCulture, $"<gateWayIndex>{call.Number}</gateWayIndex><command>unlock</command><controlSrc>Automation</controlSrc>")), cancellationToken));
        }

        (DeviceAnswer answer, int form) = await Answers.FirstThatIsThereAsync([.. forms]).ConfigureAwait(false);
        return ActionResult.Of(answer, () => form == 0 && call.On.Kind == "door" ? StateProbe.Of(call, property, expected) : null);
    }
}
