using Automation.Core.Model;
using Automation.Host.Outbox;

namespace Automation.Host.Tests.Outbox;

/// <summary>A device that is not reached is left alone for a while; the others are not.</summary>
public sealed class DeviceCircuitTests
{
    private static readonly OutboxLimits Limits = new() { Jitter = 0, FailuresToOpen = 3, Break = TimeSpan.FromSeconds(30) };

    [Fact, Trait("Req", "ACT-10")]
    public async Task AfterSomeFailures_OneCallAWhileLooks_AndTheFirstAnswerLetsEverythingThrough()
    {
        bool there = false;
        var executor = new FakeExecutor(r => there || r.On.Value == OutboxFixture.Relay ? ActionOutcome.Done() : ActionOutcome.Failed(ActionReason.Unreachable, retrySafe: true));
        await using OutboxFixture fixture = await OutboxFixture.StartAsync(executor, Limits);
        await fixture.AddAsync(fixture.Request(1, "callPreset", OutboxFixture.Camera, TimeSpan.FromHours(1)), fixture.Request(2, "callPreset", OutboxFixture.Camera, TimeSpan.FromHours(1)));

        // At once, after 0.5 s, after 1 s more: then the circuit is open.
        await StepAsync(fixture, executor, 1, TimeSpan.FromMilliseconds(500));
        await StepAsync(fixture, executor, 2, TimeSpan.FromSeconds(1));
        await StepAsync(fixture, executor, 3, TimeSpan.FromSeconds(29));
        Assert.Equal(1, fixture.Outbox.OpenCircuits);
        Assert.Equal(3, executor.Calls.Count);
        await StepAsync(fixture, executor, 3, TimeSpan.FromSeconds(1));
        await StepAsync(fixture, executor, 4, TimeSpan.FromSeconds(29));
        Assert.Equal(4, executor.Calls.Count);

        // Another device is nobody's concern here.
        await fixture.AddAsync(fixture.Request(3, "openRelay", OutboxFixture.Relay));
        await fixture.FinishedAsync(1);

        there = true;
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        await fixture.FinishedAsync(3);
        Assert.Equal(0, fixture.Outbox.OpenCircuits);
        Assert.All(fixture.Finished, f => Assert.True(f.Outcome.Succeeded));
        Assert.Equal(7, executor.Calls.Count);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task WhatExpiresWhileItIsOpen_IsToldWithoutACall_AndANewRequestDoesNotCall()
    {
        var executor = new FakeExecutor(_ => ActionOutcome.Failed(ActionReason.Unreachable, retrySafe: true));
        await using OutboxFixture fixture = await OutboxFixture.StartAsync(executor, Limits);
        await fixture.AddAsync(fixture.Request(1, "callPreset", OutboxFixture.Camera, TimeSpan.FromSeconds(10)));
        await StepAsync(fixture, executor, 1, TimeSpan.FromMilliseconds(500));
        await StepAsync(fixture, executor, 2, TimeSpan.FromSeconds(1));
        await StepAsync(fixture, executor, 3, TimeSpan.FromSeconds(8));
        await fixture.AddAsync(fixture.Request(2, "callPreset", OutboxFixture.Camera, TimeSpan.FromSeconds(10)));
        Assert.Empty(fixture.Finished);
        await StepAsync(fixture, executor, 3, TimeSpan.FromMilliseconds(500));
        await fixture.FinishedAsync(1);
        Assert.Equal((ActionReason.Expired, 3), (fixture.Finished[0].Outcome.Reason, fixture.Finished[0].Attempts));
        await StepAsync(fixture, executor, 3, TimeSpan.FromMilliseconds(9_500));
        await fixture.FinishedAsync(2);
        Assert.Equal((ActionReason.Expired, 0), (fixture.Finished[1].Outcome.Reason, fixture.Finished[1].Attempts));
        Assert.Equal(3, executor.Calls.Count);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task ADeviceThatIsBack_IsCalledAtOnce()
    {
        bool there = false;
        var executor = new FakeExecutor(_ => there ? ActionOutcome.Done() : ActionOutcome.Failed(ActionReason.Unreachable, retrySafe: true));
        await using OutboxFixture fixture = await OutboxFixture.StartAsync(executor, Limits);
        await fixture.AddAsync(fixture.Request(1, "callPreset", OutboxFixture.Camera, TimeSpan.FromHours(1)));
        await StepAsync(fixture, executor, 1, TimeSpan.FromMilliseconds(500));
        await StepAsync(fixture, executor, 2, TimeSpan.FromSeconds(1));
        await StepAsync(fixture, executor, 3, TimeSpan.FromSeconds(1));
        there = true;
        fixture.Outbox.DeviceIsBack(ResourceAddress.Parse(OutboxFixture.Camera).DeviceAddress);
        await fixture.FinishedAsync(1);
        Assert.Equal(0, fixture.Outbox.OpenCircuits);
    }

    [Theory, Trait("Req", "ACT-8")]
    [InlineData(ActionReason.Busy)]
    [InlineData(ActionReason.Refused)]
    [InlineData(ActionReason.Unauthorized)]
    [InlineData(ActionReason.NotSupported)]
    public void AnyAnswer_KeepsTheCircuitClosed(ActionReason reason)
    {
        var circuit = new DeviceCircuit(Limits);
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        for (int i = 0; i < 10; i++)
        {
            circuit.Ended(ActionOutcome.Failed(i % 3 == 2 ? reason : ActionReason.Unreachable, retrySafe: true), now);
            Assert.False(circuit.IsOpen);
        }
    }

    /// <summary>Waits for the call of that number and for the sleep after it, then lets time pass.</summary>
    private static async Task StepAsync(OutboxFixture fixture, FakeExecutor executor, int calls, TimeSpan pass)
    {
        await TestKit.Until.True(() => executor.Calls.Count == calls && fixture.Outbox.DevicesWaitingForRetry == 1);
        fixture.Time.Advance(pass);
    }
}
