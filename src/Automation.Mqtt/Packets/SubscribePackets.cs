using System.Collections.Immutable;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Packets;

/// <summary>One filter of a SUBSCRIBE with its options byte (MQTT 5.0 §3.8.3.1). 3.1.1 knows the QoS alone.</summary>
internal sealed record Subscription(
    string Filter, QoS MaximumQoS = QoS.AtMostOnce, bool NoLocal = false, bool RetainAsPublished = false,
    RetainHandling RetainHandling = RetainHandling.AtSubscribe);

/// <summary>MQTT 5.0 §3.8.</summary>
internal sealed record SubscribePacket : MqttPacket
{
    public override PacketType Type => PacketType.Subscribe;

    public required ushort PacketId { get; init; }

    /// <summary>1 to 268,435,455; null: none.</summary>
    public uint? SubscriptionIdentifier { get; init; }

    /// <summary>At least one.</summary>
    public required ImmutableArray<Subscription> Subscriptions { get; init; }
}

/// <summary>MQTT 5.0 §3.9. For 3.1.1 every failure becomes 0x80.</summary>
internal sealed record SubAckPacket : MqttPacket
{
    public override PacketType Type => PacketType.SubAck;

    public required ushort PacketId { get; init; }

    public string? ReasonString { get; init; }

    /// <summary>One for each filter, in the order asked.</summary>
    public required ImmutableArray<ReasonCode> Reasons { get; init; }
}

/// <summary>MQTT 5.0 §3.10.</summary>
internal sealed record UnsubscribePacket : MqttPacket
{
    public override PacketType Type => PacketType.Unsubscribe;

    public required ushort PacketId { get; init; }

    /// <summary>At least one.</summary>
    public required ImmutableArray<string> Filters { get; init; }
}

/// <summary>MQTT 5.0 §3.11.</summary>
internal sealed record UnsubAckPacket : MqttPacket
{
    public override PacketType Type => PacketType.UnsubAck;

    public required ushort PacketId { get; init; }

    public string? ReasonString { get; init; }

    /// <summary>One for each filter, in the order asked; empty for 3.1.1, which has none on the wire.</summary>
    public ImmutableArray<ReasonCode> Reasons { get; init; } = [];
}
