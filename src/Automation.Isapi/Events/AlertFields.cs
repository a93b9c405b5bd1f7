using System.Collections.Frozen;
using System.Text;

namespace Automation.Isapi.Events;

internal enum FieldKind : byte
{
    /// <summary>A number or true/false where it reads as one, else text.</summary>
    Any,
    Text,
    Number,
    Flag,

    /// <summary>Told in degrees Celsius whatever the device is set to.</summary>
    Temperature,

    /// <summary>A difference of temperatures, in kelvin.</summary>
    Degrees,

    /// <summary>Part of a position in the picture; told as a share of it, 0 to 1. Devices write 0 to 1 or 0 to 1000 (isapi.md, quirk 10).</summary>
    Share,

    /// <summary>The same, where devices write thousandths only.</summary>
    Thousandth,

    /// <summary>A number from 0; below that the device means none.</summary>
    NotNegative,

    /// <summary>A number from 1; 0 means all, which is none in particular.</summary>
    Positive,

    /// <summary>Not told: the envelope, addresses of the network, outlines.</summary>
    Drop,
}

/// <param name="Name">What the field is called in an event's data.</param>
internal readonly record struct AlertField(string Name, FieldKind Kind);

/// <summary>What the fields of alerts are called, and what they are (EVT-4; 002 A.3–A.35, 004 §7–8, isapi.md 1.3). A field that is not here keeps its own name.</summary>
internal static class AlertFields
{
    /// <summary>Longest wire name that is looked up; the longest known has 28 characters, with its parent's 51.</summary>
    private const int MaxName = 80;

    private static readonly FrozenDictionary<string, AlertField>.AlternateLookup<ReadOnlySpan<char>> Known =
        Build().ToFrozenDictionary(f => f.Wire, f => f.Field, StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The field of a leaf; null for one that is not known.</summary>
    public static AlertField? Of(ReadOnlySpan<byte> parent, ReadOnlySpan<byte> name)
    {
        if (parent.Length + name.Length + 1 > MaxName) return null;
        Span<char> key = stackalloc char[MaxName];
        int length = Encoding.Latin1.GetChars(parent, key);
        key[length++] = '/';
        int whole = length + Encoding.Latin1.GetChars(name, key[length..]);
        if (Known.TryGetValue(key[..whole], out AlertField field) || Known.TryGetValue(key[length..whole], out field)) return field;
        return null;
    }

    private static IEnumerable<(string Wire, AlertField Field)> Build()
    {
        (string Wire, AlertField Field) Of(string wire, string name, FieldKind kind) => (wire, new AlertField(name, kind));
        (string Wire, AlertField Field) Text(string wire, string? name = null) => Of(wire, name ?? wire, FieldKind.Text);
        (string Wire, AlertField Field) Number(string wire, string? name = null) => Of(wire, name ?? wire, FieldKind.Number);
        (string Wire, AlertField Field) Flag(string wire, string? name = null) => Of(wire, name ?? wire, FieldKind.Flag);
        (string Wire, AlertField Field) Drop(string wire) => Of(wire, "", FieldKind.Drop);

        // The envelope (002 A.3).
        yield return Text("dateTime", "deviceTime");
        yield return Number("activePostCount", "count");
        yield return Text("eventDescription", "description");
        yield return Text("channelName");
        yield return Text("deviceID", "accountId");
        yield return Text("deviceSerial");
        yield return Text("status");
        foreach (string wire in (string[])["ipAddress", "ipv6Address", "portNo", "protocol", "protocolType", "macAddress", "channelID", "dynChannelID", "devIndex", "eventType", "eventState", "isDataRetransmission", "currentEvent", "relationEvent"]) yield return Drop(wire);

        // Zones, verification, pictures.
        yield return Text("zoneName");
        yield return Text("visualState");
        yield return Of("ZoneNo", "zone", FieldKind.NotNegative);
        yield return Of("subSys", "area", FieldKind.Positive);
        yield return Text("bkgUrl", "pictureUrl");
        yield return Text("pictureURL", "pictureUrl");
        yield return Text("visibleLightURL", "pictureUrl");
        yield return Text("resourcesContent", "pictureUrl");
        yield return Drop("resourcesContentType");
        yield return Text("thermalURL", "thermalPictureUrl");
        yield return Text("thermalInfoURL", "thermalInfoUrl");
        yield return Text("videoURL", "videoUrl");
        yield return Text("URLCertificationType", "pictureLogin");
        yield return Number("detectionPicturesNumber", "pictures");
        yield return Text("detectionPictureTransType", "pictureTransfer");

        // Detection: the region and the target in it. Outlines stay with the device.
        yield return Text("regionID", "regionId");
        yield return Text("detectionTarget", "target");
        yield return Number("sensitivityLevel", "sensitivity");
        foreach ((string parent, FieldKind kind) in ((string, FieldKind)[])[("TargetRect", FieldKind.Share), ("FireRegion", FieldKind.Thousandth)])
        {
            yield return Of(parent + "/X", "targetX", kind);
            yield return Of(parent + "/Y", "targetY", kind);
            yield return Of(parent + "/width", "targetWidth", kind);
            yield return Of(parent + "/height", "targetHeight", kind);
        }

        yield return Of("HighestPoint/X", "hottestX", FieldKind.Thousandth);
        yield return Of("HighestPoint/Y", "hottestY", FieldKind.Thousandth);
        yield return Of("MaximumTemperaturePoint/positionX", "hottestX", FieldKind.Thousandth);
        yield return Of("MaximumTemperaturePoint/positionY", "hottestY", FieldKind.Thousandth);
        yield return Drop("positionX");
        yield return Drop("positionY");
        yield return Text("licensePlate");
        yield return Text("ruleName");

        // Heat (002 A.15, A.23–A.25).
        yield return Of("currTemperature", "temperature", FieldKind.Temperature);
        yield return Of("fireMaxTemperature", "temperature", FieldKind.Temperature);
        yield return Of("faceTemperature", "temperature", FieldKind.Temperature);
        yield return Of("ruleTemperature", "ruleTemperature", FieldKind.Temperature);
        yield return Of("alarmRuleTemperature", "alarmTemperature", FieldKind.Temperature);
        yield return Of("currTemperatureDiff", "difference", FieldKind.Degrees);
        yield return Of("ruleTemperatureDiff", "ruleDifference", FieldKind.Degrees);
        yield return Of("toleranceTemperature", "tolerance", FieldKind.Degrees);
        yield return Of("temperatureSuddenChangeValue", "change", FieldKind.Degrees);
        yield return Of("ChangeValue", "change", FieldKind.Degrees);
        yield return Number("temperatureSuddenChangeCycle", "changeCycle");
        yield return Drop("thermometryUnit");
        yield return Drop("temperatureUnit");
        yield return Text("ruleType");
        yield return Text("ruleCalibType", "ruleShape");
        yield return Text("alarmType", "differenceOf");
        yield return Text("alarmRule", "differenceIs");
        yield return Number("alarmID", "ruleId");
        yield return Number("presetNo", "preset");
        yield return Number("alarmFilteringTime", "dwell");
        yield return Number("alertFilteringTime", "preAlarmDwell");
        yield return Number("sensorInfo/id", "sensor");
        yield return Text("sensorName");
        yield return Text("sensorType");
        yield return Text("identificationCode", "sensorCode");
        yield return Number("elevation");
        yield return Number("azimuth");
        yield return Number("absoluteZoom", "zoom");
        yield return Number("lookDownUpAngle", "tilt");
        yield return Of("targetDistance", "distance", FieldKind.NotNegative);
        yield return Flag("isAbnomalTemperature", "abnormal");
        yield return Flag("isAbnormalTemperature", "abnormal");
        yield return Text("mask");

        // People (isapi.md 1.3, 004 §8).
        yield return Number("enter");
        yield return Number("exit");
        yield return Number("pass");
        yield return Number("passing", "pass");
        yield return Number("duplicatePeople");
        yield return Text("regionsID", "regionId");
        yield return Number("childCounting/enter", "childEnter");
        yield return Number("childCounting/exit", "childExit");
        yield return Number("densityLevel");
        yield return Number("personCnt");
        yield return Number("countingNum", "personCnt");
        yield return Number("framesPeopleCounting_number", "framesPeopleCounting");
        yield return Drop("statisticalMethods");

        // Inputs and disks.
        yield return Number("inputIOPortID", "input");
        yield return Number("dynInputIOPortID", "input");
        yield return Number("hddID", "hdd");
        yield return Number("portID", "port");

        // Panels (002 A.5, A.6, A.29; isapi.md 1.2).
        foreach (string code in (string[])["CIDCode", "CIDEvent/code"]) yield return Text(code, "code");
        yield return Number("CIDType", "cidType");
        yield return Text("CIDEvent/type", "cidTypeName");
        yield return Text("standardCIDcode", "standardCode");
        yield return Text("CIDDescribe", "description");
        yield return Drop("CIDParam");
        yield return Number("timeZoneIdx", "timeZoneIndex");
        yield return Text("triggerTime");
        yield return Text("CIDEvent/trigger", "triggerTime");
        yield return Text("uploadTime");
        yield return Text("CIDEvent/upload", "uploadTime");
        yield return Text("UUID", "alarmId");
        yield return Number("isVideo", "video");
        yield return Flag("isTalk", "canTalk");
        yield return Of("CIDEvent/zone", "zone", FieldKind.NotNegative);
        yield return Of("CIDEvent/zoneNo", "zone", FieldKind.NotNegative);
        yield return Of("CIDEvent/system", "area", FieldKind.Positive);
        yield return Of("subSystemNo", "area", FieldKind.Positive);
        yield return Text("CIDEvent/name", "user");
        yield return Text("CIDAlarm/name", "user");
        yield return Text("userName", "user");

        // Doors (isapi.md 1.3) and talk (002 A.4, A.22).
        yield return Text("AccessControllerEvent/name", "user");
        yield return Text("employeeNoString", "employee");
        yield return Text("employeeNo", "employee");
        yield return Text("cardNo", "card");
        yield return Number("serialNo", "serial");
        yield return Drop("majorEventType");
        yield return Drop("subEventType");
        yield return Text("AccessControllerEvent/deviceName", "deviceName");
        yield return Text("VoiceTalkEvent/deviceName", "deviceName");
        yield return Text("roomNumber");
        yield return Text("communityNumber");
        yield return Text("buildingNumber");
        yield return Text("unitNumber");
        yield return Text("floorNumber");
        yield return Text("periodNumber");
    }
}
