using Automation.Mqtt.Broker;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Sessions;

/// <summary>The part that sends: the window of QoS 1 and 2, what waits behind it, and retained messages of new subscriptions.</summary>
internal sealed partial class ClientSession
{
    // All under _gate.
    private readonly Dictionary<ushort, InFlight> _inFlight = [];
    private readonly Queue<WaitingMessage> _waiting = new();
    private readonly Queue<InFlight> _resend = new();
    private readonly Queue<RetainedDelivery> _retained = new();
    private IClientConnection? _connectionOfOutput;
    private int _window;
    private int _sent;
    private long _waitingBytes;
    private long _order;
    private ushort _lastPacketId;

    /// <summary>Messages that wait or are in flight.</summary>
    public int Backlog
    {
        get
        {
            lock (_gate) return _waiting.Count + _inFlight.Count;
        }
    }

    /// <summary>Goes on over a new connection: what was in flight is sent again in its old order (MQTT 5.0 §4.4), then what waited.</summary>
    /// <param name="window">The client's receive maximum.</param>
    public void Attach(IClientConnection connection, Output output, MqttClientIdentity identity, int window, Dispatch dispatch)
    {
        lock (_gate)
        {
            Volatile.Write(ref _identity, identity);
            _connectionOfOutput = connection;
            _window = Math.Min(window, settings.Limits.InFlight);
            _sent = 0;
            _resend.Clear();
            foreach (InFlight entry in _inFlight.Values.OrderBy(e => e.Order))
            {
                entry.IsSent = false;
                _resend.Enqueue(entry);
            }

            output.Drained = Resume;
            Volatile.Write(ref _output, output);
            Pump_NeedsLock(dispatch.Now, dispatch);
        }
    }

    /// <summary>The connection is gone; later messages wait, if the session outlives it.</summary>
    public void Detach(Output output)
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            if (_output != output) return;
            output.Drained = null;
            Volatile.Write(ref _output, null);
            _connectionOfOutput = null;
            _retained.Clear();
            _leftBehind = false;
            room = _room;
            _room = null;
        }

        room?.TrySetResult();
    }

    /// <summary>Hands over the retained messages of a new subscription; they leave as there is room.</summary>
    public void DeliverRetained(List<Publication> messages, ClientSubscription subscription, Dispatch dispatch)
    {
        lock (_gate)
        {
            if (_output is null) return;
            uint[] identifiers = subscription.Identifier == 0 ? [] : [subscription.Identifier];
            _retained.Enqueue(new RetainedDelivery([.. messages], subscription, identifiers));
            Pump_NeedsLock(dispatch.Now, dispatch);
        }
    }

    /// <summary>Another part of the session has made room.</summary>
    private void Resume()
    {
        lock (_gate)
        {
            if (_output is null || (_resend.Count == 0 && _retained.Count == 0 && _waiting.Count == 0)) return;
            Pump_NeedsLock(settings.Time.GetUtcNow().ToUnixTimeMilliseconds(), null);
        }
    }

    private bool IsBehind_NeedsLock() => _waiting.Count > 0 || _resend.Count > 0 || _retained.Count > 0;

    private void Wait_NeedsLock(WaitingMessage message)
    {
        _waiting.Enqueue(message);
        _waitingBytes += message.Message.Bytes;
    }

    private void Pump_NeedsLock(long now, Dispatch? dispatch)
    {
        Output output = _output!;
        while (!output.IsHalfFull)
        {
            bool window = _sent < _window;
            if (_resend.Count > 0)
            {
                if (!window) break;
                SendAgain_NeedsLock(output, _resend.Dequeue(), now, dispatch);
            }
            else if (_retained.Count > 0)
            {
                if (!SendRetained_NeedsLock(output, _retained.Peek(), window, now, dispatch)) break;
            }
            else if (_waiting.Count > 0 && window)
            {
                WaitingMessage next = _waiting.Dequeue();
                _waitingBytes -= next.Message.Bytes;
                SendWaiting_NeedsLock(output, next, now, dispatch);
            }
            else
            {
                break;
            }
        }

        if (_waiting.Count > settings.Limits.QueuedMessages / 4 || _waitingBytes > settings.Limits.QueuedBytes / 4) return;
        _leftBehind = false;
        _room?.TrySetResult();
        _room = null;
    }

    private void SendWaiting_NeedsLock(Output output, WaitingMessage next, long now, Dispatch? dispatch)
    {
        // Expired while it waited (MQTT-3.3.2-5), or the rules have changed since it was queued.
        if (next.Message.IsExpired(now) || !settings.Authorizer.MayReceive(_identity!, next.Message.Topic))
        {
            if (IsStored) settings.Store.Append(new MqttMessageFinished(ClientId, next.Order));

            // Its number goes with it, so that numbers follow the order of arrival and a gap can be seen on the wire.
            NextPacketId_NeedsLock();
            return;
        }

        var view = new PublicationView(next.Message);
        SendNew_NeedsLock(output, ref view, next.Options, next.Order, now, dispatch);
    }

    private void SendNew_NeedsLock(Output output, ref PublicationView message, in DeliveryOptions options, long order, long now, Dispatch? dispatch)
    {
        ushort packetId = NextPacketId_NeedsLock();
        AppendResult result = output.Publish(ref message, options, packetId, duplicate: false, now, out bool mustFlush);
        if (result == AppendResult.TooLarge)
        {
            // MQTT-3.1.2-25: a packet larger than the client takes is treated as if it had been sent.
            settings.Counters.Dropped(MqttLimit.OutgoingPacketSize);
            if (IsStored) settings.Store.Append(new MqttMessageFinished(ClientId, order));
            return;
        }

        _inFlight[packetId] = new InFlight(message.Keep(), options, order, packetId) { IsSent = result == AppendResult.Done };
        _sent++;
        if (IsStored) settings.Store.Append(new MqttMessageSent(ClientId, order, packetId, Released: false));
        Flush(output, mustFlush, dispatch);
    }

    private void SendAgain_NeedsLock(Output output, InFlight entry, long now, Dispatch? dispatch)
    {
        if (!_inFlight.ContainsKey(entry.PacketId) || entry.IsSent) return;
        entry.IsSent = true;
        _sent++;
        if (entry.IsReleased)
        {
            Flush(output, output.WriteAck(PacketType.PubRel, entry.PacketId, ReasonCode.Success), dispatch);
            return;
        }

        var view = new PublicationView(entry.Message!);
        AppendResult result = output.Publish(ref view, entry.Options, entry.PacketId, duplicate: true, now, out bool mustFlush);
        if (result == AppendResult.TooLarge) Finish_NeedsLock(entry);
        Flush(output, mustFlush, dispatch);
    }

    /// <returns>False when it has to wait for the window.</returns>
    private bool SendRetained_NeedsLock(Output output, RetainedDelivery delivery, bool window, long now, Dispatch? dispatch)
    {
        if (delivery.Next == delivery.Messages.Length)
        {
            _retained.Dequeue();
            return true;
        }

        Publication message = delivery.Messages[delivery.Next];
        QoS qos = message.QoS < delivery.Subscription.MaximumQoS ? message.QoS : delivery.Subscription.MaximumQoS;
        if (qos != QoS.AtMostOnce && !window) return false;
        delivery.Next++;

        // Replaced meanwhile: the newer one went its own way, and an older value must not come after it.
        if (message.IsExpired(now) || settings.Retained.Find(message.Topic) != message) return true;
        var options = new DeliveryOptions(qos, true, delivery.Identifiers);
        var view = new PublicationView(message);
        if (qos != QoS.AtMostOnce)
        {
            long order = ++_order;
            if (IsStored) settings.Store.Queued(ClientId, order, message, options);
            SendNew_NeedsLock(output, ref view, options, order, now, dispatch);
            return true;
        }

        AppendResult result = output.Publish(ref view, options, 0, duplicate: false, now, out bool mustFlush);
        if (result == AppendResult.TooLarge) settings.Counters.Dropped(MqttLimit.OutgoingPacketSize);
        else if (result == AppendResult.Full) settings.Counters.Dropped(MqttLimit.SlowSubscriber);
        Flush(output, mustFlush, dispatch);
        return true;
    }

    private static void Flush(Output output, bool mustFlush, Dispatch? dispatch)
    {
        // Without a dispatch the caller is the one who sends, and takes along what was added.
        if (mustFlush && dispatch is not null) dispatch.MustFlush(output);
        else if (mustFlush) ThreadPool.UnsafeQueueUserWorkItem(static o => o.Flush(), output, preferLocal: true);
    }

    private ushort NextPacketId_NeedsLock()
    {
        do
        {
            _lastPacketId = _lastPacketId == ushort.MaxValue ? (ushort)1 : (ushort)(_lastPacketId + 1);
        }
        while (_inFlight.ContainsKey(_lastPacketId));
        return _lastPacketId;
    }

    /// <summary>A message with its way of delivery, behind the window.</summary>
    private readonly record struct WaitingMessage(Publication Message, DeliveryOptions Options, long Order);

    /// <summary>A message that was sent and is not done.</summary>
    private sealed class InFlight(Publication? message, in DeliveryOptions options, long order, ushort packetId)
    {
        /// <summary>Null when only the release is left.</summary>
        public Publication? Message { get; set; } = message;

        public DeliveryOptions Options { get; } = options;

        public long Order { get; } = order;

        public ushort PacketId { get; } = packetId;

        /// <summary>On the present connection.</summary>
        public bool IsSent { get; set; }

        /// <summary>QoS 2: PUBREC has come.</summary>
        public bool IsReleased { get; set; }
    }

    private sealed record RetainedDelivery(Publication[] Messages, ClientSubscription Subscription, uint[] Identifiers)
    {
        public int Next { get; set; }
    }
}
