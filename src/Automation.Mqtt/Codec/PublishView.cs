using System.Buffers;
using System.Runtime.CompilerServices;
using Automation.Core.Topics;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Codec;

/// <summary>
/// A checked PUBLISH as slices of the receive buffer: nothing is copied and nothing allocated (except that a topic or properties
/// cut by a buffer's edge are put together in the caller's scratch). Valid until the pipe is advanced or the scratch is used again.
/// </summary>
/// <remarks>
/// <code>
/// 0011 dqqr | remaining length | topic (2 + n) | [packet id (2)  QoS 1, 2] | [property length, properties  5.0] | payload
/// </code>
/// </remarks>
internal readonly ref struct PublishView
{
    /// <summary>UTF-8; empty only with a <see cref="TopicAlias"/>.</summary>
    public ReadOnlySpan<byte> Topic { get; private init; }

    /// <summary>The raw properties without their length, checked; empty for 3.1.1.</summary>
    public ReadOnlySpan<byte> Properties { get; private init; }

    public ReadOnlySequence<byte> Payload { get; private init; }

    /// <summary>1 to 65535 for QoS 1 and 2, else 0.</summary>
    public ushort PacketId { get; private init; }

    /// <summary>0: none. The caller checks it against the maximum it announced.</summary>
    public ushort TopicAlias { get; private init; }

    public uint? MessageExpirySeconds { get; private init; }

    /// <summary>From a client a protocol error (MQTT-3.3.4-6); the caller knows the direction.</summary>
    public bool HasSubscriptionIdentifiers { get; private init; }

    public QoS QoS { get; private init; }

    public bool Retain { get; private init; }

    public bool Duplicate { get; private init; }

    /// <summary>Whether <see cref="Properties"/> hold nothing that belongs to one hop or has to be counted down: they go on as they are.</summary>
    public bool PropertiesForwardAsTheyAre => TopicAlias == 0 && MessageExpirySeconds is null && !HasSubscriptionIdentifiers;

    /// <param name="scratch">Grows as needed (at most to the packet's size); one per connection.</param>
    /// <param name="allowControlCharacters">
    /// MQTT 5.0 §1.5.4 leaves it to the receiver: a server refuses topics with control characters, a client takes what its server let through.
    /// </param>
    public static bool TryParse(
        in MqttFrame frame, ProtocolVersion version, ref byte[] scratch, out PublishView view, out ReasonCode reason, bool allowControlCharacters = false)
    {
        view = default;
        var qos = (QoS)((frame.FirstByte >> 1) & 3);
        bool duplicate = (frame.FirstByte & 8) != 0;

        // MQTT-3.3.1-4: QoS 3 does not exist. MQTT-3.3.1-2: DUP means a second delivery, which QoS 0 has not.
        if (qos > QoS.ExactlyOnce || (duplicate && qos == QoS.AtMostOnce))
        {
            reason = ReasonCode.MalformedPacket;
            return false;
        }

        ReadOnlySequence<byte> body = frame.Body;
        var reader = new SpanReader(body.IsSingleSegment ? body.FirstSpan : HeadInOnePiece(body, version, qos, ref scratch));
        int available = reader.Rest.Length;

        ReadOnlySpan<byte> topic = reader.Bytes();
        ushort packetId = qos == QoS.AtMostOnce ? (ushort)0 : reader.PacketId();
        var hop = new HopProperties();
        ReadOnlySpan<byte> properties = version == ProtocolVersion.V5 ? ReadProperties(ref reader, ref hop) : default;
        if (!reader.Failed) CheckTopic(ref reader, topic, hop.TopicAlias, allowControlCharacters);
        reason = reader.Reason;
        if (reader.Failed) return false;

        view = new PublishView
        {
            Topic = topic,
            Properties = properties,
            Payload = body.Slice(available - reader.Rest.Length),
            PacketId = packetId,
            TopicAlias = hop.TopicAlias,
            MessageExpirySeconds = hop.Expiry,
            HasSubscriptionIdentifiers = hop.HasSubscriptionIdentifiers,
            QoS = qos,
            Retain = (frame.FirstByte & 1) != 0,
            Duplicate = duplicate,
        };
        return true;
    }

    /// <summary>Copies the properties that go end to end: without alias, expiry and subscription identifiers, in their order.</summary>
    public void CopyForwardableProperties(IBufferWriter<byte> output)
    {
        if (PropertiesForwardAsTheyAre)
        {
            output.Write(Properties);
            return;
        }

        var reader = new SpanReader(Properties);
        while (!reader.IsEmpty)
        {
            ReadOnlySpan<byte> from = reader.Rest;
            var id = (PropertyId)reader.VariableInt();
            PropertyValue.Skip(ref reader, id);
            if (id is not (PropertyId.TopicAlias or PropertyId.MessageExpiryInterval or PropertyId.SubscriptionIdentifier))
                output.Write(from[..(from.Length - reader.Rest.Length)]);
        }
    }

    private static void CheckTopic(ref SpanReader reader, ReadOnlySpan<byte> topic, ushort alias, bool allowControlCharacters)
    {
        if (topic.IsEmpty)
        {
            // MQTT 5.0 §3.3.2.1: a topic or an alias; in 3.1.1 there are no aliases (MQTT-4.7.3-1).
            if (alias == 0) reader.Fail(ReasonCode.MalformedPacket);
            return;
        }

        TopicFault fault = TopicName.Check(topic);
        if (fault == TopicFault.ControlCharacter && allowControlCharacters) fault = topic.IndexOfAny((byte)'+', (byte)'#') >= 0 ? TopicFault.Wildcard : TopicFault.None;
        if (fault == TopicFault.TooManyLevels) reader.Fail(ReasonCode.TopicNameInvalid);
        else if (fault != TopicFault.None) reader.Fail(ReasonCode.MalformedPacket);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ReadOnlySpan<byte> HeadInOnePiece(ReadOnlySequence<byte> body, ProtocolVersion version, QoS qos, scoped ref byte[] scratch)
    {
        // First the topic's length, then what stands before the payload; a length that lies ends at the body's end.
        long wanted = 2;
        for (int step = 0; step < 3; step++)
        {
            int length = (int)Math.Min(body.Length, wanted);
            if (scratch.Length < length) scratch = new byte[Math.Max(length, Math.Min(2 * scratch.Length, 65536))];
            body.Slice(0, length).CopyTo(scratch);
            ReadOnlySpan<byte> head = scratch.AsSpan(0, length);
            if (length < wanted || step == 2) return head;
            var reader = new SpanReader(head);
            int topicBytes = reader.UInt16();
            int beforeProperties = 2 + topicBytes + (qos == QoS.AtMostOnce ? 0 : 2);
            if (step == 0)
            {
                wanted = beforeProperties + (version == ProtocolVersion.V5 ? 4 : 0);
                wanted = Math.Min(wanted, body.Length);
                continue;
            }

            if (version != ProtocolVersion.V5 || beforeProperties > length) return head;
            var lengthReader = new SpanReader(head[beforeProperties..]);
            int before = lengthReader.Rest.Length;
            int propertyBytes = lengthReader.VariableInt();
            if (lengthReader.Failed) return head;
            wanted = Math.Min(body.Length, (long)beforeProperties + (before - lengthReader.Rest.Length) + propertyBytes);
        }

        return scratch.AsSpan(0, (int)wanted);
    }

    private static ReadOnlySpan<byte> ReadProperties(scoped ref SpanReader reader, scoped ref HopProperties hop)
    {
        int length = reader.VariableInt();
        if (length == 0) return default;
        ReadOnlySpan<byte> properties = reader.Take(length);
        var inner = new SpanReader(properties);
        ulong seen = 0;
        while (!inner.IsEmpty)
        {
            int id = inner.VariableInt();
            if (inner.Failed) break;
            if (!PropertyBag.IsAllowed(PacketType.Publish, id))
            {
                PropertyBag.Misplaced(ref inner, PacketType.Publish, id);
                break;
            }

            if ((seen & (1UL << id)) != 0 && (PropertyId)id is not (PropertyId.UserProperty or PropertyId.SubscriptionIdentifier)) inner.Fail(ReasonCode.ProtocolError);
            seen |= 1UL << id;
            ReadOne(ref inner, (PropertyId)id, ref hop);
        }

        if (inner.Failed) reader.Fail(inner.Reason);
        return properties;
    }

    private static void ReadOne(ref SpanReader reader, PropertyId id, scoped ref HopProperties hop)
    {
        switch (id)
        {
            case PropertyId.TopicAlias:
                hop.TopicAlias = (ushort)PropertyValue.ReadNumber(ref reader, id);
                break;
            case PropertyId.MessageExpiryInterval:
                hop.Expiry = reader.UInt32();
                break;
            case PropertyId.SubscriptionIdentifier:
                PropertyValue.ReadNumber(ref reader, id);
                hop.HasSubscriptionIdentifiers = true;
                break;
            default:
                PropertyValue.Skip(ref reader, id);
                break;
        }
    }

    private struct HopProperties
    {
        public ushort TopicAlias;
        public uint? Expiry;
        public bool HasSubscriptionIdentifiers;
    }
}
