using System.Buffers;
using Automation.Mqtt.Codec;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Tests.Codec;

/// <summary>Each packet's values beside its bytes: written, read whole, cut, byte by byte, and two in one buffer.</summary>
public sealed class RoundTripTests
{
    [Theory, MemberData(nameof(Samples.Indexes), MemberType = typeof(Samples))]
    [Trait("Spec", "MQTT-2.2.1-2"), Trait("Spec", "MQTT-2.2.2-1"), Trait("Spec", "MQTT-3.1.3-1"), Trait("Spec", "MQTT-3.1.3-3"), Trait("Spec", "MQTT-3.8.3-1"), Trait("Spec", "MQTT-3.10.3-1")]
    public void Write_EachPacket_IsTheExactBytes(int index)
    {
        (_, ProtocolVersion version, MqttPacket packet, string hex) = Samples.All[index];
        Assert.Equal(Convert.ToHexString(Wire.Hex(hex)), Convert.ToHexString(Wire.Encode(packet, version)));
    }

    [Theory, MemberData(nameof(Samples.Indexes), MemberType = typeof(Samples))]
    public void TryRead_EachPacket_GivesTheValues(int index)
    {
        (_, ProtocolVersion version, MqttPacket packet, string hex) = Samples.All[index];
        MqttPacket read = Wire.Decode(Wire.Hex(hex), version);
        Assert.Equivalent(packet, read, strict: true);
        Assert.Equal(Convert.ToHexString(Wire.Hex(hex)), Convert.ToHexString(Wire.Encode(read, version)));
    }

    [Theory, Trait("Spec", "MQTT-1.5.4-3")]
    [InlineData(ProtocolVersion.V311, "30 06 0004 EFBBBF61")]
    [InlineData(ProtocolVersion.V5, "30 07 0004 EFBBBF61 00")]
    public void TryRead_ByteOrderMark_StaysInTheText(ProtocolVersion version, string hex)
    {
        byte[] bytes = Wire.Hex(hex);
        MqttPacket read = Wire.Decode(bytes, version);
        Assert.Equal("\uFEFFa", Assert.IsType<PublishPacket>(read).Topic);
        Assert.Equal(bytes, Wire.Encode(read, version));
    }

    [Theory, MemberData(nameof(Samples.Indexes), MemberType = typeof(Samples))]
    public void TryRead_EachPrefix_NeedsMoreAndConsumesNothing(int index)
    {
        (_, ProtocolVersion version, _, string hex) = Samples.All[index];
        byte[] bytes = Wire.Hex(hex);
        for (int length = 0; length < bytes.Length; length++)
        {
            var buffer = new ReadOnlySequence<byte>(bytes, 0, length);
            Assert.Equal(MqttReadResult.NeedMoreData, MqttReader.TryRead(ref buffer, version, Wire.Limit, out MqttPacket? packet, out ReasonCode reason));
            Assert.Null(packet);
            Assert.Equal(ReasonCode.Success, reason);
            Assert.Equal(length, buffer.Length);
        }
    }

    [Theory, MemberData(nameof(Samples.Indexes), MemberType = typeof(Samples))]
    public void TryRead_CutAtEachPosition_GivesTheSame(int index)
    {
        (_, ProtocolVersion version, MqttPacket packet, string hex) = Samples.All[index];
        byte[] bytes = Wire.Hex(hex);
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            ReadOnlySequence<byte> buffer = Wire.Pieces(bytes, cut);
            Assert.Equal(MqttReadResult.Done, MqttReader.TryRead(ref buffer, version, Wire.Limit, out MqttPacket? read, out _));
            Assert.Equal(packet.GetType(), read!.GetType());
            Assert.Equal(Convert.ToHexString(bytes), Convert.ToHexString(Wire.Encode(read, version)));
        }
    }

    [Theory, MemberData(nameof(Samples.Indexes), MemberType = typeof(Samples))]
    public void TryRead_OneByteASegment_GivesTheSame(int index)
    {
        (_, ProtocolVersion version, _, string hex) = Samples.All[index];
        byte[] bytes = Wire.Hex(hex);
        ReadOnlySequence<byte> buffer = Wire.Pieces(bytes, [.. Enumerable.Range(1, bytes.Length - 1)]);
        Assert.Equal(MqttReadResult.Done, MqttReader.TryRead(ref buffer, version, Wire.Limit, out MqttPacket? read, out _));
        Assert.True(buffer.IsEmpty);
        Assert.Equal(Convert.ToHexString(bytes), Convert.ToHexString(Wire.Encode(read!, version)));
    }

    [Theory, MemberData(nameof(Samples.Indexes), MemberType = typeof(Samples))]
    public void TryRead_TwoInOneBuffer_TakesOneAtATime(int index)
    {
        (_, ProtocolVersion version, _, string hex) = Samples.All[index];
        byte[] bytes = Wire.Hex(hex);
        var buffer = new ReadOnlySequence<byte>([.. bytes, .. bytes, bytes[0]]);
        Assert.Equal(MqttReadResult.Done, MqttReader.TryRead(ref buffer, version, Wire.Limit, out _, out _));
        Assert.Equal(bytes.Length + 1, buffer.Length);
        Assert.Equal(MqttReadResult.Done, MqttReader.TryRead(ref buffer, version, Wire.Limit, out _, out _));
        Assert.Equal(MqttReadResult.NeedMoreData, MqttReader.TryRead(ref buffer, version, Wire.Limit, out _, out _));
        Assert.Equal(1, buffer.Length);
    }

    [Theory, MemberData(nameof(Samples.Indexes), MemberType = typeof(Samples))]
    public void TryRead_AboveTheMaximumPacketSize_IsTooLargeAtOnce(int index)
    {
        (_, ProtocolVersion version, _, string hex) = Samples.All[index];
        byte[] bytes = Wire.Hex(hex);
        var buffer = new ReadOnlySequence<byte>(bytes, 0, 2);
        Assert.Equal(MqttReadResult.Malformed, MqttReader.TryRead(ref buffer, version, bytes.Length - 1, out _, out ReasonCode reason));
        Assert.Equal(ReasonCode.PacketTooLarge, reason);
        buffer = new ReadOnlySequence<byte>(bytes);
        Assert.Equal(MqttReadResult.Done, MqttReader.TryRead(ref buffer, version, bytes.Length, out _, out _));
    }
}
