using System.Collections.Concurrent;
using Automation.Core.Model;
using Automation.Host.Outbox;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;
using Automation.Isapi;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Outbox;

/// <summary>The guarantees of ACT-10 under random faults and crashes, over several seeds; a failure names its seed.</summary>
public sealed class OutboxFaultTests
{
    private const int Requests = 36;
    private const int Crashes = 4;

    private static readonly string[] Devices = ["store/a", "store/b", "store/c"];

    [Theory, Trait("Req", "ACT-10")]
    [InlineData(1)]
    [InlineData(20261120)]
    [InlineData(-77)]
    [InlineData(424242)]
    public async Task Whatever_happens_nothing_harmful_is_done_twice_and_the_rest_is_done(int seed)
    {
        using var folder = new TempFolder();
        var random = new Random(seed);
        var world = new World(random.Next());
        var time = new ManualTime();
        List<ActionRequest> all = [.. Enumerable.Range(1, Requests).Select(i => Request(i, random, time))];
        int given = 0;
        int life = 0;
        string data = folder.File("life-0");
        while (true)
        {
            bool last = life == Crashes;
            world.BeginLife(crashAfterCalls: last ? int.MaxValue : random.Next(1, 12), faults: !last);
            SqlDatabase database = await OpenAsync(data);
            var store = new SqlHostStore(database, time, NullLogger.Instance);
            var outbox = new ActionOutbox(store, world, new OutboxLimits { CallTime = TimeSpan.FromDays(1) }, time, new Random(seed), NullLogger.Instance);
            // The site: hears of an outcome, and marks it in its next commit.
            var marks = new ConcurrentQueue<Task>();
            outbox.Finished += row =>
            {
                if (world.Told(row)) marks.Enqueue(database.RunAsync(s => Mark(s, row), CancellationToken.None).AsTask());
            };
            outbox.Start();
            // A sender that was not answered before the crash asks again: the id makes it one request.
            int until = last ? Requests : Math.Min(Requests, given + random.Next(4, 12));
            for (int i = Math.Max(0, given - 3); i < until; i++) outbox.Take(await store.AddRequestsAsync([all[i]], CancellationToken.None));
            given = until;
            await Until.True(
                () =>
                {
                    time.Advance(TimeSpan.FromMilliseconds(500));
                    return world.Crashed || outbox is { IsLoaded: true, Waiting: 0 };
                },
                () => $"seed {seed}, life {life}: {outbox.Waiting} wait");
            if (last || !world.Crashed)
            {
                await Task.WhenAll(marks);
                await EndAsync(outbox, database, time);
                if (last) break;
                life++;
                continue;
            }

            // From here on nothing of this life has an effect; the next one starts from what is on disk now.
            data = folder.File($"life-{++life}");
            Directory.CreateDirectory(data);
            await database.RunAloneAsync(s => ((SqliteSession)s).CopyTo(Path.Combine(data, SqliteOptions.FileName)), CancellationToken.None);
            await EndAsync(outbox, database, time);
        }

        world.Check(all, seed);
        await using SqlDatabase left = await OpenAsync(data);
        var final = new SqlHostStore(left, time, NullLogger.Instance);
        Assert.Empty(await final.ReadOpenAsync(CancellationToken.None));
        Assert.Empty(await final.ReadUntoldAsync(CancellationToken.None));
        Assert.Equal(Requests, (await final.ReadFinishedAsync(1000, CancellationToken.None)).Count);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task A_disk_that_refuses_is_waited_for_and_nothing_leaves_unwritten()
    {
        var executor = new FakeExecutor();
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor, start: false);
        var store = new RefusingStore(f.Store);
        await using var outbox = new ActionOutbox(store, executor, f.Limits, f.Time, new Random(1), NullLogger.Instance);
        int told = 0;
        outbox.Finished += _ => Interlocked.Increment(ref told);
        outbox.Start();
        await Until.True(() => outbox.IsLoaded);

        store.Refuses = true;
        outbox.Take(await f.Store.AddRequestsAsync([f.Request(2, "openDoor", OutboxFixture.Door, TimeSpan.FromHours(1))], CancellationToken.None));
        await Until.True(() => store.Refusals >= 1);
        Assert.Empty(executor.Calls);
        Assert.Equal(0, told);

        store.Refuses = false;
        await Until.True(() =>
        {
            f.Time.Advance(TimeSpan.FromSeconds(1));
            return Volatile.Read(ref told) == 1;
        });
        Assert.Equal(["store-2.0"], executor.Calls);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task A_disk_that_cannot_be_read_at_the_start_is_waited_for()
    {
        var executor = new FakeExecutor();
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor, start: false);
        await f.Store.AddRequestsAsync([f.Request(1, worth: TimeSpan.FromHours(1))], CancellationToken.None);
        var store = new RefusingStore(f.Store) { Refuses = true };
        await using var outbox = new ActionOutbox(store, executor, f.Limits, f.Time, new Random(1), NullLogger.Instance);
        int told = 0;
        outbox.Finished += _ => Interlocked.Increment(ref told);
        outbox.Start();
        await Until.True(() => store.Refusals >= 1);
        store.Refuses = false;
        await Until.True(() =>
        {
            f.Time.Advance(TimeSpan.FromMilliseconds(100));
            return Volatile.Read(ref told) == 1;
        });
        Assert.Equal(["store-1.0"], executor.Calls);
    }

    private static int Mark(SqlSession session, OutboxRow row)
    {
        OutboxTable.Tell(session, row.Request.Id);
        return 0;
    }

    private static Task<SqlDatabase> OpenAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        return SqlDatabase.OpenAsync(new SqliteSource(new SqliteOptions { Path = Path.Combine(folder, SqliteOptions.FileName), ReserveBytes = 0 }, TimeProvider.System), StorageParts.All, new SqlLimits(), CancellationToken.None);
    }

    private static async Task EndAsync(ActionOutbox outbox, SqlDatabase database, ManualTime time)
    {
        Task end = outbox.DisposeAsync().AsTask();
        await Until.True(() =>
        {
            if (!end.IsCompleted) time.Advance(TimeSpan.FromMilliseconds(200));
            return end.IsCompleted;
        });
        await end;
        await database.DisposeAsync();
    }

    private static ActionRequest Request(int number, Random random, ManualTime time)
    {
        (string action, string on) = random.Next(4) switch
        {
            0 => ("reboot", ""),
            1 => ("pulseAlarmOutput", "/alarm-output/1"),
            2 => ("arm", ""),
            _ => ("openRelay", "/relay/0"),
        };
        return new ActionRequest
        {
            Cause = new CauseId("store", number),
            Rule = "r",
            Index = 0,
            Action = action,
            On = ResourceAddress.Parse(Devices[random.Next(Devices.Length)] + on),
            Parameters = DataObject.Empty,
            At = time.GetUtcNow(),
            ExpiresAt = time.GetUtcNow().AddDays(365),
        };
    }

    /// <summary>The devices: what was really done, also by calls whose answer was lost; and the end of a life at a chosen call.</summary>
    private sealed class World(int seed) : IActionExecutor
    {
        private readonly Lock _gate = new();
        private readonly Random _random = new(seed);
        private readonly List<ActionRequest> _done = [];
        private readonly List<(string Id, ActionOutcome Outcome)> _told = [];
        private int _callsLeft;
        private bool _faults;
        private bool _crashed;

        public bool Crashed
        {
            get
            {
                lock (_gate) return _crashed;
            }
        }

        public void BeginLife(int crashAfterCalls, bool faults)
        {
            lock (_gate)
            {
                _callsLeft = crashAfterCalls;
                _faults = faults;
                _crashed = false;
            }
        }

        // These kinds do not go in batches, or come alone.
        public async Task<IReadOnlyList<ActionAnswer>> ExecuteAsync(IReadOnlyList<ActionRequest> requests, CancellationToken cancellationToken) =>
            [new ActionAnswer(await ExecuteAsync(Assert.Single(requests), cancellationToken))];

        private async Task<ActionOutcome> ExecuteAsync(ActionRequest request, CancellationToken cancellationToken)
        {
            Task<ActionOutcome>? answer = null;
            lock (_gate)
            {
                if (!_crashed)
                {
                    _callsLeft--;
                    // The power goes before the device heard of it, or after.
                    if (_callsLeft == 0)
                    {
                        _crashed = true;
                        if (_random.Next(2) == 0) _done.Add(request);
                    }
                    else
                    {
                        answer = Task.FromResult(Answer(request));
                    }
                }
            }

            if (answer is not null) return await answer;
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return ActionOutcome.Done();
        }

        public bool Told(OutboxRow row)
        {
            lock (_gate)
            {
                if (!_crashed) _told.Add((row.Request.Id, row.Outcome!));
                return !_crashed;
            }
        }

        public void Check(List<ActionRequest> all, int seed)
        {
            foreach (ActionRequest request in all)
            {
                int done = _done.Count(d => d.Id == request.Id);
                if (RetryPolicy.IsRepeatable(request.Action)) Assert.True(done >= 1, $"seed {seed}: {request.Action} {request.Id} was never done");
                else Assert.True(done <= 1, $"seed {seed}: {request.Action} {request.Id} was done {done} times");
                Assert.True(_told.Where(t => t.Id == request.Id).Distinct().Count() == 1, $"seed {seed}: {request.Id} was told {_told.Count(t => t.Id == request.Id)} times, or differently");
                foreach ((string id, ActionOutcome outcome) in _told.Where(t => t.Id == request.Id)) Assert.True(!outcome.Succeeded || done >= 1, $"seed {seed}: {id} was told done and was not");
            }

            // Order per device: what was first done for each request is in the order of asking. A request given again keeps its place.
            foreach (IGrouping<string, ActionRequest> device in _done.GroupBy(d => d.On.DeviceAddress.Value))
            {
                List<long> order = [.. device.Select(d => d.Cause.Sequence).Distinct()];
                Assert.True(order.SequenceEqual(order.Order()), $"seed {seed}: {device.Key} did {string.Join(' ', order)}");
            }
        }

        private ActionOutcome Answer(ActionRequest request)
        {
            int fault = _faults ? _random.Next(8) : 7;
            switch (fault)
            {
                case 0: return ActionOutcome.Failed(ActionReason.DeviceOffline, retrySafe: true);
                case 1: return ActionOutcome.Failed(ActionReason.Busy, retrySafe: true, "2 deviceBusy");
                case 2: return ActionOutcome.Failed(ActionReason.Unreachable, retrySafe: false);
                case 3:
                    // Done, and the answer was lost.
                    _done.Add(request);
                    return ActionOutcome.Failed(ActionReason.Unreachable, retrySafe: false);
                default:
                    _done.Add(request);
                    return ActionOutcome.Done();
            }
        }
    }
}
