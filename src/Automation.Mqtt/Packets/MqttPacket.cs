using System.Collections.Immutable;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Packets;

/// <summary>A control packet as values. Properties are written for 5.0 only; a 3.1.1 packet leaves them at their defaults.</summary>
internal abstract record MqttPacket
{
    public abstract PacketType Type { get; }

    /// <summary>MQTT 5.0 §3.1.2.11.8 and others: names may repeat and the order is kept. Not in PUBLISH of 3.1.1, PINGREQ or PINGRESP.</summary>
    public ImmutableArray<KeyValuePair<string, string>> UserProperties { get; init; } = [];
}

/// <summary>MQTT 5.0 §3.12.</summary>
internal sealed record PingReqPacket : MqttPacket
{
    public static readonly PingReqPacket Instance = new();

    public override PacketType Type => PacketType.PingReq;
}

/// <summary>MQTT 5.0 §3.13.</summary>
internal sealed record PingRespPacket : MqttPacket
{
    public static readonly PingRespPacket Instance = new();

    public override PacketType Type => PacketType.PingResp;
}
