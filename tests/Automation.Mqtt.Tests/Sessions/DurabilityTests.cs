using System.Collections.Concurrent;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.Mqtt.Sessions;
using Automation.Mqtt.Tests.Broker;
using Automation.TestKit;

namespace Automation.Mqtt.Tests.Sessions;

/// <summary>What is acknowledged is on the disk, when somebody who may come back is to have it.</summary>
public sealed class DurabilityTests
{
    [Fact]
    public async Task Acknowledgement_WaitsForTheDisk_OnlyWhereSomethingDurableWaits()
    {
        await using var disk = new HeldDisk();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(persistence: disk);
        using (WireClient durable = await broker.ConnectAsync("durable", expiry: 1000)) await durable.SubscribeAsync("kept/#", QoS.ExactlyOnce);
        disk.Commit();
        using WireClient publisher = await broker.ConnectAsync("p");
        await publisher.PublishAsync("other", "m", QoS.AtLeastOnce, packetId: 1);
        Assert.Equal(1, (await publisher.ReceiveAsync<PubAckPacket>()).PacketId);
        await publisher.PublishAsync("kept/a", "m", QoS.AtLeastOnce, packetId: 2);
        await publisher.PublishAsync("other", "m", QoS.AtLeastOnce, packetId: 3);
        await publisher.PublishAsync("kept/a", "m", QoS.ExactlyOnce, packetId: 4);
        await publisher.ReceiveNothingAsync();
        disk.Commit();

        // In the order of what they answer (MQTT-4.6.0-2).
        Assert.Equal(2, (await publisher.ReceiveAsync<PubAckPacket>()).PacketId);
        Assert.Equal(3, (await publisher.ReceiveAsync<PubAckPacket>()).PacketId);
        Assert.Equal(4, (await publisher.ReceiveAsync<PubRecPacket>()).PacketId);
        Assert.Single(disk.Changes.OfType<MqttMessageQueued>());
    }

    [Fact, Trait("Spec", "MQTT-4.3.3-8")]
    public async Task QoS2_OfADurablePublisher_IsOnTheDiskBeforePubRec_AndItsReleaseBeforePubComp()
    {
        await using var disk = new HeldDisk();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(persistence: disk);
        using (WireClient durable = await broker.ConnectAsync("durable", expiry: 1000)) await durable.SubscribeAsync("kept", QoS.ExactlyOnce);
        WireClient publisher = await broker.ConnectAsync("p", expiry: 1000);
        disk.Commit();
        await publisher.PublishAsync("kept", "m", QoS.ExactlyOnce, packetId: 4);
        await publisher.ReceiveNothingAsync();
        MqttIncomingStored stored = Assert.Single(disk.Changes.OfType<MqttIncomingStored>());
        Assert.Equal("m", System.Text.Encoding.UTF8.GetString(stored.Message!.Payload.Span));

        // On another connection, what is not on the disk yet is not promised either.
        publisher.Dispose();
        using WireClient again = await broker.ConnectAsync("p", clean: false, expiry: 1000);
        await again.PublishAsync("kept", "m", QoS.ExactlyOnce, packetId: 4);
        await again.ReceiveNothingAsync();
        disk.Commit();
        Assert.Equal(4, (await again.ReceiveAsync<PubRecPacket>()).PacketId);
        await again.SendAsync(new PubRelPacket { PacketId = 4 });
        await again.ReceiveNothingAsync();
        Assert.Equal(stored.Message.Id, disk.Changes.OfType<MqttMessageQueued>().Single().Message.Id);
        Assert.Single(disk.Changes.OfType<MqttIncomingDropped>());
        disk.Commit();
        Assert.Equal(4, (await again.ReceiveAsync<PubCompPacket>()).PacketId);
    }

    [Fact]
    public async Task PublishByTheProcess_OfWhatMustBeKept_CompletesWithTheDisk()
    {
        await using var disk = new HeldDisk();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(persistence: disk);
        await broker.Broker.PublishAsync(new MqttMessage { Topic = "t", QoS = QoS.AtLeastOnce }, CancellationToken.None); // Nobody durable: at once.
        Task kept = broker.Broker.PublishAsync(new MqttMessage { Topic = "t", Payload = "x"u8.ToArray(), QoS = QoS.AtLeastOnce, Retain = true }, CancellationToken.None).AsTask();
        Assert.False(kept.IsCompleted);
        disk.Commit();
        await Until.Done(kept);
    }

    [Fact]
    public async Task DiskThatFallsBehind_SlowsPublishersDown_AndLetsThemGoOn()
    {
        await using var disk = new HeldDisk();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(persistence: disk);
        using WireClient publisher = await broker.ConnectAsync("p");
        disk.IsFull = true;
        await publisher.PublishAsync("t", "1");
        await Until.True(() => broker.Broker.Statistics.MessagesReceived == 1 || disk.Asked > 0);
        await publisher.SendAsync(PingReqPacket.Instance);
        disk.IsFull = false;
        disk.Commit();
        await publisher.ReceiveAsync<PingRespPacket>();
    }

    [Fact]
    public async Task Session_TellsTheDiskWhatItIs_AndWhenItEnds()
    {
        await using var disk = new HeldDisk();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(persistence: disk);
        using (WireClient client = await broker.ConnectAsync("a", expiry: 60, user: "u"))
        {
            await client.SubscribeAsync("t", QoS.AtLeastOnce, identifier: 5, asPublished: true);
            await client.SendAsync(new DisconnectPacket { SessionExpirySeconds = 0 });
            Assert.Null(await client.ReceiveAsync());
        }

        await Until.True(() => disk.Changes.OfType<MqttSessionDropped>().Any());
        Assert.Equal(new MqttSessionStored("a", 5, 60, "u", null), disk.Changes.OfType<MqttSessionStored>().First());
        Assert.Equal(new MqttSubscriptionStored("a", "t", 9, 5), disk.Changes.OfType<MqttSubscriptionStored>().Single());
        (await broker.ConnectAsync("clean")).Dispose();
        await Until.True(() => broker.Broker.Statistics.Connections == 0);
        Assert.DoesNotContain(disk.Changes, c => c is MqttSessionStored { ClientId: "clean" } or MqttSessionDropped { ClientId: "clean" });
    }

    [Fact]
    public async Task Session_ResumedWithoutAnExpiry_IsForgottenByTheDiskAtOnce()
    {
        await using var disk = new HeldDisk();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(persistence: disk);
        (await broker.ConnectAsync("a", expiry: 60)).Dispose();
        await Until.True(() => broker.Broker.Statistics.Connections == 0);
        using (await broker.ConnectAsync("a", clean: false, expiry: 0)) Assert.Single(disk.Changes.OfType<MqttSessionDropped>());
        await Until.True(() => broker.Broker.Statistics.Sessions == 0);
        Assert.Single(disk.Changes.OfType<MqttSessionDropped>());
    }

    [Fact]
    public async Task Restored_SessionsQueuesIdentifiersAndRetained_GoOnAsTheyWere()
    {
        MqttStoredMessage Message(long id, string topic) => new(id, System.Text.Encoding.UTF8.GetBytes(topic), default, "m"u8.ToArray(), QoS.ExactlyOnce, false, null, "p");
        await using var disk = new HeldDisk
        {
            State = new MqttStoredState
            {
                Retained = [Message(1, "kept") with { Retain = true }],
                Sessions =
                [
                    new MqttStoredSession
                    {
                        Session = new MqttSessionStored("c", 5, uint.MaxValue, "", null),
                        Subscriptions = [new MqttSubscriptionStored("c", "t/#", 2, 7)],
                        Messages =
                        [
                            (new MqttMessageQueued("c", 1, Message(2, "t/flight"), QoS.AtLeastOnce, false, [7]), 40, false),
                            (new MqttMessageQueued("c", 2, Message(3, "t/released"), QoS.ExactlyOnce, false, []), 41, true),
                            (new MqttMessageQueued("c", 3, Message(4, "t/waiting"), QoS.AtLeastOnce, false, []), 0, false),
                        ],
                        Incoming = [new MqttIncomingStored("c", 9, null), new MqttIncomingStored("c", 10, Message(5, "t/held"))],
                    },
                ],
            },
        };
        disk.CommitAlways = true;
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(persistence: disk);
        using WireClient client = await broker.OpenAsync();
        Assert.True((await client.ConnectAsync(new ConnectPacket { ClientId = "c", CleanStart = false, SessionExpirySeconds = uint.MaxValue })).SessionPresent);
        PublishPacket flight = await client.ReceivePublishAsync("t/flight", "m");
        Assert.Equal((40, true), (flight.PacketId, flight.Duplicate));
        Assert.Equal([7u], flight.SubscriptionIdentifiers);
        Assert.Equal(41, (await client.ReceiveAsync<PubRelPacket>()).PacketId);
        Assert.False((await client.ReceivePublishAsync("t/waiting", "m")).Duplicate);

        // The QoS 2 message it had begun is known: sent again, it is answered and not delivered again.
        await client.SendAsync(new PublishPacket { Topic = "t/x", Payload = "m"u8.ToArray(), QoS = QoS.ExactlyOnce, PacketId = 9, Duplicate = true });
        Assert.Equal(9, (await client.ReceiveAsync<PubRecPacket>()).PacketId);
        await client.SendAsync(new PubRelPacket { PacketId = 9 });
        Assert.Equal(9, (await client.ReceiveAsync<PubCompPacket>()).PacketId);

        // One that was kept goes on with its release.
        await client.SendAsync(new PubRelPacket { PacketId = 10 });
        await client.ReceivePublishAsync("t/held", "m");
        Assert.Equal(10, (await client.ReceiveAsync<PubCompPacket>()).PacketId);
        await client.SubscribeAsync("kept");
        await client.ReceivePublishAsync("kept", "m");
        await client.PublishAsync("t/new", "m");
        await client.ReceivePublishAsync("t/new", "m");
    }

    [Fact, Trait("Spec", "MQTT-3.1.2-7"), Trait("Spec", "MQTT-3.1.2-10")]
    public async Task Will_IsOnTheDiskWhileItMayBePublished_AndNoLonger()
    {
        await using var disk = new HeldDisk { CommitAlways = true };
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(persistence: disk);
        var will = new WillPacket { Topic = "w", Payload = "gone"u8.ToArray(), QoS = QoS.AtLeastOnce, Retain = true, MessageExpirySeconds = 90 };
        using (WireClient polite = await broker.ConnectAsync("polite", will: will))
        {
            MqttWillStored stored = Assert.Single(disk.Changes.OfType<MqttWillStored>());
            Assert.Equal(("polite", "w", "gone"), (stored.ClientId, Text(stored.Topic), Text(stored.Payload)));
            Assert.Equal((QoS.AtLeastOnce, true, 90u, null), (stored.QoS, stored.Retain, stored.ExpirySeconds, stored.DueAt));
            await polite.SendAsync(new DisconnectPacket());
            Assert.Null(await polite.ReceiveAsync());
            Assert.Equal(stored.Id, Assert.Single(disk.Changes.OfType<MqttWillDropped>()).Id);
        }

        // Published: that it was and that it is done are one group, in which the retained message is as well.
        (await broker.ConnectAsync("rude", will: will)).Dispose();
        await Until.True(() => disk.Changes.OfType<MqttWillDropped>().Count() == 2);
        MqttStoreChange[] last = [.. disk.Changes.TakeLast(2)];
        Assert.IsType<MqttRetainedStored>(last[0]);
        Assert.Equal(disk.Changes.OfType<MqttWillStored>().Last().Id, Assert.IsType<MqttWillDropped>(last[1]).Id);
        Assert.Equal(1, disk.Groups);
    }

    [Fact, Trait("Spec", "MQTT-3.1.2-8")]
    public async Task Will_OfAClientThatWasConnectedWhenTheProcessEnded_IsPublishedAtTheNextStart()
    {
        var time = new ManualTime();
        MqttWillStored Will(long id, string client, uint delay, DateTimeOffset? due) =>
            new(id, client, System.Text.Encoding.UTF8.GetBytes("will/" + client), default, "gone"u8.ToArray(), QoS.AtLeastOnce, true, delay, null, due);
        MqttStoredSession Session(string client, uint expiry) => new() { Session = new MqttSessionStored(client, 5, expiry, "", null) };
        await using var disk = new HeldDisk
        {
            CommitAlways = true,
            State = new MqttStoredState
            {
                Sessions = [Session("kept", 1000), Session("brief", 5), Session("late", 1000), Session("overdue", 1000)],
                Wills =
                [
                    Will(1, "clean", 30, null), // Its session ended with its connection, and so did the delay.
                    Will(2, "kept", 0, null),
                    Will(3, "brief", 30, null), // Due when the session ends.
                    Will(4, "late", 30, null),
                    Will(5, "overdue", 30, time.GetUtcNow().AddSeconds(-1)),
                ],
            },
        };
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(persistence: disk, time: time);
        Assert.Equal([1, 2, 5], disk.Changes.OfType<MqttWillDropped>().Select(d => d.Id).Order());
        Assert.Equal(
            [(3L, time.GetUtcNow().AddSeconds(5)), (4L, time.GetUtcNow().AddSeconds(30))],
            disk.Changes.OfType<MqttWillStored>().Select(w => (w.Id, w.DueAt!.Value))); // Another end of the process does not begin the wait anew.
        using WireClient watcher = await broker.ConnectAsync("watcher");
        await watcher.SubscribeAsync("will/#", QoS.AtLeastOnce);
        var seen = new HashSet<string>();
        for (int i = 0; i < 3; i++) seen.Add((await watcher.ReceiveAsync<PublishPacket>()).Topic);
        Assert.Equal(["will/clean", "will/kept", "will/overdue"], seen.Order());
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("will/brief", (await watcher.ReceiveAsync<PublishPacket>()).Topic);

        // Who comes back in time has none.
        using WireClient late = await broker.ConnectAsync("late", clean: false, expiry: 1000);
        Assert.Equal([1, 2, 3, 4, 5], disk.Changes.OfType<MqttWillDropped>().Select(d => d.Id).Order());
        time.Advance(TimeSpan.FromSeconds(60));
        await watcher.ReceiveNothingAsync();
    }

    [Fact, Trait("Spec", "MQTT-2.2.1-4"), Trait("Spec", "MQTT-4.3.2-1"), Trait("Spec", "MQTT-4.3.3-1")]
    public async Task PacketIdentifiers_ComeRoundToTheFirst_AndPassOverThoseInUse()
    {
        (MqttMessageQueued, ushort, bool) InFlight(long order, ushort packetId) =>
            (new MqttMessageQueued("c", order, new MqttStoredMessage(order, "t"u8.ToArray(), default, default, QoS.AtLeastOnce, false, null, ""), QoS.AtLeastOnce, false, []), packetId, false);
        await using var disk = new HeldDisk
        {
            CommitAlways = true,
            State = new MqttStoredState
            {
                Sessions =
                [
                    new MqttStoredSession
                    {
                        Session = new MqttSessionStored("c", 5, uint.MaxValue, "", null),
                        Subscriptions = [new MqttSubscriptionStored("c", "t", 1, 0)],
                        Messages = [InFlight(1, 1), InFlight(2, 65535), InFlight(3, 2)],
                    },
                ],
            },
        };
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(persistence: disk);
        using WireClient client = await broker.ConnectAsync("c", clean: false, expiry: uint.MaxValue);
        foreach (int expected in (int[])[1, 65535, 2]) Assert.Equal(expected, (await client.ReceiveAsync<PublishPacket>()).PacketId);
        await broker.Broker.PublishAsync(new MqttMessage { Topic = "t", QoS = QoS.AtLeastOnce }, CancellationToken.None);
        Assert.Equal(3, (await client.ReceiveAsync<PublishPacket>()).PacketId);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes.Span);

    /// <summary>A disk that commits when the test says so.</summary>
    private sealed class HeldDisk : IMqttPersistence
    {
        private long _ticket;
        private long _durable;
        private long _asked;
        private int _groups;
        private int _groupsBegun;
        private bool _isFull;

        public event Action<long>? DurableChanged;

        public ConcurrentQueue<MqttStoreChange> Changes { get; } = [];

        public MqttStoredState State { get; init; } = MqttStoredState.Empty;

        public bool CommitAlways { get; set; }

        /// <summary>Begun so far.</summary>
        public int Groups => Volatile.Read(ref _groupsBegun);

        public bool IsEnabled => true;

        public long Durable => Volatile.Read(ref _durable);

        public long Asked => Volatile.Read(ref _asked);

        public bool IsFull
        {
            get
            {
                bool full = Volatile.Read(ref _isFull);
                if (full) Interlocked.Increment(ref _asked);
                return full;
            }
            set => Volatile.Write(ref _isFull, value);
        }

        public Task<MqttStoredState> LoadAsync(CancellationToken cancellationToken) => Task.FromResult(State);

        public long Append(MqttStoreChange change)
        {
            Changes.Enqueue(change);
            long ticket = Interlocked.Increment(ref _ticket);
            if (CommitAlways) Volatile.Write(ref _durable, ticket);
            return ticket;
        }

        public void Commit()
        {
            long ticket = Volatile.Read(ref _ticket);
            Volatile.Write(ref _durable, ticket);
            DurableChanged?.Invoke(ticket);
        }

        public void BeginGroup()
        {
            Assert.Equal(1, Interlocked.Increment(ref _groups));
            Interlocked.Increment(ref _groupsBegun);
        }

        public void EndGroup() => Assert.Equal(0, Interlocked.Decrement(ref _groups));

        public Task FlushAsync(CancellationToken cancellationToken)
        {
            Commit();
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
