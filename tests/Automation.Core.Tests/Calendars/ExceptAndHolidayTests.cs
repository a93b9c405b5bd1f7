using Automation.Core.Calendars;
using Automation.Core.Compilation.Form;
using static Automation.Core.Tests.Calendars.Zones;

namespace Automation.Core.Tests.Calendars;

public sealed class ExceptAndHolidayTests
{
    private static readonly DateOnly Christmas = new(2026, 12, 25);

    [Fact, Trait("Req", "SCH-2")]
    public void Times_OnExceptedDays_DoNotRun()
    {
        WeeklyTimes schedule = Daily(new TimeOnly(22, 0)) with { Except = [Christmas, Christmas.AddDays(1)] };
        Assert.Equal([Utc(2026, 12, 24, 22), Utc(2026, 12, 27, 22)], TimesCompiler.Compile(schedule, TimeZoneInfo.Utc, null).Between(Utc(2026, 12, 24), Utc(2026, 12, 28)));
        CronTimes cron = new("0 22 * * *") { Except = schedule.Except };
        Assert.Equal([Utc(2026, 12, 24, 22), Utc(2026, 12, 27, 22)], TimesCompiler.Compile(cron, TimeZoneInfo.Utc, null).Between(Utc(2026, 12, 24), Utc(2026, 12, 28)));
        Assert.Null(TimesCompiler.Compile(new OnceAt(Christmas.ToDateTime(new TimeOnly(9, 0))) { Except = [Christmas] }, TimeZoneInfo.Utc, null).Next(Utc(2026, 1, 1)));
    }

    [Fact, Trait("Req", "SCH-2")]
    public void Times_WithManyExceptedWeeks_StillComeAgain()
    {
        WeeklyTimes schedule = new([.. Enumerable.Range(0, 7).Select(d => d == 5 ? (System.Collections.Immutable.ImmutableArray<TimeOnly>)[new(9, 0)] : [])])
        {
            Except = [.. Enumerable.Range(0, 60).Select(week => Christmas.AddDays(7 * week))],
        };
        Assert.Equal(Utc(2026, 12, 25, 9).AddDays(7 * 60), TimesCompiler.Compile(schedule, TimeZoneInfo.Utc, null).Next(Utc(2026, 12, 20)));
    }

    [Fact, Trait("Req", "SCH-1")]
    public void Times_OfNoDay_NeverRun()
    {
        Assert.Null(TimesCompiler.Compile(Daily(), TimeZoneInfo.Utc, null).Next(Utc(2026, 1, 1)));
    }

    [Fact, Trait("Req", "SCH-1")]
    public void Times_OnceInThePast_NeverRunAgain()
    {
        CompiledTimes times = TimesCompiler.Compile(new OnceAt(new DateTime(2026, 11, 20, 8, 0, 0)), Find("Europe/Berlin"), null);
        Assert.Equal(Utc(2026, 11, 20, 7), times.Next(Utc(2026, 11, 20, 6, 59)));
        Assert.Null(times.Next(Utc(2026, 11, 20, 7)));
    }

    [Fact, Trait("Req", "SCH-7")]
    public void Between_AndLatest_GiveWhatWasMissed()
    {
        CompiledTimes times = TimesCompiler.Compile(new CronTimes("0 * * * *"), TimeZoneInfo.Utc, null);
        Assert.Equal([Utc(2026, 11, 20, 9), Utc(2026, 11, 20, 10)], times.Between(Utc(2026, 11, 20, 8), Utc(2026, 11, 20, 10)));
        Assert.Equal(Utc(2026, 11, 20, 10), times.LatestBetween(Utc(2026, 11, 20, 8), Utc(2026, 11, 20, 10, 59)));
        Assert.Null(times.LatestBetween(Utc(2026, 11, 20, 8), Utc(2026, 11, 20, 8, 59)));
    }

    [Fact, Trait("Req", "SCH-2")]
    public void Windows_OnExceptedDays_DoNotStartButLastNightsGoesOn()
    {
        CompiledWindows windows = WindowsCompiler.Compile(EveryDay("22:00-6:00") with { Except = [Christmas] }, TimeZoneInfo.Utc);
        Assert.Equal(new WindowState(true, Utc(2026, 12, 25, 6)), windows.StateAt(Utc(2026, 12, 25, 1)));
        Assert.Equal(new WindowState(false, Utc(2026, 12, 26, 22)), windows.StateAt(Utc(2026, 12, 25, 6)));
    }

    [Fact, Trait("Req", "SCH-2")]
    public void Windows_OnHolidays_HaveTheHolidaysRanges()
    {
        WeeklyWindows schedule = EveryDay("8:00-18:00") with { Holidays = [Christmas, Christmas.AddDays(1)], HolidayRanges = [new(600, 720)], Except = [Christmas.AddDays(1)] };
        CompiledWindows windows = WindowsCompiler.Compile(schedule, TimeZoneInfo.Utc);
        Assert.Equal(new WindowState(false, Utc(2026, 12, 25, 10)), windows.StateAt(Utc(2026, 12, 24, 18)));
        Assert.Equal(new WindowState(true, Utc(2026, 12, 25, 12)), windows.StateAt(Utc(2026, 12, 25, 10)));
        Assert.Equal(new WindowState(false, Utc(2026, 12, 27, 8)), windows.StateAt(Utc(2026, 12, 25, 12)));
    }

    [Fact, Trait("Req", "LNK-4")]
    public void Windows_AllDays_NeverChangeExceptBeforeAnExceptedDayHoweverFar()
    {
        Assert.Equal(new WindowState(true, null), WindowsCompiler.Compile(EveryDay("0:00-24:00"), Find("Europe/Berlin")).StateAt(Utc(2026, 11, 20)));
        Assert.Equal(new WindowState(false, null), WindowsCompiler.Compile(EveryDay(), Find("Europe/Berlin")).StateAt(Utc(2026, 11, 20)));
        CompiledWindows windows = WindowsCompiler.Compile(EveryDay("0:00-24:00") with { Except = [new(2031, 5, 1)] }, Find("Europe/Berlin"));
        Assert.Equal(new WindowState(true, Utc(2031, 4, 30, 22)), windows.StateAt(Utc(2026, 11, 20)));
        Assert.Equal(new WindowState(false, Utc(2031, 5, 1, 22)), windows.StateAt(Utc(2031, 5, 1)));
        Assert.Equal(new WindowState(true, null), windows.StateAt(Utc(2031, 5, 1, 22)));
    }

    [Fact, Trait("Req", "SCH-1")]
    public void StateAt_OnceTheYearIsKnown_AllocatesNothing()
    {
        CompiledWindows windows = WindowsCompiler.Compile(EveryDay("8:00-18:00", "22:00-2:00") with { Except = [Christmas] }, Find("Europe/Berlin"));
        var cursor = new WindowCursor(windows);
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 2_000; i++)
            {
                DateTimeOffset at = Utc(2026, 10, 1).AddMinutes(i * 61);
                _ = windows.StateAt(at);
                _ = windows.IsOpen(at.UtcTicks);
                _ = cursor.IsOpen(at.UtcTicks);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Fact, Trait("Req", "SCH-2")]
    public void Windows_OfRandomWeeksAndHolidays_AreWhatTheWalkSees()
    {
        const int seed = 99;
        var random = new Random(seed);
        for (int round = 0; round < 60; round++)
        {
            System.Collections.Immutable.ImmutableArray<DayRange> Ranges() =>
                [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => new DayRange(random.Next(1440), random.Next(1440) + 1))];
            var schedule = new WeeklyWindows([.. Enumerable.Range(0, 7).Select(_ => Ranges())])
            {
                Except = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Christmas.AddDays(random.Next(-5, 6)))],
                Holidays = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Christmas.AddDays(random.Next(-5, 6)))],
                HolidayRanges = Ranges(),
            };
            CompiledWindows windows = WindowsCompiler.Compile(schedule, TimeZoneInfo.Utc);
            bool[] open = [.. Enumerable.Range(0, 14 * 1440).Select(m => NaiveCalendar.IsOpen(schedule, Christmas.AddDays(-7).ToDateTime(TimeOnly.MinValue).AddMinutes(m)))];
            DateTimeOffset start = new(Christmas.AddDays(-7).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
            for (int i = random.Next(60); i < open.Length; i += random.Next(1, 60))
            {
                WindowState state = windows.StateAt(start.AddMinutes(i));
                int change = Array.IndexOf(open, !open[i], i);
                bool right = state.Open == open[i] && (change < 0 ? state.NextChange is null || state.NextChange >= start.AddMinutes(open.Length) : state.NextChange == start.AddMinutes(change));
                Assert.True(right, $"seed {seed}, round {round}, {start.AddMinutes(i):O}: {state}");
            }
        }
    }
}
