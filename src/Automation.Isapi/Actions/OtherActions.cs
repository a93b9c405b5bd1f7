using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>Speakers, switch ports, the device itself (ACT-7; 000 §8.1).</summary>
internal static class OtherActions
{
    /// <summary><c>audio</c>: the number of the sound. There is no way to stop it (isapi.md 1.1).</summary>
    public static Task<ActionResult> PlayAudioAsync(ActionCall call, CancellationToken cancellationToken) =>
        PutAsync(call, $"/Event/triggers/notifications/AudioAlarm/{call.Word("audio")}/test?format=json", null, cancellationToken);

    public static Task<ActionResult> RestartPortAsync(ActionCall call, CancellationToken cancellationToken) => PortAsync(call, "restart", null, cancellationToken);

    public static Task<ActionResult> ClearPortAlarmAsync(ActionCall call, CancellationToken cancellationToken) => PortAsync(call, "clearAlarm", null, cancellationToken);

    /// <summary><c>enabled</c>: long-range mode on or off.</summary>
    public static Task<ActionResult> ExtendPortAsync(ActionCall call, CancellationToken cancellationToken) =>
        PortAsync(call, "extendMode", $"{{\"ExtendMode\":{{\"enabled\":{(call.Flag("enabled") ? "true" : "false")}}}}}", cancellationToken);

    private static Task<ActionResult> PortAsync(ActionCall call, string command, string? json, CancellationToken cancellationToken) =>
        PutAsync(call, string.Create(CultureInfo.InvariantCulture, $"/System/switch/ports/{call.Number}/{command}?format=json"), json, cancellationToken);

    /// <summary>003 §8.1: the answer comes before the device goes.</summary>
    public static Task<ActionResult> RebootAsync(ActionCall call, CancellationToken cancellationToken) => PutAsync(call, "/System/reboot", null, cancellationToken);

    private static async Task<ActionResult> PutAsync(ActionCall call, string path, string? json, CancellationToken cancellationToken) =>
        (await call.Calls.PutAsync(path, json is null ? null : DeviceContent.Json(json), cancellationToken).ConfigureAwait(false)).ToOutcome();
}
