using System.Collections.Immutable;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Packets;

/// <summary>MQTT 5.0 §3.1, 3.1.1 §3.1.</summary>
internal sealed record ConnectPacket : MqttPacket
{
    public override PacketType Type => PacketType.Connect;

    public ProtocolVersion Version { get; init; } = ProtocolVersion.V5;

    /// <summary>May be empty: the server assigns one.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>3.1.1 calls it clean session.</summary>
    public bool CleanStart { get; init; } = true;

    /// <summary>0: no keep alive.</summary>
    public ushort KeepAliveSeconds { get; init; }

    public WillPacket? Will { get; init; }

    public string? UserName { get; init; }

    /// <summary>Null: absent. Never logged.</summary>
    public ReadOnlyMemory<byte>? Password { get; init; }

    /// <summary>0: ends with the connection; 0xFFFFFFFF: never.</summary>
    public uint SessionExpirySeconds { get; init; }

    /// <summary>1 to 65535; how many QoS 1 and 2 messages the client takes unacknowledged.</summary>
    public ushort ReceiveMaximum { get; init; } = ushort.MaxValue;

    /// <summary>Whole packets, bytes; null: no limit.</summary>
    public uint? MaximumPacketSize { get; init; }

    /// <summary>Highest alias the client takes; 0: none.</summary>
    public ushort TopicAliasMaximum { get; init; }

    public bool RequestResponseInformation { get; init; }

    /// <summary>False: the server sends reason strings and user properties only on PUBLISH, CONNACK and DISCONNECT.</summary>
    public bool RequestProblemInformation { get; init; } = true;

    public string? AuthenticationMethod { get; init; }

    public ReadOnlyMemory<byte>? AuthenticationData { get; init; }
}

/// <summary>What the server publishes for a client that goes away without a word (MQTT 5.0 §3.1.2.5, §3.1.3.2).</summary>
internal sealed record WillPacket
{
    public required string Topic { get; init; }

    public ReadOnlyMemory<byte> Payload { get; init; }

    public QoS QoS { get; init; }

    public bool Retain { get; init; }

    public uint DelaySeconds { get; init; }

    public bool PayloadIsText { get; init; }

    public uint? MessageExpirySeconds { get; init; }

    public string? ContentType { get; init; }

    public string? ResponseTopic { get; init; }

    /// <summary>Empty: absent.</summary>
    public ReadOnlyMemory<byte> CorrelationData { get; init; }

    public ImmutableArray<KeyValuePair<string, string>> UserProperties { get; init; } = [];
}
