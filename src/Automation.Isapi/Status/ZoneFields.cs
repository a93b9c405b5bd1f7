using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Status;

/// <summary>Every field of a zone's status (002 A.46) and the property it is here.</summary>
internal static class ZoneFields
{
    private const int MaxListed = 32;

    /// <summary>Fields that are taken over as they are, by their kind.</summary>
    private static readonly (string Wire, string Name)[] Texts =
    [
        ("status", "status"), ("reason", "faultReason"), ("oneTimeDeactivationMode", "oneTimeDeactivation"), ("deactivationMode", "deactivation"),
        ("waterDetectorAlarm", "waterDetector"), ("smokeDetectedExceed", "smokeDetector"), ("temperatureExceed", "temperatureExceeded"), ("zoneAttrib", "attribute"),
        ("detectorType", "detectorType"), ("model", "model"), ("zoneType", "zoneType"), ("healthStatus", "health"), ("mountingType", "mounting"), ("devIndex", "deviceIndex"),
        ("devName", "deviceName"), ("version", "version"), ("accessModuleType", "accessModule"),
    ];

    private static readonly (string Wire, string Name)[] Flags =
    [
        ("tamperEvident", "tampered"), ("shielded", "shielded"), ("bypassed", "bypassed"), ("armed", "armed"), ("isArming", "arming"), ("alarm", "alarm"),
        ("alwaysActiveEnabled", "alwaysActive"), ("pollingOptionEnable", "heartbeatWatched"), ("stayAway", "bypassedInStay"), ("antiMaskingEnabled", "antiMasking"),
        ("magnetOpenStatus", "open"), ("isAvailable", "available"), ("isBypassedAvailable", "bypassable"), ("pirCamConnected", "pirCameraConnected"),
        // 002 A.47, the older list.
        ("waterDetectorEnabled", "waterDetection"), ("smokeDetectedEnabled", "smokeDetection"),
    ];

    private static readonly (string Wire, string Name)[] Numbers =
    [
        ("chargeValue", "battery"), ("signal", "signal"), ("temperature", "temperature"), ("humidity", "humidity"), ("subSystemNo", "area"),
        ("relatedAccessModuleID", "accessModuleId"), ("address", "address"), ("deviceNo", "deviceNumber"),
    ];

    private static readonly (string Wire, string Name)[] ShockFlags = [("magnetOpenStatus", "open"), ("magnetShockStatus", "shock"), ("magnetTiltStatus", "tilted")];

    /// <summary>The wire's names this table knows, for the test that holds it against the seed.</summary>
    public static IEnumerable<string> Known =>
        [.. Texts.Select(t => t.Wire), .. Flags.Select(f => f.Wire), .. Numbers.Select(n => n.Wire), .. ShockFlags.Select(s => s.Wire), "charge", "linkageSubSystem", "MagnetShockCurrentStatus", "InputList", "RelatedChanList"];

    public static DataObject Read(DeviceElement zone)
    {
        var reader = new PropertyReader(zone);
        foreach ((string wire, string name) in Texts) reader.Text(wire, name);
        foreach ((string wire, string name) in Flags) reader.Flag(wire, name);
        foreach ((string wire, string name) in Numbers) reader.Number(wire, name);
        reader.IsNot("status", "online", "offline", "notRelated").Is("status", "triggered", "trigger").Is("status", "fault", "breakDown", "heartbeatAbnormal")
            .Is("charge", "lowBattery", "lowPower").List("linkageSubSystem", "areas");
        if (zone.Child("MagnetShockCurrentStatus") is { } shock)
        {
            foreach ((string wire, string name) in ShockFlags)
            {
                if (shock.BoolOf(wire) is { } flag) reader.Put(name, flag);
            }
        }

        Inputs(zone, reader);
        Cameras(zone, reader);
        return reader.Properties;
    }

    /// <summary>Inputs of a detector with several, each by its number: <c>input1Enabled</c>, <c>input1Mode</c>.</summary>
    private static void Inputs(DeviceElement zone, PropertyReader reader)
    {
        foreach (DeviceElement input in zone.Children.Where(c => c.Is("InputList")).Take(MaxListed))
        {
            if (input.IntOf("id") is not { } id) continue;
            string name = string.Create(CultureInfo.InvariantCulture, $"input{id}");
            if (input.BoolOf("enabled") is { } enabled) reader.Put(name + "Enabled", enabled);
            if (input.TextOf("mode") is { } mode) reader.Put(name + "Mode", mode);
        }
    }

    /// <summary>Channels that are linked with the zone, by their numbers.</summary>
    private static void Cameras(DeviceElement zone, PropertyReader reader)
    {
        int[] channels = [.. zone.All("RelatedChan").Select(c => c.IntOf("relatedChan")).OfType<int>().Take(MaxListed)];
        if (channels.Length > 0) reader.Put("relatedChannels", string.Join(',', channels.Select(c => c.ToString(CultureInfo.InvariantCulture))));
    }
}
