using System.Text;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.TestKit;

namespace Automation.Mqtt.Tests.Broker;

public sealed class PublishTests
{
    [Theory, Trait("Spec", "MQTT-4.3.1-1"), Trait("Spec", "MQTT-3.3.4-1"), Trait("Spec", "MQTT-3.8.4-8"), Trait("Spec", "MQTT-4.3.2-2"), Trait("Spec", "MQTT-4.3.2-4"), Trait("Spec", "MQTT-4.3.3-2"), Trait("Spec", "MQTT-4.3.3-11"), Trait("Spec", "MQTT-4.3.3-12"), Trait("Spec", "MQTT-3.3.1-2")]
    [InlineData(4, 4)]
    [InlineData(4, 5)]
    [InlineData(5, 4)]
    [InlineData(5, 5)]
    public async Task EveryQoS_BetweenEitherVersion_ArrivesWithTheLowerOfTheTwo(byte from, byte to)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient subscriber = await broker.ConnectAsync("s", (ProtocolVersion)to);
        using WireClient publisher = await broker.ConnectAsync("p", (ProtocolVersion)from);
        for (QoS granted = QoS.AtMostOnce; granted <= QoS.ExactlyOnce; granted++)
        {
            Assert.Equal((ReasonCode)granted, (await subscriber.SubscribeAsync("t/+", granted)).Reasons.Single());
            for (QoS qos = QoS.AtMostOnce; qos <= QoS.ExactlyOnce; qos++)
            {
                await publisher.PublishAsync("t/1", "m", qos, packetId: 7);
                await CompleteAsync(publisher, qos);
                PublishPacket got = await subscriber.ReceivePublishAsync("t/1", "m");
                Assert.Equal(qos < granted ? qos : granted, got.QoS);
                Assert.False(got.Duplicate);
                await AcknowledgeAsync(subscriber, got);
            }
        }
    }

    [Theory, Trait("Spec", "MQTT-3.3.1-4"), Trait("Spec", "MQTT-4.13.1-1"), Trait("Spec", "MQTT-4.13.2-1"), Trait("Spec", "MQTT-3.3.2-9"), Trait("Spec", "MQTT-3.14.1-1")]
    [InlineData(0x36, "0001 61 0001 00 7A", ReasonCode.MalformedPacket)] // QoS 3
    [InlineData(0x38, "0001 61 00 7A", ReasonCode.MalformedPacket)] // DUP with QoS 0
    [InlineData(0x32, "0001 61 0000 00", ReasonCode.ProtocolError)] // packet identifier 0
    [InlineData(0x30, "0002 2B2F 00", ReasonCode.MalformedPacket)] // wildcard
    [InlineData(0x30, "0000 00", ReasonCode.MalformedPacket)] // empty topic without alias
    [InlineData(0x30, "0001 00 00", ReasonCode.MalformedPacket)] // U+0000
    [InlineData(0x30, "0002 C328 00", ReasonCode.MalformedPacket)] // not UTF-8
    [InlineData(0x30, "0001 61 03 23 0000 7A", ReasonCode.TopicAliasInvalid)] // alias 0
    [InlineData(0x30, "0001 61 03 23 FFFF 7A", ReasonCode.TopicAliasInvalid)] // alias above the maximum
    [InlineData(0x30, "0000 03 23 0001 7A", ReasonCode.ProtocolError)] // unknown alias
    [InlineData(0x30, "0001 61 02 0B05 7A", ReasonCode.ProtocolError)] // subscription identifier from a client
    [InlineData(0x30, "0001 61 04 0100 0100 7A", ReasonCode.ProtocolError)] // a property twice
    [InlineData(0x30, "0001 61 05 11 00000000 7A", ReasonCode.ProtocolError)] // a property of another packet
    [InlineData(0x00, "", ReasonCode.ProtocolError)] // packet type 0
    [InlineData(0x20, "00 00 00", ReasonCode.ProtocolError)] // CONNACK from a client
    [InlineData(0x82, "0001 00", ReasonCode.MalformedPacket)] // SUBSCRIBE without a filter
    [InlineData(0x80, "0001 00 0001 61 00", ReasonCode.MalformedPacket)] // SUBSCRIBE with the wrong flags
    [InlineData(0x82, "0001 00 0001 61 40", ReasonCode.MalformedPacket)] // reserved bits of the options
    [InlineData(0x82, "0001 00 0005 612F232F62 00", ReasonCode.MalformedPacket)] // a/#/b
    [InlineData(0xE8, "", ReasonCode.MalformedPacket)] // DISCONNECT with the wrong flags
    [InlineData(0xF0, "", ReasonCode.ProtocolError)] // AUTH that nobody asked for
    public async Task BrokenPacket_IsClosedWithItsReason(byte first, string hex, ReasonCode reason)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync();
        byte[] body = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        await client.SendRawAsync(new byte[] { first, (byte)body.Length }.Concat(body).ToArray());
        await client.ReceiveCloseAsync(reason);
    }

    [Fact, Trait("Spec", "MQTT-1.5.5-1")]
    public async Task RemainingLengthOfFiveBytes_IsMalformed()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(new MqttBrokerLimits { PacketBytes = 268_435_460 });
        using WireClient client = await broker.ConnectAsync();
        await client.SendRawAsync(Convert.FromHexString("308080808001"));
        await client.ReceiveCloseAsync(ReasonCode.MalformedPacket);
    }

    [Fact, Trait("Spec", "MQTT-3.3.2-8"), Trait("Spec", "MQTT-3.1.2-26"), Trait("Spec", "MQTT-3.3.2-7"), Trait("Spec", "MQTT-3.3.2-11"), Trait("Spec", "MQTT-3.3.2-12")]
    public async Task TopicAliases_BothWays_StandForTheName()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient subscriber = await broker.ConnectAsync("s", aliases: 1);
        await subscriber.SubscribeAsync("#");
        using WireClient publisher = await broker.ConnectAsync("p");
        await publisher.SendAsync(new PublishPacket { Topic = "a/b", TopicAlias = 3, Payload = "1"u8.ToArray() });
        await publisher.SendAsync(new PublishPacket { Topic = "", TopicAlias = 3, Payload = "2"u8.ToArray() });
        await publisher.PublishAsync("c", "3");
        PublishPacket first = await subscriber.ReceivePublishAsync("a/b", "1");
        Assert.Equal(1, first.TopicAlias);
        Assert.Equal(1, (await subscriber.ReceivePublishAsync("", "2")).TopicAlias);
        Assert.Equal(0, (await subscriber.ReceivePublishAsync("c", "3")).TopicAlias);

        // Reset per connection: the new one knows none.
        using WireClient again = await broker.ConnectAsync("p");
        await again.SendAsync(new PublishPacket { Topic = "", TopicAlias = 3 });
        await again.ReceiveCloseAsync(ReasonCode.ProtocolError);
    }

    [Fact, Trait("Spec", "MQTT-3.3.2-6"), Trait("Spec", "MQTT-3.3.2-5"), Trait("Spec", "MQTT-4.5.0-1")]
    public async Task MessageExpiry_IsCountedDownWhileQueued_AndEndsTheMessage()
    {
        var time = new ManualTime();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(time: time);
        using (WireClient away = await broker.ConnectAsync("s", expiry: 1000)) await away.SubscribeAsync("t/#", QoS.AtLeastOnce);
        await Until.True(() => broker.Broker.Statistics.Connections == 0);
        using WireClient publisher = await broker.ConnectAsync("p");
        await ExpireAsync(publisher, "t/short", 5);
        await ExpireAsync(publisher, "t/long", 60);
        time.Advance(TimeSpan.FromSeconds(20));
        using WireClient back = await broker.ConnectAsync("s", clean: false, expiry: 1000);
        PublishPacket got = await back.ReceivePublishAsync("t/long", "m");
        Assert.Equal(40u, got.MessageExpirySeconds);
        await back.SendAsync(new PubAckPacket { PacketId = got.PacketId });
        await back.ReceiveNothingAsync();

        static async Task ExpireAsync(WireClient client, string topic, uint seconds)
        {
            await client.SendAsync(new PublishPacket { Topic = topic, Payload = "m"u8.ToArray(), QoS = QoS.AtLeastOnce, PacketId = 1, MessageExpirySeconds = seconds });
            await client.ReceiveAsync<PubAckPacket>();
        }
    }

    [Fact, Trait("Spec", "MQTT-3.3.2-4"), Trait("Spec", "MQTT-3.3.2-15"), Trait("Spec", "MQTT-3.3.2-16"), Trait("Spec", "MQTT-3.3.2-17"), Trait("Spec", "MQTT-3.3.2-18"), Trait("Spec", "MQTT-3.3.2-20")]
    public async Task Properties_GoFromEndToEnd_InTheirOrder_AndNotTo311()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient five = await broker.ConnectAsync("s5");
        using WireClient old = await broker.ConnectAsync("s4", ProtocolVersion.V311);
        await five.SubscribeAsync("t");
        await old.SubscribeAsync("t");
        using WireClient publisher = await broker.ConnectAsync("p");
        await publisher.SendAsync(new PublishPacket
        {
            Topic = "t", Payload = "m"u8.ToArray(), TopicAlias = 1, PayloadIsText = true, ContentType = "text/plain", ResponseTopic = "r", CorrelationData = "c"u8.ToArray(),
            UserProperties = [new("b", "1"), new("a", "2"), new("b", "3")],
        });
        PublishPacket got = await five.ReceivePublishAsync("t", "m");
        Assert.Equal((true, "text/plain", "r", 0), (got.PayloadIsText, got.ContentType, got.ResponseTopic, got.TopicAlias));
        Assert.Equal("c", Encoding.UTF8.GetString(got.CorrelationData.Span));
        Assert.Equal(["b=1", "a=2", "b=3"], got.UserProperties.Select(p => p.Key + "=" + p.Value));
        await old.ReceivePublishAsync("t", "m");
    }

    [Fact, Trait("Spec", "MQTT-3.3.4-9")]
    public async Task ReceiveMaximum_Exceeded_IsClosedWithItsReason()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(new MqttBrokerLimits { ReceiveMaximum = 2 });
        using WireClient client = await broker.ConnectAsync();
        for (ushort id = 1; id <= 3; id++) await client.PublishAsync("t", "m", QoS.ExactlyOnce, packetId: id);
        await client.ReceiveAsync<PubRecPacket>();
        await client.ReceiveAsync<PubRecPacket>();
        await client.ReceiveCloseAsync(ReasonCode.ReceiveMaximumExceeded);
    }

    [Fact, Trait("Spec", "MQTT-3.3.4-7"), Trait("Spec", "MQTT-3.3.4-10"), Trait("Spec", "MQTT-4.9.0-1"), Trait("Spec", "MQTT-4.9.0-2"), Trait("Spec", "MQTT-4.9.0-3"), Trait("Spec", "MQTT-3.3.4-9")]
    public async Task ClientsReceiveMaximum_BoundsWhatIsInFlight()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient subscriber = await broker.ConnectAsync("s", receiveMaximum: 2);
        await subscriber.SubscribeAsync("t", QoS.AtLeastOnce);
        using WireClient publisher = await broker.ConnectAsync("p");
        for (ushort id = 1; id <= 5; id++)
        {
            await publisher.PublishAsync("t", id.ToString(System.Globalization.CultureInfo.InvariantCulture), QoS.AtLeastOnce, packetId: id);
            await publisher.ReceiveAsync<PubAckPacket>();
        }

        PublishPacket one = await subscriber.ReceivePublishAsync("t", "1");
        PublishPacket two = await subscriber.ReceivePublishAsync("t", "2");
        await subscriber.ReceiveNothingAsync();
        await subscriber.SendAsync(new PubAckPacket { PacketId = one.PacketId });
        PublishPacket three = await subscriber.ReceivePublishAsync("t", "3");
        await subscriber.ReceiveNothingAsync();
        await subscriber.SendAsync(new PubAckPacket { PacketId = two.PacketId });
        await subscriber.SendAsync(new PubAckPacket { PacketId = three.PacketId });
        await subscriber.ReceivePublishAsync("t", "4");
        await subscriber.ReceivePublishAsync("t", "5");
    }

    [Fact, Trait("Spec", "MQTT-4.3.3-10"), Trait("Spec", "MQTT-2.2.1-5"), Trait("Spec", "MQTT-4.3.3-8")]
    public async Task QoS2_DuplicateBeforeRelease_IsDeliveredOnce_AndAnUnknownReleaseIsAnswered()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient subscriber = await broker.ConnectAsync("s");
        await subscriber.SubscribeAsync("t");
        using WireClient publisher = await broker.ConnectAsync("p");
        for (int i = 0; i < 2; i++)
        {
            await publisher.SendAsync(new PublishPacket { Topic = "t", Payload = "m"u8.ToArray(), QoS = QoS.ExactlyOnce, PacketId = 5, Duplicate = i > 0 });
            Assert.Equal(5, (await publisher.ReceiveAsync<PubRecPacket>()).PacketId);
            await subscriber.ReceiveNothingAsync();
        }

        using (WireClient stubborn = await broker.ConnectAsync("stubborn"))
        {
            for (int i = 0; i < 3; i++) await stubborn.PublishAsync("x", "m", QoS.ExactlyOnce, packetId: 5);
            await stubborn.ReceiveAsync<PubRecPacket>();
            await stubborn.ReceiveAsync<PubRecPacket>();
            await stubborn.ReceiveCloseAsync(ReasonCode.ProtocolError); // MQTT-4.4.0-1
        }

        await publisher.SendAsync(new PubRelPacket { PacketId = 5 });
        Assert.Equal(ReasonCode.Success, (await publisher.ReceiveAsync<PubCompPacket>()).Reason);
        await publisher.SendAsync(new PubRelPacket { PacketId = 5 });
        Assert.Equal(ReasonCode.PacketIdentifierNotFound, (await publisher.ReceiveAsync<PubCompPacket>()).Reason);
        await subscriber.ReceivePublishAsync("t", "m");
        await subscriber.ReceiveNothingAsync();
    }

    [Fact, Trait("Spec", "MQTT-4.3.3-10")]
    public async Task QoS2_ReleasedOnALaterConnection_GoesOnOnce_AndALostPubCompIsSaidAgain()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient subscriber = await broker.ConnectAsync("s");
        await subscriber.SubscribeAsync("t");
        using (WireClient first = await broker.ConnectAsync("p", expiry: 1000))
        {
            await first.PublishAsync("t", "m", QoS.ExactlyOnce, packetId: 5);
            await first.ReceiveAsync<PubRecPacket>();
        }

        for (int i = 0; i < 2; i++)
        {
            using WireClient later = await broker.ConnectAsync("p", clean: false, expiry: 1000);
            await later.SendAsync(new PubRelPacket { PacketId = 5 });
            Assert.Equal(ReasonCode.Success, (await later.ReceiveAsync<PubCompPacket>()).Reason);
        }

        await subscriber.ReceivePublishAsync("t", "m");
        await subscriber.ReceiveNothingAsync();
    }

    [Fact, Trait("Spec", "MQTT-4.3.3-9")]
    public async Task QoS2_MoreThanIsKeptUnreleased_IsRefused_AndGoesWhenThereIsRoom()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(new MqttBrokerLimits { QueuedBytes = 1 });
        using WireClient client = await broker.ConnectAsync();
        await client.PublishAsync("t", "m", QoS.ExactlyOnce, packetId: 1);
        Assert.Equal(ReasonCode.NoMatchingSubscribers, (await client.ReceiveAsync<PubRecPacket>()).Reason);
        await client.PublishAsync("t", "m", QoS.ExactlyOnce, packetId: 2);
        Assert.Equal(ReasonCode.QuotaExceeded, (await client.ReceiveAsync<PubRecPacket>()).Reason);
        await client.SendAsync(new PubRelPacket { PacketId = 1 });
        await client.ReceiveAsync<PubCompPacket>();
        await client.PublishAsync("t", "m", QoS.ExactlyOnce, packetId: 2);
        Assert.Equal(ReasonCode.NoMatchingSubscribers, (await client.ReceiveAsync<PubRecPacket>()).Reason);
        using WireClient old = await broker.ConnectAsync("old", ProtocolVersion.V311);
        await old.PublishAsync("t", "m", QoS.ExactlyOnce, packetId: 1);
        await old.ReceiveAsync<PubRecPacket>();
        await old.PublishAsync("t", "m", QoS.ExactlyOnce, packetId: 2);
        await old.ReceiveCloseAsync(ReasonCode.QuotaExceeded);
    }

    [Fact, Trait("Spec", "MQTT-4.3.3-13")]
    public async Task QoS2_ExpiredBeforeItsRelease_IsNotHandedOn_AndRetainedIsKeptOnlyWithTheRelease()
    {
        var time = new ManualTime();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(time: time);
        using WireClient subscriber = await broker.ConnectAsync("s");
        await subscriber.SubscribeAsync("t");
        using WireClient publisher = await broker.ConnectAsync("p");
        await publisher.SendAsync(new PublishPacket { Topic = "t", QoS = QoS.ExactlyOnce, PacketId = 1, MessageExpirySeconds = 5 });
        await publisher.ReceiveAsync<PubRecPacket>();
        await publisher.PublishAsync("r", "kept", QoS.ExactlyOnce, retain: true, packetId: 2);
        await publisher.ReceiveAsync<PubRecPacket>();
        Assert.Equal(0, broker.Broker.Statistics.Retained);
        time.Advance(TimeSpan.FromSeconds(6));
        for (ushort id = 1; id <= 2; id++)
        {
            await publisher.SendAsync(new PubRelPacket { PacketId = id });
            Assert.Equal(id, (await publisher.ReceiveAsync<PubCompPacket>()).PacketId);
        }

        await subscriber.ReceiveNothingAsync();
        Assert.Equal(1, broker.Broker.Statistics.Retained);
    }

    [Fact, Trait("Spec", "MQTT-4.3.3-4")]
    public async Task QoS2_PubRecWithAnError_EndsTheFlow()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient subscriber = await broker.ConnectAsync("s", receiveMaximum: 1);
        await subscriber.SubscribeAsync("t", QoS.ExactlyOnce);
        using WireClient publisher = await broker.ConnectAsync("p");
        for (ushort id = 1; id <= 2; id++)
        {
            await publisher.PublishAsync("t", $"{id}", QoS.ExactlyOnce, packetId: id);
            await CompleteAsync(publisher, QoS.ExactlyOnce);
        }

        PublishPacket first = await subscriber.ReceivePublishAsync("t", "1");
        await subscriber.SendAsync(new PubRecPacket { PacketId = first.PacketId, Reason = ReasonCode.QuotaExceeded });
        await subscriber.ReceivePublishAsync("t", "2");
    }

    [Theory, Trait("Spec", "MQTT-4.4.0-1"), Trait("Spec", "MQTT-3.3.1-1"), Trait("Spec", "MQTT-3.2.0-1"), Trait("Spec", "MQTT-4.3.2-3"), Trait("Spec", "MQTT-4.3.3-3"), Trait("Spec", "MQTT-4.3.3-5"), Trait("Spec", "MQTT-4.3.3-6")]
    [InlineData(4)]
    [InlineData(5)]
    public async Task InFlight_SurvivesAReconnect_InOrder_WithItsIdentifiers(byte level)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        WireClient subscriber = await broker.ConnectAsync("s", (ProtocolVersion)level, clean: false, expiry: 1000);
        await subscriber.SubscribeAsync("t", QoS.ExactlyOnce);
        using WireClient publisher = await broker.ConnectAsync("p");
        await publisher.PublishAsync("t", "1", QoS.AtLeastOnce, packetId: 1);
        await CompleteAsync(publisher, QoS.AtLeastOnce);
        await publisher.PublishAsync("t", "2", QoS.ExactlyOnce, packetId: 2);
        await CompleteAsync(publisher, QoS.ExactlyOnce);
        await publisher.PublishAsync("t", "3", QoS.ExactlyOnce, packetId: 3);
        await CompleteAsync(publisher, QoS.ExactlyOnce);
        PublishPacket one = await subscriber.ReceivePublishAsync("t", "1");
        PublishPacket two = await subscriber.ReceivePublishAsync("t", "2");
        PublishPacket three = await subscriber.ReceivePublishAsync("t", "3");
        await subscriber.SendAsync(new PubRecPacket { PacketId = two.PacketId });
        await subscriber.ReceiveAsync<PubRelPacket>();
        subscriber.Dispose();
        await Until.True(() => broker.Broker.Statistics.Connections == 1);
        await publisher.PublishAsync("t", "4", QoS.AtLeastOnce, packetId: 4);
        using WireClient back = await broker.ConnectAsync("s", (ProtocolVersion)level, clean: false, expiry: 1000);
        PublishPacket again = await back.ReceivePublishAsync("t", "1");
        Assert.Equal((one.PacketId, true), (again.PacketId, again.Duplicate));
        Assert.Equal(two.PacketId, (await back.ReceiveAsync<PubRelPacket>()).PacketId);
        again = await back.ReceivePublishAsync("t", "3");
        Assert.Equal((three.PacketId, true), (again.PacketId, again.Duplicate));
        Assert.False((await back.ReceivePublishAsync("t", "4")).Duplicate);
    }

    [Theory, Trait("Spec", "MQTT-3.1.2-25"), Trait("Spec", "MQTT-3.1.2-24")]
    [InlineData(QoS.AtMostOnce)]
    [InlineData(QoS.AtLeastOnce)]
    public async Task LargerThanTheClientTakes_IsNotSent_AndWhatFollowsIs(QoS qos)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient subscriber = await broker.ConnectAsync("s", maximumPacketSize: 64, receiveMaximum: 1);
        await subscriber.SubscribeAsync("t", qos);
        using WireClient publisher = await broker.ConnectAsync("p");
        await publisher.PublishAsync("t", new string('x', 100), qos);
        await publisher.PublishAsync("t", "small", qos, packetId: 2);
        await subscriber.ReceivePublishAsync("t", "small");
        Assert.Equal(1, broker.Broker.Statistics.Limits[MqttLimit.OutgoingPacketSize]);
    }

    [Fact, Trait("Spec", "MQTT-3.2.2-15")]
    public async Task LargerThanTheBrokerTakes_IsClosedBeforeItHasArrived()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(new MqttBrokerLimits { PacketBytes = 1000 });
        using WireClient client = await broker.ConnectAsync();
        await client.SendRawAsync(new byte[] { 0x30, 0xFF, 0x7F });
        await client.ReceiveCloseAsync(ReasonCode.PacketTooLarge);
        Assert.Equal(1, broker.Broker.Statistics.Limits[MqttLimit.PacketSize]);
    }

    [Theory, Trait("Spec", "MQTT-4.2.0-1")]
    [InlineData(70_000, false)]
    [InlineData(1_500_000, false)]
    [InlineData(1_500_000, true)]
    public async Task LargePayload_ArrivesWhole(int length, bool withoutPolling)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(listener: BrokerUnderTest.Plain(withoutPolling));
        using WireClient subscriber = await broker.ConnectAsync("s");
        await subscriber.SubscribeAsync("t", QoS.AtLeastOnce);
        using WireClient publisher = await broker.ConnectAsync("p");
        byte[] payload = new byte[length];
        new Random(length).NextBytes(payload);
        await publisher.SendAsync(new PublishPacket { Topic = "t", Payload = payload, QoS = QoS.AtLeastOnce, PacketId = 1 });
        Assert.True((await subscriber.ReceiveAsync<PublishPacket>()).Payload.Span.SequenceEqual(payload));
    }

    [Fact]
    public async Task PacketsByteByByte_AreUnderstood()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient subscriber = await broker.ConnectAsync("s");
        await subscriber.SubscribeAsync("t");
        using WireClient publisher = await broker.ConnectAsync("p");
        byte[] bytes = Convert.FromHexString("3006000174006869");
        foreach (byte b in bytes) await publisher.SendRawAsync(new[] { b });
        await subscriber.ReceivePublishAsync("t", "hi");
    }

    [Fact]
    public async Task MessageRate_AboveTheLimit_IsClosedWithItsReason()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(new MqttBrokerLimits { MessagesPerSecond = 10 }, time: new ManualTime());
        using WireClient client = await broker.ConnectAsync();
        for (int i = 0; i < 11; i++) await client.PublishAsync("t", "m");
        await client.ReceiveCloseAsync(ReasonCode.MessageRateTooHigh);
    }

    internal static async Task CompleteAsync(WireClient publisher, QoS qos)
    {
        if (qos == QoS.AtLeastOnce) await publisher.ReceiveAsync<PubAckPacket>();
        if (qos != QoS.ExactlyOnce) return;
        PubRecPacket received = await publisher.ReceiveAsync<PubRecPacket>();
        await publisher.SendAsync(new PubRelPacket { PacketId = received.PacketId });
        await publisher.ReceiveAsync<PubCompPacket>();
    }

    internal static async Task AcknowledgeAsync(WireClient subscriber, PublishPacket packet)
    {
        if (packet.QoS == QoS.AtLeastOnce) await subscriber.SendAsync(new PubAckPacket { PacketId = packet.PacketId });
        if (packet.QoS != QoS.ExactlyOnce) return;
        await subscriber.SendAsync(new PubRecPacket { PacketId = packet.PacketId });
        await subscriber.ReceiveAsync<PubRelPacket>();
        await subscriber.SendAsync(new PubCompPacket { PacketId = packet.PacketId });
    }
}
