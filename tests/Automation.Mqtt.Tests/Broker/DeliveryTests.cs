using System.Text;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.TestKit;

namespace Automation.Mqtt.Tests.Broker;

/// <summary>What reaches a subscriber, how often and in which order, through reconnects, replaced subscriptions and shares.</summary>
public sealed class DeliveryTests
{
    [Theory, Trait("Spec", "MQTT-3.3.1-3"), Trait("Spec", "MQTT-4.3.2-5")]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Duplicate_OfAPublisher_IsANewMessageAfterPubAck_AndNotADuplicateToSubscribers(byte level)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient subscriber = await broker.ConnectAsync("s", (ProtocolVersion)level);
        await subscriber.SubscribeAsync("t", QoS.AtLeastOnce);
        using WireClient publisher = await broker.ConnectAsync("p", (ProtocolVersion)level);
        for (int i = 0; i < 2; i++)
        {
            await publisher.SendAsync(new PublishPacket { Topic = "t", Payload = "m"u8.ToArray(), QoS = QoS.AtLeastOnce, PacketId = 7, Duplicate = i > 0 });
            Assert.Equal(7, (await publisher.ReceiveAsync<PubAckPacket>()).PacketId);
            Assert.False((await subscriber.ReceivePublishAsync("t", "m")).Duplicate);
        }
    }

    [Theory, Trait("Spec", "MQTT-4.6.0-5"), Trait("Spec", "MQTT-4.6.0-6"), Trait("Spec", "MQTT-3.3.2-3")]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Messages_OfOnePublisher_KeepTheirOrder(byte level)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient subscriber = await broker.ConnectAsync("s", (ProtocolVersion)level, receiveMaximum: 7);
        await subscriber.SubscribeAsync("t/+", QoS.ExactlyOnce);
        using WireClient publisher = await broker.ConnectAsync("p", (ProtocolVersion)level);
        const ushort count = 60;
        for (ushort id = 1; id <= count; id++) await publisher.PublishAsync("t/1", $"{id}", (QoS)(id % 3), packetId: id);
        for (ushort id = 2; id <= count; id += 3) await publisher.SendAsync(new PubRelPacket { PacketId = id });
        var got = new Dictionary<QoS, List<string>> { [QoS.AtMostOnce] = [], [QoS.AtLeastOnce] = [], [QoS.ExactlyOnce] = [] };
        while (got.Values.Sum(l => l.Count) < count)
        {
            MqttPacket? packet = await subscriber.ReceiveAsync();
            if (packet is PubRelPacket release)
            {
                await subscriber.SendAsync(new PubCompPacket { PacketId = release.PacketId });
                continue;
            }

            PublishPacket publish = Assert.IsType<PublishPacket>(packet);
            got[publish.QoS].Add(Encoding.UTF8.GetString(publish.Payload.Span));
            if (publish.QoS == QoS.AtLeastOnce) await subscriber.SendAsync(new PubAckPacket { PacketId = publish.PacketId });
            else if (publish.QoS == QoS.ExactlyOnce) await subscriber.SendAsync(new PubRecPacket { PacketId = publish.PacketId });
        }

        foreach (QoS qos in Enum.GetValues<QoS>())
            Assert.Equal(Enumerable.Range(1, count).Where(i => i % 3 == (int)qos).Select(i => $"{i}"), got[qos]);
    }

    [Fact, Trait("Spec", "MQTT-4.3.3-7")]
    public async Task Expired_AfterItWasSent_IsSentAgainAllTheSame()
    {
        var time = new ManualTime();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(time: time);
        PublishPacket first;
        using (WireClient subscriber = await broker.ConnectAsync("s", expiry: 1000))
        {
            await subscriber.SubscribeAsync("t", QoS.ExactlyOnce);
            await broker.Broker.PublishAsync(new MqttMessage { Topic = "t", QoS = QoS.ExactlyOnce, ExpirySeconds = 5 }, CancellationToken.None);
            first = await subscriber.ReceivePublishAsync("t", "");
        }

        await Until.True(() => broker.Broker.Statistics.Connections == 0);
        time.Advance(TimeSpan.FromSeconds(60));
        using WireClient back = await broker.ConnectAsync("s", clean: false, expiry: 1000);
        PublishPacket again = await back.ReceivePublishAsync("t", "");
        Assert.Equal((first.PacketId, true), (again.PacketId, again.Duplicate));
    }

    [Theory, Trait("Spec", "MQTT-3.10.4-1"), Trait("Spec", "MQTT-3.10.4-2"), Trait("Spec", "MQTT-3.10.4-3"), Trait("Spec", "MQTT-2.2.1-6"), Trait("Spec", "MQTT-3.8.4-1"), Trait("Spec", "MQTT-3.8.4-2")]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Unsubscribe_EndsTheVeryFilter_AndCompletesWhatWasBegun(byte level)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync(version: (ProtocolVersion)level);
        async Task UnsubscribeAsync(ushort id, params string[] filters)
        {
            await client.SendAsync(new UnsubscribePacket { PacketId = id, Filters = [.. filters] });
            Assert.Equal(id, (await client.ReceiveAsync<UnsubAckPacket>()).PacketId);
        }

        async Task PublishAsync(string payload) => await broker.Broker.PublishAsync(new MqttMessage { Topic = "a/b", Payload = Encoding.UTF8.GetBytes(payload), QoS = QoS.ExactlyOnce }, CancellationToken.None);
        await client.SubscribeAsync("a/+", QoS.ExactlyOnce);
        await UnsubscribeAsync(3, "a/b", "a/#", "+/b", "A/+");
        await PublishAsync("1");
        PublishPacket begun = await client.ReceivePublishAsync("a/b", "1");
        await UnsubscribeAsync(4, "a/+");
        await PublishAsync("2");
        await client.SendAsync(new PubRecPacket { PacketId = begun.PacketId });
        Assert.Equal(begun.PacketId, (await client.ReceiveAsync<PubRelPacket>()).PacketId);
        await client.SendAsync(new PubCompPacket { PacketId = begun.PacketId });
        await client.ReceiveNothingAsync();
    }

    [Fact, Trait("Spec", "MQTT-3.8.4-4")]
    public async Task Subscription_ReplacedWhileMessagesPass_LosesNone()
    {
        const int count = 2_000;
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync();
        await client.SubscribeAsync("t");
        Task publishing = Task.Run(async () =>
        {
            for (int i = 0; i < count; i++) await broker.Broker.PublishAsync(new MqttMessage { Topic = "t", Payload = Encoding.UTF8.GetBytes($"{i}") }, CancellationToken.None);
        });
        for (ushort i = 1; i <= 100; i++) await client.SendAsync(new SubscribePacket { PacketId = i, Subscriptions = [new Subscription("t", (QoS)(i % 3))] });
        int next = 0;
        for (int answers = 0; next < count || answers < 100;)
        {
            MqttPacket? packet = await client.ReceiveAsync();
            if (packet is SubAckPacket) answers++;
            else Assert.Equal($"{next++}", Encoding.UTF8.GetString(Assert.IsType<PublishPacket>(packet).Payload.Span));
        }

        await Until.Done(publishing);
    }

    [Fact, Trait("Spec", "MQTT-4.8.2-3"), Trait("Spec", "MQTT-4.8.2-4"), Trait("Spec", "MQTT-4.8.2-5")]
    public async Task Share_AMessageBegunWithOneMember_StaysWithIt()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        WireClient chosen = await broker.ConnectAsync("chosen", expiry: 1000);
        await chosen.SubscribeAsync("$share/g/t", QoS.ExactlyOnce);
        using WireClient publisher = await broker.ConnectAsync("p");
        await publisher.PublishAsync("t", "1", QoS.ExactlyOnce, packetId: 1);
        await PublishTests.CompleteAsync(publisher, QoS.ExactlyOnce);
        PublishPacket begun = await chosen.ReceivePublishAsync("t", "1");
        using WireClient other = await broker.ConnectAsync("other");
        await other.SubscribeAsync("$share/g/t", QoS.AtLeastOnce);
        chosen.Dispose();
        await Until.True(() => broker.Broker.Statistics.Connections == 2);
        await other.ReceiveNothingAsync();

        // Its delivery is completed when the member comes back; later messages go to who is there, with the QoS granted there.
        await publisher.PublishAsync("t", "2", QoS.ExactlyOnce, packetId: 2);
        await PublishTests.CompleteAsync(publisher, QoS.ExactlyOnce);
        Assert.Equal(QoS.AtLeastOnce, (await other.ReceivePublishAsync("t", "2")).QoS);
        WireClient back = await broker.ConnectAsync("chosen", clean: false, expiry: 1000);
        PublishPacket again = await back.ReceivePublishAsync("t", "1");
        Assert.Equal((begun.PacketId, true, QoS.ExactlyOnce), (again.PacketId, again.Duplicate, again.QoS));

        // Its session ends before: nobody else gets it.
        await back.SendAsync(new DisconnectPacket { SessionExpirySeconds = 0 });
        Assert.Null(await back.ReceiveAsync());
        back.Dispose();
        await Until.True(() => broker.Broker.Statistics.Sessions == 2);
        await other.ReceiveNothingAsync();
    }

    [Theory, Trait("Spec", "MQTT-4.8.2-6"), Trait("Spec", "MQTT-4.4.0-2")]
    [InlineData(QoS.AtLeastOnce)]
    [InlineData(QoS.ExactlyOnce)]
    public async Task RefusedByItsSubscriber_AMessageIsNotSentAgain_NorToAnother(QoS qos)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        WireClient first = await broker.ConnectAsync("first", expiry: 1000);
        await first.SubscribeAsync("$share/g/t", qos);
        await broker.Broker.PublishAsync(new MqttMessage { Topic = "t", QoS = qos }, CancellationToken.None);
        PublishPacket got = await first.ReceivePublishAsync("t", "");
        using WireClient second = await broker.ConnectAsync("second");
        await second.SubscribeAsync("$share/g/t", qos);
        await first.SendAsync(qos == QoS.AtLeastOnce
            ? new PubAckPacket { PacketId = got.PacketId, Reason = ReasonCode.QuotaExceeded }
            : new PubRecPacket { PacketId = got.PacketId, Reason = ReasonCode.QuotaExceeded });
        await first.ReceiveNothingAsync();
        first.Dispose();
        using WireClient back = await broker.ConnectAsync("first", clean: false, expiry: 1000);
        await back.ReceiveNothingAsync();
        await second.ReceiveNothingAsync();
    }

    [Theory, Trait("Spec", "MQTT-4.7.3-4")]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Names_ThatOnlyLookAlike_AreNotTheSame(byte level)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync(version: (ProtocolVersion)level);
        await client.SubscribeAsync("caf\u00e9/\u212b");
        foreach (string other in (string[])["cafe\u0301/\u212b", "CAF\u00c9/\u212b", "caf\u00e9/\u00c5", "caf\u00e9/\u212b/", "/caf\u00e9/\u212b"]) await client.PublishAsync(other, "no");
        await client.PublishAsync("caf\u00e9/\u212b", "yes");
        await client.ReceivePublishAsync("caf\u00e9/\u212b", "yes");
    }

    [Fact, Trait("Spec", "MQTT-3.1.2-27")]
    public async Task TopicAlias_NotAskedFor_IsNotUsed()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync(aliases: 0);
        await client.SubscribeAsync("t");
        for (int i = 0; i < 3; i++)
        {
            await client.PublishAsync("t", "m");
            Assert.Equal(0, (await client.ReceivePublishAsync("t", "m")).TopicAlias);
        }
    }
}
