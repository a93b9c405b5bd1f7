using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Codec;

/// <summary>
/// Bytes to packets. Wrong input is an answer with its reason, never an exception, and never costs more than the packet's size.
/// </summary>
/// <remarks>
/// Two ways in: <see cref="TryRead"/> gives every packet as a record. Who must not allocate takes <see cref="TryReadFrame"/>, then
/// <see cref="PublishView.TryParse"/> or <see cref="TryReadAck"/> for the frequent ones and <see cref="TryDecode"/> for the rest.
/// Which packets a side may receive, and whether CONNECT came first, is the session's affair.
/// </remarks>
internal static partial class MqttReader
{
    /// <summary>Takes one packet off the buffer, and only when it is whole and right.</summary>
    /// <param name="version">Of the connection; a CONNECT states its own.</param>
    /// <param name="maximumPacketSize">Whole packets, bytes; a longer one is <see cref="ReasonCode.PacketTooLarge"/> as soon as its length is seen.</param>
    public static MqttReadResult TryRead(
        ref ReadOnlySequence<byte> buffer, ProtocolVersion version, int maximumPacketSize, out MqttPacket? packet, out ReasonCode reason,
        bool allowControlCharacters = false)
    {
        packet = null;
        ReadOnlySequence<byte> rest = buffer;
        MqttReadResult result = TryReadFrame(ref rest, maximumPacketSize, out MqttFrame frame, out reason);
        if (result != MqttReadResult.Done) return result;
        if (!TryDecode(frame, version, out packet, out reason, allowControlCharacters)) return MqttReadResult.Malformed;
        buffer = rest;
        return MqttReadResult.Done;
    }

    /// <summary>Takes the fixed header and the body off the buffer without looking into the body.</summary>
    public static MqttReadResult TryReadFrame(ref ReadOnlySequence<byte> buffer, int maximumPacketSize, out MqttFrame frame, out ReasonCode reason)
    {
        frame = default;
        reason = ReasonCode.Success;
        scoped ReadOnlySpan<byte> head = buffer.FirstSpan;
        if (head.Length < 5 && !buffer.IsSingleSegment)
        {
            Span<byte> together = stackalloc byte[5];
            int length = (int)Math.Min(5, buffer.Length);
            buffer.Slice(0, length).CopyTo(together);
            head = together[..length];
        }

        if (head.IsEmpty) return MqttReadResult.NeedMoreData;
        if (!HeaderIsValid(head[0]))
        {
            // What no client may send at all is out of place before it is malformed.
            bool outOfPlace = (PacketType)(head[0] >> 4) is PacketType.None or PacketType.ConnAck or PacketType.SubAck or PacketType.UnsubAck or PacketType.PingResp or PacketType.Auth;
            return Refuse(outOfPlace ? ReasonCode.ProtocolError : ReasonCode.MalformedPacket, out reason);
        }


        int bodyBytes = 0;
        int lengthBytes = 0;
        byte next;
        do
        {
            // MQTT 5.0 §1.5.5: at most four bytes, and no more than needed.
            if (lengthBytes == 4) return Refuse(ReasonCode.MalformedPacket, out reason);
            if (1 + lengthBytes >= head.Length) return MqttReadResult.NeedMoreData;
            next = head[1 + lengthBytes];
            bodyBytes |= (next & 0x7F) << (7 * lengthBytes);
            lengthBytes++;
        }
        while ((next & 0x80) != 0);
        if (next == 0 && lengthBytes > 1) return Refuse(ReasonCode.MalformedPacket, out reason);

        int total = 1 + lengthBytes + bodyBytes;
        if (total > maximumPacketSize) return Refuse(ReasonCode.PacketTooLarge, out reason);
        if (buffer.Length < total) return MqttReadResult.NeedMoreData;
        frame = new MqttFrame(head[0], buffer.Slice(1 + lengthBytes, bodyBytes), total);
        buffer = buffer.Slice(total);
        return MqttReadResult.Done;
    }

    /// <summary>PUBACK, PUBREC, PUBREL, PUBCOMP: checked whole, without making an object of it.</summary>
    public static bool TryReadAck(in MqttFrame frame, ProtocolVersion version, out ushort packetId, out ReasonCode code, out ReasonCode reason)
    {
        ReadOnlySequence<byte> body = frame.Body;
        code = ReasonCode.Success;
        if (body.Length is 2 or 3 && (body.Length == 2 || version == ProtocolVersion.V5))
        {
            Span<byte> bytes = stackalloc byte[3];
            body.CopyTo(bytes);
            packetId = (ushort)((bytes[0] << 8) | bytes[1]);
            reason = packetId == 0 ? ReasonCode.ProtocolError : ReasonCode.Success;
            if (body.Length == 3)
            {
                code = (ReasonCode)bytes[2];
                if (!ReasonCodes.IsAllowed(frame.Type, bytes[2])) reason = ReasonCode.ProtocolError;
            }

            return reason == ReasonCode.Success;
        }

        packetId = 0;
        if (!TryDecode(frame, version, out MqttPacket? packet, out reason)) return false;
        var ack = (PublishAckPacket)packet;
        packetId = ack.PacketId;
        code = ack.Reason;
        return true;
    }

    /// <summary>Any packet as a record; what it holds is copied out of the buffer.</summary>
    public static bool TryDecode(
        in MqttFrame frame, ProtocolVersion version, [NotNullWhen(true)] out MqttPacket? packet, out ReasonCode reason, bool allowControlCharacters = false)
    {
        if (frame.Type == PacketType.Publish) return TryDecodePublish(frame, version, allowControlCharacters, out packet, out reason);
        if (frame.Body.IsSingleSegment) return Decode(frame.Type, frame.Body.FirstSpan, version, out packet, out reason);
        int length = (int)frame.Body.Length;
        byte[] together = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            frame.Body.CopyTo(together);
            return Decode(frame.Type, together.AsSpan(0, length), version, out packet, out reason);
        }
        finally
        {
            // A CONNECT carries a password.
            ArrayPool<byte>.Shared.Return(together, clearArray: frame.Type is PacketType.Connect or PacketType.Auth);
        }
    }

    /// <summary>
    /// The protocol level a CONNECT states, however wrong the rest of it is: so that a refusal is worded in the client's version.
    /// </summary>
    /// <returns>False when there is no protocol level to be seen.</returns>
    public static bool TryPeekProtocolLevel(in MqttFrame frame, out byte level)
    {
        level = 0;
        if (frame.Type != PacketType.Connect) return false;
        Span<byte> start = stackalloc byte[9];
        int length = (int)Math.Min(frame.Body.Length, start.Length);
        frame.Body.Slice(0, length).CopyTo(start);
        var reader = new SpanReader(start[..length]);
        ReadOnlySpan<byte> name = reader.Bytes();
        level = reader.Byte();
        return !reader.Failed && (name.SequenceEqual("MQTT"u8) || name.SequenceEqual("MQIsdp"u8));
    }

    /// <summary>MQTT 5.0 §2.1.3, table 2-2: the reserved flags. Those of PUBLISH are its own.</summary>
    private static bool HeaderIsValid(byte first) => (PacketType)(first >> 4) switch
    {
        PacketType.None => false,
        PacketType.Publish => (first & 6) != 6 && (first & 0xE) != 8,
        PacketType.PubRel or PacketType.Subscribe or PacketType.Unsubscribe => (first & 0xF) == 2,
        _ => (first & 0xF) == 0,
    };

    private static MqttReadResult Refuse(ReasonCode why, out ReasonCode reason)
    {
        reason = why;
        return MqttReadResult.Malformed;
    }
}
