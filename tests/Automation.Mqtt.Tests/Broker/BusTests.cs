using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Packets;
using Automation.TestKit;

namespace Automation.Mqtt.Tests.Broker;

/// <summary>The bus of the process itself, and what a stalled client may cost others.</summary>
public sealed class BusTests
{
    [Fact]
    public async Task Subscribe_RetainedFirst_ThenInOrder_AndAHandlerThatThrowsGoesOn()
    {
        await using MqttBroker broker = Silent();
        await broker.StartAsync(CancellationToken.None);
        Assert.True(broker.IsConnected);
        await broker.PublishAsync(Message("t/kept", "0") with { Retain = true }, CancellationToken.None);
        var seen = new ConcurrentQueue<string>();
        await using IAsyncDisposable subscription = await broker.SubscribeAsync("t/#", QoS.ExactlyOnce, (message, _) =>
        {
            seen.Enqueue(Encoding.UTF8.GetString(message.Payload.Span) + (message.Retain ? "r" : ""));
            return message.Topic == "t/bad" ? throw new InvalidOperationException("on purpose") : ValueTask.CompletedTask;
        }, CancellationToken.None);
        await broker.PublishAsync(Message("t/bad", "1"), CancellationToken.None);
        for (int i = 2; i < 100; i++) await broker.PublishAsync(Message("t/a", i.ToString(System.Globalization.CultureInfo.InvariantCulture)), CancellationToken.None);
        await Until.True(() => seen.Count == 100);
        Assert.Equal(["0r", .. Enumerable.Range(1, 99).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))], seen);
        await subscription.DisposeAsync();
        await broker.PublishAsync(Message("t/a", "late"), CancellationToken.None);
        Assert.Equal(0, broker.Statistics.Subscriptions);
    }

    [Fact]
    public async Task Message_BetweenProcessAndClient_KeepsItsProperties()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync("alice");
        var seen = new ConcurrentQueue<MqttMessage>();
        await using IAsyncDisposable subscription = await broker.Broker.SubscribeAsync("up", QoS.AtLeastOnce, (m, _) =>
        {
            seen.Enqueue(m);
            return ValueTask.CompletedTask;
        }, CancellationToken.None);
        await client.SubscribeAsync("down", QoS.ExactlyOnce);
        await client.SendAsync(new PublishPacket { Topic = "up", Payload = "x"u8.ToArray(), QoS = QoS.ExactlyOnce, PacketId = 1, ResponseTopic = "down", CorrelationData = "1"u8.ToArray(), UserProperties = [new("k", "v")] });
        await PublishTests.CompleteAsync(client, QoS.ExactlyOnce);
        await Until.True(() => !seen.IsEmpty);
        MqttMessage got = seen.Single();
        Assert.Equal(("alice", "down", QoS.AtLeastOnce), (got.PublisherClientId, got.ResponseTopic, got.QoS));
        Assert.Equal("v", got.UserProperties.Single().Value);
        await broker.Broker.PublishAsync(got with { Topic = got.ResponseTopic!, ContentType = "text/plain", PayloadIsText = true, ExpirySeconds = 9 }, CancellationToken.None);
        PublishPacket answer = await client.ReceivePublishAsync("down", "x");
        Assert.Equal(("text/plain", true, 9u), (answer.ContentType, answer.PayloadIsText, answer.MessageExpirySeconds));
        Assert.Equal("1", Encoding.UTF8.GetString(answer.CorrelationData.Span));
    }

    [Theory, Trait("Spec", "MQTT-3.3.1-3")]
    [InlineData(QoS.AtLeastOnce, true)]
    [InlineData(QoS.ExactlyOnce, false)]
    public async Task Message_ThatAClientSendsAgain_IsMarked_WhereItCanComeTwice(QoS qos, bool twice)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync("alice");
        var seen = new ConcurrentQueue<bool>();
        await using IAsyncDisposable subscription = await broker.Broker.SubscribeAsync("up", QoS.ExactlyOnce, (m, _) =>
        {
            seen.Enqueue(m.IsRedelivered);
            return ValueTask.CompletedTask;
        }, CancellationToken.None);
        for (int i = 0; i < 2; i++) await client.SendAsync(new PublishPacket { Topic = "up", Payload = "x"u8.ToArray(), QoS = qos, PacketId = 1, Duplicate = i > 0 });
        if (!twice) await client.SendAsync(new PubRelPacket { PacketId = 1 });
        await Until.True(() => seen.Count == (twice ? 2 : 1));
        Assert.Equal(twice ? [false, true] : [false], seen);
    }

    [Fact]
    public async Task Arguments_ThatAreNoTopic_AreRefusedWithAWord()
    {
        await using MqttBroker broker = Silent();
        await broker.StartAsync(CancellationToken.None);
        await Assert.ThrowsAsync<ArgumentException>(async () => await broker.PublishAsync(Message("a/+", ""), CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => broker.SubscribeAsync("a/#/b", QoS.AtMostOnce, (_, _) => ValueTask.CompletedTask, CancellationToken.None));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StalledClient_QoS0_IsDroppedAndCounted_WhileOthersAndTheProcessGoOn(bool withoutPolling)
    {
        // The clock stands: whoever waited for the stalled client would wait for ever.
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(new MqttBrokerLimits { OutgoingBytes = 64 * 1024 }, time: new ManualTime(), listener: BrokerUnderTest.Plain(withoutPolling));
        using WireClient stalled = await broker.ConnectAsync("stalled");
        await stalled.SubscribeAsync("t");
        using WireClient healthy = await broker.ConnectAsync("healthy");
        await healthy.SubscribeAsync("t");
        byte[] payload = new byte[16 * 1024];
        for (int i = 0; i < 2_000; i++)
        {
            ValueTask published = broker.Broker.PublishAsync(new MqttMessage { Topic = "t", Payload = payload }, CancellationToken.None);
            Assert.True(published.IsCompletedSuccessfully);
            await healthy.ReceiveAsync<PublishPacket>();
        }

        Assert.True(broker.Broker.Statistics.Limits[MqttLimit.SlowSubscriber] > 0);
        Assert.Equal(2, broker.Broker.Statistics.Connections);
    }

    [Fact]
    public async Task StalledClient_QoS1_IsQueuedToItsBound_ThenDisconnected_AndThePublisherGoesOn()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(
            new MqttBrokerLimits { OutgoingBytes = 64 * 1024, QueuedMessages = 100, Patience = TimeSpan.FromMilliseconds(20) });
        using WireClient stalled = await broker.ConnectAsync("stalled", expiry: 1000, receiveMaximum: 10);
        await stalled.SubscribeAsync("t", QoS.AtLeastOnce);
        using WireClient publisher = await broker.ConnectAsync("p");
        for (ushort i = 1; i <= 300; i++)
        {
            await publisher.PublishAsync("t", "m", QoS.AtLeastOnce, packetId: i);
            await publisher.ReceiveAsync<PubAckPacket>();
        }

        await Until.True(() => broker.Broker.Statistics.Connections == 1);
        Assert.True(broker.Broker.Statistics.Limits[MqttLimit.Queue] > 0);
        for (int i = 0; i < 10; i++) await stalled.ReceiveAsync<PublishPacket>();
        await stalled.ReceiveCloseAsync(Automation.Mqtt.Protocol.ReasonCode.QuotaExceeded);

        // What was in flight and queued waits for its return; what came beyond is lost.
        using WireClient back = await broker.ConnectAsync("stalled", clean: false, expiry: 1000);
        for (int i = 0; i < 110; i++)
        {
            PublishPacket got = await back.ReceiveAsync<PublishPacket>();
            Assert.Equal(i < 10, got.Duplicate);
            await back.SendAsync(new PubAckPacket { PacketId = got.PacketId });
        }

        await back.ReceiveNothingAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StalledClient_ForTooLong_IsClosed(bool withoutPolling)
    {
        var time = new ManualTime();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(new MqttBrokerLimits { OutgoingBytes = 64 * 1024 }, time: time, listener: BrokerUnderTest.Plain(withoutPolling));
        using WireClient stalled = await broker.ConnectAsync("stalled");
        await stalled.SubscribeAsync("t");
        while (broker.Broker.Statistics.Limits[MqttLimit.SlowSubscriber] == 0)
            await broker.Broker.PublishAsync(new MqttMessage { Topic = "t", Payload = new byte[16 * 1024] }, CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(61));
        await Until.True(() => broker.Broker.Statistics.Connections == 0);
        Assert.Equal(1, broker.Broker.Statistics.Limits[MqttLimit.Stall]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SlowButHealthyClient_LosesNothing_BecauseThePublisherWaits(bool withoutPolling)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(
            new MqttBrokerLimits { OutgoingBytes = 256 * 1024, Patience = TimeSpan.FromSeconds(80) }, listener: BrokerUnderTest.Plain(withoutPolling));
        using WireClient subscriber = await broker.ConnectAsync("s");
        await subscriber.SubscribeAsync("t");
        using WireClient publisher = await broker.ConnectAsync("p");
        const int count = 2_000;
        Task publishing = Task.Run(async () =>
        {
            for (int i = 0; i < count; i++) await publisher.SendAsync(new PublishPacket { Topic = "t", Payload = new byte[16 * 1024] });
        });
        for (int i = 0; i < count; i++) await subscriber.ReceiveAsync<PublishPacket>();
        await Until.Done(publishing);
        Assert.Equal(0, broker.Broker.Statistics.MessagesDropped);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SocketThatIsReset_EndsTheConnectionAlone(bool withoutPolling)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(listener: BrokerUnderTest.Plain(withoutPolling));
        WireClient client = await broker.ConnectAsync("a");
        client.Socket.LingerState = new LingerOption(true, 0);
        client.Dispose();
        await Until.True(() => broker.Broker.Statistics.Connections == 0);
        using WireClient next = await broker.ConnectAsync("b");
        await next.ReceiveNothingAsync();
    }

    private static MqttBroker Silent() => new(
        new MqttBrokerOptions { SysInterval = TimeSpan.Zero }, Automation.Mqtt.Sessions.MqttPersistence.None, MqttAuthenticator.AllowAll, MqttAuthorizer.AllowAll,
        TimeProvider.System, new Random(1), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);

    private static MqttMessage Message(string topic, string payload) => new() { Topic = topic, Payload = Encoding.UTF8.GetBytes(payload) };
}
