using System.Collections.Frozen;
using System.Text;

namespace Automation.Isapi.Events;

/// <summary>The words devices use for events, without case (isapi.md, quirk 7), and the event each one is (EVT-4).</summary>
internal static class EventNames
{
    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        // Video; 003 §8.11, 002 App. B, 004 §7.
        ["VMD"] = "motionDetection",
        ["motion"] = "motionDetection",
        ["motionDetection"] = "motionDetection",
        ["VMDHumanVehicle"] = "motionDetection",
        ["facedetection"] = "faceDetection",
        ["faceSnap"] = "faceDetection",
        ["faceCapture"] = "faceDetection",
        ["fielddetection"] = "intrusion",
        ["linedetection"] = "lineCrossing",
        ["regionEntrance"] = "regionEntrance",
        ["regionExiting"] = "regionExiting",
        ["rapidMove"] = "rapidMove",
        ["loitering"] = "loitering",
        ["scenechangedetection"] = "sceneChange",
        ["sceneChange"] = "sceneChange",
        ["audioexception"] = "audioException",
        ["audioDetection"] = "audioException",
        ["videoloss"] = "videoLoss",
        ["shelteralarm"] = "videoTampering",
        ["tamperdetection"] = "videoTampering",
        ["videoReview"] = "videoReview",
        ["PIR"] = "pirDetection",
        ["PIRAlarm"] = "pirDetection",
        ["fallingDown"] = "fallingDown",
        ["longTimeLeave"] = "longTimeLeave",
        ["heartBeatAbnormal"] = "heartBeatAbnormal",
        ["respireAbnormal"] = "respireAbnormal",

        // Heat; 002 A.15, A.23–A.25.
        ["fireDetection"] = "fireDetection",
        ["smokeDetection"] = "smokeDetection",
        ["smokeAndFireDetection"] = "fireDetection",
        ["TMA"] = "temperatureAlarm",
        ["thermometry"] = "temperatureAlarm",
        ["TMPA"] = "temperaturePreAlarm",
        ["TDA"] = "temperatureDifference",
        ["faceTemperatureMeasurementEvent"] = "temperatureMeasured",
        ["faceThermometry"] = "temperatureMeasured",

        // Counting; 004 §8.
        ["PeopleCounting"] = "peopleCounting",
        ["PERSON_DENSITY_DETECTION"] = "personDensity",
        ["personDensityDetection"] = "personDensity",
        ["regionTargetNumberCounting"] = "personDensity",

        // Inputs, disks, network.
        ["IO"] = "alarmInput",
        ["diskfull"] = "hddFull",
        ["diskerror"] = "hddError",
        ["diskrecover"] = "hddError",
        ["recordException"] = "recordingException",
        ["recordingfailure"] = "recordingException",
        ["nicbroken"] = "networkDisconnected",
        ["ipconflict"] = "ipConflict",
        ["illaccess"] = "illegalAccess",
        ["illegalaccess"] = "illegalAccess",
        ["videomismatch"] = "videoMismatch",
        ["lowBattery"] = "lowBattery",
        ["tamper"] = "tamperAlarm",
        ["hostTamper"] = "tamperAlarm",

        // Talk and doors.
        ["requestVoiceTalkEvent"] = "voiceTalkRequest",
        ["cancelVoiceTalkEvent"] = "voiceTalkCancelled",
        ["voiceTalkEvent"] = "calling",

        // The device and its gateway; 002 A.7, A.8, A.30, A.31, A.35.
        ["devStatusChanged"] = "deviceStatusChanged",
        ["deviceoffline"] = "offline",
        ["deviceonline"] = "offline",
        ["devicedeleted"] = "deviceDeleted",
        ["deviceKeyStateChanged"] = "deviceKeyChanged",
        ["deviceKeyAbnormal"] = "deviceKeyChanged",
        ["deviceKeyNormal"] = "deviceKeyChanged",
        ["hppConnectionStatusChanged"] = "networkStateChanged",
        ["hppConnectStateChanged"] = "networkStateChanged",
        ["hppConnectAbnormal"] = "networkStateChanged",
        ["hppConnectNormal"] = "networkStateChanged",
        ["deviceHPPNetworkChanged"] = "networkStateChanged",
        ["deviceHppAbnormal"] = "networkStateChanged",
        ["deviceHppNormal"] = "networkStateChanged",

        // Switches.
        ["PoEPortPowerOff"] = "poePortPowerOff",
        ["SFPPortDisconnected"] = "sfpPortDisconnected",
        ["RJ45PortDisconnected"] = "rj45PortDisconnected",
        ["portBlocked"] = "portBlocked",
        ["portBusy"] = "portBusy",
        ["PoEPowerExceedsLimit"] = "poePowerExceeded",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> BySpan = Types.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Longest word that is looked up; the longest known has 30 characters.</summary>
    private const int MaxWord = 64;

    /// <summary>The device's words this table knows.</summary>
    public static IEnumerable<string> Known => Types.Keys;

    /// <summary>The event type; null when the word is not known.</summary>
    public static string? TypeOf(string wireName) => Types.GetValueOrDefault(wireName);

    /// <summary>The event type; null when the word is not known.</summary>
    public static string? TypeOf(ReadOnlySpan<byte> wireName)
    {
        if (wireName.Length > MaxWord) return null;
        Span<char> word = stackalloc char[MaxWord];
        int length = Encoding.Latin1.GetChars(wireName, word);
        return BySpan.TryGetValue(word[..length], out string? type) ? type : null;
    }

    public static bool IsEnd(ReadOnlySpan<byte> wireName) => Ascii.EqualsIgnoreCase(wireName, "diskrecover"u8) || Ascii.EqualsIgnoreCase(wireName, "deviceonline"u8);
}
