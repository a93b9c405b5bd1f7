using System.Collections.Concurrent;
using Automation.Core.Model;
using Automation.Host.Outbox;
using Automation.Host.Storage;
using Automation.TestKit;

namespace Automation.Host.Tests.Outbox;

public sealed class ActionOutboxTests
{
    private static readonly ActionOutcome Unreachable = ActionOutcome.Failed(ActionReason.Unreachable, retrySafe: false);

    [Fact, Trait("Req", "ACT-10")]
    public async Task Add_IsOnDiskBeforeTheCall_AndSentBeforeItForWhatMustNotBeRepeated()
    {
        var seen = new ConcurrentDictionary<string, OutboxState>();
        OutboxFixture? fixture = null;
        var executor = new FakeExecutor(async (request, _) =>
        {
            foreach (OutboxRow row in await fixture!.Store.ReadOpenAsync(default))
            {
                if (row.Request.Id == request.Id) seen[request.Action] = row.State;
            }

            return ActionOutcome.Done("1 OK");
        });
        await using OutboxFixture f = fixture = await OutboxFixture.StartAsync(executor);
        await f.AddAsync(f.Request(1), f.Request(2, "openDoor", OutboxFixture.Door));
        await f.FinishedAsync(2);

        Assert.Equal(OutboxState.Pending, seen["arm"]);
        Assert.Equal(OutboxState.Sent, seen["openDoor"]);
        Assert.All(await f.Store.ReadFinishedAsync(10, default), r => Assert.Equal((OutboxState.Done, 1, "1 OK"), (r.State, r.Attempts, r.Outcome!.DeviceStatus)));
        Assert.Equal(0, f.Outbox.Waiting);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task Add_TheSameRequestAgain_IsDoneOnce()
    {
        var executor = new FakeExecutor();
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        ActionRequest request = f.Request(1);
        await f.AddAsync(request, request);
        await f.AddAsync(request);
        await f.FinishedAsync(1);
        await f.AddAsync(request, f.Request(2));
        await f.FinishedAsync(2);
        await f.RestartAsync();
        await f.AddAsync(request, f.Request(3));
        await f.FinishedAsync(3);

        Assert.Equal(["store-1.0", "store-2.0", "store-3.0"], executor.Calls);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task OneDevice_IsInOrder_AnotherDoesNotWaitForIt()
    {
        var panel = new TaskCompletionSource<ActionOutcome>();
        var executor = new FakeExecutor((request, _) => request.On.Device == "panel" && request.Cause.Sequence == 1 ? panel.Task : Task.FromResult(ActionOutcome.Done()));
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        await f.AddAsync(f.Request(1), f.Request(2, "openRelay", OutboxFixture.Relay), f.Request(3), f.Request(4, "callPreset", OutboxFixture.Camera));
        await f.FinishedAsync(1);
        Assert.Equal("store-4.0", f.Finished[0].Request.Id);
        Assert.DoesNotContain("store-2.0", executor.Calls);

        panel.SetResult(ActionOutcome.Done());
        await f.FinishedAsync(4);
        Assert.Equal(["store-1.0", "store-2.0", "store-3.0"], f.Finished.Select(x => x.Request.Id).Where(id => id != "store-4.0"));
    }

    [Fact]
    public async Task Devices_are_spoken_to_in_parallel_up_to_the_bound()
    {
        int now = 0;
        int most = 0;
        using var open = new SemaphoreSlim(0);
        var executor = new FakeExecutor(async (_, token) =>
        {
            int value = Interlocked.Increment(ref now);
            InterlockedMax(ref most, value);
            await open.WaitAsync(token);
            Interlocked.Decrement(ref now);
            return ActionOutcome.Done();
        });
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor, new OutboxLimits { Parallel = 3 });
        await f.AddAsync([.. Enumerable.Range(1, 8).Select(i => f.Request(i, "reboot", $"store/device-{i}"))]);
        await Until.True(() => Volatile.Read(ref now) == 3);
        open.Release(8);
        await f.FinishedAsync(8);
        Assert.Equal(3, most);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task Harmless_IsTriedAgainWithGrowingWaits_UntilItIsDone()
    {
        int calls = 0;
        var executor = new FakeExecutor(_ => ++calls < 4 ? Unreachable : ActionOutcome.Done());
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        await f.AddAsync(f.Request(1));
        foreach (double seconds in new[] { 0.5, 1, 2 })
        {
            await f.AsleepAsync();
            int before = calls;
            f.Time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(before, calls);
            f.Time.Advance(TimeSpan.FromMilliseconds(1));
            await Until.True(() => calls > before);
        }

        await f.FinishedAsync(1);
        Assert.Equal((true, 4), (f.Finished[0].Outcome.Succeeded, f.Finished[0].Attempts));
    }

    [Theory, Trait("Req", "ACT-10")]
    [InlineData("openDoor", OutboxFixture.Door, ActionReason.Unreachable, false, false)]
    [InlineData("openDoor", OutboxFixture.Door, ActionReason.Busy, false, false)]
    [InlineData("openDoor", OutboxFixture.Door, ActionReason.Busy, true, true)]
    [InlineData("arm", OutboxFixture.Area, ActionReason.DeviceOffline, false, true)]
    [InlineData("arm", OutboxFixture.Area, ActionReason.Busy, false, true)]
    [InlineData("arm", OutboxFixture.Area, ActionReason.Refused, false, false)]
    [InlineData("arm", OutboxFixture.Area, ActionReason.Unauthorized, false, false)]
    [InlineData("arm", OutboxFixture.Area, ActionReason.NotSupported, false, false)]
    [InlineData("noSuchAction", OutboxFixture.Area, ActionReason.Unreachable, false, false)]
    public async Task AFailure_IsTriedAgainOnlyWhereThatCannotHarm(string action, string on, ActionReason reason, bool retrySafe, bool again)
    {
        int calls = 0;
        var executor = new FakeExecutor(_ => ++calls == 1 ? ActionOutcome.Failed(reason, retrySafe, "3 busy") : ActionOutcome.Done());
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        await f.AddAsync(f.Request(1, action, on, TimeSpan.FromMinutes(1)));
        if (again)
        {
            await f.AsleepAsync();
            f.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await f.FinishedAsync(1);
        Assert.Equal(again ? ActionOutcome.Done() : ActionOutcome.Failed(reason, retrySafe, "3 busy"), f.Finished[0].Outcome);
        Assert.Equal(again ? 2 : 1, calls);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task WhatIsLate_IsToldAsExpired_AndNotDone()
    {
        var executor = new FakeExecutor();
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        ActionRequest late = f.Request(1, "openDoor", OutboxFixture.Door);
        f.Time.Advance(TimeSpan.FromSeconds(5));
        await f.AddAsync(late);
        await f.FinishedAsync(1);
        Assert.Empty(executor.Calls);
        Assert.Equal(ActionReason.Expired, f.Finished[0].Outcome.Reason);
        Assert.Equal(OutboxState.Expired, (await f.Store.ReadFinishedAsync(1, default))[0].State);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task WhenNoTryIsLeft_ItExpiresWithTheLastReason()
    {
        var executor = new FakeExecutor(_ => ActionOutcome.Failed(ActionReason.Busy, true, "2 deviceBusy"));
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        await f.AddAsync(f.Request(1, worth: TimeSpan.FromSeconds(2)));
        await f.AsleepAsync();
        f.Time.Advance(TimeSpan.FromSeconds(0.5));
        await Until.True(() => executor.Calls.Count == 2);
        await f.AsleepAsync();
        f.Time.Advance(TimeSpan.FromSeconds(1));

        // 1.5 s are over: the next wait of 2 s would end too late, so it is told now.
        await f.FinishedAsync(1);
        Assert.Equal(3, executor.Calls.Count);
        Assert.Equal(ActionReason.Expired, f.Finished[0].Outcome.Reason);
        Assert.Equal("last try: Busy, 2 deviceBusy", f.Finished[0].Outcome.DeviceStatus);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task WhatWaitsBehindAFailingOne_ExpiresAtItsOwnTime()
    {
        bool back = false;
        var executor = new FakeExecutor(_ => Volatile.Read(ref back) ? ActionOutcome.Done() : Unreachable);
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor, new OutboxLimits { Jitter = 0, FirstRetry = TimeSpan.FromSeconds(60), LongestRetry = TimeSpan.FromSeconds(60) });
        await f.AddAsync(f.Request(1), f.Request(2, "openRelay", OutboxFixture.Relay, TimeSpan.FromSeconds(5)), f.Request(3));
        await f.AsleepAsync();
        f.Time.Advance(TimeSpan.FromSeconds(5));
        await f.FinishedAsync(1);
        Assert.Equal(("store-2.0", ActionReason.Expired), (f.Finished[0].Request.Id, f.Finished[0].Outcome.Reason));

        Volatile.Write(ref back, true);
        await f.AsleepAsync();
        f.Time.Advance(TimeSpan.FromSeconds(60));
        await f.FinishedAsync(3);
        Assert.Equal(["store-1.0", "store-1.0", "store-3.0"], executor.Calls);
    }

    [Fact]
    public async Task DeviceIsBack_TriesAtOnce()
    {
        bool back = false;
        var executor = new FakeExecutor(_ => Volatile.Read(ref back) ? ActionOutcome.Done() : ActionOutcome.Failed(ActionReason.DeviceOffline, true));
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        await f.AddAsync(f.Request(1));
        await f.AsleepAsync();
        Volatile.Write(ref back, true);
        f.Outbox.DeviceIsBack(ResourceAddress.Parse("store/panel"));
        f.Outbox.DeviceIsBack(ResourceAddress.Parse("store/unknown"));
        await f.FinishedAsync(1);
        Assert.True(f.Finished[0].Outcome.Succeeded);
    }

    [Fact]
    public async Task AFullQueue_AnswersBusyAtOnce_AndTheDiskStaysBounded()
    {
        var hold = new TaskCompletionSource<ActionOutcome>();
        var executor = new FakeExecutor((_, _) => hold.Task);
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor, new OutboxLimits { WaitingPerDevice = 3, Waiting = 5 });
        await Until.True(() => f.Outbox.IsLoaded);
        await f.AddAsync([.. Enumerable.Range(1, 5).Select(i => f.Request(i))]);
        await f.FinishedAsync(2);
        Assert.Equal(["store-4.0", "store-5.0"], f.Finished.Select(x => x.Request.Id));
        Assert.All(f.Finished, x => Assert.Equal(ActionReason.Busy, x.Outcome.Reason));
        await f.AddAsync(f.Request(6, "callPreset", OutboxFixture.Camera), f.Request(7, "callPreset", OutboxFixture.Camera), f.Request(8, "callPreset", OutboxFixture.Camera));
        await f.FinishedAsync(3);
        Assert.Equal("store-8.0", f.Finished[2].Request.Id);
        Assert.Equal(5, (await f.Store.ReadOpenAsync(default)).Count);

        hold.SetResult(ActionOutcome.Done());
        await f.FinishedAsync(8);
        Assert.Equal(0, f.Outbox.Waiting);
    }

    [Fact]
    public async Task ACallWithoutAnEnd_IsCutOffAndCountsAsUnreachable()
    {
        var executor = new FakeExecutor(async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return ActionOutcome.Done();
        });
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        await f.AddAsync(f.Request(1, "openDoor", OutboxFixture.Door, TimeSpan.FromHours(1)));
        await Until.True(() => executor.Calls.Count == 1);
        f.Time.Advance(f.Limits.CallTime);
        await f.FinishedAsync(1);
        Assert.Equal((ActionReason.Unreachable, "no answer within 30 s"), (f.Finished[0].Outcome.Reason, f.Finished[0].Outcome.DeviceStatus));
    }

    [Fact]
    public async Task AnExecutorOrAListenerThatThrows_StopsNothing()
    {
        var executor = new FakeExecutor(r => r.Cause.Sequence == 1 ? throw new InvalidOperationException("broken on purpose") : ActionOutcome.Done());
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        f.Outbox.Finished += _ => throw new InvalidOperationException("broken on purpose");
        await f.AddAsync(f.Request(1), f.Request(2));
        await f.FinishedAsync(2);
        Assert.Equal((ActionReason.BadAnswer, "InvalidOperationException"), (f.Finished[0].Outcome.Reason, f.Finished[0].Outcome.DeviceStatus));
        Assert.True(f.Finished[1].Outcome.Succeeded);
    }

    [Fact]
    public async Task OldRows_AreRemoved()
    {
        await using OutboxFixture f = await OutboxFixture.StartAsync(new FakeExecutor(), new OutboxLimits { KeptRows = 5 });
        await f.AddAsync([.. Enumerable.Range(1, 12).Select(i => f.Request(i))]);
        await f.FinishedAsync(12);
        await f.RestartAsync();
        // The clean-up follows the start; five are left when it was there.
        await Until.Done(Task.Run(async () =>
        {
            while ((await f.Store.ReadFinishedAsync(100, default)).Count != 5) await Task.Yield();
        }));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen = Volatile.Read(ref target);
        while (seen < value)
        {
            int found = Interlocked.CompareExchange(ref target, value, seen);
            if (found == seen) return;
            seen = found;
        }
    }
}
