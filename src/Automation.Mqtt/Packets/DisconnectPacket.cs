using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Packets;

/// <summary>MQTT 5.0 §3.14. 3.1.1: from the client alone, without a reason.</summary>
internal sealed record DisconnectPacket : MqttPacket
{
    public override PacketType Type => PacketType.Disconnect;

    public ReasonCode Reason { get; init; }

    /// <summary>From the client alone; null: as at CONNECT.</summary>
    public uint? SessionExpirySeconds { get; init; }

    public string? ReasonString { get; init; }

    public string? ServerReference { get; init; }
}

/// <summary>MQTT 5.0 §3.15.</summary>
internal sealed record AuthPacket : MqttPacket
{
    public override PacketType Type => PacketType.Auth;

    public ReasonCode Reason { get; init; }

    public string? AuthenticationMethod { get; init; }

    public ReadOnlyMemory<byte>? AuthenticationData { get; init; }

    public string? ReasonString { get; init; }
}
