using Automation.Core.Topics;
using Automation.Mqtt.Protocol;
using Automation.Mqtt.Sessions;

namespace Automation.Mqtt.Broker;

/// <summary>From a topic to those who get the message.</summary>
internal sealed class Router(IMqttAuthorizer authorizer, long seed)
{
    private readonly TopicIndex<RouteEntry> _index = new(seed);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SharedGroup> _groups = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Subscriptions that stand.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Lets a subscription stand, in place of an older one with the same filter. No message falls between the two.</summary>
    public void Put(ClientSubscription subscription, ClientSubscription? replaced)
    {
        byte[] filter = subscription.FilterBytes();
        lock (_gate)
        {
            if (replaced is null) _count++;
            if (TopicFilter.TrySplitShared(filter, out _, out ReadOnlySpan<byte> inner))
            {
                if (!_groups.TryGetValue(subscription.Filter, out SharedGroup? group)) _groups.Add(subscription.Filter, group = new SharedGroup());
                group.Put_NeedsLock(subscription, replaced);
                if (!_index.Add(inner, group)) _index.Touch();
                return;
            }

            _index.Add(filter, subscription);
            if (replaced is not null) _index.Remove(filter, replaced);
        }
    }

    public void Remove(ClientSubscription subscription)
    {
        byte[] filter = subscription.FilterBytes();
        lock (_gate)
        {
            _count--;
            if (!TopicFilter.TrySplitShared(filter, out _, out ReadOnlySpan<byte> inner))
            {
                _index.Remove(filter, subscription);
                return;
            }

            if (!_groups.TryGetValue(subscription.Filter, out SharedGroup? group)) return;
            group.Remove_NeedsLock(subscription);
            if (!group.IsEmpty) return;
            _groups.Remove(subscription.Filter);
            _index.Remove(inner, group);
        }
    }

    /// <summary>Who gets what one publisher publishes to a topic; remembered until a subscription or a rule changes.</summary>
    /// <param name="publisher">Null: the process itself, which may publish everything.</param>
    public Route Find(RouteCache cache, ReadOnlySpan<byte> topic, Subscriber? publisher)
    {
        // The versions are read before the index, so that a change in between makes the route stale, not wrong.
        long version = _index.Version;
        long rules = authorizer.Version;
        ref Route? slot = ref cache.Slot(topic);
        if (slot is { } known && known.Version == version && known.Rules == rules && topic.SequenceEqual(known.Topic)) return known;
        Route route = Build(cache, topic, publisher, version, rules);
        if (route.Targets.Length <= RouteCache.LargestRoute) slot = route;
        return route;
    }

    /// <summary>Hands a message to everybody on the route. Answers how many that were.</summary>
    public int Deliver(Route route, ref PublicationView message, Dispatch dispatch)
    {
        Target[] targets = route.Targets;
        for (int i = 0; i < targets.Length; i++)
        {
            ref readonly Target target = ref targets[i];
            QoS qos = message.QoS < target.MaximumQoS ? message.QoS : target.MaximumQoS;
            var options = new DeliveryOptions(qos, target.RetainAsPublished && message.Retain, target.Identifiers);
            target.Subscriber.Deliver(ref message, options, dispatch);
        }

        return route.Groups.Length == 0 ? targets.Length : targets.Length + DeliverShared(route, ref message, dispatch);
    }

    private int DeliverShared(Route route, ref PublicationView message, Dispatch dispatch)
    {
        int delivered = 0;
        foreach (SharedGroup group in route.Groups)
        {
            ClientSubscription? member = group.Pick((authorizer, route.Topic), static (state, candidate) =>
                candidate.Subscriber.Identity is not { } identity || state.authorizer.MayReceive(identity, state.Topic));
            if (member is null) continue;
            QoS qos = message.QoS < member.MaximumQoS ? message.QoS : member.MaximumQoS;
            uint[] identifiers = member.Identifier == 0 ? [] : [member.Identifier];
            member.Subscriber.Deliver(ref message, new DeliveryOptions(qos, member.RetainAsPublished && message.Retain, identifiers), dispatch);
            delivered++;
        }

        return delivered;
    }

    private Route Build(RouteCache cache, ReadOnlySpan<byte> topic, Subscriber? publisher, long version, long rules)
    {
        // Once per topic rather than per message: the reader has checked what makes a topic name unreadable, not what makes it unwise.
        if (TopicName.Check(topic) != TopicFault.None) return new Route(topic.ToArray(), version, rules, false, [], []) { IsInvalid = true };
        bool mayPublish = publisher?.Identity is not { } identity || (!IsOurs(topic) && authorizer.MayPublish(identity, topic));
        if (!mayPublish) return new Route(topic.ToArray(), version, rules, false, [], []);
        List<RouteEntry> matches = cache.Matches;
        matches.Clear();
        _index.Match(topic, matches);
        var targets = new List<Target>(matches.Count);
        var places = new Dictionary<Subscriber, int>(matches.Count);
        List<SharedGroup>? groups = null;
        foreach (RouteEntry entry in matches)
        {
            if (entry is SharedGroup group) (groups ??= []).Add(group);
            else Merge(targets, places, (ClientSubscription)entry, topic, publisher);
        }

        matches.Clear();
        return new Route(topic.ToArray(), version, rules, true, [.. targets], groups is null ? [] : [.. groups]);
    }

    /// <summary>What clients may not speak for: the broker's own topics and its control, but for those where bridges tell their state; and shares, which are no topics.</summary>
    public static bool IsOurs(ReadOnlySpan<byte> topic) =>
        TopicFilter.IsShared(topic) || topic.StartsWith("$CONTROL/"u8) || (topic.StartsWith("$SYS"u8) && !TopicFilter.Matches("$SYS/broker/connection/+/state"u8, topic));

    /// <summary>MQTT 5.0 §3.3.4: overlapping subscriptions give one copy, with the highest QoS and every identifier.</summary>
    private void Merge(List<Target> targets, Dictionary<Subscriber, int> places, ClientSubscription subscription, ReadOnlySpan<byte> topic, Subscriber? publisher)
    {
        Subscriber subscriber = subscription.Subscriber;
        if (subscription.NoLocal && subscriber == publisher) return;
        if (!places.TryGetValue(subscriber, out int place))
        {
            if (subscriber.Identity is { } identity && !authorizer.MayReceive(identity, topic)) return;
            places.Add(subscriber, targets.Count);
            uint[] own = subscription.Identifier == 0 ? [] : [subscription.Identifier];
            targets.Add(new Target(subscriber, subscription.MaximumQoS, subscription.RetainAsPublished, own));
            return;
        }

        Target before = targets[place];
        uint[] identifiers = subscription.Identifier == 0 ? before.Identifiers : [.. before.Identifiers, subscription.Identifier];
        QoS qos = subscription.MaximumQoS > before.MaximumQoS ? subscription.MaximumQoS : before.MaximumQoS;
        targets[place] = new Target(subscriber, qos, before.RetainAsPublished || subscription.RetainAsPublished, identifiers);
    }
}

/// <summary>Everybody who gets what is published to one topic.</summary>
/// <param name="Version">Of the index.</param>
/// <param name="Rules">Version of the authorizer.</param>
internal sealed record Route(byte[] Topic, long Version, long Rules, bool MayPublish, Target[] Targets, SharedGroup[] Groups)
{
    /// <summary>Not a topic name that the broker takes.</summary>
    public bool IsInvalid { get; init; }
}

/// <summary>One subscriber with what its matching subscriptions ask for together.</summary>
internal readonly record struct Target(Subscriber Subscriber, QoS MaximumQoS, bool RetainAsPublished, uint[] Identifiers);

/// <summary>The routes of one publisher's recent topics. One thread at a time.</summary>
internal sealed class RouteCache
{
    /// <summary>A route to more is built anew each time: finding is then little beside delivering, and memory stays bounded.</summary>
    public const int LargestRoute = 2_000;

    private const int SlotCount = 64;

    private readonly Route?[] _slots = new Route?[SlotCount];

    public List<RouteEntry> Matches { get; } = [];

    public ref Route? Slot(ReadOnlySpan<byte> topic)
    {
        // Length, end and a few bytes between: a wrong guess costs one build, never a wrong answer.
        unchecked
        {
            uint hash = (uint)topic.Length;
            foreach (byte b in topic.Length > 16 ? topic[^16..] : topic) hash = (hash * 31) + b;
            if (topic.Length > 16) hash = (hash * 31) + topic[topic.Length / 2];
            return ref _slots[(hash ^ (hash >> 9)) % SlotCount];
        }
    }
}
