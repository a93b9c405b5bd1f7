using System.Text;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Client;

/// <summary>Packets from the server: to their handlers, and acknowledged when those are through.</summary>
public sealed partial class MqttClient
{
    // Guarded by _gate. QoS 1 and 2 messages by identifier until PUBACK or PUBCOMP is sent; and the order in which they came, because
    // acknowledgements go out in that order (MQTT-4.6.0-2, MQTT-4.6.0-3).
    private readonly Dictionary<ushort, IncomingMessage> _incoming = [];
    private readonly Queue<IncomingMessage> _incomingOrder = [];
    private readonly HandlerQueue? _unclaimed;
    private long _dropped;

    private int Window => _options.Version == ProtocolVersion.V5 ? _options.ReceiveMaximum : ushort.MaxValue;

    /// <summary>Called by the connection's read loop alone. Answers success, or why the connection has to end.</summary>
    private ReasonCode Handle(Link link, MqttPacket packet) => packet switch
    {
        PublishPacket publish => OnPublish(link, publish),
        PubRelPacket release => OnRelease(link, release),
        PublishAckPacket ack => OnPublishAck(link, ack),
        SubAckPacket { PacketId: var id } => OnAnswer(id, packet),
        UnsubAckPacket { PacketId: var id } => OnAnswer(id, packet),
        PingRespPacket => ReasonCode.Success,
        _ => ReasonCode.ProtocolError,
    };

    private ReasonCode OnPublish(Link link, PublishPacket packet)
    {
        ReasonCode fault = ResolveAlias(link, packet, out string topic);
        if (fault != ReasonCode.Success) return fault;
        var incoming = new IncomingMessage(ToMessage(packet, topic), packet.PacketId, _session);
        lock (_gate)
        {
            if (packet.QoS != QoS.AtMostOnce && !TryAccept_NeedsLock(link, packet, incoming, out fault)) return fault;
            fault = Distribute_NeedsLock(packet, incoming);
        }

        if (incoming.DoneByOne()) OnHandled(incoming);
        return fault;
    }

    private ReasonCode ResolveAlias(Link link, PublishPacket packet, out string topic)
    {
        topic = packet.Topic;
        if (packet.TopicAlias == 0) return ReasonCode.Success;

        // MQTT-3.3.2-10: never above what we allowed.
        if (packet.TopicAlias > _options.TopicAliasMaximum) return ReasonCode.TopicAliasInvalid;
        if (topic.Length > 0) link.IncomingAliases[packet.TopicAlias] = topic;
        topic = link.IncomingAliases[packet.TopicAlias] ?? "";
        return topic.Length > 0 ? ReasonCode.Success : ReasonCode.ProtocolError;
    }

    /// <summary>False: it is known already (then it is acknowledged when its time comes, or at once), or there are too many.</summary>
    private bool TryAccept_NeedsLock(Link link, PublishPacket packet, IncomingMessage incoming, out ReasonCode fault)
    {
        fault = ReasonCode.Success;
        if (_incoming.TryGetValue(packet.PacketId, out IncomingMessage? known))
        {
            bool again = known.QoS == QoS.ExactlyOnce || !known.Handled || packet.Duplicate;
            if (again)
            {
                if (known.Handled) Acknowledge_NeedsLock(link, known);
                return false;
            }
        }
        else if (_incoming.Count >= Window + _options.Limits.QueuedPerHandler)
        {
            // MQTT-3.3.4-9: the server exceeds our receive maximum. Mosquitto 2.0.11 does where many retained messages wait for a new
            // subscription (a PUBACK may bring more than one), so what there is room for is taken, and only more than that ends the connection.
            fault = ReasonCode.ReceiveMaximumExceeded;
            return false;
        }

        _incoming[packet.PacketId] = incoming;
        _incomingOrder.Enqueue(incoming);
        return true;
    }

    private ReasonCode Distribute_NeedsLock(PublishPacket packet, IncomingMessage incoming)
    {
        byte[] topic = packet.SubscriptionIdentifiers.IsEmpty ? Encoding.UTF8.GetBytes(incoming.Message.Topic) : [];
        bool claimed = false;
        bool full = false;
        foreach (ClientSubscription subscription in _subscriptions.Values)
        {
            // With identifiers the server says whose copy this is; overlapping filters would otherwise each see every copy.
            if (packet.SubscriptionIdentifiers.IsEmpty ? !subscription.Matches(topic) : !packet.SubscriptionIdentifiers.Contains(subscription.Identifier)) continue;
            claimed = true;
            foreach (HandlerQueue handler in subscription.Handlers) full |= !handler.TryGive(incoming);
        }

        if (!claimed)
        {
            if (_unclaimed is not null) full = !_unclaimed.TryGive(incoming);
            else Interlocked.Increment(ref _dropped);
        }

        if (!full) return ReasonCode.Success;
        if (incoming.QoS != QoS.AtMostOnce) return ReasonCode.QuotaExceeded;
        Interlocked.Increment(ref _dropped);
        return ReasonCode.Success;
    }

    private void OnHandled(IncomingMessage incoming)
    {
        if (incoming.QoS == QoS.AtMostOnce) return;
        lock (_gate)
        {
            incoming.Handled = true;
            if (incoming.Session != _session) return;
            while (_incomingOrder.TryPeek(out IncomingMessage? oldest) && oldest.Handled)
            {
                _incomingOrder.Dequeue();

                // Disconnected: the server sends it again, and is answered then.
                if (_link is not null) Acknowledge_NeedsLock(_link, oldest);
            }
        }
    }

    private void Acknowledge_NeedsLock(Link link, IncomingMessage incoming)
    {
        if (!_incoming.TryGetValue(incoming.PacketId, out IncomingMessage? current) || current != incoming) return;
        if (incoming.QoS == QoS.ExactlyOnce)
        {
            link.Output.WriteAck(PacketType.PubRec, incoming.PacketId, ReasonCode.Success);
            return;
        }

        _incoming.Remove(incoming.PacketId);
        link.Output.WriteAck(PacketType.PubAck, incoming.PacketId, ReasonCode.Success);
    }

    private ReasonCode OnRelease(Link link, PubRelPacket release)
    {
        lock (_gate)
        {
            // MQTT-4.3.3-11, MQTT-4.3.3-12: from here on the identifier is free.
            bool known = _incoming.TryGetValue(release.PacketId, out IncomingMessage? incoming) && incoming.QoS == QoS.ExactlyOnce && _incoming.Remove(release.PacketId);
            link.Output.WriteAck(PacketType.PubComp, release.PacketId, known ? ReasonCode.Success : ReasonCode.PacketIdentifierNotFound);
        }

        return ReasonCode.Success;
    }

    private static MqttMessage ToMessage(PublishPacket packet, string topic) => new()
    {
        Topic = topic,
        Payload = packet.Payload,
        QoS = packet.QoS,
        Retain = packet.Retain,
        ResponseTopic = packet.ResponseTopic,
        CorrelationData = packet.CorrelationData,
        ContentType = packet.ContentType,
        PayloadIsText = packet.PayloadIsText,
        ExpirySeconds = packet.MessageExpirySeconds,
        UserProperties = packet.UserProperties,
        IsRedelivered = packet.Duplicate,
    };
}
