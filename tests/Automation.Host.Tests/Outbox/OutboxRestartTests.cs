using Automation.Core.Model;
using Automation.Host.Outbox;
using Automation.Host.Storage;
using Automation.TestKit;

namespace Automation.Host.Tests.Outbox;

/// <summary>What becomes of requests over an end of the process, a clean one or another.</summary>
public sealed class OutboxRestartTests
{
    [Fact, Trait("Req", "ACT-10")]
    public async Task FoundSent_WhatMustNotBeRepeated_IsInterrupted_TheRestIsDoneInOrder()
    {
        await using OutboxFixture f = await OutboxFixture.StartAsync(new FakeExecutor(), start: false);
        IReadOnlyList<OutboxRow> rows = await f.Store.AddRequestsAsync(
            [
                f.Request(1, "openDoor", OutboxFixture.Door), f.Request(2, "remainOpen", OutboxFixture.Door), f.Request(3, "openDoor", OutboxFixture.Door),
                f.Request(4), f.Request(5, "noSuchAction", worth: TimeSpan.FromMinutes(1)),
            ],
            default);
        foreach (int sent in new[] { 0, 1, 3, 4 }) await f.Store.SetStateAsync(rows[sent], OutboxState.Sent, 1, default);
        f.Outbox.Start();
        await f.FinishedAsync(5);

        Assert.Equal(["store-1.0", "store-5.0"], f.Finished.Where(x => x.Outcome.Reason == ActionReason.Interrupted).Select(x => x.Request.Id).Order());
        Assert.Equal(["store-2.0", "store-3.0"], ((FakeExecutor)f.Executor).Calls.Where(c => c is "store-2.0" or "store-3.0"));
        Assert.Contains("store-4.0", ((FakeExecutor)f.Executor).Calls);
        Assert.Equal(3, ((FakeExecutor)f.Executor).Calls.Count);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task ADoorThatExpiredWhileThePowerWasOff_StaysShut()
    {
        await using OutboxFixture f = await OutboxFixture.StartAsync(new FakeExecutor(), start: false);
        await f.AddAsync(f.Request(1, "openDoor", OutboxFixture.Door), f.Request(2));
        f.Time.Advance(TimeSpan.FromMinutes(1));
        await f.RestartAsync();
        await f.FinishedAsync(2);
        Assert.Equal(["store-2.0"], ((FakeExecutor)f.Executor).Calls);
        Assert.Equal(ActionReason.Expired, f.Finished.Single(x => x.Request.Id == "store-1.0").Outcome.Reason);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task AddedBeforeTheStart_IsDoneOnce_BeforeWhatComesAfter()
    {
        var executor = new FakeExecutor();
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor, start: false);
        await f.AddAsync(f.Request(1), f.Request(2));
        Task adding = Task.Run(async () =>
        {
            for (int i = 3; i <= 40; i++) await f.AddAsync(f.Request(i));
        });
        f.Outbox.Start();
        await Until.Done(adding);
        await f.FinishedAsync(40);
        Assert.Equal(Enumerable.Range(1, 40).Select(i => $"store-{i}.0"), executor.Calls);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task Stop_ACallUnderWay_MayEnd_AndItsOutcomeIsKept()
    {
        var call = new TaskCompletionSource<ActionOutcome>();
        var executor = new FakeExecutor((_, _) => call.Task);
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        await f.AddAsync(f.Request(1, "openDoor", OutboxFixture.Door), f.Request(2, "openDoor", OutboxFixture.Door));
        await Until.True(() => executor.Calls.Count == 1);
        Task stop = f.Outbox.StopAsync();
        call.SetResult(ActionOutcome.Done());
        await Until.Done(stop);

        Assert.Equal("store-1.0", Assert.Single(await f.Store.ReadFinishedAsync(10, default)).Request.Id);
        Assert.Equal(OutboxState.Pending, Assert.Single(await f.Store.ReadOpenAsync(default)).State);
        await f.AddAsync(f.Request(3));
        Assert.Equal(2, (await f.Store.ReadOpenAsync(default)).Count);
    }

    [Theory, Trait("Req", "ACT-10")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_ACallThatHangs_IsCancelledAfterTheGrace_OrLeftBehind(bool obeys)
    {
        using var release = new CancellationTokenSource();
        var executor = new FakeExecutor(async (request, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, obeys ? token : release.Token);
            return ActionOutcome.Done();
        });
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        await f.AddAsync(f.Request(1, "openDoor", OutboxFixture.Door), f.Request(2));
        await Until.True(() => executor.Calls.Count == 2);
        Task stop = f.Outbox.StopAsync();
        await f.PassTimeUntil(stop);
        release.Cancel();

        Assert.True(f.Limits.StopGrace + f.Limits.CancelGrace < TimeSpan.FromSeconds(5));

        // The door may have opened, the arming may be repeated: that is what the next start finds.
        Assert.Equal([OutboxState.Sent, OutboxState.Pending], (await f.Store.ReadOpenAsync(default)).Select(r => r.State));
        f.Executor = new FakeExecutor();
        await f.RestartAsync();
        await f.FinishedAsync(2);
        Assert.Equal(["store-2.0"], ((FakeExecutor)f.Executor).Calls);
    }

    [Fact]
    public async Task Stop_WhileWaitingForATry_EndsAtOnce_AndTheNextStartTries()
    {
        bool back = false;
        await using OutboxFixture f = await OutboxFixture.StartAsync(new FakeExecutor(_ => Volatile.Read(ref back) ? ActionOutcome.Done() : ActionOutcome.Failed(ActionReason.Busy, true)));
        await f.AddAsync(f.Request(1), f.Request(2, "openDoor", OutboxFixture.Door));
        await f.AsleepAsync(2);
        await Until.Done(f.Outbox.StopAsync());
        Volatile.Write(ref back, true);
        await f.RestartAsync();
        await f.FinishedAsync(2);
        Assert.All(f.Finished, x => Assert.True(x.Outcome.Succeeded));
    }
}
