using Automation.Core.Model;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Devices;

/// <summary>Who a device is, from its <c>DeviceInfo</c>.</summary>
internal static class DeviceIdentity
{
    private static readonly (string Wire, string Name)[] Fields =
        [("model", "model"), ("serialNumber", "serialNumber"), ("firmwareVersion", "firmware"), ("macAddress", "mac"), ("deviceType", "deviceType"), ("deviceName", "deviceName")];

    /// <summary>Some captures lack the maker, all have a model; what is missing is left out.</summary>
    public static DataObject Of(DeviceElement? info)
    {
        var properties = new List<KeyValuePair<string, DataValue>>(Fields.Length);
        foreach ((string wire, string name) in Fields)
        {
            if (info?.Find(wire)?.Text.Trim() is { Length: > 0 } text) properties.Add(new(name, text.Length <= 128 ? text : text[..128]));
        }

        return DataObject.From(properties);
    }

    public static bool IsPanel(string deviceType) => Has(deviceType, "PHA", "SecurityControl", "AlarmHost", "AXPRO", "AlarmPanel");

    public static bool IsRecorder(string deviceType) => Has(deviceType, "NVR", "DVR");

    public static bool HasDoors(string deviceType) => IsStation(deviceType) || Has(deviceType, "ACS", "AccessControl", "FaceRecognition");

    public static bool IsStation(string deviceType) => Has(deviceType, "VIS", "DoorStation", "VideoIntercom", "Doorbell");

    public static bool IsSwitch(string deviceType) => Has(deviceType, "Switch");

    public static bool IsSpeaker(string deviceType) => Has(deviceType, "Speaker", "IPAudio");

    /// <summary>A gateway that other devices are reached through.</summary>
    public static bool IsReceiver(string deviceType) => Has(deviceType, "Receiver", "DeviceGateway", "DevGateway");

    /// <summary>The kind (DEV-2) that the device's own word and what was found on it make.</summary>
    public static string KindOf(string deviceType, bool panel, bool thermal, bool counting, bool analog, bool doors)
    {
        if (panel) return "security-panel";
        // "HybirdNVR" is how devices spell it.
        if (Has(deviceType, "DVR", "Hybird", "Hybrid")) return "dvr";
        if (Has(deviceType, "NVR")) return analog ? "dvr" : "nvr";
        if (IsReceiver(deviceType)) return "gateway";
        if (Has(deviceType, "Doorbell")) return "doorbell";
        if (IsStation(deviceType)) return "door-station";
        if (Has(deviceType, "FaceRecognition")) return "face-recognition-terminal";
        if (doors || Has(deviceType, "ACS", "AccessControl")) return "access-controller";
        if (IsSwitch(deviceType)) return "network-switch";
        if (Has(deviceType, "Radar")) return "radar";
        if (IsSpeaker(deviceType)) return "ip-speaker";
        if (Has(deviceType, "TrailCamera")) return "trail-camera";
        if (Has(deviceType, "Scope", "Monocular", "Binocular")) return "thermal-scope";
        if (thermal) return "thermal-camera";
        return counting ? "people-counting-camera" : "camera";
    }

    private static bool Has(string text, params ReadOnlySpan<string> words)
    {
        foreach (string word in words)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }
}
