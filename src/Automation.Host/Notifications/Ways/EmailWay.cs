using Automation.Notify;
using Automation.Notify.Smtp;

namespace Automation.Host.Notifications;

internal sealed class EmailWay(SmtpSender sender, TimeProvider time) : IDeliveryWay
{
    public Way Way => Way.Email;

    public Task<DeliveryOutcome> SendAsync(OutgoingMessage message, MessageText text, CancellationToken cancellationToken) => sender.SendAsync(
        new Mail
        {
            Id = message.Id,
            At = TimeZoneInfo.ConvertTime(time.GetUtcNow(), message.Person.TimeZone ?? TimeZoneInfo.Utc),
            To = message.Target,
            Subject = text.Subject,
            Text = text.Text,
            Html = text.Html,
            Language = text.Language,
            BelongsTo = message.BelongsTo,
        },
        cancellationToken);
}
