using Automation.Mqtt.Broker;

namespace Automation.Mqtt.Sessions;

/// <summary>What sessions and the retained tree tell persistence; does nothing where nothing is kept.</summary>
internal sealed class SessionStore(IMqttPersistence persistence)
{
    private long _lastMessageId;

    public bool IsEnabled { get; } = persistence.IsEnabled;

    /// <summary>The highest id in use after loading.</summary>
    public void StartAfter(long messageId) => _lastMessageId = Math.Max(_lastMessageId, messageId);

    public long Append(MqttStoreChange change) => IsEnabled ? persistence.Append(change) : 0;

    public long Queued(string clientId, long order, Publication message, in DeliveryOptions options) =>
        persistence.Append(new MqttMessageQueued(clientId, order, Stored(message), options.QoS, options.Retain, [.. options.Identifiers]));

    public long Incoming(string clientId, ushort packetId, Publication message) =>
        persistence.Append(new MqttIncomingStored(clientId, packetId, Stored(message)));

    public long Retained(Publication message) => persistence.Append(new MqttRetainedStored(Stored(message)));

    /// <param name="dueAt">Null: its client is connected.</param>
    public void Will(string clientId, Will will, DateTimeOffset? dueAt)
    {
        if (!IsEnabled) return;
        if (will.StoreId == 0) will.StoreId = Interlocked.Increment(ref _lastMessageId);
        persistence.Append(new MqttWillStored(will.StoreId, clientId, will.Topic, will.Properties, will.Payload, will.QoS, will.Retain, will.DelaySeconds, will.ExpirySeconds, dueAt));
    }

    public void ForgetWill(Will will)
    {
        if (will.StoreId != 0) persistence.Append(new MqttWillDropped(will.StoreId));
    }

    public static Publication Restored(MqttStoredMessage message) =>
        new(message.Topic.Span, message.Properties.Span, message.Payload.Span, message.QoS, message.Retain,
            message.ExpiresAt?.ToUnixTimeMilliseconds() ?? Publication.Never, message.Publisher)
        {
            StoreId = message.Id,
        };

    private MqttStoredMessage Stored(Publication message)
    {
        if (message.StoreId == 0) message.TakeStoreId(Interlocked.Increment(ref _lastMessageId));
        return new MqttStoredMessage(
            message.StoreId, message.TopicMemory, message.PropertiesMemory, message.PayloadMemory, message.QoS, message.Retain,
            message.ExpiresAt == Publication.Never ? null : DateTimeOffset.FromUnixTimeMilliseconds(message.ExpiresAt), message.Publisher);
    }
}
