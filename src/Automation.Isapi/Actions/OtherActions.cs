using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Actions.Effects;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>Speakers, switch ports, the device itself (ACT-7; 000 §8.1).</summary>
internal static class OtherActions
{
    /// <summary><c>audio</c>: the number of the sound. There is no way to stop it (isapi.md 1.1).</summary>
    public static Task<ActionResult> PlayAudioAsync(ActionCall call, CancellationToken cancellationToken) =>
        PutAsync(call, $"/Event/triggers/notifications/AudioAlarm/{call.Word("audio")}/test?format=json", null, cancellationToken);

    public static async Task<ActionResult> RestartPortAsync(ActionCall call, CancellationToken cancellationToken) => (await PortAsync(call, "/restart", null, cancellationToken).ConfigureAwait(false)).ToOutcome();

    public static async Task<ActionResult> ClearPortAlarmAsync(ActionCall call, CancellationToken cancellationToken) =>
        ActionResult.Of(await PortAsync(call, "/clearAlarm", null, cancellationToken).ConfigureAwait(false), () => new ReadBackProbe(call, Port(call, ""), "alarm", "", d => d.Find("alarm")?.Text));

    /// <summary><c>enabled</c>: long-range mode on or off.</summary>
    public static async Task<ActionResult> ExtendPortAsync(ActionCall call, CancellationToken cancellationToken)
    {
        string enabled = call.Flag("enabled") ? "true" : "false";
        DeviceAnswer answer = await PortAsync(call, "/extendMode", $"{{\"ExtendMode\":{{\"enabled\":{enabled}}}}}", cancellationToken).ConfigureAwait(false);
        return ActionResult.Of(answer, () => new ReadBackProbe(call, Port(call, ""), "extendMode", enabled, d => d.Find("extendMode")?.Text));
    }

    private static Task<DeviceAnswer> PortAsync(ActionCall call, string command, string? json, CancellationToken cancellationToken) =>
        call.Calls.PutAsync(Port(call, command), json is null ? null : DeviceContent.Json(json), cancellationToken);

    private static string Port(ActionCall call, string command) => string.Create(CultureInfo.InvariantCulture, $"/System/switch/ports/{call.Number}{command}?format=json");

    /// <summary>003 §8.1: the answer comes before the device goes.</summary>
    public static Task<ActionResult> RebootAsync(ActionCall call, CancellationToken cancellationToken) => PutAsync(call, "/System/reboot", null, cancellationToken);

    private static async Task<ActionResult> PutAsync(ActionCall call, string path, string? json, CancellationToken cancellationToken) =>
        (await call.Calls.PutAsync(path, json is null ? null : DeviceContent.Json(json), cancellationToken).ConfigureAwait(false)).ToOutcome();
}
