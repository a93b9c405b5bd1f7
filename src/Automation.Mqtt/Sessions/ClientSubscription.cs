using System.Text;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Sessions;

/// <summary>What stands in the topic index: one subscription, or a group that shares one.</summary>
internal abstract class RouteEntry;

/// <summary>One filter of one subscriber with its options (MQTT 5.0 §3.8.3.1); replaced as a whole.</summary>
internal sealed class ClientSubscription(Subscriber subscriber, string filter) : RouteEntry
{
    public Subscriber Subscriber { get; } = subscriber;

    /// <summary>As subscribed, <c>$share/…</c> included.</summary>
    public string Filter { get; } = filter;

    public QoS MaximumQoS { get; init; }

    public bool NoLocal { get; init; }

    public bool RetainAsPublished { get; init; }

    public RetainHandling RetainHandling { get; init; }

    /// <summary>0: none.</summary>
    public uint Identifier { get; init; }

    public byte[] FilterBytes() => Encoding.UTF8.GetBytes(Filter);
}
