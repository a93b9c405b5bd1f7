using Automation.Notify;

namespace Automation.Host.Notifications;

/// <summary>One way of reaching people. Never throws for a world that fails.</summary>
internal interface IDeliveryWay
{
    Way Way { get; }

    Task<DeliveryOutcome> SendAsync(OutgoingMessage message, MessageText text, CancellationToken cancellationToken);
}
