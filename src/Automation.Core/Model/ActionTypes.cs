using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Automation.Core.Model;

/// <summary>What is known of an action kind (ACT-10).</summary>
/// <param name="Name">The name rules and topics use, e.g. <c>callPreset</c>.</param>
/// <param name="Title">The name a person reads.</param>
/// <param name="Kinds">The resource kinds it can be done on; Table 6-7. <c>device</c>: on the device itself.</param>
/// <param name="Repeatable">Whether repeating it is harmless: true gives at-least-once, false at-most-once.</param>
/// <param name="WorthDoing">How long it stays worth doing; a rule can say otherwise with <c>expiresAfter</c>.</param>
/// <param name="Parameters">The names of the parameters it takes.</param>
public sealed record ActionTypeInfo(string Name, string Title, ImmutableArray<string> Kinds, bool Repeatable, TimeSpan WorthDoing, ImmutableArray<string> Parameters)
{
    /// <summary>Several resources of one device are done in one call, where the device can. Only of what is repeatable: a call that failed half way is made again.</summary>
    public bool Batch { get; init; }
}

/// <summary>The actions on devices (LNK-3, ACT-1…ACT-7).</summary>
public static class ActionTypes
{
    public static FrozenDictionary<string, ActionTypeInfo> All { get; } = Build().ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);

    public static bool IsKnown(string name) => All.ContainsKey(name);

    private static IEnumerable<ActionTypeInfo> Build()
    {
        TimeSpan door = TimeSpan.FromSeconds(5);       // A door never opens late.
        TimeSpan picture = TimeSpan.FromSeconds(10);   // A picture of what is no longer there is worth nothing.
        TimeSpan camera = TimeSpan.FromSeconds(30);    // A recording lasts 30 s.
        TimeSpan arming = TimeSpan.FromMinutes(5);
        TimeSpan output = TimeSpan.FromSeconds(30);

        // Cameras. Table 6-7 and ACT-1.
        yield return Of("capture", "Capture", false, picture, "channel");
        yield return Of("record", "Recording", true, camera, "channel").With("seconds");
        yield return Of("callPreset", "Call preset", true, camera, "channel").With("preset");
        yield return Of("callPatrol", "Call patrol", true, camera, "channel").With("patrol", "command");
        yield return Of("callPattern", "Call pattern", true, camera, "channel").With("pattern", "command");
        yield return Of("armCamera", "Arm camera", true, arming, "channel");
        yield return Of("disarmCamera", "Disarm camera", true, arming, "channel");
        yield return Of("enablePrivacyMask", "Enable privacy mask", true, arming, "channel");
        yield return Of("disablePrivacyMask", "Disable privacy mask", true, arming, "channel");
        yield return Of("goHome", "Go to home position", true, camera, "channel");
        yield return Of("movePtz", "Move PTZ", false, door, "channel").With("pan", "tilt", "zoom", "mode", "milliseconds");
        yield return Of("auxiliary", "Auxiliary output of a camera", true, output, "channel").With("number", "type", "state");
        yield return Of("irCut", "IR-cut filter", true, output, "channel").With("mode");
        yield return Of("keyFrame", "Request key frame", true, picture, "channel");

        // Outputs and relays. ACT-2, ACT-5.
        yield return Of("triggerAlarmOutput", "Trigger alarm output", true, output, "alarm-output").With("state", "pulseSeconds");
        yield return Of("pulseAlarmOutput", "Pulse alarm output", false, output, "alarm-output").With("milliseconds");
        yield return Of("openRelay", "Open relay", true, output, "relay").InBatches();
        yield return Of("closeRelay", "Close relay", true, output, "relay").InBatches();
        yield return Of("sirenOn", "Siren on", true, output, "siren").With("seconds");
        yield return Of("sirenOff", "Siren off", true, arming, "siren");

        // Panels. ACT-3, ACT-4.
        yield return Of("arm", "Arm area", true, arming, "area", "device").With("mode").InBatches();
        yield return Of("disarm", "Disarm area", true, arming, "area", "device").InBatches();
        yield return Of("clearAlarm", "Clear alarm", true, arming, "area", "device").InBatches();
        yield return Of("bypassZone", "Bypass zone", true, arming, "zone").InBatches();
        yield return Of("recoverZone", "Recover zone bypass", true, arming, "zone").InBatches();
        yield return Of("deactivateZone", "Deactivate zone", true, arming, "zone").With("mode", "permanent").InBatches();

        // Doors. ACT-6.
        yield return Of("openDoor", "Open door", false, door, "door", "station");
        yield return Of("closeDoor", "Close door", true, output, "door");
        yield return Of("remainOpen", "Remain open", true, output, "door");
        yield return Of("remainClosed", "Remain closed", true, output, "door");
        yield return Of("resumeDoor", "Resume normal door control", true, output, "door");

        // Others. ACT-7.
        yield return Of("armAlarmInput", "Arm alarm input", true, arming, "alarm-input");
        yield return Of("disarmAlarmInput", "Disarm alarm input", true, arming, "alarm-input");
        yield return Of("playAudio", "Play audio", false, output, "speaker", "channel").With("audio");
        yield return Of("restartPort", "Restart switch port", false, arming, "port");
        yield return Of("clearPortAlarm", "Clear switch port alarm", true, arming, "port");
        yield return Of("extendPort", "Extend mode of a switch port", true, arming, "port").With("enabled");
        yield return Of("reboot", "Reboot device", false, arming, "device");
    }

    private static ActionTypeInfo Of(string name, string title, bool repeatable, TimeSpan worthDoing, params string[] kinds) =>
        new(name, title, [.. kinds], repeatable, worthDoing, []);

    private static ActionTypeInfo InBatches(this ActionTypeInfo type) => type with { Batch = true };

    private static ActionTypeInfo With(this ActionTypeInfo type, params string[] parameters) => type with { Parameters = [.. parameters] };
}
