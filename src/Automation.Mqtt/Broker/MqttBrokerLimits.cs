namespace Automation.Mqtt.Broker;

/// <summary>What one client, and the broker as a whole, may use. Every refusal has a <see cref="MqttLimit"/> that is counted and logged.</summary>
public sealed record MqttBrokerLimits
{
    /// <summary>Connections at once, all listeners together.</summary>
    /// <value>Default 10,000: what a hub's memory bears at some 20 kB each. Beyond: CONNACK 0x97, closed.</value>
    public int Connections { get; init; } = 10_000;

    /// <summary>Connections at once from one address, loopback excepted.</summary>
    /// <value>Default 500: a bridge or a gateway may stand for many devices. Beyond: closed without an answer.</value>
    public int ConnectionsPerAddress { get; init; } = 500;

    /// <summary>Time from accepting a connection to its CONNECT, TLS handshake included.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whole packets in, bytes; a larger one ends the connection with 0x95.</summary>
    /// <value>20 to 268,435,460. Default 2 MiB: a snapshot of an 8-megapixel camera.</value>
    public int PacketBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>Before CONNECT is accepted, bytes: strangers get little.</summary>
    /// <value>Default 128 KiB: a client id of the longest kind, a password, a will and properties.</value>
    public int ConnectPacketBytes { get; init; } = 128 * 1024;

    /// <summary>Unacknowledged QoS 1 and 2 messages from one client (the Receive Maximum it is told); beyond: 0x93.</summary>
    /// <value>1 to 65535. Default 1,024.</value>
    public ushort ReceiveMaximum { get; init; } = 1024;

    /// <summary>Unacknowledged QoS 1 and 2 messages to one client; the client's own Receive Maximum may be lower.</summary>
    /// <value>1 to 65535. Default 256: some round trips of a busy local network.</value>
    public ushort InFlight { get; init; } = 256;

    /// <summary>Topic aliases in each direction.</summary>
    /// <value>Default 10, like Mosquitto's: what one client publishes to most.</value>
    public ushort TopicAliases { get; init; } = 10;

    /// <summary>Messages of QoS 1 and 2 that wait for one session. Full and connected: 0x97; full and absent: the new message is dropped.</summary>
    /// <value>Default 10,000.</value>
    public int QueuedMessages { get; init; } = 10_000;

    /// <summary>The same in bytes.</summary>
    /// <value>Default 16 MiB.</value>
    public long QueuedBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes that may wait for one socket. At half of it publishers wait a moment; at the whole QoS 0 is dropped.</summary>
    /// <value>Default 2 MiB.</value>
    public int OutgoingBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>How long publishers are held up for one subscriber that takes nothing, before it is left behind until it has caught up.</summary>
    /// <value>Default 100 ms.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The same in all, for one that acknowledges but whose queue is half full: beyond its queue messages of QoS 1 and 2 would be lost to it.</summary>
    /// <value>Default 5 s: half a queue at a thousand messages a second, and less than any client waits for an acknowledgement.</value>
    public TimeSpan HoldUp { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A client whose socket takes nothing for so long is closed.</summary>
    /// <value>Default 60 s.</value>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Subscriptions of one session; beyond: 0x97 in SUBACK.</summary>
    /// <value>Default 20,000.</value>
    public int Subscriptions { get; init; } = 20_000;

    /// <summary>Sessions kept while their client is away; beyond, a new client is refused with 0x97.</summary>
    /// <value>Default 20,000.</value>
    public int Sessions { get; init; } = 20_000;

    /// <summary>Longest session expiry granted.</summary>
    /// <value>Default null: as asked, for ever included.</value>
    public TimeSpan? SessionExpiry { get; init; }

    /// <summary>Retained messages; beyond: 0x97.</summary>
    /// <value>Default 500,000.</value>
    public int RetainedMessages { get; init; } = 500_000;

    /// <summary>Bytes of all retained messages; beyond: 0x97.</summary>
    /// <value>Default 256 MiB.</value>
    public long RetainedBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Longest keep alive; a client that asks for more, or for none, is told this (5.0) or held to what it asked (3.1.1).</summary>
    /// <value>1 s to 65,535 s; null, the default: as asked.</value>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>PUBLISH packets a second from one client; beyond: 0x96.</summary>
    /// <value>Default 0: no limit.</value>
    public int MessagesPerSecond { get; init; }

    /// <summary>Messages that wait for one in-process handler; beyond, new ones are dropped and counted.</summary>
    /// <value>Default 10,000.</value>
    public int LocalMessages { get; init; } = 10_000;
}

/// <summary>Which limit was hit.</summary>
public enum MqttLimit
{
    Connections,
    ConnectionsPerAddress,
    ConnectTimeout,
    PacketSize,
    ReceiveMaximum,
    Queue,
    Stall,
    Subscriptions,
    Sessions,
    Retained,
    MessageRate,
    KeepAlive,
    LocalQueue,
    OutgoingPacketSize,
    SlowSubscriber,
}
