using System.Text.Json.Nodes;
using Automation.Core.Model;

namespace Automation.Host.Hub.Discovery;

/// <summary>What Home Assistant shows of a device and of what it has.</summary>
internal static class DeviceEntities
{
    /// <summary>Resources a document; a recorder with hundreds of channels gets several, all for one device, so that no message is too large for a broker.</summary>
    public const int ResourcesPerDocument = 64;

    public static IEnumerable<DiscoveryDocument> Build(Device device, DiscoveryNames names, string version)
    {
        string id = names.DeviceId(device.Address);
        int part = 0;
        foreach (Resource[] resources in device.Resources.Chunk(ResourcesPerDocument).DefaultIfEmpty([]))
        {
            var about = new JsonObject { ["name"] = device.Name, ["model"] = device.Kind, ["via_device"] = names.HubId };
            var document = new DiscoveryDocument(names.Config(id, part), id, about, version, names.Topics.Status, names.Topics.Availability(device.Address));
            if (part == 0) AddDevice(document, device, names.Topics);
            foreach (Resource resource in resources) new ResourceEntities(document, device, resource, names.Topics).Add();
            part++;
            yield return document;
        }
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
