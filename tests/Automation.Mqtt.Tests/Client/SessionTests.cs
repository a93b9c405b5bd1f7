using System.Collections.Concurrent;
using Automation.Mqtt.Client;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.TestKit;
using Conversation = Automation.Mqtt.Tests.Client.ScriptedServer.Conversation;

namespace Automation.Mqtt.Tests.Client;

/// <summary>What the client owes a session, seen from the server's side of the wire.</summary>
[Trait("Req", "HUB-5")]
public sealed class SessionTests
{
    [Fact, Trait("Spec", "MQTT-4.4.0-1"), Trait("Spec", "MQTT-3.3.1-1"), Trait("Spec", "MQTT-4.3.2-3"), Trait("Spec", "MQTT-4.3.3-4"), Trait("Spec", "MQTT-4.3.3-5"), Trait("Spec", "MQTT-4.3.3-6"), Trait("Spec", "MQTT-4.6.0-1")]
    public async Task Reconnect_SessionPresent_SendsUnacknowledgedAgainInOrder()
    {
        using var server = new ScriptedServer();
        await using MqttClient client = Clients.Start(server.Options);
        Task one, two, three;
        using (Conversation first = await server.AcceptAsync())
        {
            await Until.True(() => client.IsConnected);
            one = client.PublishAsync("a", "1", QoS.AtLeastOnce);
            Assert.Equal(1, (await first.ExpectAsync<PublishPacket>()).PacketId);
            two = client.PublishAsync("a", "2", QoS.ExactlyOnce);
            PublishPacket second = await first.ExpectAsync<PublishPacket>();
            await first.SendAsync(new PubRecPacket { PacketId = second.PacketId });
            await first.ExpectAsync<PubRelPacket>();
            three = client.PublishAsync("a", "3", QoS.ExactlyOnce);
            await first.ExpectAsync<PublishPacket>();
        }

        using Conversation again = await server.AcceptAsync(new ConnAckPacket { SessionPresent = true });
        Assert.False(again.Connect.CleanStart);
        PublishPacket resent = await again.ExpectAsync<PublishPacket>();
        Assert.Equal((1, true), (resent.PacketId, resent.Duplicate));
        Assert.Equal(2, (await again.ExpectAsync<PubRelPacket>()).PacketId);
        resent = await again.ExpectAsync<PublishPacket>();
        Assert.Equal((3, true), (resent.PacketId, resent.Duplicate));
        await again.SendAsync(new PubAckPacket { PacketId = 1 });
        await again.SendAsync(new PubCompPacket { PacketId = 2 });
        await again.SendAsync(new PubRecPacket { PacketId = 3 });
        await again.ExpectAsync<PubRelPacket>();
        await again.SendAsync(new PubCompPacket { PacketId = 3 });
        await Until.Done(Task.WhenAll(one, two, three));
    }

    [Fact, Trait("Spec", "MQTT-3.2.2-5")]
    public async Task Reconnect_SessionGone_SubscribesFirstAndPublishesAnew()
    {
        using var server = new ScriptedServer();
        await using MqttClient client = Clients.Start(server.Options);
        Task publishing;
        using (Conversation first = await server.AcceptAsync())
        {
            await Until.True(() => client.IsConnected);
            Task<ConcurrentQueue<MqttMessage>> subscribing = client.CollectAsync("s");
            SubscribePacket subscribe = await first.ExpectAsync<SubscribePacket>();
            await first.SendAsync(new SubAckPacket { PacketId = subscribe.PacketId, Reasons = [ReasonCode.GrantedQoS2] });
            await subscribing;
            publishing = client.PublishAsync("a", "1", QoS.AtLeastOnce);
            await first.ExpectAsync<PublishPacket>();
        }

        using Conversation again = await server.AcceptAsync();
        SubscribePacket resubscribe = await again.ExpectAsync<SubscribePacket>();
        Assert.Equal("s", resubscribe.Subscriptions.Single().Filter);
        PublishPacket anew = await again.ExpectAsync<PublishPacket>();
        Assert.False(anew.Duplicate);
        await again.SendAsync(new PubAckPacket { PacketId = anew.PacketId });
        await Until.Done(publishing);
    }

    [Fact, Trait("Spec", "MQTT-3.3.4-7"), Trait("Spec", "MQTT-4.9.0-2")]
    public async Task Publish_AboveTheServersReceiveMaximum_Waits()
    {
        using var server = new ScriptedServer();
        await using MqttClient client = Clients.Start(server.Options);
        using Conversation conversation = await server.AcceptAsync(new ConnAckPacket { ReceiveMaximum = 1 });
        await Until.True(() => client.IsConnected);
        Task first = client.PublishAsync("a", "1", QoS.AtLeastOnce);
        Task second = client.PublishAsync("a", "2", QoS.AtLeastOnce);
        PublishPacket one = await conversation.ExpectAsync<PublishPacket>();
        await client.PublishAsync("a", "marker");
        Assert.Equal(QoS.AtMostOnce, (await conversation.ExpectAsync<PublishPacket>()).QoS);
        await conversation.SendAsync(new PubAckPacket { PacketId = one.PacketId });
        await Until.Done(first);
        PublishPacket two = await conversation.ExpectAsync<PublishPacket>();
        await conversation.SendAsync(new PubAckPacket { PacketId = two.PacketId, Reason = ReasonCode.QuotaExceeded });
        MqttClientException refused = await Clients.Fails(second);
        Assert.Equal((MqttClientFault.PublishRefused, ReasonCode.QuotaExceeded), (refused.Fault, refused.Reason));
    }

    [Fact, Trait("Spec", "MQTT-4.6.0-2"), Trait("Spec", "MQTT-4.5.0-2"), Trait("Spec", "MQTT-4.6.0-3"), Trait("Spec", "MQTT-4.3.3-11"), Trait("Spec", "MQTT-4.3.3-10")]
    public async Task Receive_SlowHandler_IsAcknowledgedWhenThroughAndInOrder()
    {
        using var server = new ScriptedServer();
        await using MqttClient client = Clients.Start(server.Options);
        using Conversation conversation = await server.AcceptAsync();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<IAsyncDisposable> subscribing = client.SubscribeAsync("slow", QoS.ExactlyOnce, async (_, token) => await gate.Task.WaitAsync(token), CancellationToken.None);
        await GrantAsync(conversation);
        await Until.Done(subscribing);
        await conversation.SendAsync(new PublishPacket { Topic = "slow", QoS = QoS.AtLeastOnce, PacketId = 1 });
        await conversation.SendAsync(new PublishPacket { Topic = "slow", QoS = QoS.ExactlyOnce, PacketId = 2 });
        await conversation.SendAsync(new PublishPacket { Topic = "nobody", QoS = QoS.AtLeastOnce, PacketId = 3 });

        // The same again before PUBREC is not delivered twice.
        await conversation.SendAsync(new PublishPacket { Topic = "slow", QoS = QoS.ExactlyOnce, PacketId = 2, Duplicate = true });
        await conversation.SendAsync(new PublishPacket { Topic = "nobody" });
        await Until.True(() => client.DroppedMessages == 2);
        await client.PublishAsync("marker", "");
        await conversation.ExpectAsync<PublishPacket>();
        gate.SetResult();
        Assert.Equal(1, (await conversation.ExpectAsync<PubAckPacket>()).PacketId);
        Assert.Equal(2, (await conversation.ExpectAsync<PubRecPacket>()).PacketId);
        Assert.Equal(3, (await conversation.ExpectAsync<PubAckPacket>()).PacketId);
        await conversation.SendAsync(new PubRelPacket { PacketId = 2 });
        Assert.Equal(ReasonCode.Success, (await conversation.ExpectAsync<PubCompPacket>()).Reason);
        await conversation.SendAsync(new PubRelPacket { PacketId = 9 });
        Assert.Equal(ReasonCode.PacketIdentifierNotFound, (await conversation.ExpectAsync<PubCompPacket>()).Reason);
    }

    [Fact, Trait("Spec", "MQTT-3.3.2-12"), Trait("Spec", "MQTT-3.2.2-17"), Trait("Spec", "MQTT-3.3.2-10")]
    public async Task TopicAliases_BothWays()
    {
        using var server = new ScriptedServer();
        await using MqttClient client = Clients.Start(server.Options);
        using Conversation conversation = await server.AcceptAsync(new ConnAckPacket { TopicAliasMaximum = 1 });
        Task<ConcurrentQueue<MqttMessage>> subscribing = client.CollectAsync("in/#");
        await GrantAsync(conversation);
        ConcurrentQueue<MqttMessage> messages = await subscribing;
        foreach (string topic in (string[])["x", "x", "y"]) await client.PublishAsync(topic, "");
        foreach ((string Topic, int Alias) expected in new[] { ("x", 1), ("", 1), ("y", 0) })
        {
            PublishPacket packet = await conversation.ExpectAsync<PublishPacket>();
            Assert.Equal(expected, (packet.Topic, (int)packet.TopicAlias));
        }

        await conversation.SendAsync(new PublishPacket { Topic = "in/1", TopicAlias = 5 });
        await conversation.SendAsync(new PublishPacket { TopicAlias = 5 });
        await messages.Count(2);
        Assert.All(messages, m => Assert.Equal("in/1", m.Topic));

        // Above what was announced.
        await conversation.SendAsync(new PublishPacket { Topic = "in/1", TopicAlias = 33 });
        Assert.Equal(ReasonCode.TopicAliasInvalid, (await conversation.ExpectAsync<DisconnectPacket>()).Reason);
    }

    [Theory]
    [InlineData("36 05 0001 61 0001", ReasonCode.MalformedPacket)]
    [InlineData("10 00", ReasonCode.MalformedPacket)]
    [InlineData("F0 00", ReasonCode.ProtocolError)]
    [InlineData("30 03 0000 00", ReasonCode.MalformedPacket)]
    [InlineData("30 06 0000 03 23 0005", ReasonCode.ProtocolError)]
    [InlineData("3F FF FF FF 7F", ReasonCode.MalformedPacket)]
    [InlineData("30 FF FF FF 7F", ReasonCode.PacketTooLarge)]
    public async Task Receive_WhatIsNoMqtt_EndsTheConnectionWithTheReasonAndComesBack(string hex, ReasonCode reason)
    {
        using var server = new ScriptedServer();
        await using MqttClient client = Clients.Start(server.Options);
        using (Conversation conversation = await server.AcceptAsync())
        {
            await conversation.SendAsync(Codec.Wire.Hex(hex));
            Assert.Equal(reason, (await conversation.ExpectAsync<DisconnectPacket>()).Reason);
            Assert.Null(await conversation.NextAsync());
        }

        using Conversation again = await server.AcceptAsync();
        await Until.True(() => client.IsConnected);
    }

    [Fact]
    public async Task Refusal_IsNotTriedAgainSoon()
    {
        using var server = new ScriptedServer();
        var time = new ManualTime();
        await using MqttClient client = Clients.Start(server.Options with { Limits = new MqttClientLimits { ConnectTimeout = Timeout.InfiniteTimeSpan } }, time);
        using (Conversation refused = await server.AcceptAsync(new ConnAckPacket { Reason = ReasonCode.BadUserNameOrPassword }))
        {
            Assert.Null(await refused.NextAsync());
        }

        // Half of five minutes is the least.
        await Until.True(() => time.WaitingTimers == 1);
        time.Advance(TimeSpan.FromSeconds(149));
        Assert.Equal(1, time.WaitingTimers);
        Assert.False(server.SomebodyWaits);
        time.Advance(TimeSpan.FromSeconds(151));
        using Conversation again = await server.AcceptAsync();
        await Until.True(() => client.IsConnected);
    }

    [Fact]
    public async Task OfflineQueue_Full_DropsTheOldestOrRefuses()
    {
        using var server = new ScriptedServer();
        MqttClientLimits limits = server.Options.Limits with { QueuedMessages = 2 };
        await using MqttClient dropping = Clients.Start(server.Options with { Limits = limits }, new ManualTime());
        Task[] waiting = [.. Enumerable.Range(0, 3).Select(i => dropping.PublishAsync("a", $"{i}", QoS.AtLeastOnce))];
        Assert.Equal(MqttClientFault.Dropped, (await Clients.Fails(waiting[0])).Fault);
        Assert.False(waiting[1].IsCompleted || waiting[2].IsCompleted);
        await dropping.DisposeAsync();
        Assert.Equal(MqttClientFault.Closed, (await Clients.Fails(waiting[2])).Fault);

        await using MqttClient refusing = Clients.Start(server.Options with { Limits = limits with { WhenFull = QueueFull.Refuse } }, new ManualTime());
        await refusing.PublishAsync("a", "0");
        using var cancel = new CancellationTokenSource();
        Task takenBack = refusing.PublishAsync(Clients.Message("a", "1", QoS.AtLeastOnce), cancel.Token).AsTask();
        Assert.Equal(MqttClientFault.QueueFull, (await Clients.Fails(refusing.PublishAsync("a", "2"))).Fault);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Until.Done(takenBack));
        await refusing.PublishAsync("a", "3");
    }

    [Fact, Trait("Spec", "MQTT-3.1.2-20")]
    public async Task KeepAlive_PingsInSilence_AndGivesUpWithoutAnAnswer()
    {
        using var server = new ScriptedServer();
        var time = new ManualTime();
        await using MqttClient client = Clients.Start(server.Options with { KeepAlive = TimeSpan.FromSeconds(40), Limits = new MqttClientLimits { ConnectTimeout = Timeout.InfiniteTimeSpan } }, time);
        using Conversation conversation = await server.AcceptAsync();
        await Until.True(() => client.IsConnected && time.WaitingTimers == 1);
        time.Advance(TimeSpan.FromSeconds(30));
        await conversation.ExpectAsync<PingReqPacket>();
        await Until.True(() => time.WaitingTimers == 1);
        time.Advance(TimeSpan.FromSeconds(15));
        await Until.True(() => !client.IsConnected);
    }

    [Fact]
    public void Backoff_GrowsWithJitterToItsLimit_AndStartsAnewAfterALongConnection()
    {
        var limits = new MqttClientLimits { FirstBackoff = TimeSpan.FromSeconds(1), LongestBackoff = TimeSpan.FromSeconds(10) };
        var backoff = new Backoff(limits, new Random(1));
        var failure = new MqttClientException(MqttClientFault.Unreachable, "");
        double[] longest = [1, 2, 4, 8, 10, 10, 10];
        foreach (double limit in longest) Assert.InRange(backoff.Next(failure, TimeSpan.Zero).TotalSeconds, limit / 2, limit);
        Assert.InRange(backoff.Next(failure, TimeSpan.FromMinutes(1)).TotalSeconds, 0.5, 1);
    }

    private static async Task GrantAsync(Conversation conversation)
    {
        SubscribePacket subscribe = await conversation.ExpectAsync<SubscribePacket>();
        await conversation.SendAsync(new SubAckPacket { PacketId = subscribe.PacketId, Reasons = [ReasonCode.GrantedQoS2] });
    }
}
