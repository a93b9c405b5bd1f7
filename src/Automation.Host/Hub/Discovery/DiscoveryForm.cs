namespace Automation.Host.Hub.Discovery;

/// <summary>How Home Assistant, or a hub that reads its form, is told of devices.</summary>
internal enum DiscoveryForm
{
    /// <summary>One document a device, with all its entities (Home Assistant 2024.11 and later).</summary>
    Device,

    /// <summary>One document an entity, as older versions and other hubs want it.</summary>
    Component,

    /// <summary>Not at all; what an earlier run left is taken away.</summary>
    Off,
}

/// <param name="Prefix">As it is set at the hub; <c>homeassistant</c> unless its owner changed it.</param>
internal sealed record DiscoveryOptions(string Prefix = "homeassistant", DiscoveryForm Form = DiscoveryForm.Device);
