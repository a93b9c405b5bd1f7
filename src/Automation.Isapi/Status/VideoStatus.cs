using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Status;

/// <summary>Ports, disks, channels and positions of cameras and recorders (003 §8.3, §8.9, §8.13).</summary>
internal static class VideoStatus
{
    /// <summary>From this number on a port belongs to a proxied camera: channel × 100 + port.</summary>
    private const int FirstProxied = 100;

    public static StatusReading Ports { get; } = new("/System/IO/status", false, ReadPorts) { HasSubstitute = true };

    /// <summary>One port, for devices without the list.</summary>
    public static StatusReading Port(string kind, int number)
    {
        string folder = number >= FirstProxied ? "/ContentMgmt/IOProxy" : "/System/IO";
        string path = string.Create(CultureInfo.InvariantCulture, $"{folder}/{(kind == "alarm-output" ? "outputs" : "inputs")}/{number}/status");
        return new(path, false, (document, report) =>
        {
            DeviceElement port = document.Is("IOPortStatus") ? document : document.Find("IOPortStatus") ?? document;
            report(kind, number, new PropertyReader(port).Is("ioState", "active", "active").Properties);
        })
        {
            OnlyWithout = Ports,
        };
    }

    public static StatusReading Disks { get; } = new("/ContentMgmt/Storage", true, ReadDisks)
    {
        Instead = new("/ContentMgmt/Storage/hdd", true, ReadDisks),
    };

    public static StatusReading Channels { get; } = new("/ContentMgmt/InputProxy/channels/status", true, ReadChannels);

    /// <summary>Where a PTZ camera looks: degrees, and the factor of its zoom.</summary>
    public static StatusReading Position(int channel) => new(string.Create(CultureInfo.InvariantCulture, $"/PTZCtrl/channels/{channel}/status"), true, (document, report) =>
    {
        if (document.Find("AbsoluteHigh") is not { } position) return;
        var properties = new List<KeyValuePair<string, DataValue>>(3);
        Tenth("azimuth", "pan");
        Tenth("elevation", "tilt");
        Tenth("absoluteZoom", "zoom");
        report("channel", channel, DataObject.From(properties));

        void Tenth(string wire, string name)
        {
            if (position.NumberOf(wire) is { } number) properties.Add(new(name, number / 10));
        }
    });

    private static void ReadPorts(DeviceElement document, StatusReport report)
    {
        foreach (DeviceElement port in document.All("IOPortStatus"))
        {
            if ((port.IntOf("ioPortID") ?? port.IntOf("id")) is not { } number) continue;
            string kind = string.Equals(port.TextOf("ioPortType"), "output", StringComparison.OrdinalIgnoreCase) ? "alarm-output" : "alarm-input";
            report(kind, number, new PropertyReader(port).Is("ioState", "active", "active").Properties);
        }
    }

    private static void ReadDisks(DeviceElement document, StatusReport report)
    {
        foreach (DeviceElement disk in document.All("hdd"))
        {
            if (disk.IntOf("id") is not { } number) continue;
            PropertyReader properties = new PropertyReader(disk).Text("status", "status").IsNot("status", "healthy", "error", "abnormal", "unformatted", "notexist", "mismatch", "offline")
                .Number("capacity", "capacityMegabytes").Number("freeSpace", "freeMegabytes");
            if (disk.NumberOf("capacity") is > 0 and var capacity && disk.NumberOf("freeSpace") is { } free) properties.Put("freePercent", Math.Round(100 * free / capacity));
            report("hdd", number, properties.Properties);
        }
    }

    private static void ReadChannels(DeviceElement document, StatusReport report)
    {
        foreach (DeviceElement channel in document.All("InputProxyChannelStatus"))
        {
            if (channel.IntOf("id") is not { } number) continue;
            report("channel", number, new PropertyReader(channel).Flag("online", "online").Text("chanDetectResult", "detection").Properties);
        }
    }
}
