using Automation.Core.Model;

namespace Automation.Host.Hub.Discovery;

/// <summary>Where Home Assistant looks for devices, and the ids it knows them by. Ids are made of addresses, so they stay as long as the address does.</summary>
/// <param name="prefix">The hub's discovery prefix; <c>homeassistant</c> unless its owner changed it.</param>
internal sealed class DiscoveryNames(string prefix, TopicNames topics)
{
    public TopicNames Topics { get; } = topics;

    /// <summary>Where the hub says that it came (<c>online</c>) or goes.</summary>
    public string Birth => prefix + "/status";

    /// <summary>Every document, also those of other programs: of devices, and of single entities.</summary>
    public string[] ConfigFilters => [prefix + "/device/+/config", prefix + "/+/+/+/config"];

    /// <summary>The id of the device "Automation" itself, which has the rules.</summary>
    public string HubId { get; } = topics.Base.Replace('/', '_');

    /// <summary>Slugs have no underscore, so two addresses never share an id.</summary>
    public string DeviceId(ResourceAddress device) => $"{HubId}_{device.Site}_{device.Device}";

    /// <summary>The id of a channel that is shown as a device of its own.</summary>
    public string ChannelId(ResourceAddress channel) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{DeviceId(channel.DeviceAddress)}_{channel.Kind}_{channel.Number}");

    /// <summary>The document of one entity, in the form per component.</summary>
    public string Config(string platform, string id, string key) => $"{prefix}/{platform}/{id}/{key}/config";

    public string Config(string id) => $"{prefix}/device/{id}/config";

    /// <summary>The document of a device's further resources; <paramref name="part"/> counts from 0, and the first has the plain id.</summary>
    public string Config(string id, int part) => part == 0 ? Config(id) : Config(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{id}_{part + 1}"));

    /// <summary>Whether both are documents of one device, in whichever form.</summary>
    public bool IsConfigOf(string topic, string other) => topic.StartsWith(prefix + "/", StringComparison.Ordinal) && topic.EndsWith("/config", StringComparison.Ordinal) && IdOf(topic) == IdOf(other);

    /// <summary>The device's id in <c>prefix/device/ID/config</c> and <c>prefix/platform/ID/entity/config</c>.</summary>
    public string IdOf(string topic) => topic[(prefix.Length + 1)..].Split('/') is [_, var id, ..] ? id : "";

    /// <summary>Whether the document is one of a single entity.</summary>
    public bool IsSingle(string topic) => topic[(prefix.Length + 1)..].Split('/').Length == 4;
}
