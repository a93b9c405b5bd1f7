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
    public static StatusReading Position(int channel, bool seldom = false) => new(string.Create(CultureInfo.InvariantCulture, $"/PTZCtrl/channels/{channel}/status"), seldom, (document, report) =>
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

    /// <summary>Ports of a switch: whether something is connected, what it draws.</summary>
    public static StatusReading SwitchPorts { get; } = new("/System/switch/ports?format=json", false, (document, report) =>
    {
        foreach (DeviceElement port in document.All("Port"))
        {
            if ((port.IntOf("id") ?? port.IntOf("portNo")) is not { } number) continue;
            report("port", number, new PropertyReader(port).Text("linkStatus", "link").Is("linkStatus", "connected", "up", "connected", "linkUp").Flag("poeEnabled", "poe").Number("poePower", "poeWatts")
                .Number("speed", "megabitsPerSecond").Text("portType", "portType").Text("status", "status").Flag("extendEnabled", "extended").Properties);
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
        // Shares on the network are numbered on from the disks.
        foreach (DeviceElement disk in document.All("hdd").Concat(document.All("nas")))
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
