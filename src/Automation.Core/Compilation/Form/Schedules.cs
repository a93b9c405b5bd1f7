using System.Collections.Immutable;

namespace Automation.Core.Compilation.Form;

/// <summary>Instants in the site's time zone. A time that does not exist runs once at the next valid instant; one that occurs twice runs once, at the first (SCH-7).</summary>
public abstract record TimeSchedule
{
    /// <summary>On these days (site dates; the holiday calendars named by the rule, resolved) nothing runs.</summary>
    public ImmutableSortedSet<DateOnly> Except { get; init; } = [];
}

/// <summary>Times of day for each weekday, indexed by <see cref="DayOfWeek"/> (Sunday 0); 7 entries.</summary>
public sealed record WeeklyTimes(ImmutableArray<ImmutableArray<TimeOnly>> Days) : TimeSchedule;

/// <summary>A five-field cron expression: minute, hour, day of month, month, day of week (0 or 7 is Sunday, names allowed).</summary>
public sealed record CronTimes(string Expression) : TimeSchedule;

/// <summary>One local date and time.</summary>
public sealed record OnceAt(DateTime Local) : TimeSchedule;

/// <summary>Sunrise or sunset at the site's position plus an offset (-12 h to 12 h), on the given weekdays (empty: all).</summary>
public sealed record SunTimes(SunEvent Event, TimeSpan Offset, ImmutableArray<DayOfWeek> Days) : TimeSchedule;

public enum SunEvent : byte
{
    Sunrise,
    Sunset,
}

/// <summary>Windows that are open or closed. Windows are <c>[start, end)</c>; one that ends before it starts runs over midnight and belongs to the day it started.</summary>
/// <param name="Days">The ranges of each weekday, indexed by <see cref="DayOfWeek"/> (Sunday 0); 7 entries. All day is 00:00 to 24:00.</param>
public sealed record WeeklyWindows(ImmutableArray<ImmutableArray<DayRange>> Days)
{
    /// <summary>On these days no window starts.</summary>
    public ImmutableSortedSet<DateOnly> Except { get; init; } = [];

    /// <summary>On these days the ranges of <see cref="HolidayRanges"/> hold instead of the weekday's.</summary>
    public ImmutableSortedSet<DateOnly> Holidays { get; init; } = [];

    public ImmutableArray<DayRange> HolidayRanges { get; init; } = [];
}

/// <summary>A range of one day in minutes after midnight: start 0 to 1439, end 1 to 1440; an end at or before the start is on the next day.</summary>
public readonly record struct DayRange(int StartMinute, int EndMinute);
