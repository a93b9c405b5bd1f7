using Automation.Host.Hub;
using Automation.Mqtt;
using Automation.Mqtt.Client;
using Automation.Notify;

namespace Automation.Host.Notifications;

/// <summary>The topic that mobile clients and bridges to them listen to.</summary>
internal sealed class MobileWay(IMqttBus bus, TopicNames topics, INoticeWorld world) : IDeliveryWay
{
    public Way Way => Way.Mobile;

    public async Task<DeliveryOutcome> SendAsync(OutgoingMessage message, MessageText text, CancellationToken cancellationToken)
    {
        // A message of several sites is told on the topic of each.
        foreach (IGrouping<string, (Notice Notice, Delivery Delivery)> site in message.Items.GroupBy(i => i.Notice.Site, StringComparer.Ordinal))
        {
            var told = new MqttMessage
            {
                Topic = topics.MobileNotifications(site.Key), Payload = NotificationPayloads.Mobile(message, text, [.. site.Select(i => i.Notice)], world.ZoneOf(site.Key)),
                QoS = QoS.AtLeastOnce, PayloadIsText = true,
            };
            try
            {
                await bus.PublishAsync(told, cancellationToken);
            }
            catch (Exception e) when (e is MqttClientException or InvalidOperationException or IOException or TimeoutException)
            {
                return DeliveryOutcome.Failed(DeliveryReason.Unreachable, true, e.Message);
            }
        }

        return DeliveryOutcome.Done();
    }
}
