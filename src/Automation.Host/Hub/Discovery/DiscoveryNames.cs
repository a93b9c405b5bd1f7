using Automation.Core.Model;

namespace Automation.Host.Hub.Discovery;

/// <summary>Where Home Assistant looks for devices, and the ids it knows them by. Ids are made of addresses, so they stay as long as the address does.</summary>
/// <param name="prefix">The hub's discovery prefix; <c>homeassistant</c> unless its owner changed it.</param>
internal sealed class DiscoveryNames(string prefix, TopicNames topics)
{
    public TopicNames Topics { get; } = topics;

    /// <summary>Where the hub says that it came (<c>online</c>) or goes.</summary>
    public string Birth => prefix + "/status";

    /// <summary>Every device document, also those of other programs.</summary>
    public string ConfigFilter => prefix + "/device/+/config";

    /// <summary>The id of the device "Automation" itself, which has the rules.</summary>
    public string HubId { get; } = topics.Base.Replace('/', '_');

    /// <summary>Slugs have no underscore, so two addresses never share an id.</summary>
    public string DeviceId(ResourceAddress device) => $"{HubId}_{device.Site}_{device.Device}";

    public string Config(string id) => $"{prefix}/device/{id}/config";

    /// <summary>The document of a device's further resources; <paramref name="part"/> counts from 0, and the first has the plain id.</summary>
    public string Config(string id, int part) => part == 0 ? Config(id) : Config(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{id}_{part + 1}"));
}
