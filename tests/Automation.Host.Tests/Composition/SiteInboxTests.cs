using Automation.Core.Engine;
using Automation.Host.Composition;
using Automation.TestKit;

namespace Automation.Host.Tests.Composition;

public sealed class SiteInboxTests
{
    [Fact, Trait("Req", "ACT-10")]
    public async Task AFullInbox_MakesTheDeviceWait_TellsItOnce_AndLosesNothing()
    {
        var inbox = new SiteInbox();
        int told = 0;
        inbox.Full = () => Interlocked.Increment(ref told);
        for (int i = 0; i < SiteInbox.Capacity; i++) inbox.Post(Input(i));
        Assert.Equal(0, told);
        Task[] waiting = [Task.Run(() => inbox.Post(Input(-1))), Task.Run(() => inbox.Post(Input(-2)))];
        await Until.True(() => Volatile.Read(ref told) == 1);
        Assert.False(inbox.TryRelieve());

        int taken = 0;
        while (taken < SiteInbox.Capacity + 2)
        {
            if (!inbox.Reader.TryRead(out _)) continue;
            taken++;
            if (taken == 1) Assert.False(inbox.TryRelieve());
        }

        await Until.Done(Task.WhenAll(waiting));
        Assert.True(inbox.TryRelieve());
        Assert.False(inbox.TryRelieve());
        Assert.Equal(1, told);
    }

    private static SiteInput.Engine Input(int number) => new SiteInput.Engine(EngineInput.Time(number, default));
}
