using System.Collections.Frozen;

namespace Automation.Simulator.Devices;

/// <summary>An event of cameras and recorders: the name orders use, the word on the wire, and where the device keeps its settings.</summary>
/// <param name="Wire"><c>eventType</c> (002 Appendix B, 004 §7, isapi.md 1.6).</param>
/// <param name="Trigger">First part of the trigger's id; null: it has no linkage of its own. Recorded devices say <c>tamper-1</c> for <c>tamperdetection</c>.</param>
/// <param name="TriggerType"><c>eventType</c> in the trigger document.</param>
/// <param name="Settings">Document that enables it; <c>{video}</c> stands for the channel's video path, <c>{n}</c> for its number. Null: always on.</param>
/// <param name="Root">Root element of that document.</param>
/// <param name="Schedule">Folder under <c>Event/schedules</c>; null: watched all the time.</param>
/// <param name="ScheduleId">Id of its schedule without the channel.</param>
/// <param name="Target">Comes with a region and a target.</param>
internal sealed record ChannelEvent(string Name, string Wire, string? Trigger = null, string? TriggerType = null, string? Settings = null, string? Root = null, string? Schedule = null, string? ScheduleId = null, bool Target = false);

internal static class ChannelEvents
{
    private static readonly ChannelEvent[] OfChannels =
    [
        new("motionDetection", "VMD", "VMD", "VMD", "{video}/motionDetection", "MotionDetection", "motionDetections", "VMD_video"),
        new("videoTampering", "shelteralarm", "tamper", "tamperdetection", "{video}/tamperDetection", "TamperDetection", "tamperDetections", "Tamperdetection_video"),
        new("videoLoss", "videoloss", "videoloss", "videoloss", "{video}/videoLoss", "VideoLoss", "videolosses", "Videoloss_video"),
        new("intrusion", "fielddetection", "fielddetection", "fielddetection", "Smart/FieldDetection/{n}", "FieldDetection", "fieldDetections", "fielddetection_video", true),
        new("lineCrossing", "linedetection", "linedetection", "linedetection", "Smart/LineDetection/{n}", "LineDetection", "lineDetections", "linedetection_video", true),
        new("regionEntrance", "regionEntrance", "regionEntrance", "regionEntrance", "Smart/regionEntrance/{n}", "RegionEntrance", "regionEntrances", "regionEntrance_video", true),
        new("regionExiting", "regionExiting", "regionExiting", "regionExiting", "Smart/regionExiting/{n}", "RegionExiting", "regionExitings", "regionExiting_video", true),
        new("sceneChange", "scenechangedetection", "scenechangedetection", "scenechangedetection", "Smart/SceneChangeDetection/{n}", "SceneChangeDetection", "sceneChangeDetections", "scenechangedetection_video"),
        new("faceDetection", "facedetection", "facedetection", "facedetection", "Smart/FaceDetect/{n}", "FaceDetect", "faceDetections", "facedetection_video"),
        new("audioException", "audioexception", "audioexception", "audioexception", "Smart/AudioDetection/channels/{n}", "AudioDetection", "audioDetections", "audioexception_"),
        new("rapidMove", "rapidMove", "rapidMove", "rapidMove", "Smart/rapidMove/{n}", "RapidMove", "rapidMoves", "rapidMove_video", true),
        new("loitering", "loitering", "loitering", "loitering", "Smart/loitering/{n}", "Loitering", "loiterings", "loitering_video", true),
        new("pirDetection", "PIR", "PIR", "PIR", "WLAlarm/PIR", "PIRAlarm"),
        new("fireDetection", "fireDetection", "fireDetection", "fireDetection"),
        new("smokeDetection", "smokeDetection", "smokeDetection", "smokeDetection"),
        new("fallingDown", "fallingDown"),
        new("recordingException", "recordException", "recordException", "recordException"),
    ];

    private static readonly ChannelEvent[] OfDevices =
    [
        new("hddFull", "diskfull", "diskfull", "diskfull"),
        new("hddError", "diskerror", "diskerror", "diskerror"),
        new("hddRecovered", "diskrecover"),
        new("illegalAccess", "illaccess", "illaccess", "illaccess"),
        new("ipConflict", "ipconflict", "ipconflict", "ipconflict"),
        new("networkDisconnected", "nicbroken", "nicbroken", "nicbroken"),
    ];

    public static FrozenDictionary<string, ChannelEvent> Channel { get; } = OfChannels.ToFrozenDictionary(e => e.Name, StringComparer.Ordinal);

    /// <summary>Events of the whole device.</summary>
    public static FrozenDictionary<string, ChannelEvent> Device { get; } = OfDevices.ToFrozenDictionary(e => e.Name, StringComparer.Ordinal);

    /// <summary>What an alarm input has: linkage and schedule by the port's number.</summary>
    public static ChannelEvent Input { get; } = new("alarmInput", "IO", "IO", "IO", "System/IO/inputs/{n}", "IOInputPort", "inputs", "IO-");
}
