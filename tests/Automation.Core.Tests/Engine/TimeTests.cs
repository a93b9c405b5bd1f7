using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Core.Tests.Engine;

/// <summary>Clock jumps, long and short days, the order of what is due at one instant.</summary>
public class TimeTests
{
    [Theory, Trait("Req", "SCH-7")]
    [InlineData(2026, 3, 29, 23)]
    [InlineData(2026, 10, 25, 25)]
    [InlineData(2026, 6, 1, 24)]
    public void HourlySchedule_OnALongOrShortDay_RunsOnceAnExistingHour(int year, int month, int day, int hours)
    {
        TimeZoneInfo berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        DateTimeOffset midnight = new DateTimeOffset(TimeZoneInfo.ConvertTimeToUtc(new DateTime(year, month, day), berlin), TimeSpan.Zero).AddSeconds(-1);
        var scenario = new Scenario(berlin, [], [Make.Rule("a", new ScheduleTrigger(new CronTimes("0 * * * *"), default))], start: midnight);
        scenario.Wait(TimeSpan.FromHours(hours));

        // An hour that occurs twice runs once, at the first; one that does not exist falls on the next, which has its own.
        Assert.Equal(Math.Min(hours, 24), scenario.Fired().Length);
    }

    [Fact]
    public void Window_OnTheNightOfTheLongDay_CoversBothHalvesOfTheDoubleHour()
    {
        TimeZoneInfo berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var scenario = new Scenario(berlin, [], [Make.Rule("a", Make.On("panel/zone/3", "zoneAlarm"), Make.Daily(120, 180))], start: new DateTimeOffset(2026, 10, 24, 23, 0, 0, TimeSpan.Zero));
        for (int i = 0; i < 8; i++) scenario.Wait(1800).Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(["00:00:00 a", "00:30:00 a", "01:00:00 a", "01:30:00 a"], scenario.Fired());
    }

    [Fact]
    public void ClockJump_OfAYearForward_DoesEverythingOnTheWayInOrder()
    {
        var scenario = new Scenario(
            Make.Rule("daily", new ScheduleTrigger(new CronTimes("0 6 * * *"), default)),
            Make.Rule("hold", Make.Changes("nvr", "online", false, forSeconds: 86_400)));
        scenario.Found("nvr", ("online", true)).State("nvr", ("online", false)).Wait(TimeSpan.FromDays(365));
        string[] fired = scenario.Fired();
        Assert.Equal(366, fired.Length);
        Assert.Equal("12:00:00 hold", fired[1]);
    }

    [Fact]
    public void ClockJump_Backwards_KeepsTimersAtTheirInstant()
    {
        var scenario = new Scenario(Make.Rule("a", Make.On("panel/zone/3", "zoneAlarm"), null, Make.Delay(60), Make.Do("record", "nvr/channel/1")));
        scenario.Event("panel/zone/3", "zoneAlarm");
        scenario.Now = Scenario.Noon.AddYears(-1);
        scenario.Wait(3600);
        Assert.DoesNotContain(scenario.Take(), l => l.StartsWith("request", StringComparison.Ordinal));
        scenario.Now = Scenario.Noon;
        scenario.Wait(60);
        Assert.Contains(scenario.Take(), l => l.StartsWith("request 12:01:00", StringComparison.Ordinal));
    }

    [Fact]
    public void DeadlinesOfOneInstant_AreTakenByRuleThenKey_AndBeforeTheInput()
    {
        EventPattern both = new() { Sources = [Scenario.At("nvr/channel/2"), Scenario.At("nvr/channel/1")], Events = ["intrusion"] };
        var scenario = new Scenario(
            Make.Rule("b", new EventTrigger(both, EventPhases.Begin), null, Make.Delay(10), Make.Do("record", "nvr/channel/3")) with { Key = RunKey.Resource },
            Make.Rule("a", new EventTrigger(both, EventPhases.Begin), null, Make.Delay(10), new ActionStep("capture", [], true, DataObject.Empty, null)) with { Key = RunKey.Resource });
        scenario.Event("nvr/channel/2", "intrusion").Event("nvr/channel/1", "intrusion").Take();
        scenario.Now += TimeSpan.FromSeconds(10);
        scenario.Event("nvr/channel/2", "motionDetection");
        Assert.Equal(
            ["capture store/nvr/channel/1", "capture store/nvr/channel/2", "record store/nvr/channel/3", "record store/nvr/channel/3", "event"],
            scenario.Take().Select(l => l.StartsWith("event", StringComparison.Ordinal) ? "event" : string.Join(' ', l.Split(' ')[4..6])));
    }

    [Fact]
    public void Deadlines_AtRandom_ComeOutInOrder_AlsoWhenSomeAreTakenBack()
    {
        const int Seed = 7;
        var random = new Random(Seed);
        var queue = new DeadlineQueue();
        var handles = new Dictionary<Deadline, int>();
        for (int i = 0; i < 5000; i++)
        {
            var deadline = new Deadline(random.Next(200), random.Next(5), random.Next(3), (DeadlineKind)random.Next(3), i, 0);
            handles.Add(deadline, queue.Add(deadline));
            if (i % 3 != 0) continue;
            Deadline taken = handles.Keys.ElementAt(random.Next(Math.Min(50, handles.Count)));
            int handle = handles[taken];
            Assert.Equal(taken.Ticks, queue.TicksOf(handle));
            queue.Cancel(ref handle);
            handles.Remove(taken);
        }

        Deadline[] expected = [.. handles.Keys.OrderBy(d => d.Ticks).ThenBy(d => d.Rule).ThenBy(d => d.Key).ThenBy(d => d.Kind).ThenBy(d => d.Payload)];
        var actual = new List<Deadline>();
        while (queue.TryTake(1000, out Deadline next)) actual.Add(next);
        Assert.True(expected.SequenceEqual(actual), $"seed {Seed}");
        Assert.Equal(long.MaxValue, queue.NextTicks);
    }
}
