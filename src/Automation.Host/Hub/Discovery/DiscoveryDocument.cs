using System.Text.Json.Nodes;

namespace Automation.Host.Hub.Discovery;

/// <summary>One device as Home Assistant is told of it: the device, where it comes from, and its entities (HUB-2).</summary>
internal sealed class DiscoveryDocument
{
    /// <summary>What an entity's own document takes over from the device's.</summary>
    private static readonly string[] Shared = ["device", "origin", "availability", "availability_mode", "qos"];

    public DiscoveryDocument(string topic, string id, JsonObject device, string version, params IEnumerable<string> availability)
    {
        Topic = topic;
        Id = id;
        device.Insert(0, "identifiers", new JsonArray(id));
        Root = new JsonObject
        {
            ["device"] = device,
            ["origin"] = new JsonObject { ["name"] = "Automation", ["sw_version"] = version },
            ["availability"] = new JsonArray([.. availability.Select(t => new JsonObject { ["topic"] = t })]),
            ["availability_mode"] = "all",
            ["qos"] = 1,
            ["components"] = Components,
        };
    }

    public string Topic { get; }

    /// <summary>The device's id at the hub.</summary>
    public string Id { get; }

    public JsonObject Root { get; }

    public JsonObject Components { get; } = [];

    /// <summary>Adds an entity. Its name stands behind the device's name; the key is part of its id for ever.</summary>
    public JsonObject Add(string platform, string key, string name)
    {
        var component = new JsonObject { ["platform"] = platform, ["unique_id"] = $"{Id}_{key}", ["name"] = name };
        Components.Add(key, component);
        return component;
    }

    /// <summary>The entities with their platforms: what must be named once more when it is to go.</summary>
    public Dictionary<string, string> Platforms() => Components.ToDictionary(c => c.Key, c => (string)c.Value!["platform"]!, StringComparer.Ordinal);

    public byte[] Bytes() => Templates.Bytes(Root);

    /// <summary>The document with entities that are gone: an entity of nothing but its platform is taken away.</summary>
    public byte[] BytesWithout(IEnumerable<KeyValuePair<string, string>> gone)
    {
        var copy = (JsonObject)Root.DeepClone();
        var components = (JsonObject)copy["components"]!;
        foreach ((string key, string platform) in gone) components[key] = new JsonObject { ["platform"] = platform };
        return Templates.Bytes(copy);
    }

    /// <summary>Each entity as a document of its own.</summary>
    public IEnumerable<(string Key, string Platform, byte[] Bytes)> Singly()
    {
        foreach ((string key, JsonNode? component) in Components)
        {
            var single = (JsonObject)component!.DeepClone();
            string platform = (string)single["platform"]!;
            single.Remove("platform");
            foreach (string name in Shared)
            {
                // What an entity says itself counts.
                if (!single.ContainsKey(name)) single[name] = Root[name]!.DeepClone();
            }

            yield return (key, platform, Templates.Bytes(single));
        }
    }
}
