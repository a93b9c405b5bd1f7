using System.Collections.Immutable;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads which gateway a device is behind, and finds the gateways once all devices are read: they may stand below.</summary>
internal sealed class GatewayReader(ReadContext context)
{
    private readonly Dictionary<ResourceAddress, JsonNode> _named = [];
    private readonly HashSet<(string Gateway, string DevIndex)> _taken = [];

    /// <summary>The gateway and what it calls the device; empty and null where the connection names none.</summary>
    public (ResourceAddress Gateway, string? DevIndex) Read(ObjectReader connection, ResourceAddress device)
    {
        JsonNode? gatewayNode = connection.Find("gateway");
        JsonNode? indexNode = connection.Find("devIndex");
        if (gatewayNode is null && indexNode is null) return default;
        indexNode = connection.Require("devIndex", "'connection'");
        if (indexNode is null || Values.Text(context, indexNode, "devIndex", 64) is not { } index) return default;
        string? gateway = gatewayNode is null ? "" : Values.Text(context, gatewayNode, "gateway", ResourceAddress.MaxLength);
        if (gateway is null) return default;
        if (gatewayNode is not null) _named[device] = gatewayNode;
        ResourceAddress address = ResourceAddress.TryParse(gateway, out ResourceAddress parsed) ? parsed : default;
        string at = gatewayNode is null ? connection.Find("url")?.Text ?? "" : gateway;
        if (!_taken.Add((at, index.ToUpperInvariant()))) context.Error(Codes.DevIndexTwice, indexNode, "two devices of the gateway have this devIndex", "give each device the devIndex that the gateway lists for it");
        return (address, index);
    }

    /// <summary>The devices, those behind a gateway with its address and login.</summary>
    public ImmutableArray<Device> Resolve(List<Device> devices)
    {
        Device[] gateways = [.. devices.Where(d => d.Kind == "gateway" && d.Connection is { DevIndex: null })];
        return [.. devices.Select(Find)];

        Device Find(Device device)
        {
            if (device.Connection is not { DevIndex: { } index } connection) return device;
            bool named = _named.TryGetValue(device.Address, out JsonNode? node);
            Device? gateway = gateways.FirstOrDefault(g => named ? g.Address == connection.Gateway : g.Connection!.Url.Authority == connection.Url.Authority);
            if (gateway is not null)
            {
                if (connection.HasOwnAddress) return device;
                return device with { Connection = gateway.Connection! with { Dialect = connection.Dialect, DevIndex = index, Gateway = gateway.Address } };
            }

            // By address alone it can be asked and told, only that nobody brings its events.
            if (!named) return device;
            string written = Nearest.Shorten(node!.Text);
            context.Error(Codes.GatewayUnknown, node, $"the site has no gateway '{written}'", context.DidYouMean(written, gateways.Select(g => g.Address.Value), "name a device of kind gateway that has a \"connection\" with a \"url\""));
            return device;
        }
    }
}
