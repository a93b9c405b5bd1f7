using System.Buffers;
using Automation.Mqtt.Codec;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Tests.Codec;

/// <summary>Bytes nobody meant: answered within their own length, never with an exception, and the same however they are cut.</summary>
public sealed class FuzzTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(20261121)]
    public void TryRead_RandomBytes_AlwaysAnswers(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[random.Next(0, 64)];
            random.NextBytes(bytes);
            if (bytes.Length > 1 && random.Next(4) != 0) bytes[1] = (byte)(bytes.Length - 2);
            Check(bytes, random, $"seed {seed} round {i}");
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(20261122)]
    public void TryRead_MutatedPackets_AlwaysAnswers(int seed)
    {
        var random = new Random(seed);
        byte[][] samples = [.. Samples.All.Select(sample => Wire.Hex(sample.Hex))];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = [.. samples[random.Next(samples.Length)]];
            for (int change = random.Next(1, 5); change > 0; change--) Mutate(ref bytes, random);
            Check(bytes, random, $"seed {seed} round {i}");
        }
    }

    [Fact]
    public void TryRead_NestedLengthsThatLie_AlwaysAnswers()
    {
        // A property length, a string length and a remaining length, each at the edges of the others.
        int[] lengths = [0, 1, 2, 3, 4, 5, 9, 126, 127];
        foreach (int properties in lengths)
        {
            foreach (int text in lengths)
            {
                foreach (byte id in (byte[])[0x01, 0x02, 0x03, 0x08, 0x09, 0x0B, 0x23, 0x26])
                {
                    byte[] bytes = [0x30, 20, 0, 1, (byte)'a', (byte)properties, id, 0, (byte)text, .. new byte[13]];
                    Check(bytes, new Random(3), $"{properties} {text} {id}");
                }
            }
        }
    }

    [Fact]
    public void TryRead_AnnouncedSizesAboveTheLimit_CostNothing()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        byte[] bytes = Wire.Hex("30 FF FF FF 7F 00 01 61");
        for (int i = 0; i < 1000; i++)
        {
            var buffer = new ReadOnlySequence<byte>(bytes);
            Assert.Equal(MqttReadResult.Malformed, MqttReader.TryRead(ref buffer, ProtocolVersion.V5, Wire.Limit, out _, out _));
        }

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    private static void Mutate(ref byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length);
        switch (random.Next(5))
        {
            case 0: bytes[at] = (byte)random.Next(256); break;
            case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 2: bytes = bytes[..Math.Max(1, at)]; break;
            case 3: bytes = [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]]; break;
            default: bytes = [.. bytes[..at], .. bytes]; break;
        }

        // Most mutants get a true length, so that the body's decoder sees them.
        if (random.Next(3) != 0 && bytes.Length is > 1 and < 130) bytes[1] = (byte)(bytes.Length - 2);
    }

    private static void Check(byte[] bytes, Random random, string context)
    {
        foreach (ProtocolVersion version in (ReadOnlySpan<ProtocolVersion>)[ProtocolVersion.V311, ProtocolVersion.V5])
        {
            var whole = new ReadOnlySequence<byte>(bytes);
            MqttReadResult result = MqttReader.TryRead(ref whole, version, Wire.Limit, out MqttPacket? packet, out ReasonCode reason);
            ReadOnlySequence<byte> cut = bytes.Length == 0 ? default : Wire.Pieces(bytes, random.Next(bytes.Length));
            MqttReadResult cutResult = MqttReader.TryRead(ref cut, version, Wire.Limit, out _, out ReasonCode cutReason);
            if (result != cutResult || reason != cutReason || whole.Length != cut.Length) Assert.Fail($"{context}: {Convert.ToHexString(bytes)} {result} {reason}, cut {cutResult} {cutReason}");
            bool right = result switch
            {
                MqttReadResult.Done => packet is not null && reason == ReasonCode.Success && whole.Length < bytes.Length,
                MqttReadResult.NeedMoreData => packet is null && reason == ReasonCode.Success && whole.Length == bytes.Length,
                _ => packet is null && reason.IsFailure() && whole.Length == bytes.Length,
            };
            if (!right) Assert.Fail($"{context}: {Convert.ToHexString(bytes)} {result} {reason}");

            // What was read can be written, and reads the same again.
            if (packet is null) continue;
            ProtocolVersion own = packet is ConnectPacket connect ? connect.Version : version;
            byte[] again = Wire.Encode(packet, own);
            if (!again.AsSpan().SequenceEqual(Wire.Encode(Wire.Decode(again, own), own))) Assert.Fail($"{context}: {Convert.ToHexString(bytes)} does not round-trip");
        }
    }
}
