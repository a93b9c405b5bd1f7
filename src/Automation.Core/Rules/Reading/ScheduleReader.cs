using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Calendars;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads windows (<c>schedule</c>, <c>during</c>) and instants (<c>at</c>).</summary>
internal static class ScheduleReader
{
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    private static readonly string[] WindowNames = ["weekly", "except", "holidays"];
    private static readonly string[] HolidayNames = ["calendars", "windows"];
    private static readonly string[] InstantNames = ["weekly", "cron", "once", "sun", "offset", "days", "except"];
    private const int MaxRanges = 24;

    /// <summary><c>"allDays"</c>, or an object of windows; null for all days.</summary>
    public static WeeklyWindows? Windows(ReadContext context, JsonNode? node, string what)
    {
        if (node is null) return null;
        if (node.Kind == JsonKind.Text)
        {
            if (node.Text != "allDays") context.Error(Codes.NotAChoice, node, $"'{Nearest.Shorten(node.Text)}' is no schedule", "write \"allDays\", or { \"weekly\": { \"mon-fri\": [\"08:00-18:00\"] } }");
            return null;
        }

        if (!ObjectReader.TryOpen(context, node, $"'{what}'", WindowNames, out ObjectReader reader)) return null;
        var days = new List<DayRange>[7];
        if (reader.Require("weekly", $"'{what}'") is { } weekly) Weekly(context, weekly, days, Range);
        ImmutableSortedSet<DateOnly> holidays = [];
        ImmutableArray<DayRange> ranges = [];
        if (reader.Find("holidays") is { } instead && ObjectReader.TryOpen(context, instead, "'holidays'", HolidayNames, out ObjectReader holidayReader))
        {
            if (holidayReader.Require("calendars", "'holidays'") is { } calendars) holidays = Calendars(context, calendars, "calendars", 6);
            if (holidayReader.Require("windows", "'holidays'") is { } windows) ranges = [.. Ranges(context, windows, "windows")];
        }

        return new WeeklyWindows(Sorted(days))
        {
            Except = reader.Find("except") is { } except ? Calendars(context, except, "except", 16) : [],
            Holidays = holidays,
            HolidayRanges = ranges,
        };
    }

    /// <summary>One set of instants or a list of them.</summary>
    public static ImmutableArray<TimeSchedule> Instants(ReadContext context, JsonNode node, string what, ImmutableSortedSet<DateOnly> except)
    {
        var found = ImmutableArray.CreateBuilder<TimeSchedule>();
        foreach (JsonNode item in Values.List(context, node, what, 1, 32, single: true) ?? [])
        {
            if (Instant(context, item, what, except) is { } schedule) found.Add(schedule);
        }

        return found.ToImmutable();
    }

    public static TimeSchedule? Instant(ReadContext context, JsonNode node, string what, ImmutableSortedSet<DateOnly> except)
    {
        if (!ObjectReader.TryOpen(context, node, $"'{what}'", InstantNames, out ObjectReader reader)) return null;
        if (reader.Find("except") is { } own) except = except.Union(Calendars(context, own, "except", 16));
        string[] given = [.. InstantNames.Take(4).Where(node.Has)];
        if (given.Length != 1)
        {
            context.Error(Codes.Ambiguous, node, given.Length == 0 ? $"'{what}' names no time" : $"'{what}' has both '{given[0]}' and '{given[1]}'", "give one of weekly, cron, once, sun; several go into a list");
            return null;
        }

        JsonNode value = node.Find(given[0])!;
        TimeSchedule? schedule = given[0] switch
        {
            "weekly" => WeeklyTimes(context, value),
            "cron" => Cron(context, value),
            "once" => Once(context, value),
            _ => Sun(context, value, reader),
        };
        return schedule is null || except.IsEmpty ? schedule : schedule with { Except = except };
    }

    /// <summary>A cron expression.</summary>
    public static CronTimes? Cron(ReadContext context, JsonNode node)
    {
        if (Values.Text(context, node, "cron", 200) is not { } text) return null;
        if (CronExpression.TryParse(text, out _, out string? problem)) return new CronTimes(text);
        context.Error(Codes.CronShape, node, $"'{Nearest.Shorten(text)}' is not a cron expression: {problem}", "write minute, hour, day of month, month, day of week: \"0 22 * * 1-5\" is 22:00 from Monday to Friday");
        return null;
    }

    /// <summary>Dates of the named calendars; a date may also be written out.</summary>
    public static ImmutableSortedSet<DateOnly> Calendars(ReadContext context, JsonNode node, string what, int max)
    {
        ImmutableSortedSet<DateOnly> days = [];
        foreach (JsonNode item in Values.List(context, node, what, 0, Math.Max(max, 4000), single: true) ?? [])
        {
            if (Values.Text(context, item, what, 64) is not { } text) continue;
            if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day))
            {
                days = days.Add(day);
            }
            else if (context.Site.Site?.Holidays.FirstOrDefault(h => h.Id == text) is { } calendar)
            {
                days = days.IsEmpty ? calendar.Days : days.Union(calendar.Days);
            }
            else if (!context.Site.IsOpen)
            {
                IEnumerable<string> known = context.Site.Site!.Holidays.Select(h => h.Id);
                context.Error(Codes.CalendarUnknown, item, $"the site has no holiday calendar '{Nearest.Shorten(text)}'", context.DidYouMean(text, known, "add it to \"holidays\" in the site file, or write a date such as \"2026-12-25\""));
            }
        }

        return days;
    }

    public static bool IsDate(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    public static ImmutableArray<DayOfWeek> Weekdays(ReadContext context, JsonNode node, string what)
    {
        var days = new SortedSet<DayOfWeek>();
        foreach (JsonNode item in Values.List(context, node, what, 1, 7, single: true) ?? [])
        {
            if (Values.Text(context, item, what, 64) is { } text) days.UnionWith(DayKey(context, item, item.Offset, text));
        }

        return [.. days];
    }

    // Weekdays that were written together keep sharing one list.
    private static ImmutableArray<ImmutableArray<DayRange>> Sorted(List<DayRange>[] days)
    {
        var sorted = ImmutableArray.CreateBuilder<ImmutableArray<DayRange>>(7);
        foreach (List<DayRange>? day in days)
        {
            if (day is null)
            {
                sorted.Add([]);
                continue;
            }

            day.Sort(static (a, b) => a.StartMinute != b.StartMinute ? a.StartMinute.CompareTo(b.StartMinute) : a.EndMinute.CompareTo(b.EndMinute));
            ImmutableArray<DayRange> last = sorted.Count > 0 ? sorted[^1] : [];
            sorted.Add(last.AsSpan().SequenceEqual(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(day)) ? last : [.. day]);
        }

        return sorted.MoveToImmutable();
    }

    private static WeeklyTimes WeeklyTimes(ReadContext context, JsonNode node)
    {
        var days = new List<TimeOnly>[7];
        Weekly(context, node, days, (c, item) => Values.Time(c, item, "weekly"));
        return new WeeklyTimes([.. days.Select(d => d is null ? ImmutableArray<TimeOnly>.Empty : [.. d.Distinct().Order()])]);
    }

    private static OnceAt? Once(ReadContext context, JsonNode node)
    {
        if (Values.Text(context, node, "once", 32) is not { } text) return null;
        if (DateTime.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime local)) return new OnceAt(local);
        context.Error(Codes.DateShape, node, $"'{Nearest.Shorten(text)}' is not a date and time", "write the site's local time without a zone: \"2026-12-24T18:00\"");
        return null;
    }

    private static SunTimes? Sun(ReadContext context, JsonNode node, ObjectReader reader)
    {
        string? word = Values.Choice(context, node, "sun", ["sunrise", "sunset"]);
        TimeSpan offset = reader.Duration("offset", TimeSpan.FromHours(-12), TimeSpan.FromHours(12)) ?? TimeSpan.Zero;
        ImmutableArray<DayOfWeek> days = reader.Find("days") is { } named ? Weekdays(context, named, "days") : [];
        if (context.Site.Site is { Position: null }) context.Error(Codes.NoPosition, node, "the site has no position, so its sunrise is not known", "add \"position\": { \"latitude\": …, \"longitude\": … } to the site file");
        return word is null ? null : new SunTimes(word == "sunrise" ? SunEvent.Sunrise : SunEvent.Sunset, offset, days);
    }

    private static void Weekly<T>(ReadContext context, JsonNode node, List<T>[] days, Func<ReadContext, JsonNode, T?> read)
        where T : struct
    {
        if (node.Kind != JsonKind.Object || node.Children.Count == 0)
        {
            context.Error(Codes.WrongType, node, "'weekly' is an object of weekdays" + (node.Kind == JsonKind.Object ? " and has none" : $", not {node.KindWord}"), "write { \"mon-fri\": [ … ], \"sat,sun\": [ … ] }");
            return;
        }

        foreach (JsonNode entry in node.Children)
        {
            DayOfWeek[] keys = DayKey(context, entry, entry.NameOffset, entry.Name!);
            foreach (JsonNode item in Values.List(context, entry, entry.Name!, 0, MaxRanges, single: true) ?? [])
            {
                if (read(context, item) is not { } value) continue;
                foreach (DayOfWeek key in keys) (days[(int)key] ??= []).Add(value);
            }
        }
    }

    private static List<DayRange> Ranges(ReadContext context, JsonNode node, string what)
    {
        var ranges = new List<DayRange>();
        foreach (JsonNode item in Values.List(context, node, what, 0, MaxRanges, single: true) ?? [])
        {
            if (Range(context, item) is { } range) ranges.Add(range);
        }

        return ranges;
    }

    // "HH:MM-HH:MM"; the end may be 24:00, and an end at or before the start is on the next day.
    private static DayRange? Range(ReadContext context, JsonNode node)
    {
        if (Values.Text(context, node, "window", 32) is not { } text) return null;
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash > 0 && Minute(text.AsSpan(0, dash)) is { } start and < 1440 && Minute(text.AsSpan(dash + 1)) is { } end)
        {
            // An end of 00:00 is midnight at the end of the day.
            return new DayRange(start, end == 0 ? 1440 : end);
        }

        context.Error(Codes.WindowShape, node, $"'{Nearest.Shorten(text)}' is not a window", "write start and end: \"18:00-24:00\"; \"22:00-06:00\" runs over midnight");
        return null;
    }

    private static int? Minute(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.Length != 5 || text[2] != ':' || !char.IsAsciiDigit(text[0]) || !char.IsAsciiDigit(text[1]) || !char.IsAsciiDigit(text[3]) || !char.IsAsciiDigit(text[4])) return null;
        int hour = ((text[0] - '0') * 10) + (text[1] - '0');
        int minute = ((text[3] - '0') * 10) + (text[4] - '0');
        return minute < 60 && (hour < 24 || (hour == 24 && minute == 0)) ? (hour * 60) + minute : null;
    }

    // "mon", "mon-fri", "sat,sun", "fri-mon", "daily".
    private static DayOfWeek[] DayKey(ReadContext context, JsonNode node, int offset, string key)
    {
        var days = new List<DayOfWeek>();
        foreach (string part in key.Split(','))
        {
            string[] ends = part.Trim().Split('-');
            int first = Array.IndexOf(Days, ends[0]);
            int last = Array.IndexOf(Days, ends[^1]);
            if (first >= 0 && last >= 0 && ends.Length <= 2)
            {
                for (int day = first; ; day = (day + 1) % 7)
                {
                    if (!days.Contains((DayOfWeek)day)) days.Add((DayOfWeek)day);
                    if (day == last) break;
                }

                continue;
            }

            const string remedy = "write mon, tue, wed, thu, fri, sat, sun, a range such as mon-fri or a list such as sat,sun";
            string message = $"'{Nearest.Shorten(key)}' names no weekdays";
            if (offset == node.NameOffset) context.Findings.AtName(Codes.WeekdayShape, node, message, remedy);
            else context.Error(Codes.WeekdayShape, node, message, remedy);
            break;
        }

        return [.. days];
    }
}
