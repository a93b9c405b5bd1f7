namespace Automation.Mqtt.Client;

/// <summary>A message from PublishAsync until the server has taken it; outlives connections. Guarded by the client's lock.</summary>
internal sealed class OutgoingMessage(MqttMessage message, long queuedAt)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MqttMessage Message { get; } = message;

    /// <summary>Timestamp of the clock, from which the expiry counts.</summary>
    public long QueuedAt { get; } = queuedAt;

    /// <summary>0: not sent yet.</summary>
    public ushort PacketId { get; set; }

    /// <summary>QoS 2: PUBREC has come; what is owed is PUBREL, never the message again (MQTT-4.3.3-6).</summary>
    public bool Released { get; set; }

    public Task Done => _done.Task;

    public void Complete() => _done.TrySetResult();

    public void Fail(MqttClientException why)
    {
        _done.TrySetException(why);

        // A QoS 0 message in the queue has nobody waiting for it.
        _ = _done.Task.Exception;
    }
}
