using System.Collections.Frozen;

namespace Automation.Core.Model;

/// <summary>The kinds of resource, third level of an address (design.md section 3).</summary>
public static class ResourceKinds
{
    public static FrozenSet<string> All { get; } = new[]
    {
        "channel", "area", "zone", "relay", "siren", "keypad", "keyfob", "card-reader", "repeater", "output-module", "extension-module",
        "transmitter", "alarm-input", "alarm-output", "door", "station", "hdd", "port", "speaker", "preset",
    }.ToFrozenSet(StringComparer.Ordinal);
}

/// <summary>The kinds of device (DEV-2).</summary>
public static class DeviceKinds
{
    public static FrozenSet<string> All { get; } = new[]
    {
        "camera", "nvr", "dvr", "thermal-camera", "thermography", "people-counting-camera", "temperature-screening-camera",
        "face-recognition-terminal", "security-panel", "access-controller", "door-station", "doorbell", "network-switch", "radar",
        "ip-speaker", "gateway", "trail-camera", "thermal-scope", "phone-thermal-camera", "mqtt",
    }.ToFrozenSet(StringComparer.Ordinal);
}
