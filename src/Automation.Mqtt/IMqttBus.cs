namespace Automation.Mqtt;

/// <summary>
/// The narrow interface behind which the embedded broker and a client of an external broker stand alike
/// (docs/decisions/0001); a named MQTT library could take its place in one file.
/// </summary>
public interface IMqttBus
{
    /// <summary>Whether messages get through at the moment. The embedded broker: always, once started.</summary>
    bool IsConnected { get; }

    /// <summary>
    /// Raised with true after every (re)connect, when subscriptions stand, and with false when the connection is lost.
    /// Called outside locks, on any thread; must return quickly.
    /// </summary>
    event Action<bool>? ConnectionChanged;

    /// <summary>
    /// Publishes. Never waits for a slow subscriber. Against an external broker: completes when the message was handed over
    /// (QoS 0) or acknowledged (QoS 1, 2), and queues within a bound while disconnected.
    /// </summary>
    ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken);

    /// <summary>
    /// Subscribes. The handler gets messages one at a time, in order; retained messages first. A handler that throws is
    /// logged and the next message is delivered. Dispose ends the subscription.
    /// </summary>
    Task<IAsyncDisposable> SubscribeAsync(
        string filter, QoS maximumQoS, Func<MqttMessage, CancellationToken, ValueTask> handler, CancellationToken cancellationToken);
}
