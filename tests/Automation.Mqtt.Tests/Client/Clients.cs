using System.Collections.Concurrent;
using System.Text;
using Automation.Mqtt.Client;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Mqtt.Tests.Client;

/// <summary>Short words for what every test of the client does.</summary>
internal static class Clients
{
    public static Task<MqttClient> ConnectAsync(MqttClientOptions options) =>
        Until.Done(MqttClient.ConnectAsync(options, TimeProvider.System, new Random(7), NullLogger.Instance, CancellationToken.None));

    public static MqttClient Start(MqttClientOptions options, TimeProvider? time = null) =>
        MqttClient.Start(options, time ?? TimeProvider.System, new Random(7), NullLogger.Instance);

    public static Task PublishAsync(this MqttClient client, string topic, string payload, QoS qos = QoS.AtMostOnce, bool retain = false) =>
        Until.Done(client.PublishAsync(Message(topic, payload, qos, retain), CancellationToken.None).AsTask());

    public static MqttMessage Message(string topic, string payload, QoS qos = QoS.AtMostOnce, bool retain = false) =>
        new() { Topic = topic, Payload = Encoding.UTF8.GetBytes(payload), QoS = qos, Retain = retain };

    public static string Text(this MqttMessage message) => Encoding.UTF8.GetString(message.Payload.Span);

    /// <summary>Subscribes with a handler that keeps what comes.</summary>
    public static async Task<ConcurrentQueue<MqttMessage>> CollectAsync(this MqttClient client, string filter, QoS qos = QoS.ExactlyOnce) =>
        await client.CollectAsync(filter, new MqttSubscribeOptions { MaximumQoS = qos });

    public static async Task<ConcurrentQueue<MqttMessage>> CollectAsync(this MqttClient client, string filter, MqttSubscribeOptions options)
    {
        var messages = new ConcurrentQueue<MqttMessage>();
        await Until.Done(client.SubscribeAsync(filter, options, (message, _) =>
        {
            messages.Enqueue(message);
            return ValueTask.CompletedTask;
        }, CancellationToken.None));
        return messages;
    }

    public static Task Count(this ConcurrentQueue<MqttMessage> messages, int count) => Until.True(() => messages.Count >= count, () => $"{messages.Count} of {count}");

    public static async Task<MqttClientException> Fails(Task task) => await Assert.ThrowsAsync<MqttClientException>(() => Until.Done(task));
}
