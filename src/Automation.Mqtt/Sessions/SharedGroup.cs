namespace Automation.Mqtt.Sessions;

/// <summary>The members of <c>$share/name/filter</c>: each message goes to one of them (MQTT 5.0 §4.8.2).</summary>
internal sealed class SharedGroup : RouteEntry
{
    private ClientSubscription[] _members = [];
    private int _turn;

    public bool IsEmpty => Volatile.Read(ref _members).Length == 0;

    public void Put_NeedsLock(ClientSubscription member, ClientSubscription? replaced)
    {
        _members = [.. _members.Where(m => m != replaced), member];
    }

    public void Remove_NeedsLock(ClientSubscription member) => _members = [.. _members.Where(m => m != member)];

    /// <summary>
    /// The next in turn that is online; when none is, the next in turn that keeps a queue: a message is not given to an
    /// absent member while another is there to take it.
    /// </summary>
    /// <param name="allowed">Whether a member may have the message.</param>
    public ClientSubscription? Pick<TState>(TState state, Func<TState, ClientSubscription, bool> allowed)
    {
        ClientSubscription[] members = Volatile.Read(ref _members);
        if (members.Length == 0) return null;
        uint turn = unchecked((uint)(Interlocked.Increment(ref _turn) - 1));
        ClientSubscription? absent = null;
        for (uint i = 0; i < members.Length; i++)
        {
            ClientSubscription member = members[unchecked(turn + i) % (uint)members.Length];
            if (!allowed(state, member)) continue;
            if (member.Subscriber.IsOnline) return member;
            absent ??= member;
        }

        return absent;
    }
}
