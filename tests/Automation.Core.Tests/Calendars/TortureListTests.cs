using Automation.Core.Calendars;
using Automation.Core.Compilation.Form;
using static Automation.Core.Tests.Calendars.Zones;

namespace Automation.Core.Tests.Calendars;

/// <summary>Each test is a defect that somebody shipped: the schedules others got wrong.</summary>
public sealed class TortureListTests
{
    private static readonly TimeZoneInfo Berlin = Find("Europe/Berlin");

    [Theory, Trait("Req", "SCH-7")]
    [InlineData("2026-03-29", 6, 16)]
    [InlineData("2026-10-25", 7, 17)]
    [InlineData("2026-10-24", 6, 16)]
    public void Windows_OnDaysOf23And25Hours_OpenByTheWallClockNotByHoursSinceMidnight(string date, int openUtc, int closeUtc)
    {
        CompiledWindows windows = WindowsCompiler.Compile(EveryDay("8:00-18:00"), Berlin);
        DateTimeOffset midnight = DateTimeOffset.Parse(date + "T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(new WindowState(false, midnight.AddHours(openUtc)), windows.StateAt(midnight.AddHours(openUtc).AddSeconds(-1)));
        Assert.Equal(new WindowState(true, midnight.AddHours(closeUtc)), windows.StateAt(midnight.AddHours(openUtc)));
        Assert.False(windows.StateAt(midnight.AddHours(closeUtc)).Open);
    }

    [Fact, Trait("Req", "SCH-1")]
    public void Windows_SecondOfOneDay_OpensToo()
    {
        CompiledWindows windows = WindowsCompiler.Compile(On(DayOfWeek.Monday, "14:00-15:00", "8:00-9:00", "18:00-24:00"), TimeZoneInfo.Utc);
        Assert.Equal([true, false, true, false, true], new[] { 8, 9, 14, 15, 23 }.Select(h => windows.StateAt(Utc(2026, 11, 23, h)).Open));
    }

    [Fact, Trait("Req", "SCH-1")]
    public void Windows_Overnight_BelongToTheDayTheyStarted()
    {
        CompiledWindows windows = WindowsCompiler.Compile(On(DayOfWeek.Friday, "22:00-6:00"), TimeZoneInfo.Utc);
        Assert.False(windows.StateAt(Utc(2026, 11, 20, 5)).Open);
        Assert.Equal(new WindowState(true, Utc(2026, 11, 21, 6)), windows.StateAt(Utc(2026, 11, 20, 22)));
        Assert.Equal(new WindowState(true, Utc(2026, 11, 21, 6)), windows.StateAt(Utc(2026, 11, 21, 5, 59, 59)));
        Assert.Equal(new WindowState(false, Utc(2026, 11, 27, 22)), windows.StateAt(Utc(2026, 11, 21, 6)));
    }

    [Fact, Trait("Req", "SCH-1")]
    public void Windows_StartAndMidnight_AreInsideAndTheEndIsNot()
    {
        CompiledWindows windows = WindowsCompiler.Compile(On(DayOfWeek.Monday, "0:00-24:00"), TimeZoneInfo.Utc);
        Assert.False(windows.StateAt(Utc(2026, 11, 23).AddTicks(-1)).Open);
        Assert.Equal(new WindowState(true, Utc(2026, 11, 24)), windows.StateAt(Utc(2026, 11, 23)));
        Assert.True(windows.StateAt(Utc(2026, 11, 24).AddTicks(-1)).Open);
        Assert.False(windows.StateAt(Utc(2026, 11, 24)).Open);
    }

    [Fact, Trait("Req", "SCH-1")]
    public void Windows_TouchingAtMidnight_AreOne()
    {
        CompiledWindows windows = WindowsCompiler.Compile(EveryDay("20:00-24:00", "0:00-4:00"), TimeZoneInfo.Utc);
        Assert.Equal(Utc(2026, 11, 24, 4), windows.StateAt(Utc(2026, 11, 23, 21)).NextChange);
    }

    [Fact, Trait("Req", "SCH-7")]
    public void Windows_ThatAreOpenAlready_SayWhenTheyClose()
    {
        // What opens while its condition already holds is told by NextChange, so nobody has to wait for an event.
        CompiledWindows windows = WindowsCompiler.Compile(EveryDay("8:00-18:00"), Berlin);
        Assert.Equal(new WindowState(false, Utc(2026, 11, 20, 7)), windows.StateAt(Utc(2026, 11, 20, 3)));
    }

    [Fact, Trait("Req", "SCH-7")]
    public void Times_InTheGap_RunOnceRightAfterIt()
    {
        CompiledTimes times = TimesCompiler.Compile(Daily(new TimeOnly(2, 30)), Berlin, null);
        Assert.Equal([Utc(2026, 3, 28, 1, 30), Utc(2026, 3, 29, 1), Utc(2026, 3, 30, 0, 30)], times.Between(Utc(2026, 3, 28), Utc(2026, 3, 30, 12)));
    }

    [Fact, Trait("Req", "SCH-7")]
    public void Times_InTheOverlap_RunOnceAndDoNotSpin()
    {
        CompiledTimes times = TimesCompiler.Compile(new CronTimes("1 2 * * *"), Berlin, null);
        Assert.Equal([Utc(2026, 10, 24, 0, 1), Utc(2026, 10, 25, 0, 1), Utc(2026, 10, 26, 1, 1)], times.Between(Utc(2026, 10, 24), Utc(2026, 10, 26, 12)));
        for (DateTimeOffset at = Utc(2026, 10, 25, 0, 1); at < Utc(2026, 10, 25, 3); at = at.AddSeconds(7)) Assert.Equal(Utc(2026, 10, 26, 1, 1), times.Next(at));
    }

    [Fact, Trait("Req", "SCH-7")]
    public void Times_AcrossManyChanges_KeepTheWallTime()
    {
        // An offset remembered from the start shifts everything by an hour after the first change.
        CompiledTimes times = TimesCompiler.Compile(Daily(new TimeOnly(7, 15)), Berlin, null);
        DateTimeOffset[] all = [.. times.Between(Utc(2026, 1, 1), Utc(2030, 1, 1))];
        Assert.Equal(4 * 365 + 1, all.Length);
        Assert.All(all, at => Assert.Equal(new TimeSpan(7, 15, 0), TimeZoneInfo.ConvertTime(at, Berlin).TimeOfDay));
    }

    [Fact, Trait("Req", "SCH-7")]
    public void Times_AskedAgainAfterTheClockJumped_AnswerForTheNewTime()
    {
        CompiledTimes times = TimesCompiler.Compile(Daily(new TimeOnly(12, 0)), TimeZoneInfo.Utc, null);
        Assert.Equal(Utc(2026, 11, 21, 12), times.Next(Utc(2026, 11, 20, 12)));
        Assert.Equal(Utc(2026, 11, 20, 12), times.Next(Utc(2026, 11, 20, 11, 59, 59)));
        Assert.Equal(Utc(2036, 11, 20, 12), times.Next(Utc(2036, 11, 20, 11)));
    }

    [Fact, Trait("Req", "SCH-7")]
    public void Cursor_WithTimeJumpingBothWays_AnswersAsTheWindowsDo()
    {
        const int seed = 12;
        var random = new Random(seed);
        CompiledWindows windows = WindowsCompiler.Compile(EveryDay("8:00-18:00", "22:00-2:30"), Berlin);
        var cursor = new WindowCursor(windows);
        DateTimeOffset at = Utc(2026, 10, 20);
        for (int i = 0; i < 20_000; i++)
        {
            at = at.AddMinutes(random.Next(10) == 0 ? random.Next(-2_000, 2_000) : random.Next(0, 20));
            WindowState state = windows.StateAt(at);
            Assert.True(cursor.IsOpen(at.UtcTicks) == state.Open && cursor.ChangesAt == state.NextChange!.Value.UtcTicks, $"seed {seed}, {i}: {at:O}");
            Assert.True(state.NextChange > at && windows.StateAt(state.NextChange.Value).Open != state.Open && windows.StateAt(state.NextChange.Value.AddTicks(-1)).Open == state.Open, $"seed {seed}, {i}: {at:O}");
        }
    }
}
