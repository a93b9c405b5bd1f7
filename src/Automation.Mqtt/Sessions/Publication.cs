using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Sessions;

/// <summary>
/// A message that outlives the read that brought it: kept in a queue, in flight, or retained. One block of bytes, shared by
/// every subscriber that waits for it; never changed.
/// </summary>
internal sealed class Publication
{
    public const long Never = long.MaxValue;

    private readonly byte[] _block;
    private readonly int _topicBytes;
    private readonly int _propertyBytes;
    private long _storeId;

    public Publication(
        ReadOnlySpan<byte> topic, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> payload, QoS qos, bool retain, long expiresAt, string publisher)
    {
        _block = GC.AllocateUninitializedArray<byte>(topic.Length + properties.Length + payload.Length);
        topic.CopyTo(_block);
        properties.CopyTo(_block.AsSpan(topic.Length));
        payload.CopyTo(_block.AsSpan(topic.Length + properties.Length));
        _topicBytes = topic.Length;
        _propertyBytes = properties.Length;
        QoS = qos;
        Retain = retain;
        ExpiresAt = expiresAt;
        Publisher = publisher;
    }

    public ReadOnlySpan<byte> Topic => _block.AsSpan(0, _topicBytes);

    /// <summary>Raw properties of the 5.0 PUBLISH that go from end to end.</summary>
    public ReadOnlySpan<byte> Properties => _block.AsSpan(_topicBytes, _propertyBytes);

    public ReadOnlySpan<byte> Payload => _block.AsSpan(_topicBytes + _propertyBytes);

    public ReadOnlyMemory<byte> TopicMemory => _block.AsMemory(0, _topicBytes);

    public ReadOnlyMemory<byte> PropertiesMemory => _block.AsMemory(_topicBytes, _propertyBytes);

    public ReadOnlyMemory<byte> PayloadMemory => _block.AsMemory(_topicBytes + _propertyBytes);

    /// <summary>As published.</summary>
    public QoS QoS { get; }

    /// <summary>As published.</summary>
    public bool Retain { get; }

    /// <summary>Unix time in milliseconds, or <see cref="Never"/>.</summary>
    public long ExpiresAt { get; }

    /// <summary>The client that published, for logs and in-process subscribers; empty for the process itself.</summary>
    public string Publisher { get; }

    /// <summary>The publisher sent it again (the DUP flag); for in-process subscribers.</summary>
    public bool IsRedelivered { get; init; }

    /// <summary>Bytes it keeps in memory, roughly.</summary>
    public int Bytes => _block.Length + 96;

    /// <summary>How storage knows it; 0 until it was stored.</summary>
    public long StoreId
    {
        get => Volatile.Read(ref _storeId);
        init => _storeId = value;
    }

    /// <summary>The first to store it names it; a later name is ignored.</summary>
    public void TakeStoreId(long id) => Interlocked.CompareExchange(ref _storeId, id, 0);

    public bool IsExpired(long now) => ExpiresAt <= now;

    /// <summary>MQTT 5.0 §3.3.2.3.3: what is left, counted down by the time it waited here.</summary>
    public static uint? Remaining(long expiresAt, long now) =>
        expiresAt == Never ? null : (uint)Math.Clamp((expiresAt - now + 999) / 1000, 1, uint.MaxValue);
}
