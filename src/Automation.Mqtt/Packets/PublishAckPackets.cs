using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Packets;

/// <summary>The four answers of QoS 1 and 2 look alike (MQTT 5.0 §3.4 to §3.7). The path that must not allocate: <see cref="Codec.MqttReader.TryReadAck"/>.</summary>
internal abstract record PublishAckPacket : MqttPacket
{
    public required ushort PacketId { get; init; }

    public ReasonCode Reason { get; init; }

    public string? ReasonString { get; init; }
}

internal sealed record PubAckPacket : PublishAckPacket
{
    public override PacketType Type => PacketType.PubAck;
}

internal sealed record PubRecPacket : PublishAckPacket
{
    public override PacketType Type => PacketType.PubRec;
}

internal sealed record PubRelPacket : PublishAckPacket
{
    public override PacketType Type => PacketType.PubRel;
}

internal sealed record PubCompPacket : PublishAckPacket
{
    public override PacketType Type => PacketType.PubComp;
}
