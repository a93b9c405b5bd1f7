using System.Collections.Immutable;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>The smallest site that has every address a timeline names.</summary>
internal static class ProofSite
{
    /// <summary>Null when there is no address, or the zone is unknown.</summary>
    public static Site? Make(Template template, IReadOnlyDictionary<string, JsonNode> values, IEnumerable<JsonNode?> parts, string zone)
    {
        var addresses = new SortedSet<ResourceAddress>();
        var capabilities = new Dictionary<ResourceAddress, string>();
        foreach (TemplateInput input in template.Inputs)
        {
            if (!values.TryGetValue(input.Name, out JsonNode? value)) continue;
            var own = new SortedSet<ResourceAddress>();
            Collect(value, own);
            addresses.UnionWith(own);
            if (input.Capability is not { } capability) continue;
            foreach (ResourceAddress address in own) capabilities[address] = capability;
        }

        foreach (JsonNode? part in parts) Collect(part, addresses);
        addresses.RemoveWhere(a => a.Device == "groups");
        if (addresses.Count == 0 || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out TimeZoneInfo? timeZone)) return null;
        string site = addresses.Min.Site;
        IEnumerable<Device> devices = addresses.Where(a => a.Site == site).GroupBy(a => a.DeviceAddress).Select(g => new Device
        {
            Address = g.Key, Name = g.Key.Device, Kind = "mqtt",
            Resources = [.. g.Where(a => !a.IsDevice).Select(a => new Resource { Address = a, Capabilities = capabilities.TryGetValue(a, out string? c) ? [c] : [] })],
        });
        return new Site { Id = site, Name = site, TimeZone = timeZone, Position = new GeoPosition(52.5, 13.4), Devices = [.. devices] };
    }

    private static void Collect(JsonNode? node, SortedSet<ResourceAddress> addresses)
    {
        if (node is null) return;
        if (node.Kind == JsonKind.Text && ResourceAddress.TryParse(node.Text, out ResourceAddress address)) addresses.Add(address);
        foreach (JsonNode child in node.Children) Collect(child, addresses);
    }
}
