using System.Collections;
using Automation.Core.Compilation.Form;

namespace Automation.Core.Rules;

/// <summary>The minutes of a week (Sunday 00:00 first) at which something may hold.</summary>
internal sealed class WeekMap
{
    public const int Minutes = 7 * 24 * 60;
    private readonly BitArray _open;

    private WeekMap(BitArray open) => _open = open;

    public bool this[int minute] => _open[minute];

    public bool IsEmpty => !_open.HasAnySet();

    public int First
    {
        get
        {
            for (int i = 0; i < Minutes; i++)
            {
                if (_open[i]) return i;
            }

            return -1;
        }
    }

    public static WeekMap Always() => new(new BitArray(Minutes, true));

    /// <summary>Null when holidays have hours of their own: then any minute may be open.</summary>
    public static WeekMap? Of(WeeklyWindows windows)
    {
        if (!windows.Holidays.IsEmpty && !windows.HolidayRanges.IsEmpty) return null;
        var open = new BitArray(Minutes);
        for (int day = 0; day < 7; day++)
        {
            foreach (DayRange range in windows.Days[day])
            {
                int start = (day * 1440) + range.StartMinute;
                int length = range.EndMinute > range.StartMinute ? range.EndMinute - range.StartMinute : 1440 + range.EndMinute - range.StartMinute;
                for (int i = 0; i < length; i++) open[(start + i) % Minutes] = true;
            }
        }

        return new WeekMap(open);
    }

    public WeekMap And(WeekMap other) => new(((BitArray)_open.Clone()).And(other._open));

    public WeekMap Not() => new(((BitArray)_open.Clone()).Not());

    public bool Overlaps(WeekMap other) => !And(other).IsEmpty;
}
