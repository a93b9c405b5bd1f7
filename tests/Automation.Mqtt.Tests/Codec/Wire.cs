using System.Buffers;
using Automation.Mqtt.Codec;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Tests.Codec;

/// <summary>Bytes as hex, buffers in pieces, and both directions of the codec in one word.</summary>
internal static class Wire
{
    public const int Limit = 1 << 20;

    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    public static byte[] Encode(MqttPacket packet, ProtocolVersion version)
    {
        var output = new ArrayBufferWriter<byte>();
        int written = MqttWriter.Write(output, packet, version);
        Assert.Equal(written, output.WrittenCount);
        Assert.Equal(written, MqttWriter.Measure(packet, version));
        return output.WrittenSpan.ToArray();
    }

    public static MqttPacket Decode(byte[] bytes, ProtocolVersion version)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        MqttReadResult result = MqttReader.TryRead(ref buffer, version, Limit, out MqttPacket? packet, out ReasonCode reason);
        Assert.True(result == MqttReadResult.Done, $"{result} {reason}");
        Assert.True(buffer.IsEmpty);
        return packet!;
    }

    public static ReasonCode Refusal(byte[] bytes, ProtocolVersion version)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        MqttReadResult result = MqttReader.TryRead(ref buffer, version, Limit, out MqttPacket? packet, out ReasonCode reason);
        Assert.True(result == MqttReadResult.Malformed, $"{result} {packet}");
        Assert.Null(packet);
        Assert.Equal(bytes.Length, buffer.Length);
        return reason;
    }

    /// <summary>The bytes as segments that end at the given places.</summary>
    public static ReadOnlySequence<byte> Pieces(byte[] bytes, params int[] cuts)
    {
        Segment? first = null;
        Segment? last = null;
        int from = 0;
        foreach (int to in cuts.Append(bytes.Length))
        {
            var next = new Segment(bytes.AsMemory(from, to - from), from);
            last?.Join(next);
            last = next;
            first ??= next;
            from = to;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public void Join(Segment next) => Next = next;
    }
}
