using System.Text;
using Automation.Mqtt.Codec;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.Mqtt.Sessions;

namespace Automation.Mqtt.Broker;

/// <summary>A will, ready to be published (MQTT 5.0 §3.1.2.5).</summary>
/// <param name="ExpirySeconds">Counted from the moment it is published; null: never.</param>
internal sealed record Will(byte[] Topic, byte[] Properties, byte[] Payload, QoS QoS, bool Retain, uint DelaySeconds, uint? ExpirySeconds)
{
    /// <summary>How storage knows it; 0: storage does not.</summary>
    public long StoreId { get; set; }

    public static Will Restored(MqttWillStored stored) => new(
        stored.Topic.ToArray(), stored.Properties.ToArray(), stored.Payload.ToArray(), stored.QoS, stored.Retain, stored.DelaySeconds, stored.ExpirySeconds)
    {
        StoreId = stored.Id,
    };

    public static Will From(WillPacket packet) => new(
        Encoding.UTF8.GetBytes(packet.Topic),
        RawProperties.Write(packet.PayloadIsText, packet.ContentType, packet.ResponseTopic, packet.CorrelationData.Span, packet.UserProperties),
        packet.Payload.ToArray(), packet.QoS, packet.Retain, packet.DelaySeconds, packet.MessageExpirySeconds);

    public PublicationView View(string clientId, long now) => new(Topic, Properties, Payload, clientId)
    {
        QoS = QoS,
        Retain = Retain,
        ExpiresAt = ExpirySeconds is { } seconds ? now + (seconds * 1000L) : Publication.Never,
    };
}
