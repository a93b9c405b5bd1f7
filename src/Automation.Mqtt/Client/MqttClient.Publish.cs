using Automation.Mqtt.Codec;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Client;

/// <summary>Messages to the server: queue, in-flight window, and the acknowledgements of QoS 1 and 2 (MQTT 5.0 §4.3).</summary>
public sealed partial class MqttClient
{
    /// <summary>
    /// 3.1.1 servers do not say how much they take at once. Mosquitto 2.0 takes 20, and loses QoS 2 messages above that although it
    /// acknowledges them.
    /// </summary>
    private const int UnstatedReceiveMaximum = 20;

    // Guarded by _gate. A message is in exactly one of them, in the order of publishing.
    private readonly LinkedList<OutgoingMessage> _waiting = [];
    private readonly LinkedList<OutgoingMessage> _inFlight = [];
    private readonly Dictionary<ushort, LinkedListNode<OutgoingMessage>> _inFlightById = [];

    /// <inheritdoc/>
    /// <remarks>
    /// QoS 0 while disconnected: completes when queued. QoS 1 and 2: completes when acknowledged, across reconnects. A cancelled publish that
    /// was not sent yet is taken back; one that was sent may still arrive.
    /// </remarks>
    /// <exception cref="MqttClientException">The message cannot be sent, was refused, dropped or expired, or the client was closed.</exception>
    public async ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        if (WhyNotSendable(message) is { } why) throw new MqttClientException(MqttClientFault.InvalidMessage, $"The message cannot be sent: {why}.");
        cancellationToken.ThrowIfCancellationRequested();
        if (message.QoS == QoS.AtMostOnce && TrySendNow(message, out Task room))
        {
            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        await TakeSlotAsync(cancellationToken).ConfigureAwait(false);
        var outgoing = new OutgoingMessage(message, _time.GetTimestamp());
        lock (_gate)
        {
            ThrowIfClosed_NeedsLock();
            _waiting.AddLast(outgoing);
            SendWaiting_NeedsLock();
        }

        if (message.QoS == QoS.AtMostOnce)
        {
            // A fault that is known already (too large) is told; waiting for a connection is not the publisher's business.
            if (outgoing.Done.IsCompleted) await outgoing.Done.ConfigureAwait(false);
            return;
        }

        try
        {
            await outgoing.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            TakeBack(outgoing);
            throw;
        }
    }

    private bool TrySendNow(MqttMessage message, out Task room)
    {
        room = Task.CompletedTask;
        lock (_gate)
        {
            ThrowIfClosed_NeedsLock();
            if (_link is not { } link || _waiting.First?.Value.Message.QoS == QoS.AtMostOnce) return false;
            PublishPacket packet = ToPacket_NeedsLock(link, message, 0, duplicate: false, message.ExpirySeconds);
            if (WhyNotTaken(link, packet) is { } why) throw why;
            link.Output.Write(packet);
            room = link.Output.WaitForRoomAsync();
            return true;
        }
    }

    private async ValueTask TakeSlotAsync(CancellationToken cancellationToken)
    {
        if (_slots.Wait(0, CancellationToken.None)) return;
        lock (_gate)
        {
            ThrowIfClosed_NeedsLock();
            if (_link is null)
            {
                LinkedListNode<OutgoingMessage>? oldest = _options.Limits.WhenFull == QueueFull.DropOldest ? _waiting.First : null;
                if (oldest is null) throw new MqttClientException(MqttClientFault.QueueFull, $"{_options.Limits.QueuedMessages} messages wait already and the server is not connected.");

                // Its slot passes to the new message.
                _waiting.Remove(oldest);
                oldest.Value.Fail(new MqttClientException(MqttClientFault.Dropped, "A newer message needed the room while the server was not connected."));
                return;
            }
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        try
        {
            await _slots.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MqttClientException(MqttClientFault.Closed, "The client was closed.");
        }
    }

    private void TakeBack(OutgoingMessage outgoing)
    {
        lock (_gate)
        {
            if (_waiting.Remove(outgoing)) _slots.Release();
        }
    }

    /// <summary>Sends from the queue while the window has room.</summary>
    private void SendWaiting_NeedsLock()
    {
        if (_link is not { } link) return;
        int window = Math.Min(_options.Limits.InFlight, _options.Version == ProtocolVersion.V5 ? link.ConnAck.ReceiveMaximum : UnstatedReceiveMaximum);
        while (_waiting.First is { } node)
        {
            OutgoingMessage outgoing = node.Value;
            bool acknowledged = outgoing.Message.QoS != QoS.AtMostOnce;
            if (acknowledged && _inFlight.Count >= window) return;
            _waiting.RemoveFirst();
            if (!TrySend_NeedsLock(link, outgoing, duplicate: false) || !acknowledged)
            {
                outgoing.Complete();
                _slots.Release();
                continue;
            }

            _inFlight.AddLast(node);
            _inFlightById.Add(outgoing.PacketId, node);
        }
    }

    /// <summary>False: the message failed, and is no more.</summary>
    private bool TrySend_NeedsLock(Link link, OutgoingMessage outgoing, bool duplicate)
    {
        uint? expiry = outgoing.Message.ExpirySeconds;
        if (expiry is { } seconds)
        {
            // MQTT-3.3.2-6 asks it of a server; a message that waited here is no different.
            double left = seconds - _time.GetElapsedTime(outgoing.QueuedAt).TotalSeconds;
            if (left <= 0 && !duplicate)
            {
                outgoing.Fail(new MqttClientException(MqttClientFault.Expired, $"The message waited longer than its {seconds} s."));
                return false;
            }

            expiry = (uint)Math.Ceiling(Math.Max(1, left));
        }

        if (outgoing.PacketId == 0 && outgoing.Message.QoS != QoS.AtMostOnce) outgoing.PacketId = NextPacketId_NeedsLock();
        PublishPacket packet = ToPacket_NeedsLock(link, outgoing.Message, outgoing.PacketId, duplicate, expiry);
        if (WhyNotTaken(link, packet) is { } why)
        {
            outgoing.Fail(why);
            return false;
        }

        link.Output.Write(packet);
        return true;
    }

    private static PublishPacket ToPacket_NeedsLock(Link link, MqttMessage message, ushort packetId, bool duplicate, uint? expiry)
    {
        (string topic, ushort alias) = AliasFor_NeedsLock(link, message.Topic);
        return new PublishPacket
        {
            Topic = topic,
            TopicAlias = alias,
            Payload = message.Payload,
            QoS = message.QoS,
            Retain = message.Retain,
            Duplicate = duplicate,
            PacketId = packetId,
            PayloadIsText = message.PayloadIsText,
            MessageExpirySeconds = expiry,
            ContentType = message.ContentType,
            ResponseTopic = message.ResponseTopic,
            CorrelationData = message.CorrelationData,
            UserProperties = message.UserProperties,
        };
    }

    /// <summary>The first topics of a connection get the aliases the server takes; a topic is spelled out once (MQTT 5.0 §3.3.2.3.4).</summary>
    private static (string Topic, ushort Alias) AliasFor_NeedsLock(Link link, string topic)
    {
        if (link.OutgoingAliases.TryGetValue(topic, out ushort alias)) return ("", alias);
        if (link.OutgoingAliases.Count >= link.ConnAck.TopicAliasMaximum) return (topic, 0);
        alias = (ushort)(link.OutgoingAliases.Count + 1);
        link.OutgoingAliases.Add(topic, alias);
        return (topic, alias);
    }

    /// <summary>What this server will not take (MQTT-3.2.2-11, MQTT-3.2.2-14, MQTT-3.2.2-15); null: it will.</summary>
    private MqttClientException? WhyNotTaken(Link link, PublishPacket packet)
    {
        string? why = null;
        if (packet.QoS > link.ConnAck.MaximumQoS) why = $"the server takes at most QoS {(int)link.ConnAck.MaximumQoS}";
        else if (packet.Retain && !link.ConnAck.RetainAvailable) why = "the server keeps no retained messages";
        else if (link.ConnAck.MaximumPacketSize is { } limit && MqttWriter.Measure(packet, _options.Version) > limit) why = $"the server takes packets of at most {limit} bytes";
        if (why is null) return null;

        // An alias this packet was to introduce is not known to the server.
        if (packet.TopicAlias != 0 && packet.Topic.Length > 0) link.OutgoingAliases.Remove(packet.Topic);
        return new MqttClientException(MqttClientFault.InvalidMessage, $"The message cannot be sent: {why}.");
    }

    /// <summary>MQTT-4.4.0-1: after a reconnect, in the original order, PUBLISH with DUP and PUBREL with their identifiers.</summary>
    private void Resend_NeedsLock(Link link)
    {
        for (LinkedListNode<OutgoingMessage>? node = _inFlight.First, next; node is not null; node = next)
        {
            next = node.Next;
            if (node.Value.Released) link.Output.WriteAck(PacketType.PubRel, node.Value.PacketId, ReasonCode.Success);
            else if (!TrySend_NeedsLock(link, node.Value, duplicate: true)) Finish_NeedsLock(node);
        }
    }

    /// <summary>A new session knows no identifiers: what was sent and not acknowledged is published anew, first and in its order.</summary>
    private void ForgetInFlight_NeedsLock()
    {
        while (_inFlight.Last is { } node)
        {
            _inFlight.RemoveLast();
            node.Value.PacketId = 0;
            if (node.Value.Released)
            {
                // The server had taken it (PUBREC); publishing it again would double it.
                node.Value.Complete();
                _slots.Release();
            }
            else
            {
                _waiting.AddFirst(node);
            }
        }

        _inFlightById.Clear();
    }

    private ReasonCode OnPublishAck(Link link, PublishAckPacket ack)
    {
        lock (_gate)
        {
            _inFlightById.TryGetValue(ack.PacketId, out LinkedListNode<OutgoingMessage>? node);
            QoS qos = node?.Value.Message.QoS ?? QoS.AtMostOnce;
            switch (ack)
            {
                case PubAckPacket when qos == QoS.AtLeastOnce:
                case PubCompPacket when qos == QoS.ExactlyOnce && node!.Value.Released:
                case PubRecPacket when qos == QoS.ExactlyOnce && ack.Reason.IsFailure():
                    if (ack is not PubCompPacket && ack.Reason.IsFailure())
                        node!.Value.Fail(new MqttClientException(MqttClientFault.PublishRefused, $"The server refused the message to '{node.Value.Message.Topic}': {ack.Reason}. {ack.ReasonString}", ack.Reason));
                    Finish_NeedsLock(node!);
                    SendWaiting_NeedsLock();
                    break;
                case PubRecPacket when qos == QoS.ExactlyOnce:
                    node!.Value.Released = true;
                    link.Output.WriteAck(PacketType.PubRel, ack.PacketId, ReasonCode.Success);
                    break;
                case PubRecPacket when !ack.Reason.IsFailure():
                    // MQTT 5.0 §4.3.3: an answer to something unknown is answered, so that the server can let go of it.
                    link.Output.WriteAck(PacketType.PubRel, ack.PacketId, ReasonCode.PacketIdentifierNotFound);
                    break;
            }
        }

        return ReasonCode.Success;
    }

    private void Finish_NeedsLock(LinkedListNode<OutgoingMessage> node)
    {
        _inFlight.Remove(node);
        _inFlightById.Remove(node.Value.PacketId);
        node.Value.Complete();
        _slots.Release();
    }

    private void FailAll_NeedsLock(MqttClientException why)
    {
        foreach (OutgoingMessage outgoing in _waiting.Concat(_inFlight)) outgoing.Fail(why);
        _waiting.Clear();
        _inFlight.Clear();
        _inFlightById.Clear();
        FailAnswers_NeedsLock(why);
    }

    /// <summary>1 to 65535, not in use by a message or a SUBSCRIBE (MQTT-2.2.1-3).</summary>
    private ushort NextPacketId_NeedsLock()
    {
        do _lastPacketId = _lastPacketId == ushort.MaxValue ? (ushort)1 : (ushort)(_lastPacketId + 1);
        while (_inFlightById.ContainsKey(_lastPacketId) || _answers.ContainsKey(_lastPacketId));
        return _lastPacketId;
    }

    private void ThrowIfClosed_NeedsLock()
    {
        if (Volatile.Read(ref _disposed) != 0) throw new MqttClientException(MqttClientFault.Closed, "The client was closed.");
    }
}
