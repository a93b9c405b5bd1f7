using System.Collections.Frozen;

namespace Automation.Core.Model;

/// <summary>The words of <see cref="Resource.Capabilities"/> that a discovery writes and actions look for. A user may write others.</summary>
public static class Capabilities
{
    /// <summary>Moves: presets, home position, momentary and continuous moves.</summary>
    public const string Ptz = "ptz";

    public const string Patrol = "patrol";

    public const string Pattern = "pattern";

    /// <summary>Auxiliary outputs of a PTZ unit: light, wiper, fan, heater.</summary>
    public const string Auxiliary = "auxiliary";

    public const string PrivacyMask = "privacyMask";

    public const string IrCut = "irCut";

    /// <summary>Recording on demand.</summary>
    public const string ManualRecord = "manualRecord";

    /// <summary>A picture on demand.</summary>
    public const string Capture = "capture";

    /// <summary>Measures temperatures.</summary>
    public const string Thermal = "thermal";

    public const string PeopleCounting = "peopleCounting";

    public const string TwoWayAudio = "twoWayAudio";

    /// <summary>A warning sound of a camera.</summary>
    public const string AudioAlarm = "audioAlarm";

    /// <summary>A warning light of a camera.</summary>
    public const string LightAlarm = "lightAlarm";

    /// <summary>A disk that is a share on the network.</summary>
    public const string NetworkStorage = "networkStorage";

    private static readonly FrozenDictionary<string, string> Needs = new Dictionary<string, string>
    {
        ["capture"] = Capture, ["record"] = ManualRecord,
        ["callPreset"] = Ptz, ["goHome"] = Ptz, ["movePtz"] = Ptz, ["callPatrol"] = Patrol, ["callPattern"] = Pattern, ["auxiliary"] = Auxiliary,
        ["parkAction"] = Ptz, ["setTimeTasks"] = Ptz,
        ["enablePrivacyMask"] = PrivacyMask, ["disablePrivacyMask"] = PrivacyMask, ["irCut"] = IrCut,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The capability a channel needs for the action; null when the kind of the resource is enough.</summary>
    public static string? NeededFor(string action) => Needs.GetValueOrDefault(action);
}
