using Automation.Core.Calendars;
using Automation.Core.Compilation.Form;
using static Automation.Core.Tests.Calendars.Zones;

namespace Automation.Core.Tests.Calendars;

/// <summary>Zones whose clocks do what few expect.</summary>
public sealed class OddZonesTests
{
    [Fact, Trait("Req", "SCH-7")]
    public void Samoa2011_TheDayThatDidNotExist_RunsOnceWhenTheNextBegins()
    {
        TimeZoneInfo apia = Find("Pacific/Apia");
        CompiledTimes times = TimesCompiler.Compile(Daily(new TimeOnly(10, 0), new TimeOnly(16, 0)), apia, null);
        // 29 December in UTC-10, then 31 December in UTC+14.
        Assert.Equal(
            [Utc(2011, 12, 29, 20), Utc(2011, 12, 30, 2), Utc(2011, 12, 30, 10), Utc(2011, 12, 30, 20), Utc(2011, 12, 31, 2)],
            times.Between(Utc(2011, 12, 29, 12), Utc(2011, 12, 31, 9)));
    }

    [Fact, Trait("Req", "SCH-7")]
    public void Samoa2011_OnceOnTheMissingDay_RunsOnce()
    {
        CompiledTimes times = TimesCompiler.Compile(new OnceAt(new DateTime(2011, 12, 30, 8, 0, 0)), Find("Pacific/Apia"), null);
        Assert.Equal([Utc(2011, 12, 30, 10)], times.Between(Utc(2011, 1, 1), Utc(2013, 1, 1)));
    }

    [Fact, Trait("Req", "SCH-7")]
    public void Samoa2011_TheNightBeforeTheMissingDay_IsOpenWithoutABreak()
    {
        CompiledWindows windows = WindowsCompiler.Compile(EveryDay("22:00-6:00"), Find("Pacific/Apia"));
        Assert.Equal(new WindowState(true, Utc(2011, 12, 30, 16)), windows.StateAt(Utc(2011, 12, 30, 8)));
    }

    [Fact, Trait("Req", "SCH-7")]
    public void LordHowe_HalfAnHour_IsSkippedAndRepeated()
    {
        TimeZoneInfo zone = Find("Australia/Lord_Howe");
        CompiledTimes times = TimesCompiler.Compile(Daily(new TimeOnly(1, 45), new TimeOnly(2, 15)), zone, null);
        // Forward 4 October 2026 02:00 -> 02:30: 02:15 runs at 02:30. Back 5 April 2026 02:00 -> 01:30: 01:45 runs once.
        Assert.Equal([Utc(2026, 10, 3, 15, 15), Utc(2026, 10, 3, 15, 30)], times.Between(Utc(2026, 10, 3, 15), Utc(2026, 10, 4, 12)));
        Assert.Equal([Utc(2026, 4, 4, 14, 45), Utc(2026, 4, 4, 15, 45)], times.Between(Utc(2026, 4, 4, 14), Utc(2026, 4, 5, 12)));
    }

    [Theory, Trait("Req", "SCH-7")]
    [InlineData("America/Santiago", "2026-09-06")]
    [InlineData("Africa/Cairo", "2026-04-24")]
    [InlineData("Asia/Beirut", "2026-03-29")]
    public void MidnightThatDoesNotExist_RunsOnceAtOne(string zone, string date)
    {
        TimeZoneInfo found = Find(zone);
        CompiledTimes times = TimesCompiler.Compile(Daily(TimeOnly.MinValue), found, null);
        var day = DateTime.Parse(date, System.Globalization.CultureInfo.InvariantCulture);
        Assert.SkipUnless(found.IsInvalidTime(day.AddMinutes(30)), "this machine's zone data has another rule for that year");
        DateTimeOffset before = new(day.AddHours(-12), TimeSpan.Zero);
        DateTimeOffset[] walls = [.. times.Between(before, before.AddHours(36)).Select(at => TimeZoneInfo.ConvertTime(at, found))];
        DateTimeOffset first = Assert.Single(walls, w => w.Date == day);
        Assert.Equal(TimeSpan.FromHours(1), first.TimeOfDay);
    }

    [Fact, Trait("Req", "SCH-7")]
    public void WindowAcrossTheOverlap_CoversBothHalves()
    {
        CompiledWindows windows = WindowsCompiler.Compile(EveryDay("2:00-3:00"), Find("Europe/Berlin"));
        Assert.Equal(new WindowState(true, Utc(2026, 10, 25, 2)), windows.StateAt(Utc(2026, 10, 25, 0)));
        Assert.Equal(new WindowState(true, Utc(2026, 10, 25, 2)), windows.StateAt(Utc(2026, 10, 25, 1)));
    }

    [Fact, Trait("Req", "SCH-7")]
    public void WindowWhollyInTheGap_DoesNotOpenThatDay()
    {
        CompiledWindows windows = WindowsCompiler.Compile(EveryDay("2:00-3:00"), Find("Europe/Berlin"));
        Assert.Equal(new WindowState(false, Utc(2026, 3, 30, 0)), windows.StateAt(Utc(2026, 3, 29, 0)));
    }

    [Fact, Trait("Req", "SCH-7")]
    public void EndsOfTime_AreAnsweredWithoutAFault()
    {
        CompiledWindows windows = WindowsCompiler.Compile(EveryDay("2:00-3:00"), Find("Pacific/Kiritimati"));
        CompiledTimes times = TimesCompiler.Compile(Daily(new TimeOnly(2, 0)), Find("Pacific/Kiritimati"), null);
        CompiledTimes cron = TimesCompiler.Compile(new CronTimes("0 0 29 2 *"), Find("America/Anchorage"), null);
        foreach (DateTimeOffset at in new[] { DateTimeOffset.MinValue, DateTimeOffset.MaxValue, DateTimeOffset.MaxValue.AddDays(-2), DateTimeOffset.UnixEpoch, DateTimeOffset.MinValue.AddDays(1) })
        {
            _ = windows.StateAt(at);
            Assert.True(times.Next(at) is null || times.Next(at) > at);
            Assert.True(cron.Next(at) is null || cron.Next(at) > at);
        }
    }
}
