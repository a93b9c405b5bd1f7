using Automation.Mqtt;

namespace Automation.Host.Hub;

/// <summary>
/// Clears what an earlier run left retained below our base and nothing owns any more: rules that were deleted, resources that were renamed. A dashboard would
/// show them for ever.
/// </summary>
internal sealed class RetainedCleanup(TopicNames topics, IReadOnlyCollection<string> sites, Func<string, bool> owned, TimeProvider time)
{
    /// <summary>How long retained messages are listened to after a connect: brokers send them at once.</summary>
    private static readonly TimeSpan Listening = TimeSpan.FromSeconds(5);

    public async Task RunAsync(IMqttBus bus, CancellationToken cancellationToken)
    {
        var subscriptions = new List<IAsyncDisposable>();
        try
        {
            foreach (string filter in sites.Select(s => $"{topics.Base}/{s}/#").Append($"{topics.Base}/rules/#"))
            {
                subscriptions.Add(await bus.SubscribeAsync(filter, QoS.AtMostOnce, (message, token) => TakeAsync(bus, message, token), cancellationToken));
            }

            await Task.Delay(Listening, time, cancellationToken);
        }
        finally
        {
            foreach (IAsyncDisposable subscription in subscriptions) await subscription.DisposeAsync();
        }
    }

    private async ValueTask TakeAsync(IMqttBus bus, MqttMessage message, CancellationToken cancellationToken)
    {
        // A retained command is somebody else's doing: it is ignored, not removed.
        if (!message.Retain || message.Payload.IsEmpty || message.Topic.EndsWith("/set", StringComparison.Ordinal) || owned(message.Topic)) return;
        await bus.PublishAsync(new MqttMessage { Topic = message.Topic, Retain = true, QoS = QoS.AtLeastOnce }, cancellationToken);
    }
}
