using Automation.Mqtt.Broker;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Sessions;

/// <summary>The part that hears: the answers to what was sent, and the QoS 2 messages the client is sending (MQTT 5.0 §4.3).</summary>
internal sealed partial class ClientSession
{
    private Dictionary<ushort, Publication?>? _incoming;
    private long _incomingBytes;
    private long _incomingTicket;

    /// <summary>What storage must have reached before anything is said again about incoming messages; 0: nothing.</summary>
    public long IncomingTicket
    {
        get
        {
            lock (_gate) return _incomingTicket;
        }
    }

    /// <summary>QoS 2 messages received and not yet released.</summary>
    public int IncomingCount
    {
        get
        {
            lock (_gate) return _incoming?.Count ?? 0;
        }
    }

    /// <summary>Whether another may be kept until its release.</summary>
    public bool HasRoomForIncoming
    {
        get
        {
            lock (_gate) return _incoming is null || (_incoming.Count < settings.Limits.QueuedMessages && _incomingBytes < settings.Limits.QueuedBytes);
        }
    }

    /// <returns>False: the identifier is in use for another QoS, which is a protocol error. An unknown one is ignored.</returns>
    public bool OnPubAck(ushort packetId, Dispatch dispatch)
    {
        lock (_gate)
        {
            if (!_inFlight.TryGetValue(packetId, out InFlight? entry)) return true;
            if (entry.Options.QoS != QoS.AtLeastOnce) return false;
            Finish_NeedsLock(entry);
            if (_output is not null) Pump_NeedsLock(dispatch.Now, dispatch);
            return true;
        }
    }

    /// <inheritdoc cref="OnPubAck"/>
    public bool OnPubRec(ushort packetId, ReasonCode reason, Dispatch dispatch)
    {
        lock (_gate)
        {
            Output? output = _output;
            if (output is null) return true;
            if (!_inFlight.TryGetValue(packetId, out InFlight? entry))
            {
                // MQTT 5.0 §4.3.3: an unknown identifier is answered, so that the client can forget it.
                if (reason < ReasonCode.UnspecifiedError)
                    Flush(output, output.WriteAck(PacketType.PubRel, packetId, ReasonCode.PacketIdentifierNotFound), dispatch);
                return true;
            }

            if (entry.Options.QoS != QoS.ExactlyOnce) return false;

            if (reason >= ReasonCode.UnspecifiedError)
            {
                // MQTT-4.3.3-4: an error ends the flow; there is no PUBREL.
                Finish_NeedsLock(entry);
                Pump_NeedsLock(dispatch.Now, dispatch);
                return true;
            }

            if (!entry.IsReleased)
            {
                entry.IsReleased = true;
                entry.Message = null;
                if (IsStored) settings.Store.Append(new MqttMessageSent(ClientId, entry.Order, packetId, Released: true));
            }

            Flush(output, output.WriteAck(PacketType.PubRel, packetId, ReasonCode.Success), dispatch);
            return true;
        }
    }

    /// <summary>Also false: PUBREC has not come yet.</summary>
    /// <inheritdoc cref="OnPubAck"/>
    public bool OnPubComp(ushort packetId, Dispatch dispatch)
    {
        lock (_gate)
        {
            if (!_inFlight.TryGetValue(packetId, out InFlight? entry)) return true;
            if (entry.Options.QoS != QoS.ExactlyOnce || !entry.IsReleased) return false;
            Finish_NeedsLock(entry);
            if (_output is not null) Pump_NeedsLock(dispatch.Now, dispatch);
            return true;
        }
    }

    /// <summary>The client begins a QoS 2 message. It is kept until <see cref="EndIncoming"/>, and must not be known already.</summary>
    /// <returns>The ticket of storage; 0 where the session is not stored.</returns>
    public long BeginIncoming(ushort packetId, Publication message)
    {
        lock (_gate)
        {
            (_incoming ??= []).Add(packetId, message);
            _incomingBytes += message.Bytes;
            return IsStored ? _incomingTicket = settings.Store.Incoming(ClientId, packetId, message) : 0;
        }
    }

    public bool HasIncoming(ushort packetId)
    {
        lock (_gate) return _incoming is not null && _incoming.ContainsKey(packetId);
    }

    /// <summary>The client releases a QoS 2 message; false: it is not known.</summary>
    /// <param name="message">To be handed on now; null when that was done before a restart.</param>
    public bool EndIncoming(ushort packetId, out Publication? message)
    {
        lock (_gate)
        {
            message = null;
            if (_incoming is null || !_incoming.Remove(packetId, out message)) return false;
            _incomingBytes -= message?.Bytes ?? 0;
            if (IsStored) _incomingTicket = settings.Store.Append(new MqttIncomingDropped(ClientId, packetId));
            return true;
        }
    }

    /// <summary>Puts back what storage had kept.</summary>
    public void Restore(MqttStoredSession stored)
    {
        lock (_gate)
        {
            foreach ((MqttMessageQueued queued, ushort packetId, bool released) in stored.Messages)
            {
                Publication message = SessionStore.Restored(queued.Message);
                var options = new DeliveryOptions(queued.QoS, queued.Retain, [.. queued.Identifiers]);
                _order = Math.Max(_order, queued.Order);
                if (packetId == 0) Wait_NeedsLock(new WaitingMessage(message, options, queued.Order));
                else _inFlight[packetId] = new InFlight(released ? null : message, options, queued.Order, packetId) { IsReleased = released };
                _lastPacketId = Math.Max(_lastPacketId, packetId);
            }

            foreach (MqttIncomingStored incoming in stored.Incoming)
            {
                Publication? message = incoming.Message is { } kept ? SessionStore.Restored(kept) : null;
                (_incoming ??= []).Add(incoming.PacketId, message);
                _incomingBytes += message?.Bytes ?? 0;
            }
        }
    }

    private void Finish_NeedsLock(InFlight entry)
    {
        _inFlight.Remove(entry.PacketId);
        _finished++;
        if (entry.IsSent) _sent--;
        if (IsStored) settings.Store.Append(new MqttMessageFinished(ClientId, entry.Order));
    }
}
