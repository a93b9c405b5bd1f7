using Automation.Mqtt;
using Automation.Mqtt.Client;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Hub;

/// <summary>
/// The retained topics of this process: publishes a value when it changes, all of them again after every connect (an external broker may have lost
/// them), and clears what an earlier run left that no longer exists.
/// </summary>
internal sealed class RetainedTopics(IMqttBus bus, ILogger logger)
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
    public async ValueTask SetAsync(string topic, byte[] payload, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_values.TryGetValue(topic, out byte[]? old) && old.AsSpan().SequenceEqual(payload)) return;
            _values[topic] = payload;
        }

        await PublishAsync(topic, payload, cancellationToken);
    }

    /// <summary>Removes the topic's value from the broker.</summary>
    public async ValueTask ClearAsync(string topic, CancellationToken cancellationToken)
    {
        lock (_gate) _values.Remove(topic);
        await PublishAsync(topic, [], cancellationToken);
    }

    public Task RepublishAsync(CancellationToken cancellationToken) => RepublishAsync(static _ => true, cancellationToken);

    /// <summary>Publishes the values of some topics again.</summary>
    public async Task RepublishAsync(Func<string, bool> which, CancellationToken cancellationToken)
    {
        KeyValuePair<string, byte[]>[] all;
        lock (_gate) all = [.. _values.Where(v => which(v.Key))];
        foreach ((string topic, byte[] payload) in all) await PublishAsync(topic, payload, cancellationToken);
    }

    /// <summary>JPEG starts with these; to call it UTF-8 text would let a strict broker refuse it (MQTT 5.0 §3.3.2.3.2).</summary>
    private static bool IsPicture(ReadOnlySpan<byte> payload) => payload.StartsWith([(byte)0xFF, (byte)0xD8]);

    private async ValueTask PublishAsync(string topic, byte[] payload, CancellationToken cancellationToken)
    {
        try
        {
            await bus.PublishAsync(new MqttMessage { Topic = topic, Payload = payload, QoS = QoS.AtLeastOnce, Retain = true, PayloadIsText = !IsPicture(payload) }, cancellationToken);
        }
        catch (Exception e) when (e is MqttClientException or InvalidOperationException or IOException or TimeoutException)
        {
            // The value is kept and published again at the next connect.
            HubLog.PublishFailed(logger, topic, e.Message);
        }
    }
}
