using System.Collections.Immutable;
using Automation.Core.Compilation.Form;

namespace Automation.Core.Calendars;

/// <summary>Turns weekly windows into tables that answer at once (SCH-1, SCH-7).</summary>
/// <remarks>
/// Policy: a window is open whenever the wall clock shows a time inside it. So both halves of an overlap count, a gap shortens the window, and an
/// overnight window belongs to the day it started, whatever the next day is. Ranges that overlap or touch are one window.
/// </remarks>
public static class WindowsCompiler
{
    internal const int MinutesPerDay = 1440;

    /// <summary>Sunday to Saturday, the holiday, and the day on which nothing starts.</summary>
    internal const int DayTypes = 9;

    internal const int HolidayType = 7;

    internal const int ClosedType = 8;

    public static CompiledWindows Compile(WeeklyWindows windows, TimeZoneInfo zone)
    {
        var ranges = new ImmutableArray<DayRange>[DayTypes];
        for (int day = 0; day < 7; day++) ranges[day] = day < windows.Days.Length && !windows.Days[day].IsDefault ? windows.Days[day] : [];
        ranges[HolidayType] = windows.HolidayRanges.IsDefault ? [] : windows.HolidayRanges;
        ranges[ClosedType] = [];

        var plans = new ushort[DayTypes * DayTypes][];
        for (int before = 0; before < DayTypes; before++)
        {
            for (int day = 0; day < DayTypes; day++) plans[(before * DayTypes) + day] = Plan(ranges[before], ranges[day]);
        }

        // A day that is both excepted and a holiday is excepted.
        var special = new SortedDictionary<int, byte>();
        foreach (DateOnly holiday in windows.Holidays) special[holiday.DayNumber] = HolidayType;
        foreach (DateOnly except in windows.Except) special[except.DayNumber] = ClosedType;
        return new CompiledWindows(ZoneClock.Of(zone), plans, [.. special.Keys], [.. special.Values]);
    }

    /// <summary>The minutes of a day at which it opens, closes, opens, … beginning closed, given the ranges of the day before.</summary>
    private static ushort[] Plan(ImmutableArray<DayRange> before, ImmutableArray<DayRange> day)
    {
        Span<bool> open = stackalloc bool[MinutesPerDay];
        foreach (DayRange range in before)
        {
            if (range.EndMinute <= range.StartMinute) open[..range.EndMinute].Fill(true);
        }

        foreach (DayRange range in day)
        {
            int end = range.EndMinute <= range.StartMinute ? MinutesPerDay : Math.Min(range.EndMinute, MinutesPerDay);
            open[range.StartMinute..end].Fill(true);
        }

        var changes = new List<ushort>();
        bool now = false;
        for (int minute = 0; minute < MinutesPerDay; minute++)
        {
            if (open[minute] == now) continue;
            now = open[minute];
            changes.Add((ushort)minute);
        }

        return [.. changes];
    }
}
