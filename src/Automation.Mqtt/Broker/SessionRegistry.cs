using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.Mqtt.Sessions;

namespace Automation.Mqtt.Broker;

/// <summary>
/// All sessions by client identifier: who is connected, who may come back, and what is due when nobody does. Its one lock is taken
/// before a session's.
/// </summary>
internal sealed class SessionRegistry(SessionSettings settings, Router router, Action<string, Will> publishWill)
{
    private const uint NeverExpires = uint.MaxValue;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ClientSession> _sessions = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Due, DateTimeOffset> _due = new();
    private readonly Dictionary<string, PendingWill> _wills = new(StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (_gate) return _sessions.Count;
        }
    }

    /// <summary>The live connection of a client identifier, if any.</summary>
    public IClientConnection? FindConnection(string clientId)
    {
        lock (_gate) return _sessions.GetValueOrDefault(clientId)?.Connection;
    }

    /// <summary>Gives a new connection its session: the one it had, or a fresh one. Whoever had the identifier before is sent away.</summary>
    /// <param name="greet">Called with session present before anything of the session is sent; runs under the lock.</param>
    /// <returns>Null: there are too many sessions.</returns>
    public ClientSession? Open(
        ConnectPacket connect, MqttClientIdentity identity, uint expirySeconds, ITakenOver connection, Dispatch dispatch, Action<bool> greet)
    {
        PendingWill? due = null;
        ClientSession? session;
        lock (_gate)
        {
            _sessions.TryGetValue(identity.ClientId, out session);
            IClientConnection? before = session?.Connection;
            if (session is null && _sessions.Count >= settings.Limits.Sessions + settings.Limits.Connections)
            {
                settings.Counters.Hit(MqttLimit.Sessions);
                return null;
            }

            // MQTT-3.1.4-3: the older connection is told, and its will goes out as if it had failed.
            before?.Close(ReasonCode.SessionTakenOver);
            if (before is not null) TakeOver_NeedsLock(session!, (ITakenOver)before);

            // MQTT-3.1.3-9: a will that waits is dropped when its session goes on, and sent when it ends here.
            bool goesOn = session is not null && !connect.CleanStart && session.ExpirySeconds > 0;
            if (_wills.Remove(identity.ClientId, out PendingWill? will))
            {
                if (!goesOn || will.Will.DelaySeconds == 0) due = will;
                else settings.Store.ForgetWill(will.Will);
            }

            if (!goesOn)
            {
                if (session is not null) End_NeedsLock(session);
                session = new ClientSession(identity.ClientId, settings);
                _sessions.Add(identity.ClientId, session);
            }

            session!.Connection = connection;
            session.Version = connect.Version;
            session.ExpirySeconds = expirySeconds;
            session.Generation++;
            if (session.IsStored) Store_NeedsLock(session, identity.UserName, null);
            else if (session.WasStored) Forget_NeedsLock(session); // It goes on, but from now on it ends with its connection.
            if (connection.Will is { } own) settings.Store.Will(identity.ClientId, own, null);
            greet(goesOn);
            session.Attach(connection, connection.Output, identity, connect.ReceiveMaximum, dispatch);
        }

        if (due is not null) publishWill(due.ClientId, due.Will);
        return session;
    }

    /// <summary>A connection has ended. Nothing happens when the session has gone on to another connection.</summary>
    public void Leave(ClientSession session, ITakenOver connection, uint? newExpirySeconds)
    {
        bool now = false;
        Will? will;
        lock (_gate)
        {
            session.Detach(connection.Output);
            if (session.Connection != connection) return;

            // Only now: had another taken over, the will would have been his to send.
            will = connection.TakeWill();
            session.Connection = null;
            session.Generation++;
            if (newExpirySeconds is { } seconds) session.ExpirySeconds = seconds;
            DateTimeOffset at = settings.Time.GetUtcNow();
            uint expiry = session.ExpirySeconds;
            if (will is not null)
            {
                // MQTT-3.1.3-9: at the end of the delay or of the session, whichever is first.
                uint delay = Math.Min(will.DelaySeconds, expiry);
                if (delay == 0)
                {
                    now = true;
                }
                else
                {
                    Delay_NeedsLock(session, will, at.AddSeconds(delay));
                }
            }

            if (expiry == 0) End_NeedsLock(session);
            else if (expiry != NeverExpires) _due.Enqueue(new Due(session, session.Generation, IsWill: false), at.AddSeconds(expiry));
            if (session.IsStored) Store_NeedsLock(session, session.Identity?.UserName ?? "", at);
        }

        if (now) publishWill(session.ClientId, will!);
    }

    /// <summary>Publishes wills and ends sessions whose time has come.</summary>
    public void Tick()
    {
        DateTimeOffset now = settings.Time.GetUtcNow();
        while (true)
        {
            PendingWill? will = null;
            lock (_gate)
            {
                if (!_due.TryPeek(out Due due, out DateTimeOffset at) || at > now) return;
                _due.Dequeue();
                if (due.Session.Generation != due.Generation) continue;
                _wills.Remove(due.Session.ClientId, out will); // At the latest when the session ends.
                if (!due.IsWill) End_NeedsLock(due.Session);
            }

            if (will is not null) publishWill(will.ClientId, will.Will);
        }
    }

    /// <summary>Puts back what storage had kept, before anybody connects.</summary>
    public void Restore(MqttStoredSession stored)
    {
        MqttSessionStored kept = stored.Session;
        lock (_gate)
        {
            var session = new ClientSession(kept.ClientId, settings) { ExpirySeconds = kept.ExpirySeconds, Version = (ProtocolVersion)kept.Version, WasStored = true };
            session.Restore(stored);
            _sessions.Add(kept.ClientId, session);
            foreach (MqttSubscriptionStored subscription in stored.Subscriptions)
            {
                ClientSubscription restored = SubscriptionOptions.Restored(session, subscription);
                session.Subscriptions[subscription.Filter] = restored;
                router.Put(restored, null);
            }

            // A session that was connected when the process ended counts from now: its client has had no chance to come back.
            DateTimeOffset since = kept.DisconnectedAt ?? settings.Time.GetUtcNow();
            if (kept.ExpirySeconds != NeverExpires) _due.Enqueue(new Due(session, session.Generation, IsWill: false), since.AddSeconds(kept.ExpirySeconds));
        }
    }

    /// <summary>Puts back a will, after the sessions: its client's connection ended with the process (MQTT-3.1.2-8).</summary>
    /// <returns>Whether it is due now; otherwise it is published in its time.</returns>
    public bool Restore(string clientId, Will will, DateTimeOffset? dueAt)
    {
        lock (_gate)
        {
            if (!_sessions.TryGetValue(clientId, out ClientSession? session) || _wills.ContainsKey(clientId)) return true;
            DateTimeOffset now = settings.Time.GetUtcNow();
            DateTimeOffset at = dueAt ?? now.AddSeconds(Math.Min(will.DelaySeconds, session.ExpirySeconds));
            if (at <= now) return true;
            Delay_NeedsLock(session, will, at);
            return false;
        }
    }

    /// <summary>The client has said goodbye: its will is not published (MQTT-3.14.4-3).</summary>
    public void CancelWill(ITakenOver connection)
    {
        if (connection.TakeWill() is { } will) settings.Store.ForgetWill(will);
    }

    /// <summary>Subscribes; answers what stood before under the same filter, or null.</summary>
    public bool TrySubscribe(ClientSession session, ClientSubscription subscription, out ClientSubscription? replaced)
    {
        lock (_gate)
        {
            bool known = session.Subscriptions.TryGetValue(subscription.Filter, out replaced);
            if (!known && session.Subscriptions.Count >= settings.Limits.Subscriptions)
            {
                settings.Counters.Hit(MqttLimit.Subscriptions);
                return false;
            }

            session.Subscriptions[subscription.Filter] = subscription;
            router.Put(subscription, replaced);
            if (session.IsStored) settings.Store.Append(SubscriptionOptions.Stored(session.ClientId, subscription));
            return true;
        }
    }

    public bool Unsubscribe(ClientSession session, string filter)
    {
        lock (_gate)
        {
            if (!session.Subscriptions.Remove(filter, out ClientSubscription? subscription)) return false;
            router.Remove(subscription);
            if (session.IsStored) settings.Store.Append(new MqttSubscriptionDropped(session.ClientId, filter));
            return true;
        }
    }

    private void TakeOver_NeedsLock(ClientSession session, ITakenOver before)
    {
        session.Detach(before.Output);
        session.Connection = null;
        if (before.TakeWill() is { } will) _wills[session.ClientId] = new PendingWill(session.ClientId, will);
    }

    private void Delay_NeedsLock(ClientSession session, Will will, DateTimeOffset until)
    {
        _wills[session.ClientId] = new PendingWill(session.ClientId, will);
        _due.Enqueue(new Due(session, session.Generation, IsWill: true), until);
        settings.Store.Will(session.ClientId, will, until);
    }

    private void End_NeedsLock(ClientSession session)
    {
        _sessions.Remove(session.ClientId);
        session.Generation++;
        foreach (ClientSubscription subscription in session.Subscriptions.Values) router.Remove(subscription);
        session.Subscriptions.Clear();
        if (session.WasStored) Forget_NeedsLock(session);
    }

    private void Forget_NeedsLock(ClientSession session)
    {
        session.WasStored = false;
        settings.Store.Append(new MqttSessionDropped(session.ClientId));
    }

    private void Store_NeedsLock(ClientSession session, string userName, DateTimeOffset? disconnectedAt)
    {
        session.WasStored = true;
        settings.Store.Append(new MqttSessionStored(session.ClientId, (byte)session.Version, session.ExpirySeconds, userName, disconnectedAt));
    }

    private readonly record struct Due(ClientSession Session, long Generation, bool IsWill);

    private sealed record PendingWill(string ClientId, Will Will);
}

/// <summary>What a connection hands over when another takes its place.</summary>
internal interface ITakenOver : IClientConnection
{
    Output Output { get; }

    /// <summary>The will, where there is one that was not taken.</summary>
    Will? Will { get; }

    /// <summary>The will, once; null when there is none or it was cancelled.</summary>
    Will? TakeWill();
}
