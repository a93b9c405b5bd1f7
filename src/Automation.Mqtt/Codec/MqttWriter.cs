using System.Buffers;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Codec;

/// <summary>Packets to bytes. Values that no packet can carry are the caller's defect and throw <see cref="ArgumentException"/>.</summary>
internal static partial class MqttWriter
{
    public const int MaximumVariableInt = 268_435_455;

    /// <summary>Writes one whole packet; returns its bytes.</summary>
    public static int Write(IBufferWriter<byte> output, MqttPacket packet, ProtocolVersion version)
    {
        int body = BodyBytes(packet, version);
        int total = 1 + VariableIntBytes(body) + body;
        var writer = new SpanWriter(output.GetSpan(total)[..total]);
        writer.Byte(FirstByte(packet));
        writer.VariableInt(body);
        WriteBody(ref writer, packet, version);
        output.Advance(total);
        return total;
    }

    /// <summary>The bytes <see cref="Write"/> would write: to be held against the peer's maximum packet size.</summary>
    public static int Measure(MqttPacket packet, ProtocolVersion version)
    {
        int body = BodyBytes(packet, version);
        return 1 + VariableIntBytes(body) + body;
    }

    /// <summary>PUBACK, PUBREC, PUBREL or PUBCOMP without properties and without an object.</summary>
    public static void WriteAck(IBufferWriter<byte> output, PacketType type, ushort packetId, ReasonCode reason, ProtocolVersion version)
    {
        bool withReason = version == ProtocolVersion.V5 && reason != ReasonCode.Success;
        int total = withReason ? 5 : 4;
        Span<byte> span = output.GetSpan(total);
        span[0] = (byte)(((int)type << 4) | (type == PacketType.PubRel ? 2 : 0));
        span[1] = (byte)(total - 2);
        span[2] = (byte)(packetId >> 8);
        span[3] = (byte)(packetId & 0xFF);
        if (withReason) span[4] = (byte)reason;
        output.Advance(total);
    }

    public static PublishLayout WritePublish(IBufferWriter<byte> output, ProtocolVersion version, scoped in PublishHead head, ReadOnlySpan<byte> payload)
    {
        PublishLayout layout = WritePublishHead(output, version, head, payload.Length);
        output.Write(payload);
        return layout;
    }

    public static PublishLayout WritePublish(IBufferWriter<byte> output, ProtocolVersion version, scoped in PublishHead head, in ReadOnlySequence<byte> payload)
    {
        PublishLayout layout = WritePublishHead(output, version, head, checked((int)payload.Length));
        if (payload.IsSingleSegment)
        {
            output.Write(payload.FirstSpan);
            return layout;
        }

        foreach (ReadOnlyMemory<byte> segment in payload) output.Write(segment.Span);
        return layout;
    }

    /// <summary>Everything before the payload, whose bytes the caller sends after it.</summary>
    public static PublishLayout WritePublishHead(IBufferWriter<byte> output, ProtocolVersion version, scoped in PublishHead head, int payloadBytes)
    {
        PublishLayout layout = MeasurePublish(version, head, payloadBytes, out int body, out int properties);
        int bytes = layout.TotalBytes - payloadBytes;
        var writer = new SpanWriter(output.GetSpan(bytes)[..bytes]);
        int flags = (head.Duplicate ? 8 : 0) | ((int)head.QoS << 1) | (head.Retain ? 1 : 0);
        writer.Byte((byte)(((int)PacketType.Publish << 4) | flags));
        writer.VariableInt(body);
        writer.Bytes(head.Topic);
        if (head.QoS != QoS.AtMostOnce) writer.UInt16(head.PacketId);
        if (version == ProtocolVersion.V5)
        {
            writer.VariableInt(properties);
            if (head.TopicAlias != 0) writer.Property(PropertyId.TopicAlias, head.TopicAlias);
            if (head.MessageExpirySeconds is { } expiry) writer.Property(PropertyId.MessageExpiryInterval, expiry);
            foreach (uint identifier in head.SubscriptionIdentifiers)
            {
                writer.Byte((byte)PropertyId.SubscriptionIdentifier);
                writer.VariableInt((int)identifier);
            }

            writer.Raw(head.Properties);
        }

        output.Advance(bytes);
        return layout;
    }

    /// <summary>What <see cref="WritePublish(IBufferWriter{byte}, ProtocolVersion, in PublishHead, ReadOnlySpan{byte})"/> would write.</summary>
    public static PublishLayout MeasurePublish(ProtocolVersion version, scoped in PublishHead head, int payloadBytes) =>
        MeasurePublish(version, head, payloadBytes, out _, out _);

    public static int VariableIntBytes(int value) => value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;

    private static PublishLayout MeasurePublish(ProtocolVersion version, scoped in PublishHead head, int payloadBytes, out int body, out int properties)
    {
        properties = 0;
        body = 2 + head.Topic.Length + (head.QoS == QoS.AtMostOnce ? 0 : 2) + payloadBytes;
        if (version == ProtocolVersion.V5)
        {
            properties = head.Properties.Length + (head.TopicAlias != 0 ? 3 : 0) + (head.MessageExpirySeconds is null ? 0 : 5);
            foreach (uint identifier in head.SubscriptionIdentifiers) properties += 1 + VariableIntBytes((int)identifier);
            body += VariableIntBytes(properties) + properties;
        }

        int prefix = 1 + VariableIntBytes(body);
        return new PublishLayout(prefix + body, head.QoS == QoS.AtMostOnce ? -1 : prefix + 2 + head.Topic.Length);
    }

    private static int BodyBytes(MqttPacket packet, ProtocolVersion version)
    {
        SpanWriter counter = SpanWriter.Counting;
        WriteBody(ref counter, packet, version);
        return counter.Position;
    }

    private static byte FirstByte(MqttPacket packet)
    {
        int flags = packet switch
        {
            PublishPacket publish => (publish.Duplicate ? 8 : 0) | ((int)publish.QoS << 1) | (publish.Retain ? 1 : 0),
            PubRelPacket or SubscribePacket or UnsubscribePacket => 2,
            _ => 0,
        };
        return (byte)(((int)packet.Type << 4) | flags);
    }
}
