using Automation.Mqtt;

namespace Automation.Host.Hub;

/// <summary>
/// The retained topics of this process: publishes a value when it changes, all of them again after every connect (an external broker may have lost
/// them), and clears what an earlier run left that no longer exists.
/// </summary>
internal sealed class RetainedTopics(Outlet outlet)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);

    /// <summary>The topics that have a value now.</summary>
    public IReadOnlyCollection<string> Topics
    {
        get
        {
            lock (_gate) return [.. _values.Keys];
        }
    }

    /// <summary>What the topic has now; null: nothing. Not to be written to.</summary>
    public byte[]? Value(string topic)
    {
        lock (_gate) return _values.GetValueOrDefault(topic);
    }

    /// <summary>Publishes unless the topic has this value already.</summary>
    public void Set(string topic, byte[] payload)
    {
        lock (_gate)
        {
            if (_values.TryGetValue(topic, out byte[]? old) && old.AsSpan().SequenceEqual(payload)) return;
            _values[topic] = payload;
        }

        Publish(topic);
    }

    /// <summary>Publishes a value that must be seen before another of the same topic takes its place.</summary>
    public void SetInTurn(string topic, byte[] payload)
    {
        lock (_gate) _values[topic] = payload;
        outlet.Send(MessageOf(topic, payload));
    }

    /// <summary>Removes the topic's value from the broker.</summary>
    public void Clear(string topic)
    {
        lock (_gate) _values.Remove(topic);
        Publish(topic);
    }

    public void Republish() => Republish(static _ => true);

    /// <summary>Publishes the values of some topics again.</summary>
    public void Republish(Func<string, bool> which)
    {
        string[] topics;
        lock (_gate) topics = [.. _values.Keys.Where(which)];
        foreach (string topic in topics) Publish(topic);
    }

    /// <summary>JPEG starts with these; to call it UTF-8 text would let a strict broker refuse it (MQTT 5.0 §3.3.2.3.2).</summary>
    private static bool IsPicture(ReadOnlySpan<byte> payload) => payload.StartsWith([(byte)0xFF, (byte)0xD8]);

    /// <summary>Hands on what the topic has at this moment: two threads that set it one after the other leave the second one's value, whoever comes here first.</summary>
    private void Publish(string topic)
    {
        lock (_gate) outlet.Put(MessageOf(topic, _values.GetValueOrDefault(topic) ?? []));
        outlet.Carry();
    }

    private static MqttMessage MessageOf(string topic, byte[] payload) =>
        new() { Topic = topic, Payload = payload, QoS = QoS.AtLeastOnce, Retain = true, PayloadIsText = !IsPicture(payload) };
}
