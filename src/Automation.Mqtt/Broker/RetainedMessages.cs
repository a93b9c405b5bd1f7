using Automation.Core.Topics;
using Automation.Mqtt.Protocol;
using Automation.Mqtt.Sessions;

namespace Automation.Mqtt.Broker;

/// <summary>The last message of each topic that was published with the retain flag (MQTT 5.0 §3.3.1.3).</summary>
internal sealed class RetainedMessages(MqttBrokerLimits limits, SessionStore store, BrokerCounters counters, long seed)
{
    private readonly TopicTree<Publication> _tree = new(seed);
    private readonly Lock _gate = new();
    private long _bytes;
    private int _expiring;

    public int Count => _tree.Count;

    public long Bytes => Volatile.Read(ref _bytes);

    public Publication? Find(ReadOnlySpan<byte> topic) => _tree.Find(topic);

    public void Match(ReadOnlySpan<byte> filter, List<Publication> matches) => _tree.Match(filter, matches);

    /// <summary>Keeps the message as its topic's last, or forgets the last when its payload is empty.</summary>
    /// <returns>Success, or <see cref="ReasonCode.QuotaExceeded"/>.</returns>
    /// <param name="keptForGood">Whether it belongs on disk.</param>
    public ReasonCode Set(ref PublicationView message, Dispatch dispatch, bool keptForGood = true)
    {
        bool clears = message.Payload.IsEmpty;
        if (!clears && IsOverLimit(message))
        {
            counters.Hit(MqttLimit.Retained);
            return ReasonCode.QuotaExceeded;
        }

        // One order for the tree and for storage: the last one written is the last one kept.
        lock (_gate)
        {
            if (clears)
            {
                Publication? gone = _tree.Set(message.Topic, null);
                Account_NeedsLock(null, gone);
                if (gone is { StoreId: not 0 }) dispatch.Ticket = store.Append(new MqttRetainedDropped(gone.TopicMemory));
                return ReasonCode.Success;
            }

            Publication kept = message.Keep();
            Publication? before = _tree.Set(message.Topic, kept);
            Account_NeedsLock(kept, before);
            if (keptForGood && store.IsEnabled) dispatch.Ticket = store.Retained(kept);
        }

        return ReasonCode.Success;
    }

    public void Restore(Publication message)
    {
        lock (_gate) Account_NeedsLock(message, _tree.Set(message.Topic, message));
    }

    /// <summary>Forgets what has expired; costs nothing while nothing can.</summary>
    public void Sweep(long now)
    {
        if (Volatile.Read(ref _expiring) == 0) return;
        var all = new List<Publication>(_tree.Count);
        _tree.Match("#"u8, all);
        foreach (Publication message in all)
        {
            if (!message.IsExpired(now)) continue;
            lock (_gate)
            {
                if (_tree.Find(message.Topic) != message) continue;
                Account_NeedsLock(null, _tree.Set(message.Topic, null));
                if (message.StoreId != 0) store.Append(new MqttRetainedDropped(message.TopicMemory));
            }
        }
    }

    /// <summary>Whether <see cref="Set"/> would refuse it now; counted when so.</summary>
    public bool Refuses(in PublicationView message)
    {
        if (message.Payload.IsEmpty || !IsOverLimit(message)) return false;
        counters.Hit(MqttLimit.Retained);
        return true;
    }

    private bool IsOverLimit(in PublicationView message)
    {
        if (_tree.Count < limits.RetainedMessages && Bytes + message.Payload.Length <= limits.RetainedBytes) return false;
        Publication? before = _tree.Find(message.Topic);
        return before is null || Bytes - before.Payload.Length + message.Payload.Length > limits.RetainedBytes;
    }

    private void Account_NeedsLock(Publication? added, Publication? removed)
    {
        _bytes += (added?.Payload.Length ?? 0) - (removed?.Payload.Length ?? 0);
        if (added is not null && added.ExpiresAt != Publication.Never) _expiring++;
        if (removed is not null && removed.ExpiresAt != Publication.Never) _expiring--;
    }
}
