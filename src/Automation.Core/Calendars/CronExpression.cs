using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Automation.Core.Calendars;

/// <summary>A five-field cron expression: minute, hour, day of month, month, day of week.</summary>
/// <remarks>
/// Fields take <c>*</c>, values, ranges <c>a-b</c>, steps <c>*/n</c>, <c>a-b/n</c>, <c>a/n</c> (from a to the end), lists <c>a,b</c>, and names of months and
/// weekdays (three letters, any case). Day of week is 0 to 7, 0 and 7 both Sunday. As in crontab(5), when both day fields are restricted (neither
/// starts with <c>*</c>) a day that fits either runs; <c>?</c> in a day field is the same as <c>*</c>.
/// </remarks>
public sealed class CronExpression
{
    /// <summary>The calendar repeats weekdays and leap days within this long, also across 2100.</summary>
    private const int YearsToLook = 41;

    private readonly ulong _minutes;
    private readonly uint _hours;
    private readonly uint _days;
    private readonly uint _months;
    private readonly uint _weekdays;
    private readonly bool _eitherDay;
    private readonly string _text;

    private CronExpression(string text, ReadOnlySpan<CronField> fields)
    {
        _text = text;
        _minutes = fields[0].Values;
        _hours = (uint)fields[1].Values;
        _days = (uint)fields[2].Values;
        _months = (uint)fields[3].Values;
        _weekdays = (uint)fields[4].Values;
        _eitherDay = !fields[2].StartsWithStar && !fields[4].StartsWithStar;
    }

    /// <summary>Reads an expression of at most 200 characters.</summary>
    /// <param name="error">Names the field, the position (in characters, from 1) and what would be right.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out CronExpression? expression, [NotNullWhen(false)] out string? error)
    {
        expression = null;
        Span<CronField> fields = stackalloc CronField[CronField.Count];
        if (!CronField.TryParseAll(text, fields, out error)) return false;
        expression = new CronExpression(text!, fields);
        return true;
    }

    /// <summary>Whether the expression runs at some time of this date.</summary>
    public bool RunsOn(DateOnly date)
    {
        if ((_months >> date.Month & 1) == 0) return false;
        bool day = (_days >> date.Day & 1) != 0;
        bool weekday = (_weekdays >> (int)date.DayOfWeek & 1) != 0;
        return _eitherDay ? day || weekday : day && weekday;
    }

    /// <summary>The first wall time strictly after the given one, on a whole minute; null: there is none, as of 30 February.</summary>
    public DateTime? NextLocal(DateTime after)
    {
        var first = DateOnly.FromDateTime(after);
        int lastYear = Math.Min(first.Year + YearsToLook, DateOnly.MaxValue.Year - 1);
        int minuteOfDay = (after.Hour * 60) + after.Minute;
        for (DateOnly date = first; date.Year <= lastYear;)
        {
            if ((_months >> date.Month & 1) == 0)
            {
                date = new DateOnly(date.Year, date.Month, 1).AddMonths(1);
                continue;
            }

            if (RunsOn(date) && NextMinuteOfDay(date == first ? minuteOfDay : -1) is var minute and >= 0)
            {
                return date.ToDateTime(TimeOnly.MinValue).AddMinutes(minute);
            }

            date = date.AddDays(1);
        }

        return null;
    }

    public override string ToString() => _text;

    /// <summary>The first minute of the day after the given one, or -1.</summary>
    private int NextMinuteOfDay(int after)
    {
        int hour = (after + 1) / 60;
        ulong minutes = hour < 24 && (_hours >> hour & 1) != 0 ? _minutes >> ((after + 1) % 60) << ((after + 1) % 60) : 0;
        if (minutes != 0) return (hour * 60) + BitOperations.TrailingZeroCount(minutes);
        uint hours = hour < 23 ? _hours >> (hour + 1) << (hour + 1) : 0;
        return hours == 0 ? -1 : (BitOperations.TrailingZeroCount(hours) * 60) + BitOperations.TrailingZeroCount(_minutes);
    }
}
