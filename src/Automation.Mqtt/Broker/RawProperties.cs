using System.Collections.Immutable;
using System.Text;
using Automation.Mqtt.Codec;
using Automation.Mqtt.Protocol;
using Automation.Mqtt.Sessions;

namespace Automation.Mqtt.Broker;

/// <summary>Between a message as the process sees it and the raw properties that go from end to end.</summary>
internal static class RawProperties
{
    public static byte[] Write(
        bool payloadIsText, string? contentType, string? responseTopic, ReadOnlySpan<byte> correlation, ImmutableArray<KeyValuePair<string, string>> user)
    {
        if (!payloadIsText && contentType is null && responseTopic is null && correlation.IsEmpty && user.IsDefaultOrEmpty) return [];
        SpanWriter counter = SpanWriter.Counting;
        Write(ref counter, payloadIsText, contentType, responseTopic, correlation, user);
        byte[] bytes = new byte[counter.Position];
        var writer = new SpanWriter(bytes);
        Write(ref writer, payloadIsText, contentType, responseTopic, correlation, user);
        return bytes;
    }

    /// <summary>The message for a handler inside the process.</summary>
    public static MqttMessage ToMessage(Publication message, in DeliveryOptions options, long now)
    {
        var result = new MqttMessage
        {
            Topic = Encoding.UTF8.GetString(message.Topic),
            Payload = message.PayloadMemory,
            QoS = options.QoS,
            Retain = options.Retain,
            ExpirySeconds = Publication.Remaining(message.ExpiresAt, now),
            PublisherClientId = message.Publisher,
            IsRedelivered = message.IsRedelivered,
        };
        if (message.Properties.IsEmpty) return result;
        var bag = new PropertyBag();
        var reader = new SpanReader(message.Properties);
        bag.ReadAll(ref reader, PacketType.Publish);
        return result with
        {
            PayloadIsText = bag.Flag(PropertyId.PayloadFormatIndicator, false),
            ContentType = bag.Text(PropertyId.ContentType),
            ResponseTopic = bag.Text(PropertyId.ResponseTopic),
            CorrelationData = bag.CorrelationData,
            UserProperties = bag.UserProperties,
        };
    }

    private static void Write(
        ref SpanWriter writer, bool payloadIsText, string? contentType, string? responseTopic, ReadOnlySpan<byte> correlation,
        ImmutableArray<KeyValuePair<string, string>> user)
    {
        if (payloadIsText) writer.Property(PropertyId.PayloadFormatIndicator, true);
        writer.Property(PropertyId.ContentType, contentType);
        writer.Property(PropertyId.ResponseTopic, responseTopic);
        if (!correlation.IsEmpty) writer.Property(PropertyId.CorrelationData, correlation);
        if (!user.IsDefaultOrEmpty) writer.UserProperties(user);
    }
}
