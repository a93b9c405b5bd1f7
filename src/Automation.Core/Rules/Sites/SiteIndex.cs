using System.Collections.Immutable;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Looks up the addresses of a site: exact, by wildcard, by tag. Answers are remembered, so a wildcard that many rules share is walked once.</summary>
/// <remarks>Without a site ("open") every well-formed address counts as existing and wildcards select nothing; then only shape is checked.</remarks>
internal sealed class SiteIndex
{
    private readonly Dictionary<string, ResourceAddress> _addresses = new(StringComparer.Ordinal);
    private readonly Dictionary<ResourceAddress, Device> _devices = [];
    private readonly Dictionary<ResourceAddress, Resource> _resources = [];
    private readonly Dictionary<string, List<ResourceAddress>> _tags = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<ResourceAddress>> _selected = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _levels = new(StringComparer.Ordinal);

    public SiteIndex(Site? site)
    {
        Site = site;
        foreach (Device device in site?.Devices ?? [])
        {
            _addresses[device.Address.Value] = device.Address;
            _devices[device.Address] = device;
            foreach (Resource resource in device.Resources)
            {
                _addresses[resource.Address.Value] = resource.Address;
                _resources[resource.Address] = resource;
                foreach (string tag in resource.Tags)
                {
                    if (!_tags.TryGetValue(tag, out List<ResourceAddress>? tagged)) _tags[tag] = tagged = [];
                    tagged.Add(resource.Address);
                }
            }
        }
    }

    /// <summary>Null: open.</summary>
    public Site? Site { get; }

    public bool IsOpen => Site is null;

    /// <summary>Makes a people-counting group known by its address.</summary>
    public void AddGroup(string id)
    {
        if (Site is not null && ResourceAddress.TryParse($"{Site.Id}/groups/{id}", out ResourceAddress address)) _addresses[address.Value] = address;
    }

    public IEnumerable<string> Addresses => _addresses.Keys;

    public IEnumerable<string> Tags => _tags.Keys;

    public bool TryFind(string text, out ResourceAddress address) =>
        _addresses.TryGetValue(text, out address) || (IsOpen && ResourceAddress.TryParse(text, out address));

    public Device? DeviceOf(ResourceAddress address) => _devices.GetValueOrDefault(address.DeviceAddress);

    public Resource? ResourceOf(ResourceAddress address) => _resources.GetValueOrDefault(address);

    /// <summary>What the tables of events and actions call the kind of this address.</summary>
    public static string KindOf(ResourceAddress address)
    {
        if (string.Equals(address.Device, "groups", StringComparison.Ordinal)) return "group";
        return address.IsDevice ? "device" : address.Kind;
    }

    /// <summary>The addresses a filter with + and # selects, in order of address.</summary>
    public ImmutableArray<ResourceAddress> Select(string filter)
    {
        if (_selected.TryGetValue(filter, out ImmutableArray<ResourceAddress> known)) return known;
        string[] levels = filter.Split('/');
        var found = new List<ResourceAddress>();
        foreach ((string text, ResourceAddress address) in _addresses)
        {
            if (!_levels.TryGetValue(text, out string[]? own)) _levels[text] = own = text.Split('/');
            if (Matches(levels, own)) found.Add(address);
        }

        found.Sort();
        return _selected[filter] = [.. found];
    }

    public ImmutableArray<ResourceAddress> Tagged(string tag)
    {
        string key = "@" + tag;
        if (_selected.TryGetValue(key, out ImmutableArray<ResourceAddress> known)) return known;
        return _selected[key] = _tags.TryGetValue(tag, out List<ResourceAddress>? tagged) ? [.. tagged.Order()] : [];
    }

    private static bool Matches(string[] filter, string[] address)
    {
        for (int i = 0; i < filter.Length; i++)
        {
            if (filter[i] == "#") return true;
            if (i >= address.Length || (filter[i] != "+" && !string.Equals(filter[i], address[i], StringComparison.Ordinal))) return false;
        }

        return filter.Length == address.Length;
    }
}
