using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Automation.Core.Model;

/// <summary>What is known of an event type.</summary>
/// <param name="Name">The name rules and topics use, e.g. <c>zoneAlarm</c>.</param>
/// <param name="Title">The name a person reads.</param>
/// <param name="Kinds">The resource kinds (<see cref="ResourceKinds"/>, <c>device</c>) that raise it; what Table 6-6 and EVT-4 say.</param>
/// <param name="AutoClear">For an event that lasts: silence after which it counts as over, because many devices never say so (isapi.md, quirk 5). Null: an instant.</param>
public sealed record EventTypeInfo(string Name, string Title, ImmutableArray<string> Kinds, TimeSpan? AutoClear)
{
    /// <summary>Whether the event has a begin and an end.</summary>
    public bool Lasts => AutoClear is not null;
}

/// <summary>The event types of the field (EVT-4, LNK-2, EXC-2). An event that is not here is published as <see cref="Unknown"/> with its raw text.</summary>
public static class EventTypes
{
    public const string Unknown = "unknown";

    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    public static FrozenDictionary<string, EventTypeInfo> All { get; } = Build().ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);

    public static bool IsKnown(string name) => All.ContainsKey(name);

    private static IEnumerable<EventTypeInfo> Build()
    {
        // Cameras (channels). Table 6-6: motion, face, intrusion, line crossing; the others are EVT-4.
        yield return Of("motionDetection", "Motion detection", Brief, "channel");
        yield return Of("faceDetection", "Face detection", Brief, "channel");
        yield return Of("intrusion", "Intrusion", Brief, "channel");
        yield return Of("lineCrossing", "Line crossing detection", Brief, "channel");
        yield return Of("regionEntrance", "Region entrance", Brief, "channel");
        yield return Of("regionExiting", "Region exiting", Brief, "channel");
        yield return Of("rapidMove", "Rapid movement", Brief, "channel");
        yield return Of("loitering", "Loitering", Brief, "channel");
        yield return Of("sceneChange", "Scene change", Brief, "channel");
        yield return Of("audioException", "Audio exception", Brief, "channel");
        yield return Of("videoLoss", "Video loss", Long, "channel");
        yield return Of("videoTampering", "Video tampering", Long, "channel");
        yield return Of("videoReview", "Video review", null, "channel", "area", "zone", "device");
        yield return Of("fallingDown", "Falling down", Brief, "channel", "zone");
        yield return Of("longTimeLeave", "Absent too long", Brief, "channel", "zone");
        yield return Of("heartBeatAbnormal", "Abnormal heartbeat of a person", Brief, "channel", "zone");
        yield return Of("respireAbnormal", "Abnormal breathing of a person", Brief, "channel", "zone");
        yield return Of("fireDetection", "Fire detection", Brief, "channel");
        yield return Of("smokeDetection", "Smoke detection", Brief, "channel");
        yield return Of("temperatureAlarm", "Temperature alarm", Long, "channel", "zone", "device");
        yield return Of("temperaturePreAlarm", "Temperature pre-alarm", Long, "channel", "zone");
        yield return Of("temperatureDifference", "Temperature difference alarm", Long, "channel");
        yield return Of("temperatureMeasured", "Body temperature measured", null, "channel", "door", "device");
        yield return Of("peopleCounting", "People counting", null, "channel");
        yield return Of("personDensity", "Person density", null, "channel");
        yield return Of("recordingException", "Recording exception", Long, "channel", "device");

        // Alarm inputs and doors.
        yield return Of("alarmInput", "Alarm input", Brief, "alarm-input", "channel");
        yield return Of("doorOpened", "Door opened", null, "door");
        yield return Of("doorClosed", "Door closed", null, "door");
        yield return Of("doorOpenedAbnormally", "Door opened abnormally", null, "door");
        yield return Of("doorOpenTimeout", "Door open too long", null, "door");
        yield return Of("doorUnlocked", "Door unlocked", null, "door");
        yield return Of("doorLocked", "Door locked", null, "door");
        yield return Of("accessGranted", "Access granted", null, "door", "card-reader");
        yield return Of("accessDenied", "Access denied", null, "door", "card-reader");
        yield return Of("exitButton", "Exit button pressed", null, "door");
        yield return Of("calling", "Calling", null, "station", "device");
        yield return Of("callCancelled", "Call cancelled", null, "station", "device");
        yield return Of("pirDetection", "PIR detection", Brief, "channel", "station", "device", "zone");

        // Panels: areas and zones.
        yield return Of("awayArmed", "Away arming", null, "area");
        yield return Of("stayArmed", "Stay arming", null, "area");
        yield return Of("disarmed", "Disarmed", null, "area");
        yield return Of("armingFailed", "Arming failed", null, "area");
        yield return Of("lateToDisarm", "Late to disarm", null, "area");
        yield return Of("alarmCleared", "Alarm cleared", null, "area");
        yield return Of("areaAlarm", "Area alarm", Long, "area");
        yield return Of("zoneAlarm", "Zone alarm", Long, "zone", "area");
        yield return Of("zoneTamper", "Zone tampered", Long, "zone");
        yield return Of("zoneBypassed", "Zone bypassed", Long, "zone");
        yield return Of("zoneFault", "Zone fault", Long, "zone");
        yield return Of("panicAlarm", "Panic alarm", Long, "area", "zone", "keypad", "keyfob", "device");
        yield return Of("duress", "Duress", Long, "area", "zone", "keypad", "device");
        yield return Of("medicalAlarm", "Medical alarm", Long, "area", "zone", "keypad", "keyfob", "device");
        yield return Of("fireAlarm", "Fire alarm", Long, "area", "zone", "keypad", "keyfob", "device");
        yield return Of("gasAlarm", "Gas leakage alarm", Long, "zone", "area");
        yield return Of("waterAlarm", "Water leakage alarm", Long, "zone", "area");

        // Devices and their health (EXC-2).
        yield return Of("offline", "Device offline", Long, "device", "channel");
        yield return Of("tamperAlarm", "Tampering alarm", Long, "device", "door", "zone", "siren", "keypad", "repeater", "card-reader", "relay", "output-module", "extension-module");
        yield return Of("hddFull", "HDD full", Long, "device", "hdd");
        yield return Of("hddError", "HDD error", Long, "device", "hdd");
        yield return Of("acLoss", "AC power loss", Long, "device");
        yield return Of("lowBattery", "Low battery", Long, "device", "zone", "siren", "keypad", "keyfob", "repeater", "card-reader", "relay", "channel");
        yield return Of("batteryMissing", "Battery missing", Long, "device");
        yield return Of("communicationFault", "Communication fault", Long, "device", "zone", "siren", "keypad", "repeater", "card-reader", "output-module", "extension-module", "transmitter", "relay");
        yield return Of("peripheralFault", "Peripheral fault", Long, "device", "zone", "siren", "keypad", "repeater", "card-reader", "output-module", "extension-module", "transmitter", "relay", "keyfob");
        yield return Of("networkDisconnected", "Network disconnected", Long, "device");
        yield return Of("ipConflict", "IP address conflict", Long, "device");
        yield return Of("illegalAccess", "Illegal login", null, "device");
        yield return Of("videoMismatch", "Video standard mismatch", Long, "device", "channel");
        yield return Of("deviceDeleted", "Device deleted", null, "device");
        yield return Of("deviceStatusChanged", "Device status changed", null, "device");
        yield return Of("deviceKeyChanged", "Device key changed", null, "device");
        yield return Of("voiceTalkRequest", "Voice talk requested", null, "device", "channel");
        yield return Of("voiceTalkCancelled", "Voice talk cancelled", null, "device", "channel");
        yield return Of("networkStateChanged", "Device network state changed", null, "device");
        yield return Of("poePortPowerOff", "PoE port power off", Long, "port", "device");
        yield return Of("sfpPortDisconnected", "SFP port disconnected", Long, "port", "device");
        yield return Of("rj45PortDisconnected", "RJ45 port disconnected", Long, "port", "device");
        yield return Of("portBlocked", "Port blocked", Long, "port", "device");
        yield return Of("portBusy", "Port busy", Long, "port", "device");
        yield return Of("poePowerExceeded", "PoE power exceeds limit", Long, "port", "device");
        // Trail cameras and thermal cameras for outdoors (DEV-8).
        yield return Of("pictureTaken", "Picture taken", null, "device", "channel");
        yield return Of("gpsAlert", "GPS alert: the device was moved", null, "device");
        yield return Of("panelReport", "Panel report", null, "device", "area", "zone", "keypad", "keyfob");

        // Derived by the engine; raised on site/groups/<group>.
        yield return Of("maxPeopleReached", "Maximum number of people reached", Long, "group");

        yield return Of(Unknown, "Unknown event", null, "device", "channel", "area", "zone", "door", "station", "alarm-input");
    }

    private static EventTypeInfo Of(string name, string title, TimeSpan? autoClear, params string[] kinds) => new(name, title, [.. kinds], autoClear);
}
