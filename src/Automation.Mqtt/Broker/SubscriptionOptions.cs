using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.Mqtt.Sessions;

namespace Automation.Mqtt.Broker;

/// <summary>Between a SUBSCRIBE's filter, the subscription that stands, and what storage keeps of it.</summary>
internal static class SubscriptionOptions
{
    public static ClientSubscription Of(Subscriber subscriber, Subscription asked, uint? identifier, ProtocolVersion version) => new(subscriber, asked.Filter)
    {
        MaximumQoS = asked.MaximumQoS,
        NoLocal = asked.NoLocal,
        RetainAsPublished = asked.RetainAsPublished,
        RetainHandling = version == ProtocolVersion.V5 ? asked.RetainHandling : RetainHandling.AtSubscribe,
        Identifier = identifier ?? 0,
    };

    /// <summary><code>5 4 retain handling | 3 retain as published | 2 no local | 1 0 maximum QoS</code></summary>
    public static MqttSubscriptionStored Stored(string clientId, ClientSubscription subscription) => new(
        clientId, subscription.Filter,
        (byte)((int)subscription.MaximumQoS | (subscription.NoLocal ? 4 : 0) | (subscription.RetainAsPublished ? 8 : 0) | ((int)subscription.RetainHandling << 4)),
        subscription.Identifier);

    public static ClientSubscription Restored(Subscriber subscriber, MqttSubscriptionStored stored) => new(subscriber, stored.Filter)
    {
        MaximumQoS = (QoS)(stored.Options & 3),
        NoLocal = (stored.Options & 4) != 0,
        RetainAsPublished = (stored.Options & 8) != 0,
        RetainHandling = (RetainHandling)((stored.Options >> 4) & 3),
        Identifier = stored.Identifier,
    };
}
