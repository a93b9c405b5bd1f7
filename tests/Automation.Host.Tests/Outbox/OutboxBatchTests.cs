using System.Globalization;
using Automation.Core.Model;
using Automation.TestKit;

namespace Automation.Host.Tests.Outbox;

/// <summary>One call for many resources, and the effect that is told later (docs/decisions/0009).</summary>
public sealed class OutboxBatchTests
{
    private static readonly ActionOutcome Busy = ActionOutcome.Failed(ActionReason.Busy, retrySafe: true, "2 busy");

    private static ActionRequest[] Firing(OutboxFixture f, string action, string kind, int count, int from = 0) =>
        [.. Enumerable.Range(0, count).Select(i => f.Request(1, action, string.Create(CultureInfo.InvariantCulture, $"store/panel/{kind}/{from + i}")) with { Index = i })];

    [Fact, Trait("Req", "ACT-3"), Trait("Req", "ACT-10")]
    public async Task RequestsOfOneFiring_GoInOneCall_AndEndEachForItself()
    {
        var executor = new FakeExecutor(r => r.On.Number == 2 ? ActionOutcome.Failed(ActionReason.Refused, false, "4 arming") : ActionOutcome.Done("1 ok"));
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        await f.AddAsync(Firing(f, "arm", "area", 3, from: 1));
        await f.FinishedAsync(3);
        Assert.Equal([3], executor.CallSizes);
        Assert.Equal([(1, true), (2, false), (3, true)], f.Finished.Select(x => (x.Request.On.Number, x.Outcome.Succeeded)));
        Assert.Equal(["store-1.0", "store-1.1", "store-1.2"], f.Finished.Select(x => x.Request.Id));
    }

    [Theory, Trait("Req", "ACT-10")]
    [InlineData("reboot", "area", "one call each: the kind does not go in batches")]
    [InlineData("arm", "parameters", "other parameters")]
    [InlineData("arm", "firing", "another firing")]
    [InlineData("arm", "action", "another action between them")]
    [InlineData("arm", "rule", "another rule")]
    public async Task RequestsThatDifferInMoreThanTheirTarget_AreCallsOfTheirOwn(string action, string what, string why)
    {
        var executor = new FakeExecutor();
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        ActionRequest[] requests = Firing(f, action, "area", 3, from: 1);
        requests[1] = what switch
        {
            "parameters" => requests[1] with { Parameters = DataObject.Of(("mode", "stay")) },
            "firing" => requests[1] with { Cause = new CauseId("store", 2) },
            "action" => requests[1] with { Action = "disarm" },
            "rule" => requests[1] with { Rule = "other" },
            _ => requests[1],
        };
        await f.AddAsync(requests);
        await f.FinishedAsync(3);
        Assert.True(executor.CallSizes.SequenceEqual([1, 1, 1]), why);
        Assert.Equal([1, 2, 3], f.Finished.Select(x => x.Request.On.Number));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task OfABatch_OnlyThatWhichMayHelpIsTriedAgain_Together()
    {
        int call = 0;
        var executor = new FakeExecutor(r => r.On.Number < 2 ? ActionOutcome.Done() : call < 4 ? Busy : ActionOutcome.Done());
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        await f.AddAsync(Firing(f, "bypassZone", "zone", 4));
        await f.AsleepAsync();
        await f.FinishedAsync(2);
        call = 4;
        f.Time.Advance(TimeSpan.FromSeconds(1));
        await f.FinishedAsync(4);
        Assert.Equal([4, 2], executor.CallSizes);
        Assert.Equal([1, 1, 2, 2], f.Finished.Select(x => x.Attempts));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task OfABatch_ThatStaysUndone_EachExpires()
    {
        var executor = new FakeExecutor(_ => Busy);
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        await f.AddAsync([.. Firing(f, "openRelay", "relay", 2).Select((r, i) => r with { ExpiresAt = f.Time.GetUtcNow() + TimeSpan.FromSeconds(i == 0 ? 1 : 3) })]);
        await f.AsleepAsync();
        f.Time.Advance(TimeSpan.FromSeconds(0.5));
        await f.FinishedAsync(1);
        await f.AsleepAsync();
        f.Time.Advance(TimeSpan.FromSeconds(1));
        await f.FinishedAsync(2);
        Assert.All(f.Finished, x => Assert.Equal((ActionReason.Expired, "last try: Busy, 2 busy"), (x.Outcome.Reason, x.Outcome.DeviceStatus)));
        Assert.Equal([0, 1], f.Finished.Select(x => x.Request.On.Number));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task ABatchThatWasUnderWayAtTheEnd_IsOneCallAgainAfterTheStart()
    {
        var executor = new FakeExecutor(async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return ActionOutcome.Done();
        });
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        await f.AddAsync(Firing(f, "disarm", "area", 3, from: 1));
        await Until.True(() => executor.Calls.Count == 1);
        var next = new FakeExecutor();
        f.Executor = next;
        await f.RestartAsync();
        await f.FinishedAsync(3);
        Assert.Equal([3], next.CallSizes);
    }

    [Fact, Trait("Req", "ACT-10")]
    public void KindsThatGoInBatches_MayBeRepeated() => Assert.All(ActionTypes.All.Values.Where(t => t.Batch), t => Assert.True(t.Repeatable, t.Name));

    [Fact, Trait("Req", "ACT-10")]
    public async Task TheEffect_IsToldWithTheOutcome_AndHoldsNothingUp()
    {
        var effect = new TaskCompletionSource<ActionOutcome>();
        var executor = new FakeExecutor { Effect = r => r.Action == "arm" ? effect.Task : null };
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        await f.AddAsync(f.Request(1), f.Request(2, "openRelay", OutboxFixture.Relay));
        await f.FinishedAsync(1);
        Assert.Equal("store-2.0", f.Finished[0].Request.Id);
        Assert.Empty(await f.Store.ReadOpenAsync(default));

        effect.SetResult(ActionOutcome.Done("1 ok") with { Effect = ActionEffect.NotSeen, Seen = "arming is disarm" });
        await f.FinishedAsync(2);
        Assert.Equal((ActionEffect.NotSeen, "arming is disarm"), (f.Finished[1].Outcome.Effect, f.Finished[1].Outcome.Seen));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task AStop_TellsWhatTheDeviceSaid_WithoutTheEffect()
    {
        var never = new TaskCompletionSource<ActionOutcome>();
        var executor = new FakeExecutor(_ => ActionOutcome.Done("1 ok")) { Effect = _ => never.Task };
        await using OutboxFixture f = await OutboxFixture.StartAsync(executor);
        await f.AddAsync(f.Request(1));
        await Until.True(() => executor.Calls.Count == 1);
        await f.PassTimeUntil(f.Outbox.StopAsync());
        Assert.Equal((true, ActionEffect.Unknown, "1 ok"), (f.Finished[0].Outcome.Succeeded, f.Finished[0].Outcome.Effect, f.Finished[0].Outcome.DeviceStatus));
    }
}
