using System.Buffers;
using System.Text;
using Automation.Mqtt.Codec;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Tests.Codec;

/// <summary>The path of a PUBLISH through a broker: seen as slices, forwarded without being unpacked, one encoding for many.</summary>
public sealed class PublishViewTests
{
    private static readonly byte[] Full = Wire.Encode(
        new PublishPacket
        {
            Topic = "site/panel/state", Payload = "payload"u8.ToArray(), QoS = QoS.AtLeastOnce, PacketId = 7, MessageExpirySeconds = 60, TopicAlias = 3,
            ContentType = "text/plain", ResponseTopic = "answer", UserProperties = [new("k", "v")],
        },
        ProtocolVersion.V5);

    [Fact, Trait("Req", "HUB-5")]
    public void TryParse_EachCut_GivesTheSameSlices()
    {
        byte[] scratch = [];
        for (int cut = 0; cut <= Full.Length; cut++)
        {
            for (int second = cut; second <= Math.Min(Full.Length, cut + 3); second++)
            {
                ReadOnlySequence<byte> buffer = Wire.Pieces(Full, cut, second);
                Assert.Equal(MqttReadResult.Done, MqttReader.TryReadFrame(ref buffer, Wire.Limit, out MqttFrame frame, out _));
                Assert.True(PublishView.TryParse(frame, ProtocolVersion.V5, ref scratch, out PublishView view, out ReasonCode reason), reason.ToString());
                Assert.Equal("site/panel/state", Encoding.UTF8.GetString(view.Topic));
                Assert.Equal("payload", Encoding.UTF8.GetString(view.Payload));
                Assert.Equal(7, view.PacketId);
                Assert.Equal(3, view.TopicAlias);
                Assert.Equal(60u, view.MessageExpirySeconds);
                Assert.False(view.PropertiesForwardAsTheyAre);
            }
        }
    }

    [Fact, Trait("Spec", "MQTT-3.3.2-7")]
    public void CopyForwardableProperties_LeavesOutWhatBelongsToOneHop()
    {
        byte[] scratch = [];
        var buffer = new ReadOnlySequence<byte>(Full);
        MqttReader.TryReadFrame(ref buffer, Wire.Limit, out MqttFrame frame, out _);
        Assert.True(PublishView.TryParse(frame, ProtocolVersion.V5, ref scratch, out PublishView view, out _));
        var properties = new ArrayBufferWriter<byte>();
        view.CopyForwardableProperties(properties);

        var output = new ArrayBufferWriter<byte>();
        PublishLayout layout = MqttWriter.WritePublish(
            output, ProtocolVersion.V5,
            new PublishHead
            {
                Topic = view.Topic, Properties = properties.WrittenSpan, QoS = QoS.ExactlyOnce, PacketId = 0x0102, MessageExpirySeconds = 59, SubscriptionIdentifiers = [5, 200],
            },
            view.Payload);
        Assert.Equal(output.WrittenCount, layout.TotalBytes);
        Assert.Equal([1, 2], output.WrittenSpan.Slice(layout.PacketIdOffset, 2).ToArray());

        var packet = Assert.IsType<PublishPacket>(Wire.Decode(output.WrittenSpan.ToArray(), ProtocolVersion.V5));
        Assert.Equal(0, packet.TopicAlias);
        Assert.Equal(59u, packet.MessageExpirySeconds);
        Assert.Equal([5u, 200u], packet.SubscriptionIdentifiers);
        Assert.Equal("text/plain", packet.ContentType);
        Assert.Equal("answer", packet.ResponseTopic);
        Assert.Equal([new("k", "v")], packet.UserProperties);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16_383)]
    [InlineData(16_384)]
    [InlineData(100_000)]
    public void WritePublish_EachPayloadSize_IsWhatTheRecordWrites(int payloadBytes)
    {
        foreach (ProtocolVersion version in (ProtocolVersion[])[ProtocolVersion.V311, ProtocolVersion.V5])
        {
            foreach (QoS qos in Enum.GetValues<QoS>())
            {
                ushort packetId = qos == QoS.AtMostOnce ? (ushort)0 : (ushort)9;
                byte[] payload = new byte[payloadBytes];
                new Random(payloadBytes).NextBytes(payload);
                var output = new ArrayBufferWriter<byte>();
                PublishLayout layout = MqttWriter.WritePublish(output, version, new PublishHead { Topic = "a/b"u8, QoS = qos, PacketId = packetId, Retain = true }, payload);
                byte[] record = Wire.Encode(new PublishPacket { Topic = "a/b", Payload = payload, QoS = qos, PacketId = packetId, Retain = true }, version);
                Assert.True(output.WrittenSpan.SequenceEqual(record));
                Assert.Equal(record.Length, layout.TotalBytes);
                if (qos == QoS.AtMostOnce) Assert.Equal(-1, layout.PacketIdOffset);
                else Assert.Equal(9, record[layout.PacketIdOffset + 1]);
            }
        }
    }

    [Fact]
    public void ReadingAndForwarding_AllocateNothing()
    {
        byte[] bytes = [.. Full, .. Wire.Hex("40 02 0001"), .. Wire.Hex("62 03 0001 92"), .. Wire.Hex("30 07 0003 612F62 00 00")];
        var output = new ArrayBufferWriter<byte>(4096);
        var properties = new ArrayBufferWriter<byte>(4096);
        byte[] scratch = new byte[4096];
        long least = long.MaxValue;
        for (int round = 0; round < 20; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 200; i++) Forward(bytes, output, properties, ref scratch);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static void Forward(byte[] bytes, ArrayBufferWriter<byte> output, ArrayBufferWriter<byte> properties, ref byte[] scratch)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        while (MqttReader.TryReadFrame(ref buffer, Wire.Limit, out MqttFrame frame, out _) == MqttReadResult.Done)
        {
            output.ResetWrittenCount();
            properties.ResetWrittenCount();
            if (frame.Type == PacketType.Publish)
            {
                if (!PublishView.TryParse(frame, ProtocolVersion.V5, ref scratch, out PublishView view, out _)) throw new InvalidOperationException("refused");
                view.CopyForwardableProperties(properties);
                MqttWriter.WritePublish(output, ProtocolVersion.V5, new PublishHead { Topic = view.Topic, Properties = properties.WrittenSpan, QoS = view.QoS, PacketId = 1 }, view.Payload);
            }
            else if (MqttReader.TryReadAck(frame, ProtocolVersion.V5, out ushort packetId, out ReasonCode code, out _))
            {
                MqttWriter.WriteAck(output, frame.Type, packetId, code, ProtocolVersion.V5);
            }
        }
    }

    [Fact, Trait("Spec", "MQTT-3.3.4-6")]
    public void TryParse_SubscriptionIdentifier_IsSeen()
    {
        byte[] scratch = [];
        var buffer = new ReadOnlySequence<byte>(Wire.Hex("30 06 0001 61 02 0B 01"));
        MqttReader.TryReadFrame(ref buffer, Wire.Limit, out MqttFrame frame, out _);
        Assert.True(PublishView.TryParse(frame, ProtocolVersion.V5, ref scratch, out PublishView view, out _));
        Assert.True(view.HasSubscriptionIdentifiers);
    }

    [Fact]
    public void TryParse_ControlCharacters_AreTheReceiversChoice()
    {
        byte[] scratch = [];
        var buffer = new ReadOnlySequence<byte>(Wire.Hex("30 05 0003 610A62"));
        MqttReader.TryReadFrame(ref buffer, Wire.Limit, out MqttFrame frame, out _);
        Assert.False(PublishView.TryParse(frame, ProtocolVersion.V311, ref scratch, out _, out _));
        Assert.True(PublishView.TryParse(frame, ProtocolVersion.V311, ref scratch, out _, out _, allowControlCharacters: true));
    }
}
