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

    /// <summary>How many analog channels come before the network's: on a hybrid recorder 33 is the first network slot, not channel 1.</summary>
    private readonly int _analogCount;

    public DeviceResources(Device device)
    {
        Device = device;
        _byNumber = device.Resources.DistinctBy(r => (r.Kind, r.Address.Number)).ToFrozenDictionary(r => (r.Kind, r.Address.Number));
        _byKind = device.Resources.GroupBy(r => r.Kind, StringComparer.Ordinal).ToFrozenDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        _analogCount = Of("channel").Where(r => r.Capabilities.Contains("analog")).Select(r => r.Address.Number).DefaultIfEmpty(0).Max();
    }

    public Device Device { get; }

    public ResourceAddress Address => Device.Address;

    public Resource? Find(string kind, int number) => _byNumber.GetValueOrDefault((kind, number));

    /// <summary>The channel an alert names: by the recorder's own number, or by the older count in which the network's channels begin at 33.</summary>
    public Resource? Channel(int number, in Alert alert)
    {
        if (number <= NetworkChannelOffset || alert.HasOwnNumber) return Find("channel", number);
        Resource? network = Find("channel", _analogCount + number - NetworkChannelOffset);
        // A recorder of 64 channels has a channel 34 as well: only the older form of the document tells which is meant.
        return alert.IsOlderForm ? network : Find("channel", number) ?? network;
    }

    public IReadOnlyList<Resource> Of(string kind) => _byKind.GetValueOrDefault(kind) ?? [];

    /// <summary>The only resource of the kind; null when there are none or several.</summary>
    public Resource? Only(string kind) => Of(kind) is [var only] ? only : null;
}
