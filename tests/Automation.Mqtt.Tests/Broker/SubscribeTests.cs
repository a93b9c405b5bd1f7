using System.Text;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.TestKit;

namespace Automation.Mqtt.Tests.Broker;

public sealed class SubscribeTests
{
    [Theory, Trait("Spec", "MQTT-3.3.1-5"), Trait("Spec", "MQTT-3.3.1-6"), Trait("Spec", "MQTT-3.3.1-7"), Trait("Spec", "MQTT-3.3.1-8")]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Retained_IsKeptReplacedAndCleared(byte level)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync(version: (ProtocolVersion)level);
        await client.PublishAsync("r/a", "1", retain: true);
        await client.PublishAsync("r/a", "2", retain: true);
        await client.PublishAsync("r/b", "3", retain: true);
        await client.PublishAsync("r/b", "", retain: true);
        await client.PublishAsync("r/a", "passing");
        await client.PublishAsync("r/c", "passing");
        await client.SubscribeAsync("r/+");
        Assert.True((await client.ReceivePublishAsync("r/a", "2")).Retain);
        await client.PublishAsync("r/a", "4", retain: true);
        Assert.False((await client.ReceivePublishAsync("r/a", "4")).Retain);
        await client.ReceiveNothingAsync();
        Assert.Equal(1, broker.Broker.Statistics.Retained);
    }

    [Theory, Trait("Spec", "MQTT311-3.1.2-7")]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Retained_OutlivesTheSessionOfItsPublisher(byte level)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using (WireClient publisher = await broker.ConnectAsync("p", (ProtocolVersion)level))
        {
            await publisher.PublishAsync("r", "kept", retain: true);
            await publisher.ReceiveNothingAsync();
        }

        await Until.True(() => broker.Broker.Statistics.Sessions == 0);
        using WireClient client = await broker.ConnectAsync("c", (ProtocolVersion)level);
        await client.SubscribeAsync("r");
        Assert.True((await client.ReceivePublishAsync("r", "kept")).Retain);
    }

    [Fact, Trait("Spec", "MQTT-3.3.1-10"), Trait("Spec", "MQTT-3.3.1-9"), Trait("Spec", "MQTT-3.3.1-11"), Trait("Spec", "MQTT-3.10.4-4"), Trait("Spec", "MQTT-3.10.4-5"), Trait("Spec", "MQTT-3.10.4-6"), Trait("Spec", "MQTT-3.11.3-1"), Trait("Spec", "MQTT-3.11.3-2")]
    public async Task RetainHandling_SaysWhenRetainedMessagesCome()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync();
        await client.PublishAsync("r", "1", retain: true);
        await client.SubscribeAsync("r", retain: RetainHandling.Never);
        await client.ReceiveNothingAsync();
        await client.SubscribeAsync("r", retain: RetainHandling.AtNewSubscribe);
        await client.ReceiveNothingAsync();
        await client.SubscribeAsync("r", retain: RetainHandling.AtSubscribe);
        await client.ReceivePublishAsync("r", "1");
        await client.SendAsync(new UnsubscribePacket { PacketId = 3, Filters = ["r", "never"] });
        Assert.Equal([ReasonCode.Success, ReasonCode.NoSubscriptionExisted], (await client.ReceiveAsync<UnsubAckPacket>()).Reasons);
        await client.SubscribeAsync("r", retain: RetainHandling.AtNewSubscribe);
        await client.ReceivePublishAsync("r", "1");
    }

    [Fact, Trait("Spec", "MQTT-3.3.1-12"), Trait("Spec", "MQTT-3.3.1-13")]
    public async Task RetainAsPublished_KeepsTheFlag()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync();
        await client.SubscribeAsync("r", asPublished: true);
        await client.PublishAsync("r", "1", retain: true);
        await client.PublishAsync("r", "2");
        Assert.True((await client.ReceivePublishAsync("r", "1")).Retain);
        Assert.False((await client.ReceivePublishAsync("r", "2")).Retain);
    }

    [Fact, Trait("Spec", "MQTT-3.8.3-3")]
    public async Task NoLocal_LeavesOutOnesOwn()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync("a");
        using WireClient other = await broker.ConnectAsync("b");
        await client.SubscribeAsync("t", noLocal: true);
        await client.PublishAsync("t", "own");
        await client.ReceiveNothingAsync();
        await other.PublishAsync("t", "other");
        await client.ReceivePublishAsync("t", "other");
    }

    [Fact, Trait("Spec", "MQTT-3.8.3-4")]
    public async Task NoLocalOnAShare_IsAProtocolError()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync();
        await client.SendAsync(new SubscribePacket { PacketId = 1, Subscriptions = [new Subscription("$share/g/t", NoLocal: true)] });
        await client.ReceiveCloseAsync(ReasonCode.ProtocolError);
    }

    [Fact, Trait("Spec", "MQTT-3.3.4-2"), Trait("Spec", "MQTT-3.3.4-3"), Trait("Spec", "MQTT-3.3.4-4")]
    public async Task OverlappingSubscriptions_GiveOneCopy_WithTheHighestQoSAndAllIdentifiers()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync();
        await client.SubscribeAsync("t/#", QoS.AtMostOnce, identifier: 1);
        await client.SubscribeAsync("t/+", QoS.AtLeastOnce, identifier: 200_000);
        await client.SubscribeAsync("#", QoS.AtMostOnce);
        using WireClient publisher = await broker.ConnectAsync("p");
        await publisher.PublishAsync("t/1", "m", QoS.ExactlyOnce);
        await PublishTests.CompleteAsync(publisher, QoS.ExactlyOnce);
        PublishPacket got = await client.ReceivePublishAsync("t/1", "m");
        Assert.Equal(QoS.AtLeastOnce, got.QoS);
        Assert.Equal([1u, 200_000u], got.SubscriptionIdentifiers.Order());
        await client.ReceiveNothingAsync();
    }

    [Fact, Trait("Spec", "MQTT-3.8.4-3")]
    public async Task SameFilterAgain_ReplacesTheSubscription()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync();
        await client.SubscribeAsync("t", QoS.ExactlyOnce, identifier: 1);
        await client.SubscribeAsync("t", QoS.AtMostOnce, identifier: 2);
        using WireClient publisher = await broker.ConnectAsync("p");
        await publisher.PublishAsync("t", "m", QoS.AtLeastOnce);
        PublishPacket got = await client.ReceivePublishAsync("t", "m");
        Assert.Equal((QoS.AtMostOnce, 2u), (got.QoS, got.SubscriptionIdentifiers.Single()));
        Assert.Equal(1, broker.Broker.Statistics.Subscriptions);
    }

    [Fact, Trait("Spec", "MQTT-4.7.2-1")]
    public async Task SystemTopics_AreNotMatchedByALeadingWildcard_AndCannotBePublished()
    {
        var time = new ManualTime();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(time: time, sysInterval: TimeSpan.FromSeconds(10));
        time.Advance(TimeSpan.FromSeconds(1));
        using WireClient client = await broker.ConnectAsync();
        await client.SubscribeAsync("#");
        await client.SubscribeAsync("+/broker/version");
        await client.ReceiveNothingAsync();
        await client.SubscribeAsync("$SYS/broker/version");
        Assert.StartsWith("automation ", Encoding.UTF8.GetString((await client.ReceiveAsync<PublishPacket>()).Payload.Span), StringComparison.Ordinal);
        await client.PublishAsync("$SYS/broker/version", "mine", QoS.AtLeastOnce);
        Assert.Equal(ReasonCode.NotAuthorized, (await client.ReceiveAsync<PubAckPacket>()).Reason);
    }

    [Fact, Trait("Spec", "MQTT-4.8.2-4")]
    public async Task Share_GivesEachMessageToOneMember_AndNeverToAnAbsentOneWhileAnotherIsThere()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient one = await broker.ConnectAsync("one", expiry: 1000);
        using WireClient two = await broker.ConnectAsync("two");
        using WireClient plain = await broker.ConnectAsync("plain");
        using (WireClient absent = await broker.ConnectAsync("absent", expiry: 1000)) await absent.SubscribeAsync("$share/g/t/+", QoS.AtLeastOnce);
        await Until.True(() => broker.Broker.Statistics.Connections == 3);
        await one.SubscribeAsync("$share/g/t/+", QoS.AtLeastOnce, identifier: 9);
        await two.SubscribeAsync("$share/g/t/+", QoS.AtLeastOnce);
        await plain.SubscribeAsync("t/+");
        using WireClient publisher = await broker.ConnectAsync("p");
        for (ushort i = 1; i <= 6; i++)
        {
            await publisher.PublishAsync("t/x", "m", QoS.AtLeastOnce, packetId: i);
            await publisher.ReceiveAsync<PubAckPacket>();
            await plain.ReceivePublishAsync("t/x", "m");
        }

        int first = await CountAsync(one), second = await CountAsync(two);
        Assert.Equal(6, first + second);
        Assert.True(first >= 2 && second >= 2, $"{first} and {second}");
        using WireClient back = await broker.ConnectAsync("absent", clean: false);
        await back.ReceiveNothingAsync();
    }

    [Fact, Trait("Spec", "MQTT-3.8.4-4")]
    public async Task Share_GetsNoRetainedMessages()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync();
        await client.PublishAsync("t", "m", retain: true);
        await client.SubscribeAsync("$share/g/t");
        await client.ReceiveNothingAsync();
    }

    [Fact, Trait("Spec", "MQTT-3.8.4-5"), Trait("Spec", "MQTT-3.8.4-6"), Trait("Spec", "MQTT-3.8.4-7"), Trait("Spec", "MQTT-3.9.3-1"), Trait("Spec", "MQTT-3.9.3-2")]
    public async Task Subscriptions_AboveTheLimit_AreRefusedByName()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(new MqttBrokerLimits { Subscriptions = 2 });
        using WireClient client = await broker.ConnectAsync();
        await client.SendAsync(new SubscribePacket { PacketId = 1, Subscriptions = [new Subscription("a"), new Subscription("b", QoS.ExactlyOnce), new Subscription("c")] });
        Assert.Equal([ReasonCode.Success, ReasonCode.GrantedQoS2, ReasonCode.QuotaExceeded], (await client.ReceiveAsync<SubAckPacket>()).Reasons);
        Assert.Equal(1, broker.Broker.Statistics.Limits[MqttLimit.Subscriptions]);
    }

    [Fact]
    public async Task RetainedMessages_ManyForOneSubscriber_AllComeWithinTheWindow()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        for (int i = 0; i < 3_000; i++)
            await broker.Broker.PublishAsync(new MqttMessage { Topic = $"r/{i}", Payload = new byte[500], Retain = true, QoS = QoS.AtLeastOnce }, CancellationToken.None);
        using WireClient client = await broker.ConnectAsync(receiveMaximum: 10);
        await client.SubscribeAsync("r/#", QoS.AtLeastOnce);
        var topics = new HashSet<string>();
        for (int i = 0; i < 3_000; i++)
        {
            PublishPacket got = await client.ReceiveAsync<PublishPacket>();
            Assert.True(topics.Add(got.Topic) && got.Retain);
            await client.SendAsync(new PubAckPacket { PacketId = got.PacketId });
        }

        await client.ReceiveNothingAsync();
    }

    [Fact]
    public async Task RetainedMessages_AboveTheLimit_AreRefusedByName()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(new MqttBrokerLimits { RetainedMessages = 1 });
        using WireClient client = await broker.ConnectAsync();
        foreach ((string topic, ReasonCode expected) in new[] { ("a", ReasonCode.NoMatchingSubscribers), ("b", ReasonCode.QuotaExceeded), ("a", ReasonCode.NoMatchingSubscribers) })
        {
            await client.PublishAsync(topic, "m", QoS.AtLeastOnce, retain: true);
            Assert.Equal(expected, (await client.ReceiveAsync<PubAckPacket>()).Reason);
        }
    }

    private static async Task<int> CountAsync(WireClient client)
    {
        await client.SendAsync(PingReqPacket.Instance);
        for (int count = 0; ; count++)
        {
            if (await client.ReceiveAsync() is PingRespPacket) return count;
        }
    }
}
