using Automation.Notify;
using Automation.Notify.WebPush;

namespace Automation.Host.Notifications;

internal sealed class WebPushWay(WebPushSender sender, PushSubscriptions subscriptions, INoticeWorld world) : IDeliveryWay
{
    /// <summary>How long a push service keeps a message for a browser that is away.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    public Way Way => Way.WebPush;

    public async Task<DeliveryOutcome> SendAsync(OutgoingMessage message, MessageText text, CancellationToken cancellationToken)
    {
        if (subscriptions.Find(message.Target) is not { } target) return DeliveryOutcome.Failed(DeliveryReason.Gone, false, "the browser is not subscribed any more");

        // The end of something replaces its begin where that has not been shown yet.
        string topic = message.BelongsTo.Length > 0 ? message.BelongsTo : message.Id;
        return await sender.SendAsync(target, topic, NotificationPayloads.Push(message, text, world), Lifetime, cancellationToken);
    }
}
