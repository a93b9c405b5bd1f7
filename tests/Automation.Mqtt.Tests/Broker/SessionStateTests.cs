using System.Text;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.TestKit;

namespace Automation.Mqtt.Tests.Broker;

/// <summary>What CONNECT begins, goes on with or throws away, and what the broker says in words.</summary>
public sealed class SessionStateTests
{
    private const string Denied = "the access rules do not allow this";

    [Theory, Trait("Spec", "MQTT-3.1.2-4"), Trait("Spec", "MQTT-3.1.2-6"), Trait("Spec", "MQTT-3.1.4-4"), Trait("Spec", "MQTT-3.2.2-2"), Trait("Spec", "MQTT-3.2.2-3")]
    [InlineData(4)]
    [InlineData(5)]
    public async Task CleanStart_ThrowsTheOldSessionAway_AndSessionPresentSaysSo(byte level)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        async Task<(WireClient Client, bool Present)> EnterAsync(bool clean)
        {
            WireClient client = await broker.OpenAsync((ProtocolVersion)level);
            ConnAckPacket answer = await client.ConnectAsync(new ConnectPacket { Version = (ProtocolVersion)level, ClientId = "c", CleanStart = clean, SessionExpirySeconds = level == 5 ? 1000u : 0 });
            return (client, answer.SessionPresent);
        }

        (WireClient first, bool present) = await EnterAsync(clean: false);
        Assert.False(present);
        await first.SubscribeAsync("t", QoS.AtLeastOnce);
        first.Dispose();
        await Until.True(() => broker.Broker.Statistics.Connections == 0);
        await broker.Broker.PublishAsync(new MqttMessage { Topic = "t", QoS = QoS.AtLeastOnce }, CancellationToken.None);
        (WireClient second, present) = await EnterAsync(clean: false);
        Assert.True(present);
        await second.ReceivePublishAsync("t", "");
        second.Dispose();
        (WireClient fresh, present) = await EnterAsync(clean: true);
        Assert.False(present);
        await fresh.ReceiveNothingAsync();
        Assert.Equal(0, broker.Broker.Statistics.Subscriptions);
        fresh.Dispose();
    }

    [Fact, Trait("Spec", "MQTT-4.1.0-1")]
    public async Task Session_OutlastsItsExpiry_WhileItsClientIsConnected()
    {
        var time = new ManualTime();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(time: time);
        using (WireClient client = await broker.ConnectAsync("c", expiry: 10))
        {
            time.Advance(TimeSpan.FromSeconds(60));
            await client.ReceiveNothingAsync();
        }

        await Until.True(() => broker.Broker.Statistics.Connections == 0);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await ConnectTests.IsPresentAsync(broker, "c"));
    }

    [Theory, Trait("Spec", "MQTT-3.1.3-5")]
    [InlineData(4, "a")]
    [InlineData(4, "0123456789abcdefghijklm")]
    [InlineData(5, "nopqrstuvwxyzABCDEFGHIJ")]
    [InlineData(5, "KLMNOPQRSTUVWXYZ")]
    public async Task ClientIdentifier_ThatEveryServerTakes_IsTaken(byte level, string clientId)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.ConnectAsync(clientId, (ProtocolVersion)level);
        await client.ReceiveNothingAsync();
    }

    [Theory, Trait("Spec", "MQTT-3.1.4-6")]
    [InlineData(4)]
    [InlineData(5)]
    public async Task RefusedConnect_WhatFollowsItIsNotLookedAt(byte level)
    {
        var version = (ProtocolVersion)level;
        var users = new MqttUsers([new MqttUser { Name = "alice", PasswordHash = PasswordHash.Create("secret"u8, 1_000) }]);
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(authenticator: users);
        using WireClient watcher = await broker.ConnectAsync("w", user: "alice", password: "secret");
        await watcher.SubscribeAsync("#");
        using WireClient stranger = await broker.OpenAsync(version);
        byte[] both =
        [
            .. Codec.Wire.Encode(new ConnectPacket { Version = version, ClientId = "s", UserName = "alice", Password = "guess"u8.ToArray() }, version),
            .. Codec.Wire.Encode(new PublishPacket { Topic = "t", Payload = "m"u8.ToArray() }, version),
        ];
        await stranger.SendRawAsync(both);
        Assert.Equal(ReasonCode.BadUserNameOrPassword, (await stranger.ReceiveAsync<ConnAckPacket>()).Reason);
        Assert.Null(await stranger.ReceiveAsync());
        await watcher.ReceiveNothingAsync();
    }

    [Fact, Trait("Spec", "MQTT-3.1.2-28"), Trait("Spec", "MQTT-3.2.2-9"), Trait("Spec", "MQTT-3.2.2-10"), Trait("Spec", "MQTT-4.12.0-6")]
    public async Task ConnAck_LeavesOutWhatIsOfferedInFull_AndWhatWasNotAskedFor()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient client = await broker.OpenAsync();
        ConnAckPacket answer = await client.ConnectAsync(new ConnectPacket { ClientId = "c", RequestResponseInformation = false });
        Assert.Equal((QoS.ExactlyOnce, true, true, true, true), (answer.MaximumQoS, answer.RetainAvailable, answer.WildcardSubscriptionAvailable, answer.SubscriptionIdentifiersAvailable, answer.SharedSubscriptionAvailable));
        Assert.Equal((null, null, null), (answer.ResponseInformation, answer.AuthenticationMethod, answer.AssignedClientId));
        foreach (QoS qos in Enum.GetValues<QoS>()) Assert.Equal((ReasonCode)qos, (await client.SubscribeAsync("t", qos)).Reasons.Single());
    }

    [Theory, Trait("Spec", "MQTT-3.1.2-29")]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task ReasonStrings_AreSaidWhereTheClientWantsThem_AndTheBrokerMay(bool wanted, bool allowed)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(authorizer: new MqttAccessRules([new MqttAccessRule { Filter = "mine/#" }]), reasonStrings: allowed);
        using WireClient client = await broker.OpenAsync();
        await client.ConnectAsync(new ConnectPacket { ClientId = "c", RequestProblemInformation = wanted });
        string? text = wanted && allowed ? Denied : null;
        Assert.Equal(text, (await client.SubscribeAsync("theirs")).ReasonString);
        await client.PublishAsync("theirs", "m", QoS.AtLeastOnce);
        PubAckPacket one = await client.ReceiveAsync<PubAckPacket>();
        Assert.Equal((1, ReasonCode.NotAuthorized, text), (one.PacketId, one.Reason, one.ReasonString));
        await client.PublishAsync("theirs", "m", QoS.ExactlyOnce, packetId: 2);
        PubRecPacket two = await client.ReceiveAsync<PubRecPacket>();
        Assert.Equal((2, ReasonCode.NotAuthorized, text), (two.PacketId, two.Reason, two.ReasonString));

        // In DISCONNECT and CONNACK it may be said in any case.
        using WireClient newer = await broker.OpenAsync();
        await newer.ConnectAsync(new ConnectPacket { ClientId = "c" });
        Assert.Equal(allowed ? "another client has connected with this client identifier" : null, (await client.ReceiveAsync<DisconnectPacket>()).ReasonString);
        using WireClient refused = await broker.OpenAsync();
        Assert.Equal(allowed ? "enhanced authentication is not offered" : null,
            (await refused.ConnectAsync(new ConnectPacket { ClientId = "d", AuthenticationMethod = "m", RequestProblemInformation = wanted })).ReasonString);
    }

    [Fact, Trait("Spec", "MQTT-3.2.2-19"), Trait("Spec", "MQTT-3.4.2-2"), Trait("Spec", "MQTT-3.5.2-2"), Trait("Spec", "MQTT-3.9.2-1"), Trait("Spec", "MQTT-3.14.2-3")]
    public async Task ReasonStrings_TooLongForTheClient_AreLeftOut()
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(authorizer: new MqttAccessRules([new MqttAccessRule { Filter = "mine/#" }]));
        using WireClient client = await broker.ConnectAsync("c", maximumPacketSize: 30);
        Assert.Null((await client.SubscribeAsync("theirs")).ReasonString);
        await client.PublishAsync("theirs", "m", QoS.AtLeastOnce);
        Assert.Null((await client.ReceiveAsync<PubAckPacket>()).ReasonString);
        await client.PublishAsync("theirs", "m", QoS.ExactlyOnce);
        Assert.Null((await client.ReceiveAsync<PubRecPacket>()).ReasonString);
        using WireClient newer = await broker.ConnectAsync("c");
        DisconnectPacket farewell = await client.ReceiveAsync<DisconnectPacket>();
        Assert.Equal((ReasonCode.SessionTakenOver, null), (farewell.Reason, farewell.ReasonString));
        using WireClient refused = await broker.OpenAsync();
        ConnAckPacket answer = await refused.ConnectAsync(new ConnectPacket { ClientId = "d", AuthenticationMethod = "m", MaximumPacketSize = 30 });
        Assert.Equal((ReasonCode.BadAuthenticationMethod, null), (answer.Reason, answer.ReasonString));
    }

    [Theory, Trait("Spec", "MQTT-3.1.2-14"), Trait("Spec", "MQTT-3.1.3-10"), Trait("Spec", "MQTT-3.1.2-12")]
    [InlineData(QoS.AtMostOnce)]
    [InlineData(QoS.AtLeastOnce)]
    [InlineData(QoS.ExactlyOnce)]
    public async Task Will_NotRetained_IsNotKept_AndItsUserPropertiesKeepTheirOrder(QoS qos)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        using WireClient watcher = await broker.ConnectAsync("w");
        await watcher.SubscribeAsync("will", QoS.ExactlyOnce, asPublished: true);
        var will = new WillPacket { Topic = "will", Payload = "x"u8.ToArray(), QoS = qos, UserProperties = [new("b", "1"), new("a", "2"), new("b", "3")] };
        (await broker.ConnectAsync("c", will: will)).Dispose();
        PublishPacket got = await watcher.ReceivePublishAsync("will", "x");
        Assert.Equal((qos, false), (got.QoS, got.Retain));
        Assert.Equal(["b=1", "a=2", "b=3"], got.UserProperties.Select(p => p.Key + "=" + p.Value));
        Assert.Equal(0, broker.Broker.Statistics.Retained);
    }

    [Theory]
    [InlineData(false, ReasonCode.UseAnotherServer)]
    [InlineData(true, ReasonCode.ServerMoved)]
    public async Task Redirect_TellsEverybodyWhere(bool permanent, ReasonCode reason)
    {
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(redirect: new MqttRedirect("other:1883", permanent));
        using WireClient five = await broker.OpenAsync();
        ConnAckPacket answer = await five.ConnectAsync(new ConnectPacket { ClientId = "c" });
        Assert.Equal((reason, "other:1883"), (answer.Reason, answer.ServerReference));
        Assert.Null(await five.ReceiveAsync());
        using WireClient old = await broker.OpenAsync(ProtocolVersion.V311);
        Assert.Equal(ReasonCode.ServerUnavailable, (await old.ConnectAsync(new ConnectPacket { Version = ProtocolVersion.V311, ClientId = "c" })).Reason);
        Assert.Null(await old.ReceiveAsync());
    }
}
