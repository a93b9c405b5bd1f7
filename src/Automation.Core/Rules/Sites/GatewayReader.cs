using System.Collections.Immutable;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads which gateway a device is behind, and finds the gateways once all devices are read: they may stand below.</summary>
internal sealed class GatewayReader(ReadContext context)
{
    private readonly Dictionary<ResourceAddress, JsonNode> _named = [];
    private readonly HashSet<(ResourceAddress Gateway, string DevIndex)> _taken = [];

    /// <param name="calls">Requests go through the gateway too.</param>
    public GatewayRoute? Read(ObjectReader connection, ResourceAddress device, bool calls)
    {
        JsonNode? gatewayNode = connection.Find("gateway");
        JsonNode? indexNode = connection.Find("devIndex");
        if (gatewayNode is null && indexNode is null) return null;
        gatewayNode = connection.Require("gateway", "'connection'");
        indexNode = connection.Require("devIndex", "'connection'");
        if (gatewayNode is null || indexNode is null) return null;
        string? gateway = Values.Text(context, gatewayNode, "gateway", ResourceAddress.MaxLength);
        string? index = Values.Text(context, indexNode, "devIndex", 64);
        if (gateway is null || index is null) return null;
        _named[device] = gatewayNode;
        ResourceAddress.TryParse(gateway, out ResourceAddress address);
        if (!_taken.Add((address, index.ToUpperInvariant()))) context.Error(Codes.DevIndexTwice, indexNode, "two devices of the gateway have this devIndex", "give each device the devIndex that the gateway lists for it");
        return new GatewayRoute(address, index, calls);
    }

    /// <summary>The devices, those behind a gateway with its address and login.</summary>
    public ImmutableArray<Device> Resolve(List<Device> devices)
    {
        Dictionary<ResourceAddress, Device> gateways = devices.Where(d => d.Kind == "gateway" && d.Connection is { Gateway: null }).DistinctBy(d => d.Address).ToDictionary(d => d.Address);
        return [.. devices.Select(Find)];

        Device Find(Device device)
        {
            if (device.Connection is not { Gateway: { } route } connection) return device;
            if (gateways.TryGetValue(route.Device, out Device? gateway))
            {
                DeviceConnectionInfo its = gateway.Connection!;
                return route.Calls ? device with { Connection = its with { Dialect = connection.Dialect, Gateway = route } } : device;
            }

            JsonNode node = _named[device.Address];
            string written = Nearest.Shorten(node.Text);
            context.Error(Codes.GatewayUnknown, node, $"the site has no gateway '{written}'", context.DidYouMean(written, gateways.Keys.Select(g => g.Value), "name a device of kind gateway that has a \"connection\" with a \"url\""));
            return device;
        }
    }
}
