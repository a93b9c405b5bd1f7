using Automation.Isapi.Status;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Status;

/// <summary>How often a device is asked (DEV-6; isapi.md, quirk 14).</summary>
public sealed class PollPaceTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly ManualTime _time = new();

    private PollPace Pace(bool gentle = true, int seed = 7) => new(Interval, gentle, _time, new Random(seed));

    private static void Within(double least, double most, TimeSpan rest) => Assert.InRange(rest.TotalSeconds, least, most);

    [Fact, Trait("Req", "DEV-6")]
    public void Rest_DevicesThatBeganTogether_Part()
    {
        double[] first = [.. Enumerable.Range(0, 200).Select(seed => Pace(gentle: false, seed).Rest.TotalSeconds)];
        Assert.All(first, s => Assert.InRange(s, 5, 15));
        // Spread over the ten seconds: no second of them holds a third of the devices.
        Assert.All(first.GroupBy(s => (int)s), second => Assert.InRange(second.Count(), 1, 66));
        PollPace pace = Pace(gentle: false);
        _ = pace.Rest;
        double[] later = [.. Enumerable.Range(0, 200).Select(_ => pace.Rest.TotalSeconds)];
        Assert.All(later, s => Assert.InRange(s, 15 * 0.85, 15 * 1.15));
        Assert.True(later.Max() - later.Min() > 2);
    }

    [Fact, Trait("Req", "DEV-6")]
    public void Rest_AfterAnEvent_IsShortForAMinute_ButNeverLessThanThePanelStands()
    {
        PollPace pace = Pace();
        _ = pace.Rest;
        pace.NoteEvent();
        Within(10, 10 * 1.15, pace.Rest);
        _time.Advance(TimeSpan.FromSeconds(59));
        Within(10, 10 * 1.15, pace.Rest);
        _time.Advance(TimeSpan.FromSeconds(2));
        Within(15 * 0.85, 15 * 1.15, pace.Rest);
    }

    [Fact, Trait("Req", "DEV-6")]
    public void Rest_OfADeviceThatStruggles_DoublesToEightTimes_AndComesBack()
    {
        PollPace pace = Pace();
        _ = pace.Rest;
        foreach (int times in new[] { 2, 4, 8, 8 })
        {
            pace.NoteRound(answered: true, PollPace.SlowAnswer + TimeSpan.FromMilliseconds(1));
            Within(15 * times * 0.85, 15 * times * 1.15, pace.Rest);
        }

        pace.NoteRound(answered: false, TimeSpan.Zero);
        pace.NoteEvent();
        Within(15 * 8 * 0.85, 15 * 8 * 1.15, pace.Rest);
        foreach (int times in new[] { 4, 2 })
        {
            pace.NoteRound(answered: true, TimeSpan.FromMilliseconds(50));
            Within(15 * times * 0.85, 15 * times * 1.15, pace.Rest);
        }
    }

    [Fact, Trait("Req", "DEV-6")]
    public void Pause_AnActionsEffectIsLookedForSoon_AnEventsNotBeforeTheLastRoundIsOverLongEnough()
    {
        PollPace pace = Pace();
        pace.NoteRound(answered: true, TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromSeconds(5), pace.Pause);
        pace.NoteEvent();
        Assert.Equal(TimeSpan.FromSeconds(10), pace.Pause);
        _time.Advance(TimeSpan.FromSeconds(3));
        pace.NoteEvent();
        Assert.Equal(TimeSpan.FromSeconds(7), pace.Pause);
        _time.Advance(TimeSpan.FromSeconds(30));
        pace.NoteEvent();
        Assert.Equal(TimeSpan.FromSeconds(5), pace.Pause);
    }
}
