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

    public static bool HasDoors(string deviceType) => Has(deviceType, "ACS", "AccessControl", "VIS", "DoorStation", "VideoIntercom");

    /// <summary>The kind (DEV-2) that the device's own word and what was found on it make.</summary>
    public static string KindOf(string deviceType, bool panel, bool thermal, bool counting, bool analog, bool doors)
    {
        if (panel) return "security-panel";
        // "HybirdNVR" is how devices spell it.
        if (Has(deviceType, "DVR", "Hybird", "Hybrid")) return "dvr";
        if (Has(deviceType, "NVR")) return analog ? "dvr" : "nvr";
        if (Has(deviceType, "VIS", "DoorStation", "VideoIntercom")) return "door-station";
        if (Has(deviceType, "Doorbell")) return "doorbell";
        if (doors || Has(deviceType, "ACS", "AccessControl")) return "access-controller";
        if (Has(deviceType, "Switch")) return "network-switch";
        if (Has(deviceType, "Radar")) return "radar";
        if (Has(deviceType, "Speaker", "Audio")) return "ip-speaker";
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
