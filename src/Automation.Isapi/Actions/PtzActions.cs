using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Actions.Effects;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>Moving a camera (ACT-1; 003 §8.13).</summary>
internal static class PtzActions
{
    /// <summary>003 §8.13.13.</summary>
    public static async Task<ActionResult> CallPresetAsync(ActionCall call, CancellationToken cancellationToken)
    {
        string preset = call.Word("preset");
        DeviceAnswer answer = await PutAsync(call, $"presets/{preset}/goto", null, cancellationToken).ConfigureAwait(false);
        return ActionResult.Of(answer, () => new PositionProbe(call) { PresetPath = PathOf(call, $"presets/{preset}") });
    }

    /// <summary>003 §8.13.16–18: <c>command</c> start, stop or pause.</summary>
    public static async Task<ActionResult> CallPatrolAsync(ActionCall call, CancellationToken cancellationToken)
    {
        (string patrol, string command) = (call.Word("patrol"), call.Word("command"));
        string status = command switch { "start" => "running", "pause" => "paused", _ => "stopped" };
        DeviceAnswer answer = await PutAsync(call, $"patrols/{patrol}/{command}", null, cancellationToken).ConfigureAwait(false);
        // 003 §8.13.19. Domes do not have it.
        return ActionResult.Of(answer, () => new ReadBackProbe(call, PathOf(call, $"patrols/{patrol}/status"), "patrol", status, d => d.TextOf("patrolStatus") ?? d.Find("PTZPatrolStatus")?.TextOf("patrolStatus")));
    }

    /// <summary>003 §8.13.25–26: <c>command</c> run or stop. Devices of today say start.</summary>
    public static async Task<ActionResult> CallPatternAsync(ActionCall call, CancellationToken cancellationToken)
    {
        string pattern = call.Word("pattern");
        if (call.Word("command") == "stop") return (await PutAsync(call, $"patterns/{pattern}/stop", null, cancellationToken).ConfigureAwait(false)).ToOutcome();
        (DeviceAnswer answer, _) = await Answers.FirstThatIsThereAsync(
            () => PutAsync(call, $"patterns/{pattern}/run", null, cancellationToken),
            () => PutAsync(call, $"patterns/{pattern}/start", null, cancellationToken)).ConfigureAwait(false);
        return answer.ToOutcome();
    }

    /// <summary>003 §8.13.4: to the zero point of the horizontal.</summary>
    public static async Task<ActionResult> GoHomeAsync(ActionCall call, CancellationToken cancellationToken) =>
        ActionResult.Of(await PutAsync(call, "homeposition/goto", null, cancellationToken).ConfigureAwait(false), () => new PositionProbe(call) { Pan = 0 });

    /// <summary><c>mode</c>: momentary (speeds for <c>milliseconds</c>), continuous (speeds until stopped, or for <c>milliseconds</c>), absolute (degrees and zoom factor), relative (a point of the picture).</summary>
    public static async Task<ActionResult> MoveAsync(ActionCall call, CancellationToken cancellationToken)
    {
        string mode = call.Word("mode");
        call.Tools.Later.Cancel(MoveKey(call));
        DeviceAnswer answer = await PutAsync(call, mode, call.Xml("PTZData", DataOf(call, mode)), cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccess && mode == "continuous" && call.Has("milliseconds"))
        {
            call.Tools.Later.Schedule(MoveKey(call), TimeSpan.FromMilliseconds(call.Decimal("milliseconds")), ct => PutAsync(call, "continuous", call.Xml("PTZData", Speeds(0, 0, 0)), ct));
        }

        return ActionResult.Of(answer, () => ProbeOf(call, mode));
    }

    private static string MoveKey(ActionCall call) => string.Create(CultureInfo.InvariantCulture, $"ptz/{call.Number}");

    private static string DataOf(ActionCall call, string mode) => mode switch
    {
        // 003 §8.13.6, §8.13.5.
        "momentary" => $"{Speeds(call)}<Momentary><duration>{(call.Has("milliseconds") ? Whole(call.Decimal("milliseconds")) : "500")}</duration></Momentary>",
        "continuous" => Speeds(call),
        // Tenths of a degree and of a factor: 003 §8.13.8.
        "absolute" => $"<AbsoluteHigh><elevation>{Whole(10 * call.Decimal("tilt"))}</elevation><azimuth>{Whole(10 * call.Decimal("pan"))}</azimuth><absoluteZoom>{Whole(10 * (call.Has("zoom") ? call.Decimal("zoom") : 1))}</absoluteZoom></AbsoluteHigh>",
        // 003 §8.13.7: the point becomes the middle of the picture; 128 is the middle now.
        _ => $"<Relative><positionX>{(call.Has("pan") ? Whole(call.Decimal("pan")) : "128")}</positionX><positionY>{(call.Has("tilt") ? Whole(call.Decimal("tilt")) : "128")}</positionY><relativeZoom>{Whole(call.Decimal("zoom"))}</relativeZoom></Relative>",
    };

    private static string Speeds(ActionCall call) => Speeds(call.Decimal("pan"), call.Decimal("tilt"), call.Decimal("zoom"));

    private static string Speeds(double pan, double tilt, double zoom) => $"<pan>{Whole(pan)}</pan><tilt>{Whole(tilt)}</tilt><zoom>{Whole(zoom)}</zoom>";

    private static PositionProbe? ProbeOf(ActionCall call, string mode)
    {
        if (mode == "absolute") return new PositionProbe(call) { Pan = call.Decimal("pan"), Tilt = call.Decimal("tilt"), Zoom = call.Has("zoom") ? call.Decimal("zoom") : 1 };
        bool stands = mode != "relative" && call.Decimal("pan") == 0 && call.Decimal("tilt") == 0 && call.Decimal("zoom") == 0;
        return stands ? null : new PositionProbe(call);
    }

    /// <summary><c>type</c>: light, wiper, fan or heater; <c>state</c>: on or off; <c>number</c> of the output where it has several of a kind.</summary>
    public static async Task<ActionResult> AuxiliaryAsync(ActionCall call, CancellationToken cancellationToken)
    {
        string type = call.Word("type").ToUpperInvariant();
        bool on = call.Word("state") == "on";
        string number = call.Has("number") ? call.Word("number") : "1";
        // 003 §8.13.37, and what devices of today have instead.
        string older = $"auxcontrol?command={type}_PWRON";
        string newer = $"auxcontrols/{number}";
        (DeviceAnswer answer, int form) = await Answers.FirstThatIsThereAsync(
            () => PutAsync(call, older, call.Xml("PTZAuxStatus", $"<enabled>{(on ? "1" : "0")}</enabled>"), cancellationToken),
            () => PutAsync(call, newer, call.Xml("PTZAux", $"<id>{number}</id><type>{type}</type><status>{(on ? "on" : "off")}</status>"), cancellationToken)).ConfigureAwait(false);
        return ActionResult.Of(answer, () => form == 0
            ? new ReadBackProbe(call, PathOf(call, older), "enabled", on ? "true" : "false", d => d.BoolOf("enabled") is { } enabled ? enabled ? "true" : "false" : null)
            : new ReadBackProbe(call, PathOf(call, newer), "status", on ? "on" : "off", d => d.TextOf("status")));
    }

    private static string Whole(double number) => Math.Round(number).ToString("0", CultureInfo.InvariantCulture);

    private static string PathOf(ActionCall call, string below) => string.Create(CultureInfo.InvariantCulture, $"/PTZCtrl/channels/{call.Number}/{below}");

    /// <summary>A recorder moves the cameras behind it under its own path, or under that of its proxied channels.</summary>
    private static async Task<DeviceAnswer> PutAsync(ActionCall call, string below, DeviceContent? content, CancellationToken cancellationToken)
    {
        DeviceAnswer answer = await call.Calls.PutAsync(PathOf(call, below), content, cancellationToken).ConfigureAwait(false);
        if (call.Tools.Device.Kind is not ("nvr" or "dvr") || !answer.IsMissing()) return answer;
        DeviceAnswer proxied = await call.Calls.PutAsync(string.Create(CultureInfo.InvariantCulture, $"/ContentMgmt/PTZCtrlProxy/channels/{call.Number}/{below}"), content, cancellationToken).ConfigureAwait(false);
        return proxied.IsMissing() ? answer : proxied;
    }
}
