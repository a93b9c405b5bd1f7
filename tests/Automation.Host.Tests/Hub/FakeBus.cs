using System.Text;
using Automation.Core.Topics;
using Automation.Mqtt;

namespace Automation.Host.Tests.Hub;

/// <summary>A bus within the test: delivers at once, on the publisher's thread, and keeps what is retained.</summary>
internal sealed class FakeBus : IMqttBus
{
    private readonly Lock _gate = new();
    private readonly List<(string Filter, Func<MqttMessage, CancellationToken, ValueTask> Handler)> _subscriptions = [];
    private readonly List<MqttMessage> _published = [];

    public SortedDictionary<string, MqttMessage> Retained { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<MqttMessage> Published
    {
        get
        {
            lock (_gate) return [.. _published];
        }
    }

    public bool IsConnected => true;

    public event Action<bool>? ConnectionChanged
    {
        add { }
        remove { }
    }

    public async ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        Func<MqttMessage, CancellationToken, ValueTask>[] handlers;
        lock (_gate)
        {
            _published.Add(message);
            if (message.Retain && message.Payload.IsEmpty) Retained.Remove(message.Topic);
            else if (message.Retain) Retained[message.Topic] = message;
            handlers = [.. _subscriptions.Where(s => Matches(s.Filter, message.Topic)).Select(s => s.Handler)];
        }

        // Who has subscribed already sees a message that was just published, not one that was kept.
        foreach (Func<MqttMessage, CancellationToken, ValueTask> handler in handlers) await Task.Run(() => handler(message with { Retain = false }, cancellationToken).AsTask(), cancellationToken);
    }

    public async Task<IAsyncDisposable> SubscribeAsync(string filter, QoS maximumQoS, Func<MqttMessage, CancellationToken, ValueTask> handler, CancellationToken cancellationToken)
    {
        MqttMessage[] kept;
        lock (_gate)
        {
            _subscriptions.Add((filter, handler));
            kept = [.. Retained.Values.Where(m => Matches(filter, m.Topic))];
        }

        foreach (MqttMessage message in kept) await handler(message, cancellationToken);
        return new Subscription(() =>
        {
            lock (_gate) _subscriptions.RemoveAll(s => s.Handler == handler);
        });
    }

    public ValueTask PublishTextAsync(string topic, string payload, bool retain = false) =>
        PublishAsync(new MqttMessage { Topic = topic, Payload = Encoding.UTF8.GetBytes(payload), Retain = retain }, CancellationToken.None);

    public void Forget()
    {
        lock (_gate) _published.Clear();
    }

    private static bool Matches(string filter, string topic) => TopicFilter.Matches(Encoding.UTF8.GetBytes(filter), Encoding.UTF8.GetBytes(topic));

    private sealed class Subscription(Action end) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            end();
            return ValueTask.CompletedTask;
        }
    }
}
