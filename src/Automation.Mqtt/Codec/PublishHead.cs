using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Codec;

/// <summary>What <see cref="MqttWriter.WritePublishHead"/> writes before the payload. All spans are read at once and not kept.</summary>
internal ref struct PublishHead
{
    /// <summary>UTF-8, a valid topic name; empty only with a <see cref="TopicAlias"/>.</summary>
    public ReadOnlySpan<byte> Topic { get; set; }

    /// <summary>Raw properties that go on as they are (<see cref="PublishView.CopyForwardableProperties"/>); not written for 3.1.1.</summary>
    public ReadOnlySpan<byte> Properties { get; set; }

    /// <summary>Each 1 to 268,435,455; not written for 3.1.1.</summary>
    public ReadOnlySpan<uint> SubscriptionIdentifiers { get; set; }

    /// <summary>What is left of the expiry; null: none. Not written for 3.1.1.</summary>
    public uint? MessageExpirySeconds { get; set; }

    /// <summary>0: none. Not written for 3.1.1.</summary>
    public ushort TopicAlias { get; set; }

    /// <summary>Written for QoS 1 and 2; may be 0 where it is patched in later (<see cref="PublishLayout.PacketIdOffset"/>).</summary>
    public ushort PacketId { get; set; }

    public QoS QoS { get; set; }

    public bool Retain { get; set; }

    public bool Duplicate { get; set; }
}

/// <summary>Where things lie in an encoded PUBLISH, so that one encoding serves many subscribers.</summary>
/// <param name="TotalBytes">The whole packet.</param>
/// <param name="PacketIdOffset">Of the two bytes of the packet identifier (big-endian) from the packet's first byte; -1 for QoS 0.</param>
internal readonly record struct PublishLayout(int TotalBytes, int PacketIdOffset);
