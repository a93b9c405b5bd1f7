using System.Collections.Immutable;
using System.Globalization;

namespace Automation.Core.Model;

/// <summary>A span of one day of the week, in the device's own time.</summary>
/// <param name="Day">1 is Monday, 7 Sunday, as devices count (003 §8.11.5).</param>
/// <param name="StartMinute">Minutes from midnight, 0 to 1439.</param>
/// <param name="EndMinute">1 to 1440, after the start.</param>
public readonly record struct DaySpan(int Day, int StartMinute, int EndMinute)
{
    /// <summary><c>07:30:00</c>.</summary>
    public string Start => Time(StartMinute);

    /// <summary><c>24:00:00</c> at the end of the day.</summary>
    public string End => Time(EndMinute);

    internal static string Time(int minute) => string.Create(CultureInfo.InvariantCulture, $"{minute / 60:00}:{minute % 60:00}:00");
}

/// <summary>Spans of a week written in one text, for schedules that are written to a device (SCH-5): <c>mon-fri 18:00-24:00, 00:00-08:00; sat,sun 00:00-24:00</c>.</summary>
public static class WeekSpans
{
    /// <summary>What devices take a day (003 §8.13.35); more is refused.</summary>
    public const int MaxPerDay = 10;

    private static readonly string[] Days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// <summary>The spans in the order of the week; <c>allDays</c> is the whole week, <c>never</c> is none.</summary>
    /// <param name="problem">What is wrong and what to write; null when it was read.</param>
    public static ImmutableArray<DaySpan> Parse(string text, out string? problem)
    {
        problem = null;
        if (text == "never") return [];
        if (text == "allDays") return [.. Enumerable.Range(1, 7).Select(d => new DaySpan(d, 0, 1440))];
        var spans = new List<DaySpan>();
        foreach (string part in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int blank = part.IndexOf(' ', StringComparison.Ordinal);
            if (blank < 0 || DaysOf(part[..blank]) is not { } days)
            {
                problem = $"'{part}' does not begin with weekdays: write mon-fri 18:00-24:00, allDays or never";
                return [];
            }

            foreach (string range in part[blank..].Split(',', StringSplitOptions.TrimEntries))
            {
                if (SpanOf(range) is not { } span)
                {
                    problem = $"'{range}' is no span of a day: write 08:00-18:00; one over midnight is two";
                    return [];
                }

                spans.AddRange(days.Select(d => new DaySpan(d, span.Start, span.End)));
            }
        }

        problem = Check(spans);
        return problem is null ? [.. spans.OrderBy(s => s.Day).ThenBy(s => s.StartMinute)] : [];
    }

    /// <summary>What is wrong and what to write; null when it can be read.</summary>
    public static string? Problem(string text)
    {
        Parse(text, out string? problem);
        return problem;
    }

    /// <summary>The number of a weekday's word, 1 to 7; null when it is none.</summary>
    public static int? DayOf(string word) => Array.IndexOf(Days, word) is >= 0 and var index ? index + 1 : null;

    /// <summary><c>08:00-18:00</c> as minutes; null when it is none, or does not end after it starts.</summary>
    internal static (int Start, int End)? SpanOf(string text)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0 || MinuteOf(text[..dash]) is not { } start || MinuteOf(text[(dash + 1)..]) is not { } end) return null;
        return start < end ? (start, end) : null;
    }

    private static string? Check(List<DaySpan> spans)
    {
        foreach (IGrouping<int, DaySpan> day in spans.GroupBy(s => s.Day))
        {
            DaySpan[] sorted = [.. day.OrderBy(s => s.StartMinute)];
            if (sorted.Length > MaxPerDay) return $"{Days[day.Key - 1]} has {sorted.Length} spans: write at most {MaxPerDay}";
            for (int i = 1; i < sorted.Length; i++)
            {
                if (sorted[i].StartMinute < sorted[i - 1].EndMinute) return $"two spans of {Days[day.Key - 1]} overlap: make them one";
            }
        }

        return spans.Count == 0 ? "it has no spans: write never" : null;
    }

    // mon, mon-fri, sat,sun, fri-mon.
    private static List<int>? DaysOf(string text)
    {
        var days = new List<int>();
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || DayOf(ends[0]) is not { } first || DayOf(ends[^1]) is not { } last) return null;
            for (int day = first; ; day = (day % 7) + 1)
            {
                if (!days.Contains(day)) days.Add(day);
                if (day == last) break;
            }
        }

        return days;
    }

    private static int? MinuteOf(string text)
    {
        text = text.Trim();
        if (text.Length != 5 || text[2] != ':' || !int.TryParse(text[..2], NumberStyles.None, CultureInfo.InvariantCulture, out int hour) || !int.TryParse(text[3..], NumberStyles.None, CultureInfo.InvariantCulture, out int minute)) return null;
        return minute < 60 && (hour < 24 || (hour == 24 && minute == 0)) ? (hour * 60) + minute : null;
    }
}
