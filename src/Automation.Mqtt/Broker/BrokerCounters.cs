namespace Automation.Mqtt.Broker;

/// <summary>What has happened since the start. Written from many threads, mostly a batch at a time.</summary>
internal sealed class BrokerCounters
{
    private static readonly int LimitCount = Enum.GetValues<MqttLimit>().Length;

    private readonly long[] _limits = new long[LimitCount];
    private long _messagesReceived;
    private long _messagesSent;
    private long _bytesReceived;
    private long _unauthorized;
    private long _failedLogins;
    private long _connectionsAccepted;

    public long MessagesReceived => Volatile.Read(ref _messagesReceived);

    public long MessagesSent => Volatile.Read(ref _messagesSent);

    public long BytesReceived => Volatile.Read(ref _bytesReceived);

    public long Unauthorized => Volatile.Read(ref _unauthorized);

    public long FailedLogins => Volatile.Read(ref _failedLogins);

    public long ConnectionsAccepted => Volatile.Read(ref _connectionsAccepted);

    /// <summary>How often a limit was hit.</summary>
    public long Of(MqttLimit limit) => Volatile.Read(ref _limits[(int)limit]);

    /// <summary>Messages that were not delivered because of a limit.</summary>
    public long DroppedMessages =>
        Of(MqttLimit.SlowSubscriber) + Of(MqttLimit.Queue) + Of(MqttLimit.LocalQueue) + Of(MqttLimit.OutgoingPacketSize);

    public void Received(int messages, int bytes)
    {
        if (messages > 0) Interlocked.Add(ref _messagesReceived, messages);
        Interlocked.Add(ref _bytesReceived, bytes);
    }

    public void Sent(long messages) => Interlocked.Add(ref _messagesSent, messages);

    public void Dropped(MqttLimit limit) => Interlocked.Increment(ref _limits[(int)limit]);

    public void Hit(MqttLimit limit) => Interlocked.Increment(ref _limits[(int)limit]);

    public void NotAuthorized() => Interlocked.Increment(ref _unauthorized);

    public void LoginFailed() => Interlocked.Increment(ref _failedLogins);

    public void Accepted() => Interlocked.Increment(ref _connectionsAccepted);
}

/// <summary>A snapshot of the broker for the dashboard, metrics and tests.</summary>
public sealed record MqttBrokerStatistics
{
    public int Connections { get; init; }

    public int Sessions { get; init; }

    public int Subscriptions { get; init; }

    public int Retained { get; init; }

    public long RetainedBytes { get; init; }

    public long MessagesReceived { get; init; }

    public long MessagesSent { get; init; }

    public long MessagesDropped { get; init; }

    public long BytesReceived { get; init; }

    public long ConnectionsAccepted { get; init; }

    public long Unauthorized { get; init; }

    public long FailedLogins { get; init; }

    /// <summary>How often each limit was hit.</summary>
    public IReadOnlyDictionary<MqttLimit, long> Limits { get; init; } = new Dictionary<MqttLimit, long>();
}
