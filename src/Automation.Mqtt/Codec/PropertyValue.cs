using Automation.Core.Topics;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Codec;

/// <summary>Property values that are numbers or topics, with their ranges; shared by the decoder and the path that does not allocate.</summary>
internal static class PropertyValue
{
    public static uint ReadNumber(ref SpanReader reader, PropertyId id)
    {
        switch (id)
        {
            case PropertyId.PayloadFormatIndicator or PropertyId.RequestProblemInformation or PropertyId.RequestResponseInformation
                or PropertyId.MaximumQoS or PropertyId.RetainAvailable or PropertyId.WildcardSubscriptionAvailable
                or PropertyId.SubscriptionIdentifierAvailable or PropertyId.SharedSubscriptionAvailable:
                byte flag = reader.Byte();
                if (flag > 1) reader.Fail(ReasonCode.ProtocolError);
                return flag;
            case PropertyId.ServerKeepAlive or PropertyId.TopicAliasMaximum:
                return reader.UInt16();
            case PropertyId.ReceiveMaximum:
                return NotZero(ref reader, reader.UInt16(), ReasonCode.ProtocolError);
            case PropertyId.TopicAlias:
                // MQTT-3.3.2-8: 0 is not an alias.
                return NotZero(ref reader, reader.UInt16(), ReasonCode.TopicAliasInvalid);
            case PropertyId.SubscriptionIdentifier:
                return NotZero(ref reader, (uint)reader.VariableInt(), ReasonCode.MalformedPacket);
            case PropertyId.MaximumPacketSize:
                return NotZero(ref reader, reader.UInt32(), ReasonCode.ProtocolError);
            default:
                return reader.UInt32();
        }
    }

    /// <summary>Checks a value of any property without keeping it.</summary>
    public static void Skip(ref SpanReader reader, PropertyId id)
    {
        switch (id)
        {
            case PropertyId.UserProperty:
                reader.Utf8();
                reader.Utf8();
                break;
            case PropertyId.ContentType or PropertyId.AssignedClientIdentifier or PropertyId.AuthenticationMethod or PropertyId.ResponseInformation
                or PropertyId.ServerReference or PropertyId.ReasonString:
                reader.Utf8();
                break;
            case PropertyId.ResponseTopic:
                ReadResponseTopic(ref reader);
                break;
            case PropertyId.CorrelationData or PropertyId.AuthenticationData:
                reader.Bytes();
                break;
            default:
                ReadNumber(ref reader, id);
                break;
        }
    }

    /// <summary>MQTT-3.3.2-13, MQTT-3.3.2-14: text without wildcards.</summary>
    public static ReadOnlySpan<byte> ReadResponseTopic(ref SpanReader reader)
    {
        ReadOnlySpan<byte> topic = reader.Utf8();
        if (!reader.Failed && TopicName.Check(topic) != TopicFault.None) reader.Fail(ReasonCode.ProtocolError);
        return topic;
    }

    private static uint NotZero(ref SpanReader reader, uint value, ReasonCode reason)
    {
        if (value == 0) reader.Fail(reason);
        return value;
    }
}
