using Automation.Host.Storage.Sqlite;
using Automation.Mqtt;
using Automation.Mqtt.Sessions;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Storage;

public sealed class SqliteMqttStoreTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Load_AfterReopening_FindsWhatWasKept_AndNothingElse()
    {
        using var folder = new TempFolder();
        var shared = new MqttStoredMessage(7, "t/a"u8.ToArray(), new byte[] { 1, 1 }, "payload"u8.ToArray(), QoS.ExactlyOnce, false, At.AddHours(1), "p");
        await WithStore(folder, async store =>
        {
            MqttStoredState empty = await store.LoadAsync(CancellationToken.None);
            Assert.Empty(empty.Sessions);
            store.Append(new MqttSessionStored("c", 5, uint.MaxValue, "user", null));
            store.Append(new MqttSubscriptionStored("c", "t/#", 0x2E, 268_435_455));
            store.Append(new MqttSubscriptionStored("c", "gone", 0, 0));
            store.Append(new MqttSubscriptionDropped("c", "gone"));
            store.Append(new MqttMessageQueued("c", 1, shared, QoS.AtLeastOnce, true, [3, 4]));
            store.Append(new MqttMessageQueued("c", 2, shared, QoS.ExactlyOnce, false, []));
            store.Append(new MqttMessageSent("c", 2, 9, Released: true));
            store.Append(new MqttIncomingStored("c", 65535, shared with { Id = 12, Payload = "held"u8.ToArray() }));
            store.Append(new MqttIncomingStored("c", 2, shared with { Id = 13 }));
            store.Append(new MqttIncomingDropped("c", 2));
            store.Append(new MqttIncomingStored("c", 3, null));
            store.Append(new MqttRetainedStored(shared with { Id = 8, Topic = "r"u8.ToArray() }));
            store.Append(new MqttRetainedStored(shared with { Id = 9, Topic = "r"u8.ToArray(), Payload = "newer"u8.ToArray() }));
            store.Append(new MqttRetainedStored(shared with { Id = 10, Topic = "s"u8.ToArray() }));
            store.Append(new MqttRetainedDropped("s"u8.ToArray()));
            store.Append(new MqttSessionStored("ended", 4, 5, "", At));
            store.Append(new MqttMessageQueued("ended", 1, shared with { Id = 11 }, QoS.AtLeastOnce, false, []));
            store.Append(new MqttSessionDropped("ended"));
            store.Append(Will(20, "c", null, null));
            store.Append(Will(20, "c", 30, At)); // Under the same number: in its place.
            store.Append(Will(21, "clean", uint.MaxValue, null));
            store.Append(Will(22, "polite", null, null));
            store.Append(new MqttWillDropped(22));
            await store.FlushAsync(CancellationToken.None);
        });
        await WithStore(folder, async store =>
        {
            MqttStoredState state = await store.LoadAsync(CancellationToken.None);
            Assert.Equal([(20L, "c", 30u, At), (21L, "clean", uint.MaxValue, (DateTimeOffset?)null)], state.Wills.Select(w => (w.Id, w.ClientId, w.ExpirySeconds ?? 0, w.DueAt)));
            Assert.Equal(("w", "gone", QoS.ExactlyOnce, true, 7u), (System.Text.Encoding.UTF8.GetString(state.Wills[0].Topic.Span), System.Text.Encoding.UTF8.GetString(state.Wills[0].Payload.Span), state.Wills[0].QoS, state.Wills[0].Retain, state.Wills[0].DelaySeconds));
            Assert.Equal(new byte[] { 1, 1 }, state.Wills[0].Properties.ToArray());
            MqttStoredMessage retained = Assert.Single(state.Retained);
            Assert.Equal("newer", System.Text.Encoding.UTF8.GetString(retained.Payload.Span));
            MqttStoredSession session = Assert.Single(state.Sessions);
            Assert.Equal(new MqttSessionStored("c", 5, uint.MaxValue, "user", null), session.Session);
            Assert.Equal(new MqttSubscriptionStored("c", "t/#", 0x2E, 268_435_455), Assert.Single(session.Subscriptions));
            Assert.Equal([(ushort)3, (ushort)65535], session.Incoming.Select(i => i.PacketId).Order());
            Assert.Null(session.Incoming.Single(i => i.PacketId == 3).Message);
            Assert.Equal("held", System.Text.Encoding.UTF8.GetString(session.Incoming.Single(i => i.PacketId == 65535).Message!.Payload.Span));
            Assert.Equal(2, session.Messages.Length);
            (MqttMessageQueued first, ushort firstId, bool firstReleased) = session.Messages[0];
            Assert.Equal((1L, 0, false, true, QoS.AtLeastOnce), (first.Order, firstId, firstReleased, first.Retain, first.QoS));
            Assert.Equal([3u, 4u], first.Identifiers);
            Assert.Equal((At.AddHours(1), "p", 7L), (first.Message.ExpiresAt, first.Message.Publisher, first.Message.Id));
            Assert.Same(first.Message, session.Messages[1].Message.Message);
            Assert.Equal((9, true), (session.Messages[1].PacketId, session.Messages[1].Released));
        });
    }

    private static MqttWillStored Will(long id, string client, uint? expiry, DateTimeOffset? due) =>
        new(id, client, "w"u8.ToArray(), new byte[] { 1, 1 }, "gone"u8.ToArray(), QoS.ExactlyOnce, true, 7, expiry, due);

    [Fact]
    public async Task Message_StaysUntilTheLastOneThatNeedsItIsDone()
    {
        using var folder = new TempFolder();
        var message = new MqttStoredMessage(1, "t"u8.ToArray(), default, "x"u8.ToArray(), QoS.AtLeastOnce, true, null, "");
        await WithStore(folder, async store =>
        {
            await store.LoadAsync(CancellationToken.None);
            store.Append(new MqttSessionStored("a", 4, uint.MaxValue, "", null));
            store.Append(new MqttSessionStored("b", 4, uint.MaxValue, "", null));
            store.Append(new MqttMessageQueued("a", 1, message, QoS.AtLeastOnce, false, []));
            store.Append(new MqttMessageQueued("b", 1, message, QoS.AtLeastOnce, false, []));
            store.Append(new MqttRetainedStored(message));
            await store.FlushAsync(CancellationToken.None);
            store.Append(new MqttMessageFinished("a", 1));
            store.Append(new MqttRetainedDropped("t"u8.ToArray()));
            await store.FlushAsync(CancellationToken.None);
        });
        await WithStore(folder, async store =>
        {
            MqttStoredState state = await store.LoadAsync(CancellationToken.None);
            Assert.Empty(state.Retained);
            Assert.Equal("x", System.Text.Encoding.UTF8.GetString(state.Sessions.Single(s => s.Session.ClientId == "b").Messages.Single().Message.Message.Payload.Span));
            Assert.Empty(state.Sessions.Single(s => s.Session.ClientId == "a").Messages);
        });
    }

    [Fact]
    public async Task Group_ReachesTheDiskAsAWhole()
    {
        using var folder = new TempFolder();
        await WithStore(folder, async store =>
        {
            await store.LoadAsync(CancellationToken.None);
            long durableWithin = -1;
            var thread = new Thread(() =>
            {
                store.BeginGroup();
                long first = store.Append(new MqttSessionStored("a", 4, uint.MaxValue, "", null));
                long second = store.Append(new MqttSessionStored("b", 4, uint.MaxValue, "", null));
                durableWithin = store.Durable;
                store.EndGroup();
                Assert.Equal(first + 1, second);
            });
            thread.Start();
            thread.Join();
            Assert.Equal(0, durableWithin);
            await store.FlushAsync(CancellationToken.None);
            Assert.Equal(2, store.Durable);
        });
    }

    [Fact]
    public async Task Open_FileOfVersion1_KeepsWhatItHas()
    {
        using var folder = new TempFolder();
        await WithStore(folder, store => store.LoadAsync(CancellationToken.None));
        using (var file = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={folder.File("mqtt.db")};Pooling=False"))
        {
            file.Open();
            using Microsoft.Data.Sqlite.SqliteCommand command = file.CreateCommand();
            command.CommandText = "drop index incoming_message; alter table incoming drop column message_id; pragma user_version = 1;"
                + " insert into session values ('c', 5, 60, 'u', null); insert into incoming values ('c', 7);";
            command.ExecuteNonQuery();
        }

        await WithStore(folder, async store =>
        {
            MqttStoredState state = await store.LoadAsync(CancellationToken.None);
            Assert.Equal(new MqttIncomingStored("c", 7, null), Assert.Single(Assert.Single(state.Sessions).Incoming));
            store.Append(new MqttIncomingDropped("c", 7));
            await store.FlushAsync(CancellationToken.None);
        });
    }

    [Fact]
    public async Task Append_ManyAtOnce_ShareCommits()
    {
        using var folder = new TempFolder();
        await WithStore(folder, async store =>
        {
            await store.LoadAsync(CancellationToken.None);
            int groups = 0;
            store.DurableChanged += _ => groups++;
            var message = new MqttStoredMessage(1, "t"u8.ToArray(), default, new byte[100], QoS.AtLeastOnce, false, null, "");
            const int count = 2_000;
            long last = 0;
            for (int i = 1; i <= count; i++) last = store.Append(new MqttMessageQueued("c", i, message with { Id = i }, QoS.AtLeastOnce, false, []));
            Assert.Equal(count, last);
            await store.FlushAsync(CancellationToken.None);
            Assert.Equal(count, store.Durable);
            Assert.False(store.IsFull);
            Assert.True(groups < count / 2, $"{groups} commits for {count} changes");
        });
    }

    [Fact]
    public async Task Open_FileHeldByAnother_SaysWhichAndWhy()
    {
        using var folder = new TempFolder();
        await WithStore(folder, async store =>
        {
            await store.LoadAsync(CancellationToken.None);
            store.Append(new MqttSessionStored("a", 4, uint.MaxValue, "", null));
            await store.FlushAsync(CancellationToken.None);
            IOException e = Assert.ThrowsAny<IOException>(() => SqliteMqttStore.Open(folder.File("mqtt.db"), TimeProvider.System, NullLogger.Instance));
            Assert.Contains("mqtt.db", e.Message, StringComparison.Ordinal);
        });
    }

    private static async Task WithStore(TempFolder folder, Func<SqliteMqttStore, Task> use)
    {
        await using SqliteMqttStore store = SqliteMqttStore.Open(folder.File("mqtt.db"), TimeProvider.System, NullLogger.Instance);
        await Until.Done(use(store));
    }
}
