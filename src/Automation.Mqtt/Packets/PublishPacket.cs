using System.Collections.Immutable;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Packets;

/// <summary>MQTT 5.0 §3.3, as values. The path that must not allocate is <see cref="Codec.PublishView"/> and <see cref="Codec.PublishHead"/>.</summary>
internal sealed record PublishPacket : MqttPacket
{
    public override PacketType Type => PacketType.Publish;

    /// <summary>Empty only with a topic alias.</summary>
    public string Topic { get; init; } = "";

    public ReadOnlyMemory<byte> Payload { get; init; }

    public QoS QoS { get; init; }

    public bool Retain { get; init; }

    public bool Duplicate { get; init; }

    /// <summary>1 to 65535 for QoS 1 and 2, else 0.</summary>
    public ushort PacketId { get; init; }

    /// <summary>0: none.</summary>
    public ushort TopicAlias { get; init; }

    public bool PayloadIsText { get; init; }

    public uint? MessageExpirySeconds { get; init; }

    public string? ContentType { get; init; }

    public string? ResponseTopic { get; init; }

    /// <summary>Empty: absent.</summary>
    public ReadOnlyMemory<byte> CorrelationData { get; init; }

    /// <summary>Server to client only (MQTT-3.3.4-6); each 1 to 268,435,455.</summary>
    public ImmutableArray<uint> SubscriptionIdentifiers { get; init; } = [];
}
