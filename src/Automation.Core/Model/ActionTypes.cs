using System.Collections.Frozen;
using System.Collections.Immutable;
using P = Automation.Core.Model.ActionParameterInfo;

namespace Automation.Core.Model;

/// <summary>What is known of an action kind (ACT-10).</summary>
/// <param name="Name">The name rules and topics use, e.g. <c>callPreset</c>.</param>
/// <param name="Title">The name a person reads.</param>
/// <param name="Kinds">The resource kinds it can be done on; Table 6-7. <c>device</c>: on the device itself.</param>
/// <param name="Repeatable">Whether repeating it is harmless: true gives at-least-once, false at-most-once.</param>
/// <param name="WorthDoing">How long it stays worth doing; a rule can say otherwise with <c>expiresAfter</c>.</param>
/// <param name="Parameters">The parameters it takes.</param>
public sealed record ActionTypeInfo(string Name, string Title, ImmutableArray<string> Kinds, bool Repeatable, TimeSpan WorthDoing, ImmutableArray<ActionParameterInfo> Parameters)
{
    /// <summary>Several resources of one device are done in one call, where the device can. Only of what is repeatable: a call that failed half way is made again.</summary>
    public bool Batch { get; init; }

    /// <summary>How its effect can be seen; null where it cannot.</summary>
    public ActionEffectInfo? Effect { get; init; }

    /// <summary>What is wrong with parameters that are right each for itself; null when nothing is.</summary>
    internal Func<DataObject, string?>? Together { get; init; }

    /// <summary>The parameter of that name; null when it takes none such.</summary>
    public ActionParameterInfo? Parameter(string name) => Parameters.FirstOrDefault(p => p.Name == name);

    /// <summary>What it takes, for a message.</summary>
    public string Takes => Parameters.IsEmpty ? "no parameters" : string.Join(", ", Parameters.Select(p => p.Name));

    /// <summary>The parameters with those that count when they are not given.</summary>
    public DataObject Complete(DataObject given)
    {
        foreach (ActionParameterInfo parameter in Parameters)
        {
            if (!parameter.Default.IsNull && given[parameter.Name].IsNull) given = given.With(parameter.Name, parameter.Default);
        }

        return given;
    }

    /// <summary>What is wrong with the parameters and what to write instead; null when they will do. Missing ones count by their default.</summary>
    public string? Problem(DataObject parameters)
    {
        foreach ((string name, DataValue value) in parameters)
        {
            if (!value.IsNull && Parameter(name) is null) return $"'{Name}' does not take '{(name.Length <= 64 ? name : name[..64])}': it takes {Takes}";
        }

        foreach (ActionParameterInfo parameter in Parameters)
        {
            if (parameter.Required && parameters[parameter.Name].IsNull) return $"'{Name}' needs '{parameter.Name}': {parameter.Takes}";
        }

        string? mode = parameters["mode"].IsNull ? Parameter("mode")?.Default.Text : parameters["mode"].ToString();
        foreach (ActionParameterInfo parameter in Parameters)
        {
            if (parameters[parameter.Name] is { IsNull: false } value && parameter.Problem(value, mode) is { } problem) return problem;
        }

        return Together?.Invoke(parameters);
    }
}

/// <summary>The actions on devices (LNK-3, ACT-1…ACT-7, SCH-4, SCH-5).</summary>
public static class ActionTypes
{
    /// <summary>A status shows at once what was switched; one slow answer is waited for.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    /// <summary>A panel tells its devices over radio first.</summary>
    private static readonly TimeSpan Panel = TimeSpan.FromSeconds(15);

    /// <summary>The slowest domes turn 12 degrees a second.</summary>
    private static readonly TimeSpan Turning = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Door = TimeSpan.FromSeconds(5);       // A door never opens late.
    private static readonly TimeSpan Picture = TimeSpan.FromSeconds(10);   // A picture of what is no longer there is worth nothing.
    private static readonly TimeSpan Camera = TimeSpan.FromSeconds(30);    // A recording lasts 30 s.
    private static readonly TimeSpan Arming = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Output = TimeSpan.FromSeconds(30);

    public static FrozenDictionary<string, ActionTypeInfo> All { get; } = Build().ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);

    public static bool IsKnown(string name) => All.ContainsKey(name);

    private static IEnumerable<ActionTypeInfo> Build() => [.. Cameras(), .. Outputs(), .. Panels(), .. Doors(), .. Others(), .. Schedules()];

    /// <summary>Table 6-7, ACT-1; 003 §8.4, §8.9, §8.13, §8.14.</summary>
    private static IEnumerable<ActionTypeInfo> Cameras()
    {
        yield return Of("capture", "Capture", false, Picture, "channel").Shows("the picture that comes", Picture);
        // 30 s: Table 6-7. The seeds' longest is 2 h (DEV-8).
        yield return Of("record", "Recording", true, Camera, "channel").With(P.Integer("seconds", 2, 7200) with { Default = 30 });
        yield return Of("callPreset", "Call preset", true, Camera, "channel").With(P.Integer("preset", 1, 300) with { Required = true }).Shows("the camera's position", Turning);
        yield return Of("callPatrol", "Call patrol", true, Camera, "channel")
            .With(P.Integer("patrol", 1, 300) with { Required = true }, P.Choice("command", "start", "stop", "pause") with { Default = "start" }).Shows("the patrol's status", AtOnce);
        yield return Of("callPattern", "Call pattern", true, Camera, "channel").With(P.Integer("pattern", 1, 300) with { Required = true }, P.Choice("command", "run", "stop") with { Default = "run" });
        yield return Of("armCamera", "Arm camera", true, Arming, "channel").Shows("the settings, read back", AtOnce);
        yield return Of("disarmCamera", "Disarm camera", true, Arming, "channel").Shows("the settings, read back", AtOnce);
        yield return Of("enablePrivacyMask", "Enable privacy mask", true, Arming, "channel").Shows("the settings, read back", AtOnce);
        yield return Of("disablePrivacyMask", "Disable privacy mask", true, Arming, "channel").Shows("the settings, read back", AtOnce);
        yield return Of("goHome", "Go to home position", true, Camera, "channel").Shows("the camera's position", Turning);
        // Speeds in per cent of the fastest; degrees and the factor of the zoom; a point of the picture, 0 to 255 in both directions (003 §8.13.5–8).
        yield return Of("movePtz", "Move PTZ", false, Door, "channel").With(
            P.Choice("mode", "momentary", "continuous", "absolute", "relative") with { Default = "momentary" },
            P.Decimal("pan", -100, 360) with { ByMode = [("momentary", -100, 100), ("continuous", -100, 100), ("absolute", 0, 360), ("relative", 0, 255)] },
            P.Decimal("tilt", -100, 270) with { ByMode = [("momentary", -100, 100), ("continuous", -100, 100), ("absolute", -90, 270), ("relative", 0, 255)] },
            P.Decimal("zoom", -100, 100) with { ByMode = [("momentary", -100, 100), ("continuous", -100, 100), ("absolute", 0, 100), ("relative", -100, 100)] },
            P.Integer("milliseconds", 50, 60_000) with { ByMode = [("momentary", 50, 60_000), ("continuous", 50, 60_000)] }).Shows("the camera's position", Turning);
        yield return Of("auxiliary", "Auxiliary output of a camera", true, Output, "channel").With(
            P.Integer("number", 1, 16), P.Choice("type", "light", "wiper", "fan", "heater") with { Required = true }, P.Choice("state", "on", "off") with { Default = "on" }).Shows("the output's status", AtOnce);
        yield return Of("irCut", "IR-cut filter", true, Output, "channel").With(P.Choice("mode", "day", "night", "auto") with { Required = true }).Shows("the settings, read back", AtOnce);
        yield return Of("keyFrame", "Request key frame", true, Picture, "channel");
    }

    /// <summary>ACT-2, ACT-5, ACT-7; 003 §8.3, 002 §7.11.</summary>
    private static IEnumerable<ActionTypeInfo> Outputs()
    {
        yield return Of("triggerAlarmOutput", "Trigger alarm output", true, Output, "alarm-output")
            .With(P.Choice("state", "high", "low", "pulse") with { Default = "high" }, P.Decimal("pulseSeconds", 0.1, 3600)).Shows("the output's status", AtOnce, "active");
        yield return Of("pulseAlarmOutput", "Pulse alarm output", false, Output, "alarm-output").With(P.Integer("milliseconds", 50, 3_600_000) with { Default = 1000 }).Shows("the output's status", AtOnce, "active", true);
        yield return Of("openRelay", "Open relay", true, Output, "relay").InBatches().Shows("the relay's status", Panel, "on", true);
        yield return Of("closeRelay", "Close relay", true, Output, "relay").InBatches().Shows("the relay's status", Panel, "on", false);
        yield return Of("sirenOn", "Siren on", true, Output, "siren").With(P.Integer("seconds", 1, 3600)).Shows("the siren's status", Panel, "on", true);
        yield return Of("sirenOff", "Siren off", true, Arming, "siren").Shows("the siren's status", Panel, "on", false);
        yield return Of("armAlarmInput", "Arm alarm input", true, Arming, "alarm-input").Shows("the settings, read back", AtOnce);
        yield return Of("disarmAlarmInput", "Disarm alarm input", true, Arming, "alarm-input").Shows("the settings, read back", AtOnce);
    }

    /// <summary>ACT-3, ACT-4; 002 §6, §7.5–7.10.</summary>
    private static IEnumerable<ActionTypeInfo> Panels()
    {
        yield return Of("arm", "Arm area", true, Arming, "area", "device").InBatches().With(P.Choice("mode", "away", "stay") with { Default = "away" })
            .Shows("the area's arming, after its exit delay", Panel, "arming", valueOf: "mode");
        yield return Of("disarm", "Disarm area", true, Arming, "area", "device").InBatches().Shows("the area's arming", Panel, "arming", "disarm");
        yield return Of("clearAlarm", "Clear alarm", true, Arming, "area", "device").InBatches().Shows("the area's alarm", Panel, "alarm", false);
        yield return Of("bypassZone", "Bypass zone", true, Arming, "zone").InBatches().Shows("the zone's bypass", Panel, "bypassed", true);
        yield return Of("recoverZone", "Recover zone bypass", true, Arming, "zone").InBatches().Shows("the zone's bypass", Panel, "bypassed", false);
        yield return Of("deactivateZone", "Deactivate zone", true, Arming, "zone").InBatches()
            .With(P.Choice("mode", "off", "lidOnly", "entirely") with { Default = "entirely" }, P.Flag("permanent")).Shows("the zone's deactivation", Panel, "oneTimeDeactivation", valueOf: "mode");
    }

    /// <summary>ACT-6; isapi.md 1.3.</summary>
    private static IEnumerable<ActionTypeInfo> Doors()
    {
        yield return Of("openDoor", "Open door", false, Door, "door", "station").Shows("the door's lock", AtOnce, "locked", false);
        yield return Of("closeDoor", "Close door", true, Output, "door").Shows("the door's lock", AtOnce, "locked", true);
        yield return Of("remainOpen", "Remain open", true, Output, "door").Shows("the door's mode", AtOnce, "mode", "remainOpen");
        yield return Of("remainClosed", "Remain closed", true, Output, "door").Shows("the door's mode", AtOnce, "mode", "remainClosed");
        yield return Of("resumeDoor", "Resume normal door control", true, Output, "door").Shows("the door's mode", AtOnce, "mode", "normal");
    }

    /// <summary>ACT-7; 000 §8.1.</summary>
    private static IEnumerable<ActionTypeInfo> Others()
    {
        yield return Of("playAudio", "Play audio", false, Output, "speaker", "channel").With(P.Integer("audio", 1, 1000) with { Default = 1 });
        yield return Of("restartPort", "Restart switch port", false, Arming, "port");
        yield return Of("clearPortAlarm", "Clear switch port alarm", true, Arming, "port").Shows("the port's status", AtOnce);
        yield return Of("extendPort", "Extend mode of a switch port", true, Arming, "port").With(P.Flag("enabled") with { Required = true }).Shows("the port's status", AtOnce);
        yield return Of("reboot", "Reboot device", false, Arming, "device");
        // DEV-8; 001 §7.1.5, §10: what a setting may be its device's profile says.
        yield return Of("configure", "Change a setting", true, Arming, "device").With(P.Choice("setting", [.. DeviceProfiles.SettingNames]) with { Required = true }, P.Any("value") with { Required = true }).Shows("the settings, read back", AtOnce);
        yield return Of("restoreDefaults", "Restore default settings", true, Arming, "device");
        yield return Of("calibrate", "Calibrate the picture", true, Output, "device");
    }

    /// <summary>What a device does by itself at its own times: SCH-4, SCH-5; 003 §8.11.6, §8.13.28–36, §8.15.</summary>
    private static IEnumerable<ActionTypeInfo> Schedules()
    {
        yield return Of("parkAction", "Park action", true, Arming, "channel").With(
            P.Flag("enabled") with { Default = true }, P.Integer("seconds", 5, 720),
            P.Choice("task", "autoScan", "frameScan", "randomScan", "panoramaScan", "patrol", "pattern", "preset"), P.Integer("number", 1, 255)).Shows("the settings, read back", AtOnce)
            with { Together = p => p["task"].Text is "patrol" or "pattern" or "preset" && p["number"].IsNull ? "'parkAction' needs the 'number' of the " + p["task"].Text : null };
        yield return Of("setTimeTasks", "Set PTZ time tasks", true, Arming, "channel").With(
            P.Choice("day", "mon", "tue", "wed", "thu", "fri", "sat", "sun") with { Required = true },
            P.Text("tasks", PtzTasks.Problem) with { Required = true }).Shows("the settings, read back", AtOnce);
        yield return Of("setRecordSchedule", "Set recording schedule", true, Arming, "channel", "device").With(
            P.Text("schedule", WeekSpans.Problem) with { Required = true }, P.Choice("type", "continuous", "motion", "alarm") with { Default = "continuous" },
            P.Integer("preSeconds", 0, 30), P.Integer("postSeconds", 0, 900)).Shows("the settings, read back", AtOnce);
        yield return Of("setEventSchedule", "Set event schedule", true, Arming, "channel", "alarm-input", "alarm-output").With(
            P.Choice("event", "motionDetection", "videoLoss", "videoTampering") with { Default = "motionDetection" }, P.Text("schedule", WeekSpans.Problem) with { Required = true }).Shows("the settings, read back", AtOnce);
    }

    private static ActionTypeInfo Of(string name, string title, bool repeatable, TimeSpan worthDoing, params string[] kinds) => new(name, title, [.. kinds], repeatable, worthDoing, []);

    private static ActionTypeInfo With(this ActionTypeInfo type, params P[] parameters) => type with { Parameters = [.. parameters] };

    private static ActionTypeInfo InBatches(this ActionTypeInfo type) => type with { Batch = true };

    private static ActionTypeInfo Shows(this ActionTypeInfo type, string seen, TimeSpan within, string? property = null, DataValue value = default, string? valueOf = null) =>
        type with { Effect = new ActionEffectInfo(seen, within, property, value, valueOf) };
}
