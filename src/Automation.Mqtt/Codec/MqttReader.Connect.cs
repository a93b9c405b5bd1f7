using System.Text;
using Automation.Core.Topics;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Codec;

/// <summary>CONNECT and CONNACK.</summary>
internal static partial class MqttReader
{
    /// <code>
    /// "MQTT" (2 + 4) | level | flags | keep alive (2) | [properties  5.0] | client id | [will properties  5.0, will topic, will payload] | [user] | [password]
    /// flags: 7 user | 6 password | 5 will retain | 4 3 will QoS | 2 will | 1 clean start | 0 reserved
    /// </code>
    private static ConnectPacket? Connect(ref SpanReader reader)
    {
        ReadOnlySpan<byte> name = reader.Bytes();
        byte level = reader.Byte();
        if (reader.Failed) return null;

        // MQTT-3.1.2-1, MQTT-3.1.2-2: another protocol or level is answered, not parsed.
        // MQTT 3.1, which many devices still speak, looks like 3.1.1 but for its name and level.
        bool v31 = level == 3 && name.SequenceEqual("MQIsdp"u8);
        if (!v31 && !(level is 4 or 5 && name.SequenceEqual("MQTT"u8)))
        {
            reader.Fail(ReasonCode.UnsupportedProtocolVersion);
            return null;
        }

        bool v5 = level == 5;
        byte flags = reader.Byte();
        if (v31) flags &= 0xFE; // MQTT 3.1 §3.1: the bit is not used, and not looked at.
        CheckFlags(ref reader, flags, v5);
        ushort keepAlive = reader.UInt16();
        PropertyBag? bag = v5 ? PropertyBag.Read(ref reader, PacketType.Connect) : null;
        string clientId = reader.NameText();
        if (v31 && clientId.Length == 0) reader.Fail(ReasonCode.ClientIdentifierNotValid);
        WillPacket? will = (flags & 4) != 0 ? Will(ref reader, flags, v5) : null;
        string? userName = (flags & 0x80) != 0 ? reader.NameText() : null;
        ReadOnlyMemory<byte>? password = (flags & 0x40) != 0 ? reader.Bytes().ToArray() : default(ReadOnlyMemory<byte>?);
        if (reader.Failed) return null;
        return new ConnectPacket
        {
            Version = v5 ? ProtocolVersion.V5 : ProtocolVersion.V311,
            ClientId = clientId,
            CleanStart = (flags & 2) != 0,
            KeepAliveSeconds = keepAlive,
            Will = will,
            UserName = userName,
            Password = password,
            SessionExpirySeconds = bag?.Number(PropertyId.SessionExpiryInterval, 0) ?? 0,
            ReceiveMaximum = bag?.UInt16(PropertyId.ReceiveMaximum, ushort.MaxValue) ?? ushort.MaxValue,
            MaximumPacketSize = bag?.Number(PropertyId.MaximumPacketSize),
            TopicAliasMaximum = bag?.UInt16(PropertyId.TopicAliasMaximum, 0) ?? 0,
            RequestResponseInformation = bag?.Flag(PropertyId.RequestResponseInformation, false) ?? false,
            RequestProblemInformation = bag?.Flag(PropertyId.RequestProblemInformation, true) ?? true,
            AuthenticationMethod = bag?.Text(PropertyId.AuthenticationMethod),
            AuthenticationData = bag?.AuthenticationData,
            UserProperties = bag?.UserProperties ?? [],
        };
    }

    private static void CheckFlags(ref SpanReader reader, byte flags, bool v5)
    {
        bool hasWill = (flags & 4) != 0;
        bool wrong =
            (flags & 1) != 0                                        // MQTT-3.1.2-3
            || (!hasWill && (flags & 0x38) != 0)                    // MQTT-3.1.2-11, MQTT-3.1.2-13
            || (flags & 0x18) == 0x18                               // MQTT-3.1.2-12
            || (!v5 && (flags & 0xC0) == 0x40);                     // 3.1.1 MQTT-3.1.2-22: no password without a user name
        if (wrong) reader.Fail(ReasonCode.MalformedPacket);
    }

    private static WillPacket Will(ref SpanReader reader, byte flags, bool v5)
    {
        PropertyBag? bag = v5 ? PropertyBag.Read(ref reader, PropertyBag.Will) : null;
        ReadOnlySpan<byte> topic = reader.Utf8();
        if (!reader.Failed && TopicName.Check(topic) != TopicFault.None) reader.Fail(ReasonCode.MalformedPacket);
        return new WillPacket
        {
            Topic = Encoding.UTF8.GetString(topic),
            Payload = reader.Bytes().ToArray(),
            QoS = (QoS)((flags >> 3) & 3),
            Retain = (flags & 0x20) != 0,
            DelaySeconds = bag?.Number(PropertyId.WillDelayInterval, 0) ?? 0,
            PayloadIsText = bag?.Flag(PropertyId.PayloadFormatIndicator, false) ?? false,
            MessageExpirySeconds = bag?.Number(PropertyId.MessageExpiryInterval),
            ContentType = bag?.Text(PropertyId.ContentType),
            ResponseTopic = bag?.Text(PropertyId.ResponseTopic),
            CorrelationData = bag?.CorrelationData ?? default,
            UserProperties = bag?.UserProperties ?? [],
        };
    }

    private static ConnAckPacket ConnAck(ref SpanReader reader, bool v5)
    {
        byte flags = reader.Byte();
        byte code = reader.Byte();
        ReasonCode reason = (ReasonCode)code;

        // MQTT-3.2.2-1: bits 7 to 1 are reserved.
        if ((flags & 0xFE) != 0) reader.Fail(ReasonCode.MalformedPacket);
        if (v5 ? !ReasonCodes.IsAllowed(PacketType.ConnAck, code) : !ReasonCodes.TryFromReturnCode(code, out reason)) reader.Fail(ReasonCode.MalformedPacket);

        // MQTT-3.2.2-6 (3.1.1: MQTT-3.2.2-4): a refusal has no session.
        if (code != 0 && flags != 0) reader.Fail(ReasonCode.ProtocolError);
        PropertyBag? bag = v5 ? PropertyBag.Read(ref reader, PacketType.ConnAck) : null;
        return new ConnAckPacket
        {
            SessionPresent = flags == 1,
            Reason = reason,
            SessionExpirySeconds = bag?.Number(PropertyId.SessionExpiryInterval),
            ReceiveMaximum = bag?.UInt16(PropertyId.ReceiveMaximum, ushort.MaxValue) ?? ushort.MaxValue,
            MaximumQoS = (QoS)(bag?.Number(PropertyId.MaximumQoS, 2) ?? 2),
            RetainAvailable = bag?.Flag(PropertyId.RetainAvailable, true) ?? true,
            MaximumPacketSize = bag?.Number(PropertyId.MaximumPacketSize),
            AssignedClientId = bag?.Text(PropertyId.AssignedClientIdentifier),
            TopicAliasMaximum = bag?.UInt16(PropertyId.TopicAliasMaximum, 0) ?? 0,
            ReasonString = bag?.Text(PropertyId.ReasonString),
            WildcardSubscriptionAvailable = bag?.Flag(PropertyId.WildcardSubscriptionAvailable, true) ?? true,
            SubscriptionIdentifiersAvailable = bag?.Flag(PropertyId.SubscriptionIdentifierAvailable, true) ?? true,
            SharedSubscriptionAvailable = bag?.Flag(PropertyId.SharedSubscriptionAvailable, true) ?? true,
            ServerKeepAliveSeconds = bag is not null && bag.Has(PropertyId.ServerKeepAlive) ? bag.UInt16(PropertyId.ServerKeepAlive, 0) : null,
            ResponseInformation = bag?.Text(PropertyId.ResponseInformation),
            ServerReference = bag?.Text(PropertyId.ServerReference),
            AuthenticationMethod = bag?.Text(PropertyId.AuthenticationMethod),
            AuthenticationData = bag?.AuthenticationData,
            UserProperties = bag?.UserProperties ?? [],
        };
    }
}
