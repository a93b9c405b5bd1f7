using System.Collections.Frozen;
using Automation.Core.Model;

namespace Automation.Isapi.Events;

/// <summary>The resources of one device by kind and the device's own number.</summary>
internal sealed class DeviceResources
{
    /// <summary>Recorders count network channels from 33 in some forms (isapi.md, quirk 8).</summary>
    private const int NetworkChannelOffset = 32;

    private readonly FrozenDictionary<(string Kind, int Number), Resource> _byNumber;
    private readonly FrozenDictionary<string, Resource[]> _byKind;

    public DeviceResources(Device device)
    {
        Device = device;
        _byNumber = device.Resources.DistinctBy(r => (r.Kind, r.Address.Number)).ToFrozenDictionary(r => (r.Kind, r.Address.Number));
        _byKind = device.Resources.GroupBy(r => r.Kind, StringComparer.Ordinal).ToFrozenDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
    }

    public Device Device { get; }

    public ResourceAddress Address => Device.Address;

    public Resource? Find(string kind, int number)
    {
        if (_byNumber.TryGetValue((kind, number), out Resource? found)) return found;
        return kind == "channel" && number > NetworkChannelOffset ? _byNumber.GetValueOrDefault((kind, number - NetworkChannelOffset)) : null;
    }

    public IReadOnlyList<Resource> Of(string kind) => _byKind.GetValueOrDefault(kind) ?? [];

    /// <summary>The only resource of the kind; null when there are none or several.</summary>
    public Resource? Only(string kind) => Of(kind) is [var only] ? only : null;
}
