using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Model;

namespace Automation.Isapi.Diagnosis;

/// <summary>Where a device keeps whether it detects an event: the settings of the detection, the trigger that tells of it, the schedule that arms it (isapi.md 1.1).</summary>
/// <param name="Type">Our event type.</param>
/// <param name="Trigger">The first part of the trigger's id: <c>VMD</c> of <c>VMD-1</c>.</param>
/// <param name="Documents">The settings, with {0} for the number; the first that the device has counts.</param>
/// <param name="Schedules">The folder of its schedules; empty where it is not known.</param>
/// <param name="ScheduleIds">Names of the schedule of one number, where the folder does not list them.</param>
internal sealed record DetectionPath(string Type, string Trigger, ImmutableArray<string> Documents, string Schedules, ImmutableArray<string> ScheduleIds);

/// <summary>The detections that can be off, not told of, or not armed. What is not here is told whenever it happens: a panel's zone, a door.</summary>
internal static class DetectionPaths
{
    /// <summary>From this number on a port belongs to a proxied camera: channel × 100 + port.</summary>
    private const int FirstProxied = 100;

    private static readonly FrozenDictionary<string, DetectionPath> Table = new DetectionPath[]
    {
        Video("motionDetection", "VMD", "motionDetection", "motionDetections", "VMD_video{0}"),
        Video("videoTampering", "tamper", "tamperDetection", "tamperDetections", "Tamperdetection_video{0}"),
        Video("videoLoss", "videoloss", "videoLoss", "videolosses", "Videoloss_video{0}"),
        // The case of the paths differs from event to event; so it is on the devices.
        Smart("intrusion", "fielddetection", "FieldDetection", "fieldDetections", "fielddetection_video{0}", "fieldDetection-{0}"),
        Smart("lineCrossing", "linedetection", "LineDetection", "lineDetections", "linedetection_video{0}", "lineDetection-{0}"),
        Smart("regionEntrance", "regionEntrance", "regionEntrance", "regionEntrances", "regionEntrance-{0}"),
        Smart("regionExiting", "regionExiting", "regionExiting", "regionExitings", "regionExiting-{0}"),
        Smart("sceneChange", "scenechangedetection", "SceneChangeDetection", "sceneChangeDetections", "scenechangedetection_video{0}"),
        Smart("faceDetection", "facedetection", "FaceDetect", "faceDetections", "facedetection_video{0}"),
        Smart("loitering", "loitering", "loitering", "loiterings", "loitering-{0}"),
        Smart("rapidMove", "rapidMove", "rapidMove", "rapidMoves", "rapidMove-{0}"),
        new("audioException", "audioexception", [], "audioDetections", ["audioexception_{0}"]),
        new("fireDetection", "fireDetection", ["/Thermal/channels/{0}/fireDetection"], "", []),
        new("peopleCounting", "PeopleCounting", ["/System/Video/inputs/channels/{0}/counting"], "countings", []),
        new("pirDetection", "PIR", ["/WLAlarm/PIR"], "PIR", []),
        new("alarmInput", "IO", ["/System/IO/inputs/{0}"], "inputs", ["{0}", "IO_IN_{0}"]),
        new("hddFull", "diskfull", [], "", []), new("hddError", "diskerror", [], "", []), new("illegalAccess", "illaccess", [], "", []),
        new("ipConflict", "ipconflict", [], "", []), new("networkDisconnected", "nicbroken", [], "", []), new("recordingException", "recordingfailure", [], "", []),
    }.ToFrozenDictionary(p => p.Type, StringComparer.Ordinal);

    /// <summary>Null for an event that no setting of the device keeps back.</summary>
    public static DetectionPath? Of(string type) => Table.GetValueOrDefault(type);

    /// <summary>The settings of the detection for one resource, best first.</summary>
    public static IEnumerable<string> DocumentsOf(DetectionPath path, Resource? resource, bool recorder)
    {
        int number = resource?.Address.Number ?? 0;
        IEnumerable<string> documents = path.Documents.Select(d => At(d, number));
        if (resource?.Kind == "alarm-input" && number >= FirstProxied) return [At("/ContentMgmt/IOProxy/inputs/{0}", number)];
        // A recorder keeps them for its cameras elsewhere than a camera does for itself.
        return recorder ? documents.OrderByDescending(d => d.StartsWith("/ContentMgmt", StringComparison.Ordinal)) : documents;
    }

    public static string At(string template, int number) => template.Replace("{0}", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static DetectionPath Video(string type, string trigger, string document, string schedules, params string[] ids) =>
        new(type, trigger, ["/System/Video/inputs/channels/{0}/" + document, "/ContentMgmt/InputProxy/channels/{0}/video/" + document], schedules, [.. ids]);

    private static DetectionPath Smart(string type, string trigger, string document, string schedules, params string[] ids) =>
        new(type, trigger, [$"/Smart/{document}/{{0}}"], schedules, [.. ids]);
}
