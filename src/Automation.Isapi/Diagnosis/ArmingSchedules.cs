using System.Globalization;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi.Diagnosis;

/// <summary>When the detections of a device are armed: one list a kind of event tells all channels; older devices have one document each (003 §8.11.5, §8.11.6).</summary>
internal sealed class ArmingSchedules(DeviceQuestions questions)
{
    private readonly Dictionary<string, DeviceElement[]> _lists = new(StringComparer.Ordinal);

    /// <summary>The schedule of one number and where it is written to; null when the device tells none.</summary>
    public async Task<(double Hours, string Path)?> OfAsync(DetectionPath detection, int number, CancellationToken cancellationToken)
    {
        if (detection.Schedules.Length == 0) return null;
        string folder = "/Event/schedules/" + detection.Schedules;
        if (!_lists.TryGetValue(folder, out DeviceElement[]? list)) _lists[folder] = list = await ListAsync(folder, cancellationToken).ConfigureAwait(false);
        foreach (DeviceElement schedule in list)
        {
            if (IsOf(schedule, number) && schedule.TextOf("id") is { } id) return (HoursOf(schedule), $"{folder}/{id}");
        }

        if (list.Length > 0) return null;
        foreach (string id in detection.ScheduleIds)
        {
            string path = $"{folder}/{DetectionPaths.At(id, number)}";
            if ((await questions.AskAsync(HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false))?.Document is { } document && IsSchedule(document)) return (HoursOf(document), path);
        }

        return null;
    }

    private async Task<DeviceElement[]> ListAsync(string folder, CancellationToken cancellationToken)
    {
        DeviceElement? document = (await questions.AskAsync(HttpMethod.Get, folder, null, cancellationToken).ConfigureAwait(false))?.Document;
        return document is null ? [] : [.. document.Children.Where(IsSchedule)];
    }

    private static bool IsSchedule(DeviceElement element) => element.Child("TimeBlockList") is not null;

    private static bool IsOf(DeviceElement schedule, int number)
    {
        int? said = schedule.IntOf("dynVideoInputChannelID") ?? schedule.IntOf("videoInputChannelID") ?? schedule.IntOf("dynInputIOPortID") ?? schedule.IntOf("inputIOPortID");
        if (said is { } own) return own == number;
        // linedetection_video3, lineDetection-3, 3
        string id = schedule.TextOf("id") ?? "";
        int digits = id.Length;
        while (digits > 0 && char.IsAsciiDigit(id[digits - 1])) digits--;
        return int.TryParse(id.AsSpan(digits), NumberStyles.None, CultureInfo.InvariantCulture, out int last) && last == number;
    }

    /// <summary>Hours of the week that the blocks cover; a block without a day counts for all seven.</summary>
    public static double HoursOf(DeviceElement schedule)
    {
        double hours = 0;
        foreach (DeviceElement block in schedule.All("TimeBlock").Take(7 * 24))
        {
            if (block.Child("TimeRange") is not { } range || Hour(range.TextOf("beginTime")) is not { } begin || Hour(range.TextOf("endTime")) is not { } end || end <= begin) continue;
            hours += (end - begin) * (block.TextOf("dayOfWeek") is null ? 7 : 1);
        }

        return Math.Min(hours, 168);
    }

    /// <summary><c>18:30</c>, <c>18:30:00</c>, <c>24:00</c>; a minute short of midnight is midnight.</summary>
    private static double? Hour(string? text)
    {
        string[] parts = (text ?? "").Split(':');
        if (parts.Length is not (2 or 3) || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int hour) || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int minute)) return null;
        if (hour > 24 || minute > 59) return null;
        return hour == 23 && minute == 59 ? 24 : hour + (minute / 60.0);
    }
}
