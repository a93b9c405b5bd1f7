using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Calendars;
using Automation.Core.Compilation.Form;

namespace Automation.Core.Tests.Calendars;

/// <summary>Every transition of every zone this machine knows, 2000 to 2037, against the walk over the wall clock.</summary>
public sealed class ZoneTransitionsTests
{
    private const int Seed = 20261121;
    private static readonly DateTimeOffset First = Zones.Utc(2000, 1, 1);
    private static readonly DateTimeOffset Last = Zones.Utc(2038, 1, 1);

    private static readonly Lazy<IReadOnlyList<Transition>> Transitions = new(FindTransitions);

    [Fact, Trait("Req", "SCH-7")]
    public void Clock_AroundEveryTransition_ShowsTheZonesOffset()
    {
        foreach (Transition transition in Transitions.Value)
        {
            ZoneClock clock = ZoneClock.Of(transition.Zone);
            foreach (long ticks in new[] { -1L, 0, TimeSpan.TicksPerHour, -TimeSpan.TicksPerDay })
            {
                long at = transition.At.UtcTicks + ticks;
                long wall = at + transition.Zone.GetUtcOffset(new DateTime(at, DateTimeKind.Utc)).Ticks;
                Assert.True(wall == clock.ToLocal(at), $"{transition}: {new DateTime(at):O} shows {new DateTime(clock.ToLocal(at)):O}, not {new DateTime(wall):O}");
            }
        }
    }

    [Fact, Trait("Req", "SCH-7")]
    public void Windows_AroundEveryTransition_AreOpenAsTheWallClockShows()
    {
        var random = new Random(Seed);
        foreach (Transition transition in Distinct())
        {
            var walk = new NaiveCalendar(transition.Zone, transition.At.AddHours(-4), transition.At.AddHours(5));
            WeeklyWindows windows = RandomWindows(random, transition);
            CompiledWindows compiled = WindowsCompiler.Compile(windows, transition.Zone);
            bool[] open = [.. walk.Minutes.Select(m => NaiveCalendar.IsOpen(windows, m.Wall))];
            for (int i = 0; i < open.Length; i += random.Next(1, 9)) AssertState(i, walk, open, compiled, transition);
            AssertState(Array.FindIndex(walk.Minutes.ToArray(), m => m.Utc == transition.At), walk, open, compiled, transition);
        }
    }

    [Fact, Trait("Req", "SCH-7")]
    public void Times_AroundEveryTransition_RunOnceAtTheFirstValidInstant()
    {
        var random = new Random(Seed + 1);
        foreach (Transition transition in Distinct())
        {
            var walk = new NaiveCalendar(transition.Zone, transition.At.AddHours(-4), transition.At.AddHours(5));
            TimeOnly[] times = [.. Enumerable.Range(0, 6).Select(_ => TimeOnly.FromDateTime(walk.Minutes[random.Next(walk.Minutes.Count)].Wall.AddMinutes(random.Next(-60, 60))))];
            DateTime wallStart = walk.Minutes[0].Wall;
            IEnumerable<DateTime> wallTimes = Enumerable.Range(-1, 5).SelectMany(d => times.Select(t => wallStart.Date.AddDays(d) + t.ToTimeSpan())).Where(w => w > wallStart);
            DateTimeOffset[] wanted = [.. walk.InstantsOf(wallTimes)];
            CompiledTimes weekly = TimesCompiler.Compile(Zones.Daily(times), transition.Zone, null);
            DateTimeOffset[] found = [.. weekly.Between(walk.Minutes[0].Utc, walk.Minutes[^1].Utc)];
            Assert.True(wanted.SequenceEqual(found), $"{transition} seed {Seed + 1}, times {string.Join(' ', times)}: wanted {Join(wanted)}, found {Join(found)}");
        }
    }

    [Fact, Trait("Req", "SCH-7")]
    public void Cron_AroundEveryTransition_IsWhatTheSameWeeklyTimesAre()
    {
        var random = new Random(Seed + 2);
        foreach (Transition transition in Distinct())
        {
            int minute = random.Next(60);
            int step = random.Next(1, 5);
            TimeOnly[] times = [.. Enumerable.Range(0, 24).Where(h => h % step == 0).Select(h => new TimeOnly(h, minute))];
            CompiledTimes weekly = TimesCompiler.Compile(Zones.Daily(times), transition.Zone, null);
            CompiledTimes cron = TimesCompiler.Compile(new CronTimes(string.Create(CultureInfo.InvariantCulture, $"{minute} */{step} * * *")), transition.Zone, null);
            DateTimeOffset from = transition.At.AddHours(-26);
            DateTimeOffset to = transition.At.AddHours(26);
            Assert.True(weekly.Between(from, to).SequenceEqual(cron.Between(from, to)), $"{transition}: cron {minute} */{step}");
        }
    }

    private static void AssertState(int index, NaiveCalendar walk, bool[] open, CompiledWindows compiled, Transition transition)
    {
        WindowState state = compiled.StateAt(walk.Minutes[index].Utc);
        int change = Array.FindIndex(open, index, o => o != open[index]);
        bool right = state.Open == open[index] && compiled.IsOpen(walk.Minutes[index].Utc.UtcTicks) == open[index]
            && (change >= 0 ? state.NextChange == walk.Minutes[change].Utc : state.NextChange is null || state.NextChange > walk.Minutes[^1].Utc);
        Assert.True(right, $"{transition} seed {Seed} at {walk.Minutes[index]}: found {state}, wanted {open[index]} until {(change >= 0 ? walk.Minutes[change].Utc : "later")}");
    }

    private static WeeklyWindows RandomWindows(Random random, Transition transition)
    {
        ImmutableArray<ImmutableArray<DayRange>> days = [.. Enumerable.Range(0, 7).Select(_ => RandomRanges(random))];
        DateOnly day = DateOnly.FromDateTime((transition.At + transition.Before).DateTime);
        return new WeeklyWindows(days)
        {
            Except = random.Next(5) == 0 ? [day.AddDays(random.Next(-1, 2))] : [],
            Holidays = random.Next(5) == 0 ? [day.AddDays(random.Next(-1, 2))] : [],
            HolidayRanges = RandomRanges(random),
        };
    }

    private static ImmutableArray<DayRange> RandomRanges(Random random) =>
        [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => new DayRange(random.Next(96) * 15, (random.Next(96) + 1) * 15))];

    private static string Join(IEnumerable<DateTimeOffset> instants) => string.Join(' ', instants.Select(i => i.ToString("O", CultureInfo.InvariantCulture)));

    /// <summary>Zones that show the same wall clock around a transition are one case of it.</summary>
    private static IEnumerable<Transition> Distinct() => Transitions.Value.DistinctBy(t => (t.At, t.Before, t.After));

    private static List<Transition> FindTransitions()
    {
        var found = new List<Transition>();
        foreach (TimeZoneInfo zone in TimeZoneInfo.GetSystemTimeZones())
        {
            for (DateTimeOffset day = First; day < Last; day = day.AddDays(1))
            {
                TimeSpan before = zone.GetUtcOffset(day);
                if (zone.GetUtcOffset(day.AddDays(1)) == before) continue;
                DateTimeOffset at = day;
                while (zone.GetUtcOffset(at) == before) at = at.AddMinutes(1);
                found.Add(new Transition(zone, at, before, zone.GetUtcOffset(at)));
            }
        }

        return found;
    }

    private sealed record Transition(TimeZoneInfo Zone, DateTimeOffset At, TimeSpan Before, TimeSpan After)
    {
        public override string ToString() => $"{Zone.Id} {At:u} {Before} -> {After}";
    }
}
