using System.Collections.Concurrent;
using Automation.Mqtt.Client;
using Automation.Mqtt.Protocol;
using Automation.TestKit;

namespace Automation.Mqtt.Tests.Client;

/// <summary>The client against a server we did not write.</summary>
[Trait("Req", "HUB-5")]
public sealed class MosquittoTests
{
    public static IEnumerable<TheoryDataRow<ProtocolVersion, QoS>> VersionsAndQoS =>
        from version in Enum.GetValues<ProtocolVersion>() from qos in Enum.GetValues<QoS>() select new TheoryDataRow<ProtocolVersion, QoS>(version, qos);

    [Theory, MemberData(nameof(VersionsAndQoS))]
    public async Task Publish_ManyAtEachQoS_ArriveOnceAndInOrder(ProtocolVersion version, QoS qos)
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using MqttClient client = await Clients.ConnectAsync(mosquitto.Options() with { Version = version });
        ConcurrentQueue<MqttMessage> messages = await client.CollectAsync("orders/+");
        var publishing = new List<Task>();
        for (int i = 0; i < 500; i++) publishing.Add(client.PublishAsync(Clients.Message("orders/one", $"{i}", qos), CancellationToken.None).AsTask());
        await Until.Done(Task.WhenAll(publishing));
        await messages.Count(500);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{i}"), messages.Select(m => m.Text()));
        Assert.All(messages, m => Assert.Equal(qos, m.QoS));
    }

    [Fact]
    public async Task Publish_Properties_ArriveAsTheyWere()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using MqttClient client = await Clients.ConnectAsync(mosquitto.Options());
        ConcurrentQueue<MqttMessage> messages = await client.CollectAsync("a");
        MqttMessage sent = Clients.Message("a", "ü", QoS.AtLeastOnce) with
        {
            ContentType = "text/plain", PayloadIsText = true, ResponseTopic = "b", CorrelationData = "c"u8.ToArray(), ExpirySeconds = 600, UserProperties = [new("k", "1"), new("k", "2")],
        };
        await Until.Done(client.PublishAsync(sent, CancellationToken.None).AsTask());
        await messages.Count(1);
        MqttMessage got = messages.First();
        Assert.Equal(("ü", "text/plain", true, "b"), (got.Text(), got.ContentType, got.PayloadIsText, got.ResponseTopic));
        Assert.Equal("c"u8.ToArray(), got.CorrelationData.ToArray());
        Assert.InRange(got.ExpirySeconds ?? 0, 1u, 600u);
        Assert.Equal(sent.UserProperties, got.UserProperties);
    }

    [Theory, InlineData(ProtocolVersion.V311), InlineData(ProtocolVersion.V5)]
    public async Task Subscribe_RetainedTopic_GetsItFirst(ProtocolVersion version)
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using MqttClient client = await Clients.ConnectAsync(mosquitto.Options() with { Version = version });
        await client.PublishAsync("kept", "old", QoS.AtLeastOnce, retain: true);
        ConcurrentQueue<MqttMessage> messages = await client.CollectAsync("kept");
        await messages.Count(1);
        await client.PublishAsync("kept", "new", QoS.AtLeastOnce);
        await messages.Count(2);
        Assert.Equal([("old", true), ("new", false)], messages.Select(m => (m.Text(), m.Retain)));
    }

    [Theory, InlineData(ProtocolVersion.V311), InlineData(ProtocolVersion.V5)]
    public async Task Subscribe_ToThousandsRetained_GetsThemAll(ProtocolVersion version)
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(m => $"listener {m.Port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 100000");
        await using MqttClient keeper = await Clients.ConnectAsync(mosquitto.Options());
        await Until.Done(Task.WhenAll(Enumerable.Range(0, 5000).Select(i => keeper.PublishAsync(Clients.Message($"kept/{i}", "v", QoS.AtLeastOnce) with { Retain = true }, CancellationToken.None).AsTask())));
        await using MqttClient client = await Clients.ConnectAsync(mosquitto.Options("late") with { Version = version });
        ConcurrentQueue<MqttMessage> messages = await client.CollectAsync("kept/#");
        await messages.Count(5000);
        Assert.Equal(5000, messages.Select(m => m.Topic).Distinct().Count());
        Assert.True(client.IsConnected);
    }

    [Theory, InlineData(ProtocolVersion.V311), InlineData(ProtocolVersion.V5)]
    public async Task CloseWithWill_PublishesTheWill_DisposeDoesNot(ProtocolVersion version)
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using MqttClient watcher = await Clients.ConnectAsync(mosquitto.Options());
        ConcurrentQueue<MqttMessage> messages = await watcher.CollectAsync("will/#");
        MqttClientOptions WithWill(string name) => mosquitto.Options(name) with { Version = version, Will = new MqttWill { Message = Clients.Message("will/" + name, "offline", QoS.AtLeastOnce) } };
        MqttClient quiet = await Clients.ConnectAsync(WithWill("quiet"));
        await quiet.DisposeAsync();
        MqttClient lost = await Clients.ConnectAsync(WithWill("lost"));
        await lost.CloseWithWillAsync();
        await messages.Count(1);
        Assert.Equal(["will/lost"], messages.Select(m => m.Topic));
    }

    [Fact, Trait("Spec", "MQTT-3.8.3-3")]
    public async Task Subscribe_Options_AreKeptByTheServer()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using MqttClient client = await Clients.ConnectAsync(mosquitto.Options());
        await client.PublishAsync("o/kept", "before", QoS.AtLeastOnce, retain: true);
        ConcurrentQueue<MqttMessage> notMine = await client.CollectAsync("o/+", new MqttSubscribeOptions { NoLocal = true, RetainHandling = RetainHandling.Never });
        ConcurrentQueue<MqttMessage> asPublished = await client.CollectAsync("o/kept", new MqttSubscribeOptions { RetainAsPublished = true, RetainHandling = RetainHandling.Never });
        await client.PublishAsync("o/kept", "after", QoS.AtLeastOnce, retain: true);
        await using MqttClient other = await Clients.ConnectAsync(mosquitto.Options());
        await other.PublishAsync("o/x", "theirs");
        await asPublished.Count(1);
        await notMine.Count(1);
        Assert.Equal([("after", true)], asPublished.Select(m => (m.Text(), m.Retain)));
        Assert.Equal(["theirs"], notMine.Select(m => m.Text()));
    }

    [Fact]
    public async Task Subscribe_OverlappingFilters_GiveEachHandlerOneCopy()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using MqttClient client = await Clients.ConnectAsync(mosquitto.Options());
        ConcurrentQueue<MqttMessage>[] all = [await client.CollectAsync("x/#"), await client.CollectAsync("x/+"), await client.CollectAsync("x/y"), await client.CollectAsync("x/y")];
        for (int i = 0; i < 20; i++) await client.PublishAsync("x/y", $"{i}", QoS.AtLeastOnce);
        await client.PublishAsync("x/y", "end", QoS.AtLeastOnce);
        foreach (ConcurrentQueue<MqttMessage> one in all) await Until.True(() => one.Any(m => m.Text() == "end"));
        foreach (ConcurrentQueue<MqttMessage> one in all) Assert.Equal(21, one.Count);
    }

    [Fact]
    public async Task Subscription_Disposed_GetsNoMore()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using MqttClient client = await Clients.ConnectAsync(mosquitto.Options());
        int count = 0;
        IAsyncDisposable first = await Until.Done(client.SubscribeAsync("t", QoS.AtMostOnce, (_, _) =>
        {
            Interlocked.Increment(ref count);
            return ValueTask.CompletedTask;
        }, CancellationToken.None));
        await client.PublishAsync("t", "1");
        await Until.True(() => Volatile.Read(ref count) == 1);
        await first.DisposeAsync();
        ConcurrentQueue<MqttMessage> marker = await client.CollectAsync("marker");
        await client.PublishAsync("t", "2");
        await client.PublishAsync("marker", "");
        await marker.Count(1);
        Assert.Equal(1, count);
        Assert.Equal(0, client.DroppedMessages);
    }

    [Fact]
    public async Task Handler_ThatThrows_GetsTheNextMessage()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using MqttClient client = await Clients.ConnectAsync(mosquitto.Options());
        var seen = new ConcurrentQueue<string>();
        await Until.Done(client.SubscribeAsync("t", QoS.AtLeastOnce, (message, _) =>
        {
            seen.Enqueue(message.Text());
            if (message.Text() == "1") throw new InvalidOperationException("the handler's own");
            return ValueTask.CompletedTask;
        }, CancellationToken.None));
        await client.PublishAsync("t", "1", QoS.AtLeastOnce);
        await client.PublishAsync("t", "2", QoS.AtLeastOnce);
        await Until.True(() => seen.Count == 2);
        Assert.True(client.IsConnected);
    }

    [Fact]
    public async Task Request_GetsItsAnswer()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using MqttClient server = await Clients.ConnectAsync(mosquitto.Options());
        await using MqttClient client = await Clients.ConnectAsync(mosquitto.Options());
        await Until.Done(server.SubscribeAsync("ask", QoS.AtLeastOnce,
            async (request, token) => await server.RespondAsync(request, Clients.Message("-", request.Text() + "!"), token), CancellationToken.None));
        MqttMessage[] answers = await Until.Done(Task.WhenAll(Enumerable.Range(0, 10).Select(i =>
            client.RequestAsync(Clients.Message("ask", $"{i}", QoS.AtLeastOnce), Until.Limit, CancellationToken.None))));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}!"), answers.Select(a => a.Text()));
    }

    [Theory, InlineData(ProtocolVersion.V311), InlineData(ProtocolVersion.V5)]
    public async Task Connect_WrongPassword_IsRefusedWithItsReason(ProtocolVersion version)
    {
        string tool = Peer.Find("mosquitto_passwd", "mosquitto");
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(m =>
        {
            using var process = System.Diagnostics.Process.Start(tool, ["-c", "-b", m.Path("users"), "hub", "right"]);
            process.WaitForExit();
            return $"listener {m.Port} 127.0.0.1\nallow_anonymous false\npassword_file {m.Path("users")}";
        });
        MqttClientOptions options = mosquitto.Options() with { Version = version, UserName = "hub" };
        MqttClientException refused = await Clients.Fails(Clients.ConnectAsync(options with { Password = new("wrong") }));
        Assert.Equal(MqttClientFault.Refused, refused.Fault);
        Assert.True(refused.Reason is ReasonCode.NotAuthorized or ReasonCode.BadUserNameOrPassword, refused.Reason.ToString());
        Assert.True(refused.WillNotMend);
        await using MqttClient client = await Clients.ConnectAsync(options with { Password = new("right") });
        Assert.True(client.IsConnected);
    }

    [Theory, InlineData(ProtocolVersion.V311), InlineData(ProtocolVersion.V5)]
    public async Task ServerRestart_InTheMiddle_LosesNothing_AndDoublesNoQoS2(ProtocolVersion version)
    {
        // Mosquitto 2.0.11 restores what exceeds max_inflight_messages (20) as if it had never been sent, and publishes anew what it has released
        // already, against MQTT-4.3.3-6: one run of 400 saw it, with both sides' packets recorded. Above what is under way here it does not happen.
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(m =>
            $"listener {m.Port} 127.0.0.1\nallow_anonymous true\npersistence true\nautosave_interval 0\nmax_inflight_messages 1000");
        await using MqttClient subscriber = await Clients.ConnectAsync(mosquitto.Options("subscriber") with { CleanStart = false, Version = version });
        await using MqttClient publisher = await Clients.ConnectAsync(mosquitto.Options("publisher") with { CleanStart = false, Version = version });
        var changes = new ConcurrentQueue<bool>();
        subscriber.ConnectionChanged += changes.Enqueue;
        ConcurrentQueue<MqttMessage> messages = await subscriber.CollectAsync("r/#");
        var publishing = new List<Task>();
        Task PublishAsync(int i) => publisher.PublishAsync(Clients.Message("r/1", $"{i}", i % 2 == 0 ? QoS.AtLeastOnce : QoS.ExactlyOnce), CancellationToken.None).AsTask();
        for (int i = 0; i < 100; i++) publishing.Add(PublishAsync(i));
        await messages.Count(1);
        await mosquitto.StopAsync();
        await Until.True(() => !subscriber.IsConnected && !publisher.IsConnected);
        for (int i = 100; i < 200; i++) publishing.Add(PublishAsync(i));
        await mosquitto.RunAsync();
        await Until.Done(Task.WhenAll(publishing));

        // The last one published: what is doubled would come before it.
        await publisher.PublishAsync("r/1", "end", QoS.ExactlyOnce);
        await Until.True(
            () => messages.Select(m => m.Text()).Distinct().Count() == 201,
            () => "missing " + string.Join(' ', Enumerable.Range(0, 200).Select(i => $"{i}").Except(messages.Select(m => m.Text()))) + "\n" + mosquitto.Output);
        Assert.False(changes.First());
        Assert.True(changes.Last());
        Assert.All(messages.Where(m => m.QoS == QoS.ExactlyOnce).GroupBy(m => m.Text()), group => Assert.Single(group));
    }

    [Fact]
    public async Task ServerRestart_SessionGone_SubscribesAgain()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using MqttClient client = await Clients.ConnectAsync(mosquitto.Options("c"));
        ConcurrentQueue<MqttMessage> messages = await client.CollectAsync("r/#");
        var changes = new ConcurrentQueue<bool>();
        client.ConnectionChanged += changes.Enqueue;
        await mosquitto.StopAsync();
        await Until.True(() => !client.IsConnected);
        await mosquitto.RunAsync();
        await Until.True(() => client.IsConnected && changes.Count >= 2);
        await client.PublishAsync("r/1", "after", QoS.AtLeastOnce);
        await messages.Count(1);
        Assert.Equal("after", messages.First().Text());
    }

    [Fact]
    public async Task Start_BeforeTheServer_DeliversWhatWaited()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await mosquitto.StopAsync();
        await using MqttClient client = Clients.Start(mosquitto.Options());
        ConcurrentQueue<MqttMessage> messages = await client.CollectAsync("w/#");
        await client.PublishAsync("w/0", "0");
        Task waiting = client.PublishAsync("w/1", "1", QoS.AtLeastOnce);
        await mosquitto.RunAsync();
        await Until.Done(waiting);
        await messages.Count(2);
        Assert.Equal(["0", "1"], messages.Select(m => m.Text()).Order());
    }

    [Fact]
    public async Task PersistentSession_GivesWhatWasMissedToUnclaimed()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        MqttClientOptions options = mosquitto.Options("steady") with { CleanStart = false };
        MqttClient earlier = await Clients.ConnectAsync(options);
        await earlier.CollectAsync("m/#");
        await earlier.DisposeAsync();
        await using MqttClient publisher = await Clients.ConnectAsync(mosquitto.Options());
        await publisher.PublishAsync("m/1", "missed", QoS.ExactlyOnce);
        var unclaimed = new ConcurrentQueue<MqttMessage>();
        await using MqttClient later = await Clients.ConnectAsync(options with
        {
            Unclaimed = (message, _) =>
            {
                unclaimed.Enqueue(message);
                return ValueTask.CompletedTask;
            },
        });
        await unclaimed.Count(1);
        Assert.Equal("missed", unclaimed.First().Text());
    }

    [Fact, Trait("Spec", "MQTT-6.0.0-3")]
    public async Task WebSocket_CarriesTheSame()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using WebSocketRelay relay = await WebSocketRelay.StartAsync(mosquitto.Port);
        await using MqttClient client = await Clients.ConnectAsync(mosquitto.Options() with { WebSocket = relay.Address });
        ConcurrentQueue<MqttMessage> messages = await client.CollectAsync("ws");
        string large = new('x', 100_000);
        await client.PublishAsync("ws", large, QoS.ExactlyOnce);
        await messages.Count(1);
        Assert.Equal(large, messages.First().Text());
        Assert.Equal("mqtt", relay.SubProtocol);
    }
}
