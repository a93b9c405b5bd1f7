using System.Buffers;
using Automation.Mqtt.Codec;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.Mqtt.Sessions;

namespace Automation.Mqtt.Broker;

/// <summary>The part that takes messages in (MQTT 5.0 §3.3, §4.3).</summary>
internal sealed partial class ClientConnection
{
    private readonly Queue<HeldAnswer> _held = new(); // Its own lock: storage releases answers from another thread.
    private int _heldOpen;
    private RouteCache? _routes;
    private HashSet<ushort>? _repeated;
    private byte[]?[]? _aliases;
    private ArrayBufferWriter<byte>? _properties;
    private int _received;
    private int _rateCount;
    private long _rateSince;

    /// <summary>Sends the answers whose messages have become durable. Called by storage, on its thread.</summary>
    public void ReleaseHeld(long durable)
    {
        bool flush = false;
        lock (_held)
        {
            while (_held.TryPeek(out HeldAnswer answer) && answer.Ticket <= durable)
            {
                _held.Dequeue();
                if (answer.IsOpen) _heldOpen--;
                flush |= Output.WriteAck(answer.Type, answer.PacketId, answer.Reason);
            }
        }

        if (flush) Output.Flush();
    }

    private void OnPublish(in MqttFrame frame)
    {
        if (!PublishView.TryParse(frame, _version, ref _scratch, out PublishView view, out ReasonCode reason))
        {
            // A name of too many levels is to clients what a malformed one is; other brokers say it so.
            Refuse(reason == ReasonCode.TopicNameInvalid ? ReasonCode.MalformedPacket : reason);
            return;
        }

        _received++;
        if (_core.Limits.MessagesPerSecond > 0 && IsTooFast())
        {
            Refuse(ReasonCode.MessageRateTooHigh, MqttLimit.MessageRate);
            return;
        }

        // MQTT-3.3.4-6: subscription identifiers travel from the server to the client only.
        if (view.HasSubscriptionIdentifiers)
        {
            Refuse(ReasonCode.ProtocolError);
            return;
        }

        ReadOnlySpan<byte> topic = view.Topic;
        if (view.TopicAlias != 0 && !ResolveAlias(view.TopicAlias, ref topic)) return;
        if (view.QoS != QoS.AtMostOnce && !AdmitReliable(view)) return;
        ReadOnlySpan<byte> properties = view.PropertiesForwardAsTheyAre ? view.Properties : Forwardable(view);
        var message = new PublicationView(topic, properties, view.Payload.FirstSpan, _session!.ClientId)
        {
            QoS = view.QoS,
            Retain = view.Retain,
            IsRedelivered = view.Duplicate,
            ExpiresAt = view.MessageExpirySeconds is { } seconds ? _dispatch.Now + (seconds * 1000L) : Publication.Never,
        };
        if (view.QoS == QoS.AtMostOnce && !view.Retain && view.PropertiesForwardAsTheyAre)
        {
            // What came is, byte for byte, what a subscriber of the same version gets.
            message.Encoded = _buffer.AsSpan(_start - frame.TotalBytes, frame.TotalBytes);
            message.EncodedVersion = _version;
        }

        ReasonCode outcome = view.QoS == QoS.ExactlyOnce ? Keep(view.PacketId, ref message) : Route(ref message);
        if (_ended || view.QoS == QoS.AtMostOnce) return;

        // 3.1.1 has no way to say no (MQTT-3.3.5-2).
        if (_version != ProtocolVersion.V5) outcome = ReasonCode.Success;
        AnswerWhenDurable(view.QoS == QoS.AtLeastOnce ? PacketType.PubAck : PacketType.PubRec, view.PacketId, outcome, _dispatch.Ticket);
    }

    /// <summary>Retains and delivers. The reason belongs into the acknowledgement.</summary>
    private ReasonCode Route(ref PublicationView message)
    {
        _dispatch.Ticket = 0;
        Route route = _core.Router.Find(_routes ??= new RouteCache(), message.Topic, _session);
        if (route.IsInvalid)
        {
            Refuse(ReasonCode.MalformedPacket);
            return ReasonCode.MalformedPacket;
        }

        if (!route.MayPublish)
        {
            _core.Counters.NotAuthorized();
            return ReasonCode.NotAuthorized;
        }

        ReasonCode reason = message.Retain ? _core.Retained.Set(ref message, _dispatch) : ReasonCode.Success;
        if (reason != ReasonCode.Success) return reason;
        int delivered = _core.Router.Deliver(route, ref message, _dispatch);
        return delivered == 0 ? ReasonCode.NoMatchingSubscribers : ReasonCode.Success;
    }

    /// <summary>
    /// QoS 2 (MQTT 5.0 §4.3.3): keeps the message until its release, which is when it goes on. What can be refused is refused now:
    /// after PUBREC it is the broker's.
    /// </summary>
    private ReasonCode Keep(ushort packetId, ref PublicationView message)
    {
        _dispatch.Ticket = 0;
        Route route = _core.Router.Find(_routes ??= new RouteCache(), message.Topic, _session);
        ReasonCode reason = ReasonCode.Success;
        if (route.IsInvalid)
        {
            Refuse(ReasonCode.MalformedPacket);
            return ReasonCode.MalformedPacket;
        }

        if (!route.MayPublish)
        {
            _core.Counters.NotAuthorized();
            reason = ReasonCode.NotAuthorized;
        }
        else if (message.Retain && _core.Retained.Refuses(message))
        {
            reason = ReasonCode.QuotaExceeded;
        }
        else if (!_session!.HasRoomForIncoming)
        {
            reason = ReasonCode.QuotaExceeded;
            if (_version == ProtocolVersion.V5) _core.HitLimit(MqttLimit.ReceiveMaximum, ClientId, _channel.RemoteAddress);
            else Refuse(reason, MqttLimit.ReceiveMaximum); // It cannot be told; it comes back and releases what it has sent.
        }

        // Refused, a 3.1.1 client hears of success; nothing needs to be remembered, for its release is answered anyhow.
        if (reason != ReasonCode.Success) return reason;
        _dispatch.Ticket = _session!.BeginIncoming(packetId, message.Keep());
        return route.Targets.Length + route.Groups.Length == 0 ? ReasonCode.NoMatchingSubscribers : ReasonCode.Success;
    }

    /// <returns>False: it was answered or refused already.</returns>
    private bool AdmitReliable(in PublishView view)
    {
        bool exactlyOnce = view.QoS == QoS.ExactlyOnce;
        if (exactlyOnce && _session!.HasIncoming(view.PacketId))
        {
            // MQTT-4.4.0-1: on one connection nothing is sent again; once is forgiven, for old clients that count seconds.
            if (!(_repeated ??= []).Add(view.PacketId))
            {
                Refuse(ReasonCode.ProtocolError);
                return false;
            }

            // MQTT-4.3.3-10: sent again before its release; the first is kept.
            AnswerWhenDurable(PacketType.PubRec, view.PacketId, ReasonCode.Success, _session.IncomingTicket);
            return false;
        }

        if (_version != ProtocolVersion.V5) return true;
        int open = exactlyOnce || HasHeld() ? _session!.IncomingCount + HeldOpenCount() : 0;
        if (open < _core.Limits.ReceiveMaximum) return true;

        // MQTT-3.3.4-9: more than it was told to have open.
        Refuse(ReasonCode.ReceiveMaximumExceeded, MqttLimit.ReceiveMaximum);
        return false;
    }

    /// <summary>MQTT-4.6.0-2: answers keep the order of what they answer, so one that waits holds back those after it.</summary>
    private void AnswerWhenDurable(PacketType type, ushort packetId, ReasonCode reason, long ticket)
    {
        if (ticket == 0 && !HasHeld())
        {
            AnswerNow(type, packetId, reason);
            return;
        }

        var answer = new HeldAnswer(ticket, type, packetId, reason);
        lock (_held)
        {
            _held.Enqueue(answer);
            if (answer.IsOpen) _heldOpen++;
        }

        ReleaseHeld(_core.Persistence.Durable);
    }

    private void AnswerNow(PacketType type, ushort packetId, ReasonCode reason)
    {
        if (reason.IsFailure() && _tellsProblems && _version == ProtocolVersion.V5 && _core.Explain(reason) is { } text)
        {
            Write(type == PacketType.PubAck
                ? new PubAckPacket { PacketId = packetId, Reason = reason, ReasonString = text }
                : new PubRecPacket { PacketId = packetId, Reason = reason, ReasonString = text });
            return;
        }

        if (Output.WriteAck(type, packetId, reason)) _dispatch.MustFlush(Output);
    }

    private void OnPubRel(ushort packetId)
    {
        _repeated?.Remove(packetId);
        bool grouped = _session!.IsStored;
        bool known;

        // That it went to each subscriber and that it is done must reach the disk together: in between, a restart would lose or double it.
        if (grouped) _core.Persistence.BeginGroup();
        try
        {
            known = _session.EndIncoming(packetId, out Publication? message);
            _dispatch.Ticket = 0;
            if (message is not null) HandOn(message);
        }
        finally
        {
            if (grouped) _core.Persistence.EndGroup();
        }

        // MQTT 5.0 §3.7.2.1: unknown is no error where a session goes on, for then the first PUBCOMP may have been lost.
        bool good = known || _resumed || _version != ProtocolVersion.V5;
        AnswerWhenDurable(PacketType.PubComp, packetId, good ? ReasonCode.Success : ReasonCode.PacketIdentifierNotFound, Math.Max(_dispatch.Ticket, _session.IncomingTicket));
    }

    private void HandOn(Publication message)
    {
        // MQTT-3.3.2-5: it expired before anybody was sent it.
        if (message.IsExpired(_dispatch.Now)) return;
        var view = new PublicationView(message);
        Route(ref view);
    }

    private bool ResolveAlias(ushort alias, ref ReadOnlySpan<byte> topic)
    {
        // MQTT-3.3.2-9: above the maximum it was told.
        if (alias > _core.Limits.TopicAliases)
        {
            Refuse(ReasonCode.TopicAliasInvalid);
            return false;
        }

        _aliases ??= new byte[]?[_core.Limits.TopicAliases + 1];
        if (!topic.IsEmpty)
        {
            _aliases[alias] = topic.ToArray();
            return true;
        }

        if (_aliases[alias] is { } known)
        {
            topic = known;
            return true;
        }

        Refuse(ReasonCode.ProtocolError);
        return false;
    }

    private ReadOnlySpan<byte> Forwardable(in PublishView view)
    {
        _properties ??= new ArrayBufferWriter<byte>();
        _properties.ResetWrittenCount();
        view.CopyForwardableProperties(_properties);
        return _properties.WrittenSpan;
    }

    private bool IsTooFast()
    {
        if (_core.Time.GetElapsedTime(_rateSince) > TimeSpan.FromSeconds(1))
        {
            _rateSince = _core.Time.GetTimestamp();
            _rateCount = 0;
        }

        return ++_rateCount > _core.Limits.MessagesPerSecond;
    }

    private bool HasHeld() => _core.Persistence.IsEnabled && HeldCount() > 0;

    private int HeldCount()
    {
        if (!_core.Persistence.IsEnabled) return 0;
        lock (_held) return _held.Count;
    }

    /// <summary>Messages the client has open for no other reason than that their answer is held.</summary>
    private int HeldOpenCount()
    {
        if (!_core.Persistence.IsEnabled) return 0;
        lock (_held) return _heldOpen;
    }

    private readonly record struct HeldAnswer(long Ticket, PacketType Type, ushort PacketId, ReasonCode Reason)
    {
        /// <summary>A PUBREC that is no refusal is open in the session as well, and counted there.</summary>
        public bool IsOpen => Type != PacketType.PubRec || Reason >= ReasonCode.UnspecifiedError;
    }
}
