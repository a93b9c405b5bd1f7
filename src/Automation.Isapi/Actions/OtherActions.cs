using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>Speakers, switch ports, the device itself (ACT-7).</summary>
internal static class OtherActions
{
    /// <summary><c>audio</c>: the number of the sound, 1 when not given. There is no way to stop it (isapi.md 1.1).</summary>
    public static Task<ActionOutcome> PlayAudioAsync(ActionCall call, CancellationToken cancellationToken)
    {
        int audio = call.Parameters.IntOf("audio") ?? 1;
        return audio is >= 1 and <= 1000
            ? PutAsync(call, string.Create(CultureInfo.InvariantCulture, $"/Event/triggers/notifications/AudioAlarm/{audio}/test?format=json"), null, cancellationToken)
            : Task.FromResult(ActionParameters.Invalid("audio is a number from 1 to 1000"));
    }

    public static Task<ActionOutcome> RestartPortAsync(ActionCall call, CancellationToken cancellationToken) => PortAsync(call, "restart", null, cancellationToken);

    public static Task<ActionOutcome> ClearPortAlarmAsync(ActionCall call, CancellationToken cancellationToken) => PortAsync(call, "clearAlarm", null, cancellationToken);

    /// <summary><c>enabled</c>: long-range mode on or off; on when not given.</summary>
    public static Task<ActionOutcome> ExtendPortAsync(ActionCall call, CancellationToken cancellationToken)
    {
        bool enabled = call.Parameters.WordOf("enabled", "true", "false", "off") is null;
        return PortAsync(call, "extendMode", $$$"""{"ExtendMode":{"enabled":{{{(enabled ? "true" : "false")}}}}}""", cancellationToken);
    }

    private static Task<ActionOutcome> PortAsync(ActionCall call, string command, string? json, CancellationToken cancellationToken) =>
        PutAsync(call, string.Create(CultureInfo.InvariantCulture, $"/System/switch/ports/{call.Number}/{command}?format=json"), json, cancellationToken);

    public static Task<ActionOutcome> RebootAsync(ActionCall call, CancellationToken cancellationToken) => PutAsync(call, "/System/reboot", null, cancellationToken);

    private static async Task<ActionOutcome> PutAsync(ActionCall call, string path, string? json, CancellationToken cancellationToken) =>
        (await call.Calls.PutAsync(path, json is null ? null : DeviceContent.Json(json), cancellationToken).ConfigureAwait(false)).ToOutcome();
}
