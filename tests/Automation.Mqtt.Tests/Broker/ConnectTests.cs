using System.Text;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.TestKit;

namespace Automation.Mqtt.Tests.Broker;

public sealed class ConnectTests
{
    [Theory, Trait("Spec", "MQTT-3.1.0-2"), Trait("Spec", "MQTT-3.2.0-2")]
    [InlineData(4)]
    [InlineData(5)]
    public async Task SecondConnect_IsAProtocolError(byte level)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync(version: (ProtocolVersion)level);
        await client.SendAsync(new ConnectPacket { Version = (ProtocolVersion)level, ClientId = "c" });
        await client.ReceiveCloseAsync(ReasonCode.ProtocolError);
    }

    [Fact, Trait("Spec", "MQTT-3.1.0-1"), Trait("Spec", "MQTT-3.14.0-1")]
    public async Task FirstPacketOtherThanConnect_IsClosed()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.OpenAsync();
        await client.SendAsync(PingReqPacket.Instance);
        Assert.Null(await client.ReceiveAsync());
    }

    [Theory, Trait("Spec", "MQTT-3.1.2-1")]
    [InlineData("100C00044D51545406020000000000", (byte)1)]
    [InlineData("101000064D51497364700202000A00026162", (byte)1)]
    public async Task UnknownProtocol_IsAnsweredAndClosed(string hex, byte returnCode)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.OpenAsync(ProtocolVersion.V311);
        await client.SendRawAsync(Convert.FromHexString(hex));
        ConnAckPacket answer = await client.ReceiveAsync<ConnAckPacket>();
        Assert.Equal(returnCode, ReasonCodes.ToReturnCode(answer.Reason));
        Assert.Null(await client.ReceiveAsync());
    }

    [Fact, Trait("Spec", "MQTT-3.1.2-3"), Trait("Spec", "MQTT-3.1.4-1")]
    public async Task ReservedConnectFlag_IsClosed()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.OpenAsync(ProtocolVersion.V311);
        await client.SendRawAsync(Convert.FromHexString("100D00044D515454040300000001") .Concat("a"u8.ToArray()).ToArray());
        Assert.Null(await client.ReceiveAsync());
    }

    /// <summary>MQTT 3.1: a name is needed (§3.1), and a PUBREL that is sent again says so with DUP (§3.6).</summary>
    [Fact]
    public async Task Version31_WithoutAName_IsRefused_AndMaySetDupInPubRel()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient nameless = await broker.OpenAsync(ProtocolVersion.V311);
        await nameless.SendRawAsync(Convert.FromHexString("100E00064D51497364700302000A0000"));
        Assert.Equal(ReasonCode.ClientIdentifierNotValid, (await nameless.ReceiveAsync<ConnAckPacket>()).Reason);
        using WireClient client = await broker.OpenAsync(ProtocolVersion.V311);
        await client.SendRawAsync(Convert.FromHexString("100F00064D51497364700302000A000170"));
        Assert.Equal(ReasonCode.Success, (await client.ReceiveAsync<ConnAckPacket>()).Reason);
        await client.PublishAsync("t", "m", QoS.ExactlyOnce, packetId: 3);
        await client.ReceiveAsync<PubRecPacket>();
        await client.SendRawAsync(Convert.FromHexString("6A020003"));
        Assert.Equal(3, (await client.ReceiveAsync<PubCompPacket>()).PacketId);
        using WireClient newer = await broker.ConnectAsync("n", ProtocolVersion.V311);
        await newer.SendRawAsync(Convert.FromHexString("6A020003")); // MQTT-3.6.1-1
        Assert.Null(await newer.ReceiveAsync());
    }

    [Fact, Trait("Spec", "MQTT-3.1.3-6"), Trait("Spec", "MQTT-3.1.3-7"), Trait("Spec", "MQTT-3.1.3-8"), Trait("Spec", "MQTT-3.2.2-7"), Trait("Spec", "MQTT-3.2.2-16")]
    public async Task EmptyClientId_IsAssignedOneIn5_AndRefusedIn311WithoutCleanSession()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient five = await broker.OpenAsync();
        ConnAckPacket answer = await five.ConnectAsync(new ConnectPacket { ClientId = "", CleanStart = false });
        Assert.Equal(ReasonCode.Success, answer.Reason);
        Assert.False(string.IsNullOrEmpty(answer.AssignedClientId));
        using WireClient old = await broker.OpenAsync(ProtocolVersion.V311);
        answer = await old.ConnectAsync(new ConnectPacket { Version = ProtocolVersion.V311, ClientId = "", CleanStart = false });
        Assert.Equal(ReasonCode.ClientIdentifierNotValid, answer.Reason);
        Assert.Null(await old.ReceiveAsync());
        using WireClient clean = await broker.ConnectAsync("", ProtocolVersion.V311);
        await clean.ReceiveNothingAsync();
    }

    [Fact, Trait("Spec", "MQTT-4.12.0-1")]
    public async Task EnhancedAuthentication_IsRefusedPolitely()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.OpenAsync();
        ConnAckPacket answer = await client.ConnectAsync(new ConnectPacket { ClientId = "c", AuthenticationMethod = "SCRAM-SHA-256" });
        Assert.Equal(ReasonCode.BadAuthenticationMethod, answer.Reason);
        Assert.Null(await client.ReceiveAsync());
    }

    [Theory, Trait("Spec", "MQTT-3.1.4-3")]
    [InlineData(4)]
    [InlineData(5)]
    public async Task SameClientId_TakesOver_AndTheWillOfTheOlderGoesOut(byte level)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("wills/#");
        var will = new WillPacket { Topic = "wills/c", Payload = "gone"u8.ToArray() };
        for (int i = 0; i < 20; i++)
        {
            using WireClient older = await broker.ConnectAsync("c", (ProtocolVersion)level, will: will);
            using WireClient newer = await broker.ConnectAsync("c", (ProtocolVersion)level);
            await older.ReceiveCloseAsync(ReasonCode.SessionTakenOver);
            await watcher.ReceivePublishAsync("wills/c", "gone");
            await newer.ReceiveNothingAsync();
        }
    }

    [Fact, Trait("Spec", "MQTT-3.14.4-3")]
    public async Task TakeOver_AfterADisconnectThatIsStillBeingRead_SendsNoWill()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("wills/#");
        var will = new WillPacket { Topic = "wills/c", Payload = "gone"u8.ToArray() };
        for (int i = 0; i < 20; i++)
        {
            using WireClient client = await broker.ConnectAsync("c", ProtocolVersion.V311, clean: false, will: will);
            await client.PublishAsync("wills/alive", "x");
            await client.SendAsync(new DisconnectPacket());
            await watcher.ReceivePublishAsync("wills/alive", "x");
        }

        await Until.True(() => broker.Broker.Statistics.Connections == 1);
        await watcher.ReceiveNothingAsync();
    }

    [Fact, Trait("Spec", "MQTT-3.1.2-8"), Trait("Spec", "MQTT-3.1.2-15")]
    public async Task Will_IsCancelledByACleanDisconnect_AndSentOnAnUncleanOne()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("wills/#", QoS.ExactlyOnce, asPublished: true);
        WillPacket will = new() { Topic = "wills/a", Payload = "x"u8.ToArray(), QoS = QoS.AtLeastOnce, Retain = true };
        using (WireClient clean = await broker.ConnectAsync("a", will: will))
        {
            await clean.SendAsync(new DisconnectPacket());
            Assert.Null(await clean.ReceiveAsync());
        }

        using (WireClient wished = await broker.ConnectAsync("b", will: will with { Topic = "wills/b" }))
            await wished.SendAsync(new DisconnectPacket { Reason = ReasonCode.DisconnectWithWill });
        PublishPacket first = await watcher.ReceivePublishAsync("wills/b", "x");
        Assert.Equal((QoS.AtLeastOnce, true), (first.QoS, first.Retain));
        (await broker.ConnectAsync("c", will: will with { Topic = "wills/c" })).Dispose();
        await watcher.ReceivePublishAsync("wills/c", "x");
    }

    [Fact, Trait("Spec", "MQTT-3.1.3-9")]
    public async Task WillDelay_IsWaitedFor_CutByTheSessionsEnd_AndDroppedOnReturn()
    {
        var time = new ManualTime();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(time: time);
        using WireClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("wills/#");
        WillPacket will = new() { Topic = "wills/late", Payload = "x"u8.ToArray(), DelaySeconds = 10 };
        (await broker.ConnectAsync("late", expiry: 100, will: will)).Dispose();
        (await broker.ConnectAsync("early", expiry: 3, will: will with { Topic = "wills/early" })).Dispose();
        (await broker.ConnectAsync("back", expiry: 100, will: will with { Topic = "wills/back" })).Dispose();
        await Until.True(() => broker.Broker.Statistics.Connections == 1);
        time.Advance(TimeSpan.FromSeconds(4));
        await watcher.ReceivePublishAsync("wills/early", "x");
        using WireClient back = await broker.ConnectAsync("back", clean: false, expiry: 100);
        time.Advance(TimeSpan.FromSeconds(4));
        await watcher.ReceiveNothingAsync();
        time.Advance(TimeSpan.FromSeconds(4));
        await watcher.ReceivePublishAsync("wills/late", "x");
        time.Advance(TimeSpan.FromSeconds(60));
        await watcher.ReceiveNothingAsync();
    }

    [Theory, Trait("Spec", "MQTT-3.1.2-22"), Trait("Spec", "MQTT-3.2.2-22"), Trait("Spec", "MQTT-3.12.4-1")]
    [InlineData(4)]
    [InlineData(5)]
    public async Task KeepAlive_OneAndAHalfTimesWithoutAPacket_ClosesWithItsReason(byte level)
    {
        var time = new ManualTime();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(time: time);
        using WireClient client = await broker.ConnectAsync(version: (ProtocolVersion)level, keepAlive: 10);
        time.Advance(TimeSpan.FromSeconds(14));
        await client.ReceiveNothingAsync();
        time.Advance(TimeSpan.FromSeconds(14));
        await client.ReceiveNothingAsync();
        await SilenceAsync(client, time, TimeSpan.FromSeconds(16));
    }

    [Fact, Trait("Spec", "MQTT-3.2.2-21")]
    public async Task ServerKeepAlive_IsToldAndKept()
    {
        var time = new ManualTime();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(new MqttBrokerLimits { KeepAlive = TimeSpan.FromSeconds(30) }, time: time);
        using WireClient client = await broker.OpenAsync();
        ConnAckPacket answer = await client.ConnectAsync(new ConnectPacket { ClientId = "c", KeepAliveSeconds = 600 });
        Assert.Equal((ushort)30, answer.ServerKeepAliveSeconds);
        await SilenceAsync(client, time, TimeSpan.FromSeconds(46));
    }

    [Fact, Trait("Spec", "MQTT-3.1.2-5"), Trait("Spec", "MQTT-3.1.2-23"), Trait("Spec", "MQTT-4.1.0-2"), Trait("Spec", "MQTT-3.1.3-2")]
    public async Task SessionExpiry_ZeroNAndChangedAtDisconnect()
    {
        var time = new ManualTime();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(time: time);
        await LeaveAsync(broker, "zero", 0, null);
        await LeaveAsync(broker, "ten", 10, null);
        await LeaveAsync(broker, "other ten", 10, null);
        await LeaveAsync(broker, "ever", uint.MaxValue, null);
        await LeaveAsync(broker, "changed", 10, 100);
        await LeaveAsync(broker, "ended", 100, 0);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(await IsPresentAsync(broker, "zero"));
        Assert.True(await IsPresentAsync(broker, "ten"));
        Assert.False(await IsPresentAsync(broker, "ended"));
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.False(await IsPresentAsync(broker, "other ten"));
        Assert.True(await IsPresentAsync(broker, "changed"));
        time.Advance(TimeSpan.FromHours(1));
        Assert.True(await IsPresentAsync(broker, "ever"));
    }

    [Fact, Trait("Spec", "MQTT-3.14.2-2")]
    public async Task Disconnect_ProlongingASessionThatWasToEnd_IsAProtocolError()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync();
        await client.SendAsync(new DisconnectPacket { SessionExpirySeconds = 5 });
        await client.ReceiveCloseAsync(ReasonCode.ProtocolError);
    }

    [Fact]
    public async Task ConnectThatNeverComes_IsClosed()
    {
        var time = new ManualTime();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(time: time);
        using WireClient client = await broker.OpenAsync();
        await client.SendRawAsync(new byte[] { 0x10 });
        await Until.True(() => broker.Broker.Statistics.Connections == 1);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Null(await client.ReceiveAsync());
        Assert.Equal(1, broker.Broker.Statistics.Limits[MqttLimit.ConnectTimeout]);
    }

    [Fact, Trait("Spec", "MQTT-3.14.2-2"), Trait("Spec", "MQTT-3.14.4-1"), Trait("Spec", "MQTT-3.14.4-2")]
    public async Task Stop_TellsFiveThatTheServerShutsDown()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync();
        Task stopped = broker.Broker.StopAsync(CancellationToken.None);
        await client.ReceiveCloseAsync(ReasonCode.ServerShuttingDown);
        client.Dispose();
        await Until.Done(stopped);
    }

    [Fact]
    public async Task Start_PortInUse_SaysWhichAndWhatToDo()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        foreach (MqttTransport transport in Enum.GetValues<MqttTransport>())
        {
            IOException e = await Assert.ThrowsAsync<IOException>(() =>
                BrokerUnderTest.StartAsync(listener: new MqttListener { Address = broker.Endpoint, Transport = transport }));
            Assert.Equal($"MQTT cannot listen on {broker.Endpoint}: the port is in use. Choose another port or stop the program that holds it.", e.Message);
        }
    }

    internal static async Task<bool> IsPresentAsync(BrokerUnderTest broker, string clientId)
    {
        using WireClient client = await broker.OpenAsync();
        ConnAckPacket answer = await client.ConnectAsync(new ConnectPacket { ClientId = clientId, CleanStart = false, SessionExpirySeconds = uint.MaxValue });
        return answer.SessionPresent;
    }

    /// <summary>The silence begins when the broker is done with the last packet, which may be a little after its answer: so it is let pass until it counts.</summary>
    private static async Task SilenceAsync(WireClient client, ManualTime time, TimeSpan silence)
    {
        Task closed = client.ReceiveCloseAsync(ReasonCode.KeepAliveTimeout);
        while (!closed.IsCompleted)
        {
            time.Advance(silence);
            await Task.WhenAny(closed, Task.Delay(20));
        }

        await closed;
    }

    private static async Task LeaveAsync(BrokerUnderTest broker, string clientId, uint expiry, uint? atDisconnect)
    {
        using WireClient client = await broker.ConnectAsync(clientId, expiry: expiry);
        await client.SubscribeAsync(Encoding.UTF8.GetString("a/b"u8));
        await client.SendAsync(new DisconnectPacket { SessionExpirySeconds = atDisconnect });
        Assert.Null(await client.ReceiveAsync());
    }
}
