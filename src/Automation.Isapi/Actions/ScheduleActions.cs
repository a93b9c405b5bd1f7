using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using Automation.Core.Model;
using Automation.Isapi.Actions.Effects;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>What a device does by itself at its own times: park action, time tasks, recording and event schedules (SCH-4, SCH-5; 003 §8.11.6, §8.13.28–36, §8.15).</summary>
internal static class ScheduleActions
{
    private static readonly string[] Weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    /// <summary>003 §8.13.28: after <c>seconds</c> without control the camera begins its <c>task</c>. What is not given stays as it is.</summary>
    public static Task<ActionResult> ParkAsync(ActionCall call, CancellationToken cancellationToken)
    {
        var settings = new List<Setting> { new(call.Flag("enabled") ? "true" : "false", "enabled") };
        if (call.Has("seconds")) settings.Add(new(call.Word("seconds"), "Parktime"));
        if (call.Has("task"))
        {
            settings.Add(new(Wire(call.Word("task")), "Action", "ActionType"));
            // "For others, it is 0."
            settings.Add(new(call.Has("number") ? call.Word("number") : "0", "Action", "ActionNum"));
        }

        return Settings.SetAsync(call, [Ptz(call, "parkaction")], settings, cancellationToken);
    }

    /// <summary>003 §8.13.35: the tasks of one day; then all tasks are enabled (§8.13.34).</summary>
    public static async Task<ActionResult> TimeTasksAsync(ActionCall call, CancellationToken cancellationToken)
    {
        int day = WeekSpans.DayOf(call.Word("day"))!.Value;
        ImmutableArray<PtzTask> tasks = PtzTasks.Parse(call.Word("tasks"), out _);
        string path = Ptz(call, string.Create(CultureInfo.InvariantCulture, $"timetasks/{day}"));
        string ranges = string.Concat(tasks.Select((t, i) => string.Create(CultureInfo.InvariantCulture,
            $"<TimeTaskRange><TaskID>{i + 1}</TaskID><beginTime>{t.Start}</beginTime><endTime>{Last(t.EndMinute, t.End)}</endTime><Task><TaskType>{Wire(t.Task)}</TaskType><TaskNum>{t.Number}</TaskNum></Task></TimeTaskRange>")));
        DeviceAnswer answer = await call.Calls.PutAsync(path, call.Xml("TimeTaskBlock", string.Create(CultureInfo.InvariantCulture, $"<dayOfWeek>{day}</dayOfWeek>{ranges}")), cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccess && tasks.Length > 0)
        {
            DeviceAnswer enabled = await call.Calls.ModifyAsync(Ptz(call, "timetasks"), x => x.Set("true", "enabled"), cancellationToken).ConfigureAwait(false);
            // Without the switch the tasks stand by themselves.
            if (!enabled.IsMissing() && !enabled.IsSuccess) return enabled.ToOutcome();
        }

        string expected = string.Join(", ", tasks.Select(t => $"{t.Start}-{Last(t.EndMinute, t.End)}"));
        return ActionResult.Of(answer, () => new ReadBackProbe(call, path, "tasks", expected, d => string.Join(", ", d.All("TimeTaskRange").Select(r => $"{r.TextOf("beginTime")}-{r.TextOf("endTime")}"))));

        // The last minute of a day is the latest end there is.
        static string Last(int minute, string end) => minute == 1440 ? "23:59:00" : end;
    }

    /// <summary>003 §8.15.1 on the device; on a channel the schedule of its track, as recorders of today have it. The type, and what is kept from before and after, too.</summary>
    public static Task<ActionResult> RecordScheduleAsync(ActionCall call, CancellationToken cancellationToken) => call.On.IsDevice
        ? WriteAsync(call, ["/Record/schedule"], x => FillRecordSchedule(call, x), cancellationToken)
        : WriteAsync(call, [string.Create(CultureInfo.InvariantCulture, $"/ContentMgmt/record/tracks/{call.Number}01")], x => FillTrack(call, x), cancellationToken);

    /// <summary>003 §8.11.6: when an event counts. <c>event</c> of a channel; ports have their own.</summary>
    public static Task<ActionResult> EventScheduleAsync(ActionCall call, CancellationToken cancellationToken)
    {
        string number = call.Number.ToString(CultureInfo.InvariantCulture);
        (string older, string newer) = call.On.Kind switch
        {
            "alarm-input" => ("IO_IN_" + number, "inputs/IO_IN_" + number),
            "alarm-output" => ("IO_OUT_" + number, "outputs/IO_OUT_" + number),
            _ => call.Word("event") switch
            {
                "videoLoss" => ("videoloss", "videoLosses/videoloss_video" + number),
                "videoTampering" => ("shelteralarm", "tamperDetections/shelteralarm_video" + number),
                _ => ("VMD", "motionDetections/VMD_video" + number),
            },
        };
        // The older form has one of each for the whole device: it is the channel's on a camera alone.
        string[] paths = call.On.Kind == "channel" && call.Number != 1 ? [$"/Event/schedules/{newer}"] : [$"/Event/schedules/{newer}", $"/Event/Schedule/{older}"];
        return WriteAsync(call, paths, x => FillBlocks(x, Spans(call), null), cancellationToken);
    }

    private static async Task<ActionResult> WriteAsync(ActionCall call, string[] paths, Func<XElement, bool> fill, CancellationToken cancellationToken)
    {
        (DeviceAnswer answer, int form) = await Settings.ModifyAsync(call, paths, x => x.Change(fill), cancellationToken).ConfigureAwait(false);
        string expected = string.Join(", ", Spans(call).Select(s => $"{s.Day} {s.Start}-{s.End}"));
        return ActionResult.Of(answer, () => new ReadBackProbe(call, paths[form], "schedule", expected, ScheduleText.Read));
    }

    private static ImmutableArray<DaySpan> Spans(ActionCall call) => WeekSpans.Parse(call.Word("schedule"), out _);

    private static bool FillRecordSchedule(ActionCall call, XElement root)
    {
        // The document of 003 spells it enalbled.
        if (Child(root, "enabled") is { } enabled) enabled.Value = Spans(call).IsEmpty ? "false" : "true";
        if (Child(root, "enalbled") is { } misspelt) misspelt.Value = Spans(call).IsEmpty ? "false" : "true";
        if (call.Has("preSeconds") && Child(root, "PreRecordTime") is { } pre) pre.Value = call.Word("preSeconds");
        if (call.Has("postSeconds") && Child(root, "RecordDelayTime") is { } post) post.Value = call.Word("postSeconds");
        string type = call.Word("type") switch { "motion" => "Motion", "alarm" => "Alarm", _ => "Timing" };
        return FillBlocks(root, Spans(call), type);
    }

    private static bool FillBlocks(XElement root, ImmutableArray<DaySpan> spans, string? recordType)
    {
        if (Child(root, "TimeBlockList") is not { } list) return false;
        XNamespace ns = list.Name.Namespace;
        list.ReplaceNodes(spans.Select(s => new XElement(ns + "TimeBlock",
            recordType is null ? null : new XElement(ns + "recordType", recordType),
            new XElement(ns + "dayOfWeek", s.Day),
            new XElement(ns + "TimeRange", new XElement(ns + "beginTime", s.Start), new XElement(ns + "endTime", s.End)))));
        return true;
    }

    private static bool FillTrack(ActionCall call, XElement root)
    {
        XElement? block = root.Descendants().FirstOrDefault(e => e.Name.LocalName == "TrackSchedule")?.Descendants().FirstOrDefault(e => e.Name.LocalName == "ScheduleBlock");
        if (block is null) return false;
        XNamespace ns = block.Name.Namespace;
        string mode = call.Word("type") switch { "motion" => "MOTION", "alarm" => "ALARM", _ => "CMR" };
        block.Elements().Where(e => e.Name.LocalName == "ScheduleAction").Remove();
        block.Add(Spans(call).Select((s, i) => new XElement(ns + "ScheduleAction",
            new XElement(ns + "id", i + 1),
            new XElement(ns + "ScheduleActionStartTime", new XElement(ns + "DayOfWeek", Weekdays[s.Day - 1]), new XElement(ns + "TimeOfDay", s.Start)),
            new XElement(ns + "ScheduleActionEndTime", new XElement(ns + "DayOfWeek", Weekdays[s.Day - 1]), new XElement(ns + "TimeOfDay", s.End)),
            new XElement(ns + "ScheduleDSTEnable", "false"),
            new XElement(ns + "Description", "nothing"),
            new XElement(ns + "Actions", new XElement(ns + "Record", "true"), new XElement(ns + "Log", "false"), new XElement(ns + "SaveImg", "false"), new XElement(ns + "ActionRecordingMode", mode)))));
        foreach ((string parameter, string element) in new[] { ("preSeconds", "PreRecordTimeSeconds"), ("postSeconds", "PostRecordTimeSeconds") })
        {
            if (call.Has(parameter) && root.Descendants().FirstOrDefault(e => e.Name.LocalName == element) is { } seconds) seconds.Value = call.Word(parameter);
        }

        if (root.Descendants().FirstOrDefault(e => e.Name.LocalName == "enableSchedule") is { } enabled) enabled.Value = Spans(call).IsEmpty ? "false" : "true";
        return true;
    }

    private static XElement? Child(XElement parent, string name) => parent.Elements().FirstOrDefault(e => e.Name.LocalName.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The words of 003 §8.13.28 and §8.13.35, all lower case.</summary>
    private static string Wire(string task) => task.ToLowerInvariant();

    private static string Ptz(ActionCall call, string below) => string.Create(CultureInfo.InvariantCulture, $"/PTZCtrl/channels/{call.Number}/{below}");
}
