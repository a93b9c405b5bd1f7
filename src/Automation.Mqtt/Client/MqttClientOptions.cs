using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Automation.Core.Model;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Client;

/// <summary>Where a client connects, as whom, and what it asks of the server.</summary>
public sealed record MqttClientOptions
{
    public string Host { get; init; } = "localhost";

    /// <value>1 to 65535. Default 1883; 8883 is usual with <see cref="Tls"/>.</value>
    public int Port { get; init; } = 1883;

    /// <summary><c>ws://</c> or <c>wss://</c>: MQTT over WebSocket (MQTT 5.0 §6) instead of <see cref="Host"/> and <see cref="Port"/>.</summary>
    public Uri? WebSocket { get; init; }

    /// <summary>Null: no TLS (for <c>wss://</c>: the system's roots).</summary>
    public MqttTls? Tls { get; init; }

    public ProtocolVersion Version { get; init; } = ProtocolVersion.V5;

    /// <summary>Empty: the server assigns one (5.0) or one is made up (3.1.1); it stays the same for this client's life.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>
    /// Forget what the server keeps from an earlier process. 5.0: at the first connection only, later ones continue the session. 3.1.1:
    /// clean session, at every connection.
    /// </summary>
    public bool CleanStart { get; init; } = true;

    /// <summary>
    /// How long the server keeps the session after the connection is gone. 5.0 only. Default 1 hour, so that a short outage loses
    /// nothing; zero: ends with the connection; 0xFFFFFFFF seconds or more: never.
    /// </summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest silence of this side before a ping.</summary>
    /// <value>0 (off) to 65535 seconds. Default 30 s. The server may set another one.</value>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Null: none is sent.</summary>
    public string? UserName { get; init; }

    public Secret Password { get; init; } = Secret.None;

    public MqttWill? Will { get; init; }

    /// <summary>How many QoS 1 and 2 messages the server may have unacknowledged towards us. 5.0 only.</summary>
    /// <value>1 to 65535. Default 100.</value>
    public ushort ReceiveMaximum { get; init; } = 100;

    /// <summary>How many topic aliases the server may use towards us. 5.0 only; 0: none. Default 32.</summary>
    public ushort TopicAliasMaximum { get; init; } = 32;

    /// <summary>Where answers to requests arrive (5.0). Null: <c>response/{client id}</c>, or below what the server offers.</summary>
    public string? ResponseTopic { get; init; }

    /// <summary>Gets what no subscription of this process takes: messages of an earlier process's session. Null: dropped and counted.</summary>
    public Func<MqttMessage, CancellationToken, ValueTask>? Unclaimed { get; init; }

    public MqttClientLimits Limits { get; init; } = new();
}

/// <summary>Every bound of the client, and what happens there.</summary>
public sealed record MqttClientLimits
{
    /// <summary>2 to 268,435,455 bytes of a whole packet; a larger packet from the server ends the connection. Default 16 MB: snapshots are pictures.</summary>
    public int MaximumPacketBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Messages that wait for a connection or an acknowledgement. Default 10,000. When full: a connected publisher waits, a disconnected
    /// one meets <see cref="WhenFull"/>.
    /// </summary>
    public int QueuedMessages { get; init; } = 10_000;

    /// <summary>Default: the oldest is dropped, because state that is published later replaces it.</summary>
    public QueueFull WhenFull { get; init; } = QueueFull.DropOldest;

    /// <summary>QoS 1 and 2 messages on their way to the server at once; the server's receive maximum applies too, and 20 for 3.1.1. Default 100.</summary>
    public int InFlight { get; init; } = 100;

    /// <summary>Bytes not yet taken by the socket; above, publishers of QoS 0 wait. Default 1 MB.</summary>
    public int WriteBufferBytes { get; init; } = 1024 * 1024;

    /// <summary>Messages that wait for one handler; above, QoS 0 is dropped and counted, and QoS 1 and 2 are held back by not acknowledging. Default 10,000: so
    /// many retained messages a new subscription may bring at once from a server that exceeds the receive maximum.</summary>
    public int QueuedPerHandler { get; init; } = 10_000;

    /// <summary>For address look-up, TCP, TLS, WebSocket and CONNACK together. Default 15 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For the answer to a ping, SUBSCRIBE or UNSUBSCRIBE; then the connection counts as dead. Default 15 s.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>First wait before a reconnect; doubled each time, with jitter of half to whole. Default 1 s.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait before a reconnect. Default 60 s.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Wait after a refusal that will not mend itself: wrong password, not authorised, banned, certificate, session taken over. Default
    /// 5 min, so that a server does not lock the account or the address.
    /// </summary>
    public TimeSpan RefusedBackoff { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>What a full queue does to a message published while disconnected.</summary>
public enum QueueFull
{
    /// <summary>The oldest waiting message fails with <see cref="MqttClientFault.Dropped"/>.</summary>
    DropOldest = 0,

    /// <summary>The new message fails with <see cref="MqttClientFault.QueueFull"/>.</summary>
    Refuse,
}

/// <summary>TLS of a client. The certificates stay the caller's and live as long as the client.</summary>
public sealed record MqttTls
{
    /// <summary>Roots to trust instead of the system's; empty: the system's.</summary>
    public ImmutableArray<X509Certificate2> TrustedRoots { get; init; } = [];

    /// <summary>With its private key; null: none.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>The name the server's certificate must bear; null: the host.</summary>
    public string? ServerName { get; init; }
}

/// <summary>What the server publishes when this client goes away without a word.</summary>
public sealed record MqttWill
{
    public required MqttMessage Message { get; init; }

    /// <summary>The server waits this long for a return (5.0). Default zero: at once.</summary>
    public TimeSpan Delay { get; init; }
}

/// <summary>What a subscription asks beyond its QoS; 3.1.1 knows none of it.</summary>
public sealed record MqttSubscribeOptions
{
    public QoS MaximumQoS { get; init; } = QoS.AtMostOnce;

    /// <summary>Not what this client published itself.</summary>
    public bool NoLocal { get; init; }

    /// <summary>Keep the retain flag as it was published.</summary>
    public bool RetainAsPublished { get; init; }

    public RetainHandling RetainHandling { get; init; } = RetainHandling.AtSubscribe;
}
