using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Automation.Core.Topics;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Codec;

/// <summary>The body of each packet but CONNECT and CONNACK, in the order of its chapter.</summary>
internal static partial class MqttReader
{
    private static bool Decode(
        PacketType type, ReadOnlySpan<byte> body, ProtocolVersion version, [NotNullWhen(true)] out MqttPacket? packet, out ReasonCode reason)
    {
        bool v5 = version == ProtocolVersion.V5;
        var reader = new SpanReader(body);
        MqttPacket? decoded = type switch
        {
            PacketType.Connect => Connect(ref reader),
            PacketType.ConnAck => ConnAck(ref reader, v5),
            PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp => Ack(ref reader, type, v5),
            PacketType.Subscribe => Subscribe(ref reader, v5),
            PacketType.SubAck => SubAck(ref reader, v5),
            PacketType.Unsubscribe => Unsubscribe(ref reader, v5),
            PacketType.UnsubAck => UnsubAck(ref reader, v5),
            PacketType.PingReq => PingReqPacket.Instance,
            PacketType.PingResp => PingRespPacket.Instance,
            PacketType.Disconnect => Disconnect(ref reader, v5),
            PacketType.Auth => Auth(ref reader, v5),
            _ => null,
        };
        packet = reader.Finish(out reason) ? decoded : null;
        return packet is not null;
    }

    private static bool TryDecodePublish(
        in MqttFrame frame, ProtocolVersion version, bool allowControlCharacters, [NotNullWhen(true)] out MqttPacket? packet, out ReasonCode reason)
    {
        packet = null;
        byte[] scratch = [];
        if (!PublishView.TryParse(frame, version, ref scratch, out PublishView view, out reason, allowControlCharacters)) return false;
        packet = ToPacket(view);
        return true;
    }

    /// <summary>The view's values, copied.</summary>
    public static PublishPacket ToPacket(scoped in PublishView view)
    {
        var bag = new PropertyBag();
        var reader = new SpanReader(view.Properties);
        bag.ReadAll(ref reader, PacketType.Publish);
        return new PublishPacket
        {
            Topic = Encoding.UTF8.GetString(view.Topic),
            Payload = view.Payload.ToArray(),
            QoS = view.QoS,
            Retain = view.Retain,
            Duplicate = view.Duplicate,
            PacketId = view.PacketId,
            TopicAlias = view.TopicAlias,
            PayloadIsText = bag.Flag(PropertyId.PayloadFormatIndicator, false),
            MessageExpirySeconds = view.MessageExpirySeconds,
            ContentType = bag.Text(PropertyId.ContentType),
            ResponseTopic = bag.Text(PropertyId.ResponseTopic),
            CorrelationData = bag.CorrelationData,
            SubscriptionIdentifiers = bag.SubscriptionIdentifiers,
            UserProperties = bag.UserProperties,
        };
    }

    private static PublishAckPacket Ack(ref SpanReader reader, PacketType type, bool v5)
    {
        ushort packetId = reader.PacketId();
        (ReasonCode code, PropertyBag? bag) = ReasonAndProperties(ref reader, type, v5);
        string? text = bag?.Text(PropertyId.ReasonString);
        ImmutableArray<KeyValuePair<string, string>> user = bag?.UserProperties ?? [];
        return type switch
        {
            PacketType.PubAck => new PubAckPacket { PacketId = packetId, Reason = code, ReasonString = text, UserProperties = user },
            PacketType.PubRec => new PubRecPacket { PacketId = packetId, Reason = code, ReasonString = text, UserProperties = user },
            PacketType.PubRel => new PubRelPacket { PacketId = packetId, Reason = code, ReasonString = text, UserProperties = user },
            _ => new PubCompPacket { PacketId = packetId, Reason = code, ReasonString = text, UserProperties = user },
        };
    }

    private static SubscribePacket Subscribe(ref SpanReader reader, bool v5)
    {
        ushort packetId = reader.PacketId();
        PropertyBag? bag = v5 ? PropertyBag.Read(ref reader, PacketType.Subscribe) : null;
        ImmutableArray<Subscription>.Builder subscriptions = ImmutableArray.CreateBuilder<Subscription>();

        // MQTT-3.8.3-2: at least one filter.
        if (reader.IsEmpty) reader.Fail(ReasonCode.MalformedPacket);
        while (!reader.IsEmpty)
        {
            string filter = Filter(ref reader, v5, out bool shared);
            byte options = reader.Byte();
            CheckOptions(ref reader, options, v5, shared);
            if (reader.Failed) break;
            subscriptions.Add(new Subscription(filter, (QoS)(options & 3), (options & 4) != 0, (options & 8) != 0, (RetainHandling)((options >> 4) & 3)));
        }

        return new SubscribePacket
        {
            PacketId = packetId,
            SubscriptionIdentifier = bag?.Number(PropertyId.SubscriptionIdentifier),
            Subscriptions = subscriptions.ToImmutable(),
            UserProperties = bag?.UserProperties ?? [],
        };
    }

    /// <summary><code>7 6 reserved | 5 4 retain handling | 3 retain as published | 2 no local | 1 0 maximum QoS; 3.1.1: 7 to 2 reserved</code></summary>
    private static void CheckOptions(ref SpanReader reader, byte options, bool v5, bool shared)
    {
        // MQTT-3.8.3-5 (3.1.1: MQTT-3-8.3-4): reserved bits; and neither QoS nor retain handling has a value 3.
        if ((options & (v5 ? 0xC0 : 0xFC)) != 0 || (options & 3) == 3 || (options & 0x30) == 0x30) reader.Fail(ReasonCode.MalformedPacket);

        // MQTT-3.8.3-4: no local makes no sense on a shared subscription.
        if (shared && (options & 4) != 0) reader.Fail(ReasonCode.ProtocolError);
    }

    private static SubAckPacket SubAck(ref SpanReader reader, bool v5)
    {
        ushort packetId = reader.PacketId();
        PropertyBag? bag = v5 ? PropertyBag.Read(ref reader, PacketType.SubAck) : null;
        return new SubAckPacket
        {
            PacketId = packetId,
            ReasonString = bag?.Text(PropertyId.ReasonString),
            UserProperties = bag?.UserProperties ?? [],
            Reasons = Reasons(ref reader, PacketType.SubAck, v5),
        };
    }

    private static UnsubscribePacket Unsubscribe(ref SpanReader reader, bool v5)
    {
        ushort packetId = reader.PacketId();
        PropertyBag? bag = v5 ? PropertyBag.Read(ref reader, PacketType.Unsubscribe) : null;
        ImmutableArray<string>.Builder filters = ImmutableArray.CreateBuilder<string>();

        // MQTT-3.10.3-2: at least one filter.
        if (reader.IsEmpty) reader.Fail(ReasonCode.MalformedPacket);
        while (!reader.IsEmpty) filters.Add(Filter(ref reader, v5, out _));
        return new UnsubscribePacket { PacketId = packetId, Filters = filters.ToImmutable(), UserProperties = bag?.UserProperties ?? [] };
    }

    private static UnsubAckPacket UnsubAck(ref SpanReader reader, bool v5)
    {
        ushort packetId = reader.PacketId();
        if (!v5) return new UnsubAckPacket { PacketId = packetId };
        PropertyBag bag = PropertyBag.Read(ref reader, PacketType.UnsubAck);
        return new UnsubAckPacket
        {
            PacketId = packetId,
            ReasonString = bag.Text(PropertyId.ReasonString),
            UserProperties = bag.UserProperties,
            Reasons = Reasons(ref reader, PacketType.UnsubAck, v5),
        };
    }

    private static DisconnectPacket Disconnect(ref SpanReader reader, bool v5)
    {
        (ReasonCode code, PropertyBag? bag) = ReasonAndProperties(ref reader, PacketType.Disconnect, v5);
        return new DisconnectPacket
        {
            Reason = code,
            SessionExpirySeconds = bag?.Number(PropertyId.SessionExpiryInterval),
            ReasonString = bag?.Text(PropertyId.ReasonString),
            ServerReference = bag?.Text(PropertyId.ServerReference),
            UserProperties = bag?.UserProperties ?? [],
        };
    }

    private static AuthPacket Auth(ref SpanReader reader, bool v5)
    {
        if (!v5) reader.Fail(ReasonCode.MalformedPacket);
        (ReasonCode code, PropertyBag? bag) = ReasonAndProperties(ref reader, PacketType.Auth, v5);
        return new AuthPacket
        {
            Reason = code,
            AuthenticationMethod = bag?.Text(PropertyId.AuthenticationMethod),
            AuthenticationData = bag?.AuthenticationData,
            ReasonString = bag?.Text(PropertyId.ReasonString),
            UserProperties = bag?.UserProperties ?? [],
        };
    }

    /// <summary>MQTT 5.0 §3.4.2.1 and others: both may be left out from the end. In 3.1.1 they do not exist, and what is left is one byte too many.</summary>
    private static (ReasonCode Code, PropertyBag? Bag) ReasonAndProperties(ref SpanReader reader, PacketType type, bool v5)
    {
        if (!v5 || reader.IsEmpty) return (ReasonCode.Success, null);
        byte code = reader.Byte();
        if (!ReasonCodes.IsAllowed(type, code)) reader.Fail(ReasonCode.ProtocolError);
        return ((ReasonCode)code, reader.IsEmpty ? null : PropertyBag.Read(ref reader, type));
    }

    private static ImmutableArray<ReasonCode> Reasons(ref SpanReader reader, PacketType type, bool v5)
    {
        if (reader.IsEmpty) reader.Fail(ReasonCode.ProtocolError);
        ImmutableArray<ReasonCode>.Builder reasons = ImmutableArray.CreateBuilder<ReasonCode>(reader.Rest.Length);
        while (!reader.IsEmpty)
        {
            byte code = reader.Byte();

            // MQTT 3.1.1 §3.9.3: 0, 1, 2 and 0x80 alone.
            if (v5 ? !ReasonCodes.IsAllowed(type, code) : code is > 2 and not 0x80) reader.Fail(ReasonCode.MalformedPacket);
            reasons.Add((ReasonCode)code);
        }

        return reasons.ToImmutable();
    }

    private static string Filter(ref SpanReader reader, bool v5, out bool shared)
    {
        ReadOnlySpan<byte> filter = reader.Utf8();
        shared = v5 && TopicFilter.IsShared(filter);
        TopicFault fault = reader.Failed ? TopicFault.None : TopicFilter.Check(filter);
        if (fault == TopicFault.Share) reader.Fail(ReasonCode.ProtocolError);
        else if (fault != TopicFault.None) reader.Fail(ReasonCode.MalformedPacket);
        return Encoding.UTF8.GetString(filter);
    }
}
