using System.Collections.Concurrent;
using Automation.Mqtt.Client;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.TestKit;
using Conversation = Automation.Mqtt.Tests.Client.ScriptedServer.Conversation;

namespace Automation.Mqtt.Tests.Client;

/// <summary>What the standard asks of every client, seen from the server's side of the wire.</summary>
[Trait("Req", "HUB-5")]
public sealed class DutyTests
{
    [Fact, Trait("Spec", "MQTT-3.2.2-4")]
    public async Task SessionPresent_WhereANewOneWasAskedFor_ClosesTheConnection()
    {
        using var server = new ScriptedServer();
        await using MqttClient client = Clients.Start(server.Options);
        using Conversation conversation = await server.AcceptAsync(new ConnAckPacket { SessionPresent = true });
        Assert.True(conversation.Connect.CleanStart);
        Assert.Null(await conversation.NextAsync());
        Assert.False(client.IsConnected);
    }

    [Fact, Trait("Spec", "MQTT-3.1.2-21"), Trait("Spec", "MQTT-3.2.2-21")]
    public async Task ServerKeepAlive_StandsInPlaceOfOnesOwn()
    {
        using var server = new ScriptedServer();
        var time = new ManualTime();
        await using MqttClient client = Clients.Start(server.Options with { KeepAlive = TimeSpan.FromHours(1), Limits = new MqttClientLimits { ConnectTimeout = Timeout.InfiniteTimeSpan } }, time);
        using Conversation conversation = await server.AcceptAsync(new ConnAckPacket { ServerKeepAliveSeconds = 40 });
        await Until.True(() => client.IsConnected && time.WaitingTimers == 1);
        time.Advance(TimeSpan.FromSeconds(30));
        await conversation.ExpectAsync<PingReqPacket>();
    }

    [Fact, Trait("Spec", "MQTT-3.2.2-11"), Trait("Spec", "MQTT-3.2.2-14"), Trait("Spec", "MQTT-3.2.2-15"), Trait("Spec", "MQTT-3.2.2-18")]
    public async Task WhatTheServerDoesNotTake_IsNotSent()
    {
        using var server = new ScriptedServer();
        await using MqttClient client = Clients.Start(server.Options);
        using Conversation conversation = await server.AcceptAsync(new ConnAckPacket { MaximumQoS = QoS.AtLeastOnce, RetainAvailable = false, MaximumPacketSize = 50 });
        await Until.True(() => client.IsConnected);
        foreach (MqttMessage message in (MqttMessage[])[Clients.Message("a", "1", QoS.ExactlyOnce), Clients.Message("a", "2", retain: true), Clients.Message("a", new string('x', 60))])
            Assert.Equal(MqttClientFault.InvalidMessage, (await Clients.Fails(client.PublishAsync(message, CancellationToken.None).AsTask())).Fault);
        for (int i = 0; i < 2; i++)
        {
            // And no alias, where none was offered.
            await client.PublishAsync("a", "ok");
            PublishPacket packet = await conversation.ExpectAsync<PublishPacket>();
            Assert.Equal(("a", 0), (packet.Topic, (int)packet.TopicAlias));
        }
    }

    [Fact, Trait("Spec", "MQTT-3.3.4-9"), Trait("Spec", "MQTT-4.13.1-1")]
    public async Task ServerThatExceedsTheReceiveMaximum_IsBorneWhileThereIsRoom_AndThenLeft()
    {
        const int room = 2 + 3;
        using var server = new ScriptedServer();
        await using MqttClient client = Clients.Start(server.Options with { ReceiveMaximum = 2, Limits = new MqttClientLimits { QueuedPerHandler = 3 } });
        using Conversation conversation = await server.AcceptAsync(new ConnAckPacket());
        var hold = new TaskCompletionSource();
        Task<IAsyncDisposable> subscribing = client.SubscribeAsync("s", QoS.AtLeastOnce, async (_, _) => await hold.Task, CancellationToken.None);
        SubscribePacket subscribe = await conversation.ExpectAsync<SubscribePacket>();
        await conversation.SendAsync(new SubAckPacket { PacketId = subscribe.PacketId, Reasons = [ReasonCode.GrantedQoS1] });
        await Until.Done(subscribing);
        for (ushort id = 1; id <= room; id++) await conversation.SendAsync(new PublishPacket { Topic = "s", QoS = QoS.AtLeastOnce, PacketId = id });
        hold.SetResult();
        for (ushort id = 1; id <= room; id++) Assert.Equal(id, (await conversation.ExpectAsync<PubAckPacket>()).PacketId);

        hold = new TaskCompletionSource();
        for (ushort id = 1; id <= room + 1; id++) await conversation.SendAsync(new PublishPacket { Topic = "s", QoS = QoS.AtLeastOnce, PacketId = id });
        Assert.Equal(ReasonCode.ReceiveMaximumExceeded, (await conversation.ExpectAsync<DisconnectPacket>()).Reason);
        hold.SetResult();
    }

    [Fact, Trait("Spec", "MQTT-2.2.1-3"), Trait("Spec", "MQTT-4.3.2-1"), Trait("Spec", "MQTT-4.3.3-1"), Trait("Spec", "MQTT-3.3.4-8"), Trait("Spec", "MQTT-4.9.0-3")]
    public async Task PacketIdentifiers_InUse_AreAllDifferent_AndAFullWindowHoldsNothingElseBack()
    {
        const int window = 20;
        using var server = new ScriptedServer();
        await using MqttClient client = Clients.Start(server.Options);
        using Conversation conversation = await server.AcceptAsync(new ConnAckPacket { ReceiveMaximum = window });
        await Until.True(() => client.IsConnected);
        Task[] publishing = [.. Enumerable.Range(0, window + 5).Select(i => client.PublishAsync("a", $"{i}", i % 2 == 0 ? QoS.AtLeastOnce : QoS.ExactlyOnce))];
        var identifiers = new HashSet<ushort>();
        for (int i = 0; i < window; i++) Assert.True(identifiers.Add((await conversation.ExpectAsync<PublishPacket>()).PacketId));
        Task<ConcurrentQueue<MqttMessage>> subscribing = client.CollectAsync("s");
        SubscribePacket subscribe = await conversation.ExpectAsync<SubscribePacket>();
        Assert.True(identifiers.Add(subscribe.PacketId));
        Assert.DoesNotContain((ushort)0, identifiers);
        await conversation.SendAsync(new SubAckPacket { PacketId = subscribe.PacketId, Reasons = [ReasonCode.GrantedQoS2] });
        await Until.Done(subscribing);
        Assert.DoesNotContain(publishing, p => p.IsCompleted);
    }

    [Fact, Trait("Spec", "MQTT-4.6.0-4")]
    public async Task PubRel_FollowsTheOrderOfPubRec()
    {
        using var server = new ScriptedServer();
        await using MqttClient client = Clients.Start(server.Options);
        using Conversation conversation = await server.AcceptAsync();
        await Until.True(() => client.IsConnected);
        Task[] publishing = [.. Enumerable.Range(0, 3).Select(i => client.PublishAsync("a", $"{i}", QoS.ExactlyOnce))];
        for (int i = 0; i < 3; i++) await conversation.ExpectAsync<PublishPacket>();
        ushort[] order = [2, 1, 3];
        foreach (ushort id in order) await conversation.SendAsync(new PubRecPacket { PacketId = id });
        foreach (ushort id in order) Assert.Equal(id, (await conversation.ExpectAsync<PubRelPacket>()).PacketId);
        foreach (ushort id in order) await conversation.SendAsync(new PubCompPacket { PacketId = id });
        await Until.Done(Task.WhenAll(publishing));
    }

    [Theory, Trait("Spec", "MQTT-4.4.0-2")]
    [InlineData(QoS.AtLeastOnce)]
    [InlineData(QoS.ExactlyOnce)]
    public async Task Refused_IsNotSentAgain(QoS qos)
    {
        using var server = new ScriptedServer();
        await using MqttClient client = Clients.Start(server.Options);
        using (Conversation first = await server.AcceptAsync())
        {
            await Until.True(() => client.IsConnected);
            Task publishing = client.PublishAsync("a", "1", qos);
            ushort id = (await first.ExpectAsync<PublishPacket>()).PacketId;
            await first.SendAsync(qos == QoS.AtLeastOnce
                ? new PubAckPacket { PacketId = id, Reason = ReasonCode.NotAuthorized }
                : new PubRecPacket { PacketId = id, Reason = ReasonCode.NotAuthorized });
            Assert.Equal(ReasonCode.NotAuthorized, (await Clients.Fails(publishing)).Reason);
        }

        using Conversation again = await server.AcceptAsync(new ConnAckPacket { SessionPresent = true });
        await Until.True(() => client.IsConnected);
        await client.PublishAsync("marker", "");
        Assert.Equal("marker", (await again.ExpectAsync<PublishPacket>()).Topic);
    }

    [Fact, Trait("Spec", "MQTT-4.3.2-5"), Trait("Spec", "MQTT-4.3.2-4")]
    public async Task SameIdentifierAfterPubAck_IsANewMessage()
    {
        using var server = new ScriptedServer();
        await using MqttClient client = Clients.Start(server.Options);
        using Conversation conversation = await server.AcceptAsync();
        Task<ConcurrentQueue<MqttMessage>> subscribing = client.CollectAsync("t");
        SubscribePacket subscribe = await conversation.ExpectAsync<SubscribePacket>();
        await conversation.SendAsync(new SubAckPacket { PacketId = subscribe.PacketId, Reasons = [ReasonCode.GrantedQoS2] });
        ConcurrentQueue<MqttMessage> messages = await Until.Done(subscribing);
        for (int i = 1; i <= 2; i++)
        {
            await conversation.SendAsync(new PublishPacket { Topic = "t", QoS = QoS.AtLeastOnce, PacketId = 9, Duplicate = i > 1 });
            Assert.Equal(9, (await conversation.ExpectAsync<PubAckPacket>()).PacketId);
            await messages.Count(i);
        }
    }

    [Fact, Trait("Spec", "MQTT-4.7.3-3")]
    public async Task TopicLongerThanMqttCarries_IsRefusedBeforeItIsSent()
    {
        using var server = new ScriptedServer();
        await using MqttClient client = Clients.Start(server.Options);
        using Conversation conversation = await server.AcceptAsync();
        Assert.Equal(MqttClientFault.InvalidMessage, (await Clients.Fails(client.PublishAsync(new string('x', 65_536), ""))).Fault);
        await client.PublishAsync(new string('x', 65_535), "");
        Assert.Equal(65_535, (await conversation.ExpectAsync<PublishPacket>()).Topic.Length);
    }

    [Fact, Trait("Spec", "MQTT-3.14.4-1"), Trait("Spec", "MQTT-3.14.4-2")]
    public async Task Disconnect_IsTheLastWord()
    {
        using var server = new ScriptedServer();
        MqttClient client = Clients.Start(server.Options);
        using Conversation conversation = await server.AcceptAsync();
        await Until.True(() => client.IsConnected);
        Task unanswered = client.PublishAsync("a", "1", QoS.AtLeastOnce);
        await conversation.ExpectAsync<PublishPacket>();
        await Until.Done(client.DisposeAsync().AsTask());
        Assert.Equal(ReasonCode.Success, (await conversation.ExpectAsync<DisconnectPacket>()).Reason);
        Assert.Null(await conversation.NextAsync());
        Assert.Equal(MqttClientFault.Closed, (await Clients.Fails(unanswered)).Fault);
    }
}
