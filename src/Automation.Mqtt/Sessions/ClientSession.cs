using Automation.Mqtt.Broker;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Sessions;

/// <summary>
/// A client's session (MQTT 5.0 §4.1): what it subscribed to, what waits for it and what is in flight. Outlives connections for as
/// long as its expiry says. This part: who it is, and taking messages.
/// </summary>
internal sealed partial class ClientSession(string clientId, SessionSettings settings) : Subscriber
{
    /// <summary>Guards everything about delivery. Taken before an <see cref="Output"/>'s own, never after.</summary>
    private readonly Lock _gate = new();

    private Output? _output;
    private TaskCompletionSource? _room;
    private bool _leftBehind;
    private long _heldSince;
    private long _finished;

    public override string ClientId { get; } = clientId;

    public override MqttClientIdentity? Identity => Volatile.Read(ref _identity);

    private MqttClientIdentity? _identity;

    /// <summary>The live connection. Read and written under the registry's lock.</summary>
    public IClientConnection? Connection { get; set; }

    /// <summary>Written at CONNECT and DISCONNECT, under the registry's lock.</summary>
    public uint ExpirySeconds { get; set; }

    public ProtocolVersion Version { get; set; }

    /// <summary>Grows with each connection and disconnection, so that a timer knows whether it still counts.</summary>
    public long Generation { get; set; }

    /// <summary>By filter. Under the registry's lock.</summary>
    public Dictionary<string, ClientSubscription> Subscriptions { get; } = new(StringComparer.Ordinal);

    /// <summary>Storage knows it and has to be told of its end. Under the registry's lock.</summary>
    public bool WasStored { get; set; }

    /// <summary>Whether it survives its connection and is kept on disk.</summary>
    public bool IsStored => settings.Store.IsEnabled && ExpirySeconds > 0;

    public override bool IsOnline => Volatile.Read(ref _output) is not null;

    public override void Deliver(ref PublicationView message, in DeliveryOptions options, Dispatch dispatch)
    {
        if (options.QoS == QoS.AtMostOnce) DeliverAtMostOnce(ref message, options, dispatch);
        else DeliverReliably(ref message, options, dispatch);
    }

    public override async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _output) is { IsCongested: true } output)
            await output.WaitForRoomAsync(settings.Limits.Patience, cancellationToken).ConfigureAwait(false);

        while (StartWaiting(out Task room, out long progress))
        {
            try
            {
                await room.WaitAsync(settings.Limits.Patience, settings.Time, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (TimeoutException)
            {
                if (IsGivenUp(room, progress)) return;
            }
        }
    }

    private bool StartWaiting(out Task room, out long progress)
    {
        lock (_gate)
        {
            (room, progress) = (Task.CompletedTask, _finished);
            if (_output is null || !IsQueueCongested_NeedsLock()) return false;
            if (_room is null)
            {
                _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _heldSince = settings.Time.GetTimestamp();
            }

            room = _room.Task;
            return true;
        }
    }

    /// <summary>
    /// Whoever acknowledges is waited for, within bounds: what overflows its queue is lost to it. Whoever does not, or is too slow for that, fills
    /// its own queue from now on and nobody waits for it, until it has caught up.
    /// </summary>
    private bool IsGivenUp(Task room, long progress)
    {
        TaskCompletionSource? others;
        lock (_gate)
        {
            if (_room?.Task != room) return true; // There is room, or the client is gone.
            if (_finished != progress && settings.Time.GetElapsedTime(_heldSince) < settings.Limits.HoldUp) return false;
            _leftBehind = true;
            others = _room;
            _room = null;
        }

        others.TrySetResult();
        return true;
    }

    private void DeliverAtMostOnce(ref PublicationView message, in DeliveryOptions options, Dispatch dispatch)
    {
        Output? output = Volatile.Read(ref _output);
        if (output is null) return; // MQTT 5.0 §4.1 leaves it open whether QoS 0 waits for an absent client; here it does not.
        AppendResult result = output.Publish(ref message, options, 0, duplicate: false, dispatch.Now, out bool mustFlush);
        if (mustFlush) dispatch.MustFlush(output);
        if (result == AppendResult.Full) settings.Counters.Dropped(MqttLimit.SlowSubscriber);
        else if (result == AppendResult.TooLarge) settings.Counters.Dropped(MqttLimit.OutgoingPacketSize);
        if (output.IsCongested) dispatch.Congested(this);
    }

    private void DeliverReliably(ref PublicationView message, in DeliveryOptions options, Dispatch dispatch)
    {
        bool overflow = false;
        IClientConnection? connection = null;
        lock (_gate)
        {
            Output? output = _output;
            if (output is null && ExpirySeconds == 0) return;
            bool now = output is not null && _sent < _window && !IsBehind_NeedsLock() && !output.IsHalfFull;
            overflow = !now && (_waiting.Count >= settings.Limits.QueuedMessages || _waitingBytes >= settings.Limits.QueuedBytes);
            if (!overflow)
            {
                long order = ++_order;
                if (IsStored) dispatch.Ticket = settings.Store.Queued(ClientId, order, message.Keep(), options);
                if (now) SendNew_NeedsLock(output!, ref message, options, order, dispatch.Now, dispatch);
                else Wait_NeedsLock(new WaitingMessage(message.Keep(), options, order));
                if (output is not null && (IsQueueCongested_NeedsLock() || output.IsCongested)) dispatch.Congested(this);
            }
            else if (output is not null)
            {
                connection = _connectionOfOutput;
            }
        }

        if (!overflow) return;
        settings.Counters.Dropped(MqttLimit.Queue);

        // MQTT 5.0 §4.13: it is told why. What it missed beyond its queue is lost; what is in the queue is kept for its return.
        connection?.Close(ReasonCode.QuotaExceeded, MqttLimit.Queue);
    }

    private bool IsQueueCongested_NeedsLock() =>
        !_leftBehind && (_waiting.Count > settings.Limits.QueuedMessages / 2 || _waitingBytes > settings.Limits.QueuedBytes / 2);
}

/// <summary>What every session of a broker needs.</summary>
internal sealed record SessionSettings(
    MqttBrokerLimits Limits, SessionStore Store, BrokerCounters Counters, RetainedMessages Retained, IMqttAuthorizer Authorizer, TimeProvider Time);

/// <summary>The way to end a client's connection from elsewhere.</summary>
internal interface IClientConnection
{
    /// <summary>Says why, and closes; returns at once. Only the first call counts.</summary>
    void Close(ReasonCode reason, MqttLimit? limit = null);
}
