using Automation.Mqtt.Broker;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Sessions;

/// <summary>Who gets messages: a client's session or a handler inside the process.</summary>
internal abstract class Subscriber
{
    public abstract string ClientId { get; }

    /// <summary>Whether a message would leave now rather than wait.</summary>
    public abstract bool IsOnline { get; }

    /// <summary>Whose rights count on delivery; null: the process itself, which may have everything.</summary>
    public abstract MqttClientIdentity? Identity { get; }

    /// <summary>Takes the message or drops and counts it; never waits.</summary>
    public abstract void Deliver(ref PublicationView message, in DeliveryOptions options, Dispatch dispatch);

    /// <summary>Waits until there is room again, at most as long as publishers may be held up for this one.</summary>
    public abstract ValueTask WaitForRoomAsync(CancellationToken cancellationToken);
}

/// <summary>How one subscriber gets one message.</summary>
/// <param name="QoS">The lower of published and granted.</param>
/// <param name="Retain">The flag it sees.</param>
/// <param name="Identifiers">Of every subscription that matched (MQTT 5.0 §3.3.4).</param>
internal readonly record struct DeliveryOptions(QoS QoS, bool Retain, uint[] Identifiers);
