using System.Buffers;
using System.Text;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Codec;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.TestKit;

namespace Automation.Mqtt.Tests.Broker;

/// <summary>A subscriber of QoS 1 that is slower than its publisher: who is held up, and for how long.</summary>
[Trait("Req", "HUB-5")]
public sealed class BackPressureTests
{
    private const int Queue = 100; // Half of it holds the publisher up, a quarter lets it go on.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private PublishPacket? _ahead;

    [Fact]
    public async Task Subscriber_SlowButAcknowledging_IsWaitedFor_AndLosesNothing()
    {
        const int count = 400;
        var time = new ManualTime();
        await using BrokerUnderTest broker = await StartAsync(time, holdUp: TimeSpan.FromHours(1));
        using WireClient subscriber = await SubscribeAsync(broker);
        using WireClient publisher = await broker.ConnectAsync("p");
        int timers = time.WaitingTimers;
        await PublishAsync(publisher, count, ProtocolVersion.V5);
        int next = 0;
        for (int turn = 0; turn < 4; turn++)
        {
            await Until.True(() => time.WaitingTimers == timers + 1);
            for (int i = 0; i < 5; i++) await TakeAsync(subscriber, next++);
            time.Advance(Patience);
        }

        while (next < count) await TakeAsync(subscriber, next++);
        for (ushort id = 1; id <= count; id++) Assert.Equal(id, (await publisher.ReceiveAsync<PubAckPacket>()).PacketId);
        await subscriber.ReceiveNothingAsync();
        Assert.Equal(0, broker.Broker.Statistics.Limits[MqttLimit.Queue]);
    }

    [Fact]
    public async Task Subscriber_SlowForLongerThanPublishersAreHeldUp_IsLeftBehind()
    {
        var time = new ManualTime();
        await using BrokerUnderTest broker = await StartAsync(time, holdUp: Patience * 2);
        using WireClient subscriber = await SubscribeAsync(broker);
        using WireClient publisher = await broker.ConnectAsync("p");
        int timers = time.WaitingTimers;
        await PublishAsync(publisher, 400, ProtocolVersion.V5);
        for (int next = 0; next < 2; next++)
        {
            await Until.True(() => time.WaitingTimers == timers + 1);
            await TakeAsync(subscriber, next);
            time.Advance(Patience);
        }

        for (ushort id = 1; id <= 400; id++) Assert.Equal(id, (await publisher.ReceiveAsync<PubAckPacket>()).PacketId);
        await subscriber.ReceiveCloseAsync(ReasonCode.QuotaExceeded);
        Assert.True(broker.Broker.Statistics.Limits[MqttLimit.Queue] > 0);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Publisher_ManyMessagesInOneRead_IsHeldUpWithinIt(byte level)
    {
        // The clock stands, so it is held up until the subscriber takes something.
        var time = new ManualTime();
        await using BrokerUnderTest broker = await StartAsync(time, holdUp: TimeSpan.FromHours(1));
        using WireClient subscriber = await SubscribeAsync(broker);
        using WireClient publisher = await broker.ConnectAsync("p", (ProtocolVersion)level);
        int timers = time.WaitingTimers;
        await PublishAsync(publisher, 1_000, (ProtocolVersion)level);
        await Until.True(() => time.WaitingTimers == timers + 1);
        for (int next = 0; next < 1_000; next++) await TakeAsync(subscriber, next);
        Assert.Equal(0, broker.Broker.Statistics.Limits[MqttLimit.Queue]);
    }

    private static Task<BrokerUnderTest> StartAsync(TimeProvider time, TimeSpan holdUp) =>
        BrokerUnderTest.StartAsync(new MqttBrokerLimits { QueuedMessages = Queue, Patience = Patience, HoldUp = holdUp }, time: time);

    /// <summary>It gets one message at a time.</summary>
    private static async Task<WireClient> SubscribeAsync(BrokerUnderTest broker)
    {
        WireClient subscriber = await broker.ConnectAsync("s", expiry: 1000, receiveMaximum: 1);
        await subscriber.SubscribeAsync("t", QoS.AtLeastOnce);
        return subscriber;
    }

    /// <summary>Acknowledges one message and waits until the broker has heard of it.</summary>
    private async Task TakeAsync(WireClient subscriber, int number)
    {
        PublishPacket message = _ahead ?? await subscriber.ReceiveAsync<PublishPacket>();
        _ahead = null;
        Assert.Equal($"{number}", Encoding.UTF8.GetString(message.Payload.Span));
        await subscriber.SendAsync(new PubAckPacket { PacketId = message.PacketId });
        await subscriber.SendAsync(PingReqPacket.Instance);
        while (await subscriber.ReceiveAsync() is PublishPacket next) _ahead = next;
    }

    private static Task PublishAsync(WireClient publisher, int count, ProtocolVersion version)
    {
        var bytes = new ArrayBufferWriter<byte>();
        for (int i = 0; i < count; i++)
            MqttWriter.Write(bytes, new PublishPacket { Topic = "t", Payload = Encoding.UTF8.GetBytes($"{i}"), QoS = QoS.AtLeastOnce, PacketId = (ushort)(i + 1) }, version);
        return publisher.SendRawAsync(bytes.WrittenMemory);
    }
}
