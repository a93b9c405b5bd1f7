using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Automation.Core.Compilation.Form;

namespace Automation.Core.Rules;

/// <summary>Writes windows and instants.</summary>
internal static class ScheduleWriter
{
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    public static void Write(Utf8JsonWriter writer, string name, WeeklyWindows windows)
    {
        writer.WriteStartObject(name);
        writer.WriteStartObject("weekly");
        for (int day = 0; day < 7; day++) Ranges(writer, Days[day], windows.Days[day]);
        writer.WriteEndObject();
        if (!windows.Except.IsEmpty) Dates(writer, "except", windows.Except);
        if (!windows.Holidays.IsEmpty)
        {
            writer.WriteStartObject("holidays");
            Dates(writer, "calendars", windows.Holidays);
            Ranges(writer, "windows", windows.HolidayRanges);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, string name, ImmutableArray<TimeSchedule> schedules)
    {
        writer.WriteStartArray(name);
        foreach (TimeSchedule schedule in schedules)
        {
            writer.WriteStartObject();
            Properties(writer, schedule);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void Properties(Utf8JsonWriter writer, TimeSchedule schedule)
    {
        switch (schedule)
        {
            case WeeklyTimes weekly:
                writer.WriteStartObject("weekly");
                for (int day = 0; day < 7; day++)
                {
                    writer.WriteStartArray(Days[day]);
                    foreach (TimeOnly time in weekly.Days[day]) writer.WriteStringValue(Say(time));
                    writer.WriteEndArray();
                }

                writer.WriteEndObject();
                break;
            case CronTimes cron: writer.WriteString("cron", cron.Expression); break;
            case OnceAt once: writer.WriteString("once", once.Local.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)); break;
            case SunTimes sun:
                writer.WriteString("sun", sun.Event == SunEvent.Sunrise ? "sunrise" : "sunset");
                writer.WriteString("offset", DurationText.Write(sun.Offset));
                if (!sun.Days.IsEmpty) RuleWriter.Texts(writer, "days", [.. sun.Days.Select(d => Days[(int)d])]);
                break;
            default: throw new InvalidOperationException($"no words for {schedule.GetType().Name}");
        }

        if (!schedule.Except.IsEmpty) Dates(writer, "except", schedule.Except);
    }

    public static void Dates(Utf8JsonWriter writer, string name, ImmutableSortedSet<DateOnly> dates)
    {
        writer.WriteStartArray(name);
        foreach (DateOnly date in dates) writer.WriteStringValue(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        writer.WriteEndArray();
    }

    public static string Say(TimeOnly time) => time.ToString(time.Second == 0 ? "HH:mm" : "HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Say(DayRange range) =>
        string.Create(CultureInfo.InvariantCulture, $"{range.StartMinute / 60:00}:{range.StartMinute % 60:00}-{range.EndMinute / 60:00}:{range.EndMinute % 60:00}");

    private static void Ranges(Utf8JsonWriter writer, string name, ImmutableArray<DayRange> ranges)
    {
        writer.WriteStartArray(name);
        foreach (DayRange range in ranges) writer.WriteStringValue(Say(range));
        writer.WriteEndArray();
    }
}
