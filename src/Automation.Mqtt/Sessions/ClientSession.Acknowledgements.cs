using Automation.Mqtt.Broker;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Sessions;

/// <summary>The part that hears: the answers to what was sent, and the QoS 2 messages the client is sending (MQTT 5.0 §4.3).</summary>
internal sealed partial class ClientSession
{
    private HashSet<ushort>? _incoming;

    /// <summary>QoS 2 messages received and not yet released.</summary>
    public int IncomingCount
    {
        get
        {
            lock (_gate) return _incoming?.Count ?? 0;
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

    /// <summary>The client begins a QoS 2 message; false: it has sent it before and must only be answered again (MQTT-4.3.3-10).</summary>
    /// <param name="ticket">Of storage, where the session is stored.</param>
    public bool BeginIncoming(ushort packetId, ref long ticket)
    {
        lock (_gate)
        {
            _incoming ??= [];
            if (!_incoming.Add(packetId)) return false;
            if (IsStored) ticket = settings.Store.Append(new MqttIncomingStored(ClientId, packetId));
            return true;
        }
    }

    public bool HasIncoming(ushort packetId)
    {
        lock (_gate) return _incoming is not null && _incoming.Contains(packetId);
    }

    /// <summary>The client releases a QoS 2 message; false: it is not known.</summary>
    public bool EndIncoming(ushort packetId)
    {
        lock (_gate)
        {
            if (_incoming is null || !_incoming.Remove(packetId)) return false;
            if (IsStored) settings.Store.Append(new MqttIncomingDropped(ClientId, packetId));
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

            if (!stored.Incoming.IsEmpty) _incoming = [.. stored.Incoming];
        }
    }

    private void Finish_NeedsLock(InFlight entry)
    {
        _inFlight.Remove(entry.PacketId);
        if (entry.IsSent) _sent--;
        if (IsStored) settings.Store.Append(new MqttMessageFinished(ClientId, entry.Order));
    }
}
