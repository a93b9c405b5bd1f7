using System.Buffers.Binary;

namespace Automation.Benchmarks.Mqtt.Soak;

/// <summary>The first bytes of a payload: who published it, at which QoS, and its place in that line.</summary>
/// <remarks>publisher (4 bytes, big-endian) · QoS (1) · sequence from 0 (4)</remarks>
internal readonly record struct SoakMessage(int Publisher, int QoS, int Sequence)
{
    public const int Bytes = 9;

    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteInt32BigEndian(to, Publisher);
        to[4] = (byte)QoS;
        BinaryPrimitives.WriteInt32BigEndian(to[5..], Sequence);
    }

    public static SoakMessage Read(ReadOnlySpan<byte> from) =>
        new(BinaryPrimitives.ReadInt32BigEndian(from), from[4], BinaryPrimitives.ReadInt32BigEndian(from[5..]));
}
