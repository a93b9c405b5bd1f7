using System.Text;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Codec;

/// <summary>The body of each packet, in the order of its chapter.</summary>
internal static partial class MqttWriter
{
    private static void WriteBody(ref SpanWriter writer, MqttPacket packet, ProtocolVersion version)
    {
        bool v5 = version == ProtocolVersion.V5;
        switch (packet)
        {
            case ConnectPacket connect: Connect(ref writer, connect); break;
            case ConnAckPacket connAck: ConnAck(ref writer, connAck, v5); break;
            case PublishPacket publish: Publish(ref writer, publish, v5); break;
            case PublishAckPacket ack:
                writer.UInt16(ack.PacketId);
                if (v5) ReasonAndProperties(ref writer, ack.Reason, ack);
                break;
            case SubscribePacket subscribe: Subscribe(ref writer, subscribe, v5); break;
            case SubAckPacket subAck:
                writer.UInt16(subAck.PacketId);
                if (v5) Properties(ref writer, subAck);
                foreach (ReasonCode reason in subAck.Reasons) writer.Byte(!v5 && reason.IsFailure() ? (byte)0x80 : (byte)reason);
                break;
            case UnsubscribePacket unsubscribe:
                writer.UInt16(unsubscribe.PacketId);
                if (v5) Properties(ref writer, unsubscribe);
                foreach (string filter in unsubscribe.Filters) writer.Text(filter);
                break;
            case UnsubAckPacket unsubAck:
                writer.UInt16(unsubAck.PacketId);
                if (!v5) break;
                Properties(ref writer, unsubAck);
                foreach (ReasonCode reason in unsubAck.Reasons) writer.Byte((byte)reason);
                break;
            case DisconnectPacket disconnect:
                if (v5) ReasonAndProperties(ref writer, disconnect.Reason, disconnect);
                break;
            case AuthPacket auth:
                if (!v5) throw new ArgumentException("MQTT 3.1.1 has no AUTH packet.", nameof(packet));
                ReasonAndProperties(ref writer, auth.Reason, auth);
                break;
        }
    }

    private static void Connect(ref SpanWriter writer, ConnectPacket connect)
    {
        bool v5 = connect.Version == ProtocolVersion.V5;
        writer.Bytes("MQTT"u8);
        writer.Byte((byte)connect.Version);
        int flags = connect.CleanStart ? 2 : 0;
        if (connect.Will is { } will) flags |= 4 | ((int)will.QoS << 3) | (will.Retain ? 0x20 : 0);
        if (connect.Password is not null) flags |= 0x40;
        if (connect.UserName is not null) flags |= 0x80;
        writer.Byte((byte)flags);
        writer.UInt16(connect.KeepAliveSeconds);
        if (v5) Properties(ref writer, connect);
        writer.Text(connect.ClientId);
        if (connect.Will is { } testament)
        {
            if (v5) WillProperties(ref writer, testament);
            writer.Text(testament.Topic);
            writer.Bytes(testament.Payload.Span);
        }

        if (connect.UserName is { } userName) writer.Text(userName);
        if (connect.Password is { } password) writer.Bytes(password.Span);
    }

    private static void ConnAck(ref SpanWriter writer, ConnAckPacket connAck, bool v5)
    {
        // MQTT-3.2.2-6: a refusal never says that a session is present.
        writer.Byte(connAck.SessionPresent && connAck.Reason == ReasonCode.Success ? (byte)1 : (byte)0);
        writer.Byte(v5 ? (byte)connAck.Reason : ReasonCodes.ToReturnCode(connAck.Reason));
        if (v5) Properties(ref writer, connAck);
    }

    private static void Publish(ref SpanWriter writer, PublishPacket publish, bool v5)
    {
        writer.Text(publish.Topic);
        if (publish.QoS != QoS.AtMostOnce) writer.UInt16(publish.PacketId);
        if (v5) Properties(ref writer, publish);
        writer.Raw(publish.Payload.Span);
    }

    private static void Subscribe(ref SpanWriter writer, SubscribePacket subscribe, bool v5)
    {
        writer.UInt16(subscribe.PacketId);
        if (v5) Properties(ref writer, subscribe);
        foreach (Subscription subscription in subscribe.Subscriptions)
        {
            writer.Text(subscription.Filter);
            int options = (int)subscription.MaximumQoS;
            if (v5) options |= (subscription.NoLocal ? 4 : 0) | (subscription.RetainAsPublished ? 8 : 0) | ((int)subscription.RetainHandling << 4);
            writer.Byte((byte)options);
        }
    }

    /// <summary>MQTT 5.0 §3.4.2.1: a success without properties is left out, and so is an empty property length.</summary>
    private static void ReasonAndProperties(ref SpanWriter writer, ReasonCode reason, MqttPacket packet)
    {
        int properties = PropertyBytes(packet);
        if (properties == 0 && reason == ReasonCode.Success) return;
        writer.Byte((byte)reason);
        if (properties == 0) return;
        writer.VariableInt(properties);
        PropertiesOf(ref writer, packet);
    }

    private static void Properties(ref SpanWriter writer, MqttPacket packet)
    {
        writer.VariableInt(PropertyBytes(packet));
        PropertiesOf(ref writer, packet);
    }

    private static int PropertyBytes(MqttPacket packet)
    {
        SpanWriter counter = SpanWriter.Counting;
        PropertiesOf(ref counter, packet);
        return counter.Position;
    }

    private static void WillProperties(ref SpanWriter writer, WillPacket will)
    {
        SpanWriter counter = SpanWriter.Counting;
        PropertiesOf(ref counter, will);
        writer.VariableInt(counter.Position);
        PropertiesOf(ref writer, will);
    }

    private static void PropertiesOf(ref SpanWriter writer, WillPacket will)
    {
        if (will.DelaySeconds != 0) writer.Property(PropertyId.WillDelayInterval, will.DelaySeconds);
        if (will.PayloadIsText) writer.Property(PropertyId.PayloadFormatIndicator, true);
        if (will.MessageExpirySeconds is { } expiry) writer.Property(PropertyId.MessageExpiryInterval, expiry);
        writer.Property(PropertyId.ContentType, will.ContentType);
        writer.Property(PropertyId.ResponseTopic, will.ResponseTopic);
        if (!will.CorrelationData.IsEmpty) writer.Property(PropertyId.CorrelationData, will.CorrelationData.Span);
        writer.UserProperties(will.UserProperties);
    }

    private static void PropertiesOf(ref SpanWriter writer, MqttPacket packet)
    {
        switch (packet)
        {
            case ConnectPacket connect: PropertiesOf(ref writer, connect); break;
            case ConnAckPacket connAck: PropertiesOf(ref writer, connAck); break;
            case PublishPacket publish: PropertiesOf(ref writer, publish); break;
            case PublishAckPacket ack: writer.Property(PropertyId.ReasonString, ack.ReasonString); break;
            case SubscribePacket { SubscriptionIdentifier: { } identifier }: SubscriptionIdentifier(ref writer, identifier); break;
            case SubAckPacket subAck: writer.Property(PropertyId.ReasonString, subAck.ReasonString); break;
            case UnsubAckPacket unsubAck: writer.Property(PropertyId.ReasonString, unsubAck.ReasonString); break;
            case DisconnectPacket disconnect:
                if (disconnect.SessionExpirySeconds is { } expiry) writer.Property(PropertyId.SessionExpiryInterval, expiry);
                writer.Property(PropertyId.ReasonString, disconnect.ReasonString);
                writer.Property(PropertyId.ServerReference, disconnect.ServerReference);
                break;
            case AuthPacket auth:
                Authentication(ref writer, auth.AuthenticationMethod, auth.AuthenticationData);
                writer.Property(PropertyId.ReasonString, auth.ReasonString);
                break;
        }

        writer.UserProperties(packet.UserProperties);
    }

    private static void PropertiesOf(ref SpanWriter writer, ConnectPacket connect)
    {
        if (connect.SessionExpirySeconds != 0) writer.Property(PropertyId.SessionExpiryInterval, connect.SessionExpirySeconds);
        if (connect.ReceiveMaximum != ushort.MaxValue) writer.Property(PropertyId.ReceiveMaximum, connect.ReceiveMaximum);
        if (connect.MaximumPacketSize is { } size) writer.Property(PropertyId.MaximumPacketSize, size);
        if (connect.TopicAliasMaximum != 0) writer.Property(PropertyId.TopicAliasMaximum, connect.TopicAliasMaximum);
        if (connect.RequestResponseInformation) writer.Property(PropertyId.RequestResponseInformation, true);
        if (!connect.RequestProblemInformation) writer.Property(PropertyId.RequestProblemInformation, false);
        Authentication(ref writer, connect.AuthenticationMethod, connect.AuthenticationData);
    }

    private static void PropertiesOf(ref SpanWriter writer, ConnAckPacket connAck)
    {
        // Any order is right (MQTT 5.0 §2.2.2.2); this is the one other brokers use and clients have been tried with.
        if (connAck.TopicAliasMaximum != 0) writer.Property(PropertyId.TopicAliasMaximum, connAck.TopicAliasMaximum);
        writer.Property(PropertyId.AssignedClientIdentifier, connAck.AssignedClientId);
        if (connAck.SessionExpirySeconds is { } expiry) writer.Property(PropertyId.SessionExpiryInterval, expiry);
        if (connAck.ReceiveMaximum != ushort.MaxValue) writer.Property(PropertyId.ReceiveMaximum, connAck.ReceiveMaximum);
        if (connAck.MaximumQoS != QoS.ExactlyOnce) writer.Property(PropertyId.MaximumQoS, connAck.MaximumQoS == QoS.AtLeastOnce);
        if (!connAck.RetainAvailable) writer.Property(PropertyId.RetainAvailable, false);
        if (connAck.MaximumPacketSize is { } size) writer.Property(PropertyId.MaximumPacketSize, size);
        writer.Property(PropertyId.ReasonString, connAck.ReasonString);
        if (!connAck.WildcardSubscriptionAvailable) writer.Property(PropertyId.WildcardSubscriptionAvailable, false);
        if (!connAck.SubscriptionIdentifiersAvailable) writer.Property(PropertyId.SubscriptionIdentifierAvailable, false);
        if (!connAck.SharedSubscriptionAvailable) writer.Property(PropertyId.SharedSubscriptionAvailable, false);
        if (connAck.ServerKeepAliveSeconds is { } keepAlive) writer.Property(PropertyId.ServerKeepAlive, keepAlive);
        writer.Property(PropertyId.ResponseInformation, connAck.ResponseInformation);
        writer.Property(PropertyId.ServerReference, connAck.ServerReference);
        Authentication(ref writer, connAck.AuthenticationMethod, connAck.AuthenticationData);
    }

    private static void PropertiesOf(ref SpanWriter writer, PublishPacket publish)
    {
        if (publish.PayloadIsText) writer.Property(PropertyId.PayloadFormatIndicator, true);
        if (publish.MessageExpirySeconds is { } expiry) writer.Property(PropertyId.MessageExpiryInterval, expiry);
        if (publish.TopicAlias != 0) writer.Property(PropertyId.TopicAlias, publish.TopicAlias);
        writer.Property(PropertyId.ResponseTopic, publish.ResponseTopic);
        if (!publish.CorrelationData.IsEmpty) writer.Property(PropertyId.CorrelationData, publish.CorrelationData.Span);
        foreach (uint identifier in publish.SubscriptionIdentifiers) SubscriptionIdentifier(ref writer, identifier);
        writer.Property(PropertyId.ContentType, publish.ContentType);
    }

    private static void SubscriptionIdentifier(ref SpanWriter writer, uint identifier)
    {
        writer.Byte((byte)PropertyId.SubscriptionIdentifier);
        writer.VariableInt(checked((int)identifier));
    }

    private static void Authentication(ref SpanWriter writer, string? method, ReadOnlyMemory<byte>? data)
    {
        writer.Property(PropertyId.AuthenticationMethod, method);
        if (data is { } bytes) writer.Property(PropertyId.AuthenticationData, bytes.Span);
    }
}
