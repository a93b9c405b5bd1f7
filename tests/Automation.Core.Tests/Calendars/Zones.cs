using Automation.Core.Compilation.Form;

namespace Automation.Core.Tests.Calendars;

/// <summary>Zones and short spellings for calendar tests.</summary>
internal static class Zones
{
    public static TimeZoneInfo Find(string id) => TimeZoneInfo.FindSystemTimeZoneById(id);

    public static DateTimeOffset Utc(int year, int month, int day, int hour = 0, int minute = 0, int second = 0) => new(year, month, day, hour, minute, second, TimeSpan.Zero);

    /// <summary>The same ranges every day, in minutes or as "22:00-06:00".</summary>
    public static WeeklyWindows EveryDay(params string[] ranges) => new([.. Enumerable.Repeat(ranges.Select(Range).ToArray(), 7).Select(day => (System.Collections.Immutable.ImmutableArray<DayRange>)[.. day])]);

    public static WeeklyWindows On(DayOfWeek day, params string[] ranges) =>
        new([.. Enumerable.Range(0, 7).Select(d => d == (int)day ? (System.Collections.Immutable.ImmutableArray<DayRange>)[.. ranges.Select(Range)] : [])]);

    public static WeeklyTimes Daily(params TimeOnly[] times) => new([.. Enumerable.Repeat((System.Collections.Immutable.ImmutableArray<TimeOnly>)[.. times], 7)]);

    private static DayRange Range(string text)
    {
        int[] parts = [.. text.Split('-', ':').Select(int.Parse)];
        return new DayRange((parts[0] * 60) + parts[1], (parts[2] * 60) + parts[3]);
    }
}
