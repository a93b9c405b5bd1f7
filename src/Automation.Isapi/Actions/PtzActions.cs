using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>Moving a camera (ACT-1; 003 §8.13).</summary>
internal static class PtzActions
{
    private const int MaxNumber = 300;

    private const string Namespace = "version=\"2.0\" xmlns=\"http://www.isapi.org/ver20/XMLSchema\"";

    private static string Channel(ActionCall call) => string.Create(CultureInfo.InvariantCulture, $"/PTZCtrl/channels/{call.Number}");

    /// <summary><c>preset</c>: 1 to 300.</summary>
    public static Task<ActionOutcome> CallPresetAsync(ActionCall call, CancellationToken cancellationToken) =>
        call.Parameters.IntOf("preset") is >= 1 and <= MaxNumber and var preset
            ? PutAsync(call, $"{Channel(call)}/presets/{preset}/goto", null, cancellationToken)
            : Task.FromResult(ActionParameters.Invalid("preset is a number from 1 to 300"));

    /// <summary><c>patrol</c>: 1 to 300; <c>command</c>: start, stop or pause.</summary>
    public static Task<ActionOutcome> CallPatrolAsync(ActionCall call, CancellationToken cancellationToken)
    {
        if (call.Parameters.IntOf("patrol") is not (>= 1 and <= MaxNumber and var patrol)) return Task.FromResult(ActionParameters.Invalid("patrol is a number from 1 to 300"));
        return call.Parameters.WordOf("command", "start", "start", "stop", "pause") is { } command
            ? PutAsync(call, $"{Channel(call)}/patrols/{patrol}/{command}", null, cancellationToken)
            : Task.FromResult(ActionParameters.Invalid("command is start, stop or pause"));
    }

    /// <summary><c>pattern</c>: 1 to 300; <c>command</c>: run or stop.</summary>
    public static Task<ActionOutcome> CallPatternAsync(ActionCall call, CancellationToken cancellationToken)
    {
        if (call.Parameters.IntOf("pattern") is not (>= 1 and <= MaxNumber and var pattern)) return Task.FromResult(ActionParameters.Invalid("pattern is a number from 1 to 300"));
        return call.Parameters.WordOf("command", "run", "run", "start", "stop") is { } command
            ? PutAsync(call, $"{Channel(call)}/patterns/{pattern}/{(command == "stop" ? "stop" : "run")}", null, cancellationToken)
            : Task.FromResult(ActionParameters.Invalid("command is run or stop"));
    }

    public static Task<ActionOutcome> GoHomeAsync(ActionCall call, CancellationToken cancellationToken) =>
        PutAsync(call, $"{Channel(call)}/homeposition/goto", null, cancellationToken);

    /// <summary><c>mode</c>: momentary (speeds -100…100 for <c>milliseconds</c>), continuous, absolute (degrees and zoom factor), relative (a point of the picture).</summary>
    public static Task<ActionOutcome> MoveAsync(ActionCall call, CancellationToken cancellationToken)
    {
        DataObject p = call.Parameters;
        string? mode = p.WordOf("mode", "momentary", "momentary", "continuous", "absolute", "relative");
        string? data = mode switch
        {
            "momentary" => $"{Speeds(p)}<Momentary><duration>{Whole(p.Within("milliseconds", 50, 60_000, 500))}</duration></Momentary>",
            "continuous" => Speeds(p),
            // Tenths of a degree and of a factor: 003 §8.13.8.
            "absolute" => $"<AbsoluteHigh><elevation>{Whole(10 * p.Within("tilt", -90, 270, 0))}</elevation><azimuth>{Whole(10 * p.Within("pan", 0, 360, 0))}</azimuth><absoluteZoom>{Whole(10 * p.Within("zoom", 0, 100, 1))}</absoluteZoom></AbsoluteHigh>",
            "relative" => $"<Relative><positionX>{Whole(p.Within("pan", 0, 255, 128))}</positionX><positionY>{Whole(p.Within("tilt", 0, 255, 128))}</positionY><relativeZoom>{Whole(p.Within("zoom", -100, 100, 0))}</relativeZoom></Relative>",
            _ => null,
        };
        return data is null
            ? Task.FromResult(ActionParameters.Invalid("mode is momentary, continuous, absolute or relative"))
            : PutAsync(call, $"{Channel(call)}/{mode}", DeviceContent.Xml($"<PTZData {Namespace}>{data}</PTZData>"), cancellationToken);
    }

    private static string Speeds(DataObject p) =>
        $"<pan>{Whole(p.Within("pan", -100, 100, 0))}</pan><tilt>{Whole(p.Within("tilt", -100, 100, 0))}</tilt><zoom>{Whole(p.Within("zoom", -100, 100, 0))}</zoom>";

    /// <summary><c>type</c>: light, wiper, fan or heater; or <c>number</c> of the output; <c>state</c>: on or off.</summary>
    public static async Task<ActionOutcome> AuxiliaryAsync(ActionCall call, CancellationToken cancellationToken)
    {
        string? type = call.Parameters.WordOf("type", "light", "light", "wiper", "fan", "heater");
        string? state = call.Parameters.WordOf("state", "on", "on", "off", "true", "false");
        if (type is null || state is null) return ActionParameters.Invalid("type is light, wiper, fan or heater; state is on or off");
        bool on = state is "on" or "true";
        int number = call.Parameters.IntOf("number") ?? 1;
        string newer = $"<PTZAux {Namespace}><id>{number}</id><type>{type.ToUpperInvariant()}</type><status>{(on ? "on" : "off")}</status></PTZAux>";
        ActionOutcome outcome = await PutAsync(call, string.Create(CultureInfo.InvariantCulture, $"{Channel(call)}/auxcontrols/{number}"), DeviceContent.Xml(newer), cancellationToken).ConfigureAwait(false);
        if (outcome.Reason != ActionReason.NotSupported) return outcome;
        // Older: 003 §8.13.37.
        string older = $"<PTZAuxStatus {Namespace}><enabled>{(on ? "true" : "false")}</enabled></PTZAuxStatus>";
        return await PutAsync(call, $"{Channel(call)}/auxcontrol?command={type.ToUpperInvariant()}_PWRON", DeviceContent.Xml(older), cancellationToken).ConfigureAwait(false);
    }

    private static string Whole(double number) => Math.Round(number).ToString("0", CultureInfo.InvariantCulture);

    private static async Task<ActionOutcome> PutAsync(ActionCall call, string path, DeviceContent? content, CancellationToken cancellationToken) =>
        (await call.Calls.PutAsync(path, content, cancellationToken).ConfigureAwait(false)).ToOutcome();
}
