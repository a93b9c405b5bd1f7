using System.Collections.Immutable;
using Automation.Core.Compilation.Form;

namespace Automation.Core.Tests.Calendars;

/// <summary>The calendar's policy done slowly and plainly: the wall clock is looked at minute by minute.</summary>
internal sealed class NaiveCalendar
{
    private readonly List<(DateTimeOffset Utc, DateTime Wall)> _minutes = [];

    /// <summary>Walks the minutes from one instant to the other, both on whole minutes.</summary>
    public NaiveCalendar(TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset to)
    {
        for (DateTimeOffset at = from; at <= to; at = at.AddMinutes(1)) _minutes.Add((at, at.UtcDateTime + zone.GetUtcOffset(at)));
    }

    public IReadOnlyList<(DateTimeOffset Utc, DateTime Wall)> Minutes => _minutes;

    /// <summary>A wall time belongs to a window of its own day or to one that started the day before.</summary>
    public static bool IsOpen(WeeklyWindows windows, DateTime wall)
    {
        DateOnly today = DateOnly.FromDateTime(wall);
        foreach (DateOnly started in new[] { today.AddDays(-1), today })
        {
            foreach (DayRange range in RangesOf(windows, started))
            {
                DateTime start = started.ToDateTime(TimeOnly.MinValue).AddMinutes(range.StartMinute);
                DateTime end = started.ToDateTime(TimeOnly.MinValue).AddMinutes(range.EndMinute);
                if (end <= start) end = end.AddDays(1);
                if (wall >= start && wall < end) return true;
            }
        }

        return false;
    }

    /// <summary>The instants of wall times inside the walk: the first minute that shows the time or, skipped by a gap, a later one.</summary>
    public SortedSet<DateTimeOffset> InstantsOf(IEnumerable<DateTime> wallTimes)
    {
        var instants = new SortedSet<DateTimeOffset>();
        foreach (DateTime wall in wallTimes)
        {
            int first = _minutes.FindIndex(m => m.Wall >= wall);
            if (first > 0) instants.Add(_minutes[first].Utc);
        }

        return instants;
    }

    private static ImmutableArray<DayRange> RangesOf(WeeklyWindows windows, DateOnly day)
    {
        if (windows.Except.Contains(day)) return [];
        return windows.Holidays.Contains(day) ? windows.HolidayRanges : windows.Days[(int)day.DayOfWeek];
    }
}
