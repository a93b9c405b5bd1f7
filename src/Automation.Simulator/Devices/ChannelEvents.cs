using System.Collections.Frozen;

namespace Automation.Simulator.Devices;

/// <summary>Events of a channel: the name orders use, and the word on the wire (002 Appendix B, 004 §7, isapi.md 1.6).</summary>
internal static class ChannelEvents
{
    public static FrozenDictionary<string, string> Wire { get; } = new Dictionary<string, string>
    {
        ["motionDetection"] = "VMD",
        ["intrusion"] = "fielddetection",
        ["lineCrossing"] = "linedetection",
        ["regionEntrance"] = "regionEntrance",
        ["regionExiting"] = "regionExiting",
        ["rapidMove"] = "rapidMove",
        ["loitering"] = "loitering",
        ["sceneChange"] = "scenechangedetection",
        ["audioException"] = "audioexception",
        ["faceDetection"] = "facedetection",
        ["videoLoss"] = "videoloss",
        ["videoTampering"] = "shelteralarm",
        ["pirDetection"] = "PIR",
        ["fireDetection"] = "fireDetection",
        ["smokeDetection"] = "smokeDetection",
        ["fallingDown"] = "fallingDown",
        ["recordingException"] = "recordException",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Events of the whole device.</summary>
    public static FrozenDictionary<string, string> DeviceWire { get; } = new Dictionary<string, string>
    {
        ["hddFull"] = "diskfull",
        ["hddError"] = "diskerror",
        ["illegalAccess"] = "illaccess",
        ["ipConflict"] = "ipconflict",
        ["networkDisconnected"] = "nicbroken",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Events that come with a region and a target (isapi.md 1.6, 004 §7.2).</summary>
    public static bool HasTarget(string name) => name is "intrusion" or "lineCrossing" or "regionEntrance" or "regionExiting" or "loitering";
}
