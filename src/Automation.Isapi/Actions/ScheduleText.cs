using System.Globalization;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Actions;

/// <summary>A device's schedule in one line, to compare what was written with what is there.</summary>
internal static class ScheduleText
{
    private static readonly string[] Weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    /// <summary>E.g. <c>1 08:00:00-18:00:00, 2 …</c>, whichever of the documents it is.</summary>
    public static string Read(DeviceElement document)
    {
        IEnumerable<(int Day, string Start, string End)> spans = document.All("TimeBlock").Select(b => (b.IntOf("dayOfWeek") ?? 0, Time(b.Find("TimeRange")?.TextOf("beginTime")), Time(b.Find("TimeRange")?.TextOf("endTime"))));
        DeviceElement? track = document.Find("TrackSchedule");
        if (track is not null)
        {
            spans = track.All("ScheduleAction").Select(a => (Day(a.Child("ScheduleActionStartTime")), Time(a.Child("ScheduleActionStartTime")?.TextOf("TimeOfDay")), Time(a.Child("ScheduleActionEndTime")?.TextOf("TimeOfDay"))));
        }

        return string.Join(", ", spans.OrderBy(s => s.Day).ThenBy(s => s.Start, StringComparer.Ordinal).Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Day} {s.Start}-{s.End}")));
    }

    private static int Day(DeviceElement? time) => Array.IndexOf(Weekdays, time?.TextOf("DayOfWeek")) + 1;

    // 08:00 and 08:00:00 are the same; some add a zone.
    private static string Time(string? text) => text is null ? "" : text.Length == 5 ? text + ":00" : text.Length > 8 ? text[..8] : text;
}
