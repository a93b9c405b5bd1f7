using System.Collections.Immutable;

namespace Automation.Mqtt;

/// <summary>Delivery guarantee of a message (MQTT 5.0 §4.3).</summary>
public enum QoS : byte
{
    AtMostOnce = 0,
    AtLeastOnce = 1,
    ExactlyOnce = 2,
}

/// <summary>An application message. A 3.1.1 peer sends and receives only topic, payload, QoS and retain.</summary>
public sealed record MqttMessage
{
    /// <summary>The topic name: no wildcards, 1 to 65535 bytes of UTF-8.</summary>
    public required string Topic { get; init; }

    public ReadOnlyMemory<byte> Payload { get; init; }

    public QoS QoS { get; init; }

    /// <summary>Publishing: keep as the topic's last value (an empty payload removes it). Receiving: it was kept, not just published.</summary>
    public bool Retain { get; init; }

    /// <summary>Where an answer is expected (MQTT 5.0 §4.10); null: nowhere.</summary>
    public string? ResponseTopic { get; init; }

    public ReadOnlyMemory<byte> CorrelationData { get; init; }

    public string? ContentType { get; init; }

    /// <summary>The payload is UTF-8 text (MQTT 5.0 §3.3.2.3.2).</summary>
    public bool PayloadIsText { get; init; }

    /// <summary>Seconds after which it is not delivered any more; null: never.</summary>
    public uint? ExpirySeconds { get; init; }

    public ImmutableArray<KeyValuePair<string, string>> UserProperties { get; init; } = [];

    /// <summary>Receiving: who published it, as far as known to this process; empty for a message of the process itself.</summary>
    public string PublisherClientId { get; init; } = "";

    /// <summary>Receiving, QoS 1: it was sent again (the DUP flag), so it may have been received before (MQTT 5.0 §4.3.2).</summary>
    public bool IsRedelivered { get; init; }
}
