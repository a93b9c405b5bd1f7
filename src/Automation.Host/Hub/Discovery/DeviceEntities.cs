using System.Text.Json.Nodes;
using Automation.Core.Model;
using Automation.Host.Hub.Commands;

namespace Automation.Host.Hub.Discovery;

/// <summary>What Home Assistant shows of a device and of what it has.</summary>
internal static class DeviceEntities
{
    /// <summary>Resources a document; a recorder with hundreds of channels gets several, all for one device, so that no message is too large for a broker.</summary>
    public const int ResourcesPerDocument = 64;

    /// <param name="firmware">The version of its firmware; null until the device told it.</param>
    /// <param name="code">What an alarm control panel asks for; null: nothing.</param>
    public static IEnumerable<DiscoveryDocument> Build(Device device, string? firmware, DiscoveryNames names, string version, AlarmCodeSettings? code)
    {
        string id = names.DeviceId(device.Address);
        int part = 0;
        foreach (Resource[] resources in device.Resources.Where(r => !IsDeviceItself(device, r)).Chunk(ResourcesPerDocument).DefaultIfEmpty([]))
        {
            var document = new DiscoveryDocument(names.Config(id, part), id, About(device, firmware, names), version, names.Topics.Status, names.Topics.Availability(device.Address));
            if (part == 0) AddDevice(document, device, names.Topics);
            foreach (Resource resource in resources) new ResourceEntities(document, device, resource, names.Topics, code, isOwnDevice: false).Add();
            part++;
            yield return document;
        }

        foreach (Resource channel in device.Resources.Where(r => IsDeviceItself(device, r)))
        {
            string own = names.ChannelId(channel.Address);
            var about = new JsonObject { ["name"] = NameOf(channel), ["model"] = "Channel of " + device.Name, ["via_device"] = id };
            var document = new DiscoveryDocument(names.Config(own), own, about, version, names.Topics.Status, names.Topics.Availability(device.Address));
            new ResourceEntities(document, device, channel, names.Topics, code, isOwnDevice: true).Add();
            yield return document;
        }
    }

    /// <summary>What people read of a resource without a name.</summary>
    public static string NameOf(Resource resource) =>
        resource.Name.Length > 0 ? resource.Name : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{resource.Kind} {resource.Address.Number}");

    /// <summary>The cameras behind a recorder are devices of their own: they hang in other rooms than the recorder.</summary>
    private static bool IsDeviceItself(Device device, Resource resource) => device.Kind is "nvr" or "dvr" && resource.Kind == "channel";

    private static JsonObject About(Device device, string? firmware, DiscoveryNames names)
    {
        var about = new JsonObject { ["name"] = device.Name, ["model"] = device.Model is { Length: > 0 } model ? model : device.Kind, ["via_device"] = names.HubId };
        if (device.Serial is { Length: > 0 } serial) about["serial_number"] = serial;
        if (device.Mac is { Length: > 0 } mac) about["connections"] = new JsonArray(new JsonArray("mac", mac));
        if (firmware is not null) about["sw_version"] = firmware;
        if (device.Connection?.Url is { } url) about["configuration_url"] = url.GetLeftPart(UriPartial.Authority);
        return about;
    }

    private static void AddDevice(DiscoveryDocument document, Device device, TopicNames topics)
    {
        JsonObject connectivity = document.Add("binary_sensor", "connectivity", "Connection").Class("connectivity").Diagnostic();
        connectivity["state_topic"] = topics.Availability(device.Address);
        connectivity["payload_on"] = "online";
        connectivity["payload_off"] = "offline";

        // Whether the device is there is known also while it is not.
        connectivity["availability"] = new JsonArray(new JsonObject { ["topic"] = topics.Status });
        string state = topics.State(device.Address);
        string happenings = topics.Event(device.Address);
        if (device.Kind == "security-panel")
        {
            document.Add("binary_sensor", "mains", "Mains").Class("power").Diagnostic().Reads(state, Templates.Flag("acPower"));
            document.Add("sensor", "battery", "Battery").Class("battery").Diagnostic().Measures("%").Reads(state, Templates.Value("battery"));
        }

        document.Add("binary_sensor", "tamper", "Tamper").Class("tamper").Diagnostic().Reads(happenings, Templates.Lasting("tamperAlarm"));
        document.Add("event", "event", "Event").Happens(happenings, "device");
        if (device.Kind is "door-station" or "doorbell") document.Add("event", "bell", "Bell").Rings(happenings);
        if (device.Connection is not null) document.Add("button", "reboot", "Reboot").Class("restart").InSettings().Commands(topics.Set(device.Address), "payload_press", "reboot");
    }
}
