using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Automation.Simulator.Alerts;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>
/// Whether a camera or recorder tells of an event: its detection is on, its linkage has <c>center</c>, its arming schedule covers now, nobody has disturbance switched off.
/// isapi.md 1.1: without <c>center</c> nothing is ever sent. Call under the device's lock.
/// </summary>
internal sealed class EventSettings
{
    private readonly DocumentStore _documents;
    private readonly DeviceClock _clock;
    private readonly string _namespace;
    private readonly bool _dynamic;
    private readonly List<string> _order = [];
    private readonly Dictionary<string, string> _asRecorded = new(StringComparer.Ordinal);
    private readonly XElement? _recorded;

    /// <param name="dynamic">The device's channels are proxied: <c>dynVideoInputChannelID</c> (isapi.md 1.1).</param>
    public EventSettings(DocumentStore documents, RouteTable routes, DeviceClock clock, string xmlNamespace, bool dynamic, bool wrapped)
    {
        (_documents, _clock, _namespace, _dynamic) = (documents, clock, xmlNamespace, dynamic);
        _recorded = TakeOver(documents.Recorded?.Take("Event/triggers"));
        routes.Get("Event/triggers", (_, _) => Reply.Xml(_recorded is not null ? RecordedList()
            : wrapped ? $"<EventNotification version=\"2.0\" xmlns=\"{_namespace}\">\n{List()}</EventNotification>\n"
            : List()));
        routes.Put("Event/triggers", PutList);
        routes.Get("Event/triggers/*/notifications", (r, a) => Trigger(a[0]) is { } trigger ? Reply.Xml((Notifications(trigger) ?? new XElement(trigger.Name.Namespace + "EventTriggerNotificationList")) + "\n") : Reply.NotSupported(r));
        routes.Put("Event/triggers/*/notifications", PutNotifications);
        routes.Get("Event/schedules/*", (r, a) => Folder(r, a[0]));
        routes.Get("Event/schedules/*/*", (r, a) => ScheduleOf(a[0], a[1]) is { } path ? _documents.Answer(r with { Path = path })! : Reply.NotSupported(r));
        routes.Put("Event/schedules/*/*", (r, a) => ScheduleOf(a[0], a[1]) is { } path ? _documents.Answer(r with { Path = path })! : Reply.NotSupported(r));
    }

    /// <summary>The triggers of a real device: each becomes a document of its own that can be changed, and the list is made of them.</summary>
    private XElement? TakeOver(XElement? list)
    {
        foreach (XElement trigger in list?.Descendants().Where(e => e.Name.LocalName == "EventTrigger") ?? [])
        {
            // Recorders list some ids twice; the first is the one that can be asked for.
            if (Child(trigger, "id") is not { } id || _asRecorded.ContainsKey(id)) continue;
            _order.Add(id);
            if (_documents.Find("Event/triggers/" + id) is null) _documents.Add("Event/triggers/" + id, trigger.ToString());
            _asRecorded.Add(id, Trigger(id)!.ToString());
        }

        return list;
    }

    /// <summary>As it was recorded, with what somebody has changed since.</summary>
    private string RecordedList()
    {
        var list = new XElement(_recorded!);
        foreach (IGrouping<string?, XElement> same in list.Descendants().Where(e => e.Name.LocalName == "EventTrigger").GroupBy(t => Child(t, "id")).ToArray())
        {
            if (same.Key is { } id && Trigger(id) is { } now && now.ToString() != _asRecorded[id]) same.First().ReplaceNodes(now.Nodes());
        }

        return list + "\n";
    }

    /// <summary>Puts the documents of an event in place; 0 is the whole device.</summary>
    public void Add(ChannelEvent kind, int number, string videoPath)
    {
        string n = number.ToString(CultureInfo.InvariantCulture), ns = $"version=\"2.0\" xmlns=\"{_namespace}\"";
        if (kind.Trigger is not null && _recorded is null)
        {
            string id = Id(kind, number);
            _order.Add(id);
            string where = kind.Wire == "IO" ? $"<inputIOPortID>{n}</inputIOPortID>\n"
                : number == 0 ? ""
                : _dynamic ? $"<dynVideoInputChannelID>{n}</dynVideoInputChannelID>\n" : $"<videoInputChannelID>{n}</videoInputChannelID>\n<dynVideoInputChannelID>{n}</dynVideoInputChannelID>\n";
            _documents.Add("Event/triggers/" + id, $"<EventTrigger {ns}>\n<id>{id}</id>\n<eventType>{kind.TriggerType}</eventType>\n<eventDescription>{kind.Wire} Event trigger Information</eventDescription>\n{where}<EventTriggerNotificationList>\n" +
                "<EventTriggerNotification>\n<id>center</id>\n<notificationMethod>center</notificationMethod>\n<notificationRecurrence>beginning</notificationRecurrence>\n</EventTriggerNotification>\n</EventTriggerNotificationList>\n</EventTrigger>\n");
        }

        if (kind.Settings is not null && kind.Wire != "IO") _documents.Add(Path(kind, number, videoPath), $"<{kind.Root} {ns}>\n{(kind.Settings.StartsWith("Smart/", StringComparison.Ordinal) ? $"<id>{n}</id>\n" : "")}<enabled>true</enabled>\n</{kind.Root}>\n");
        if (kind.Schedule is null) return;
        string channel = kind.Wire == "IO" ? $"<inputIOPortID>{n}</inputIOPortID>\n" : _dynamic ? $"<dynVideoInputChannelID>{n}</dynVideoInputChannelID>\n" : $"<videoInputChannelID>{n}</videoInputChannelID>\n";
        string days = string.Concat(Enumerable.Range(1, 7).Select(day => $"<TimeBlock>\n<dayOfWeek>{day}</dayOfWeek>\n<TimeRange>\n<beginTime>00:00</beginTime>\n<endTime>24:00</endTime>\n</TimeRange>\n</TimeBlock>\n"));
        _documents.Add($"Event/schedules/{kind.Schedule}/{kind.ScheduleId}{n}", $"<Schedule {ns}>\n<id>{kind.ScheduleId}{n}</id>\n<eventType>{kind.TriggerType}</eventType>\n{channel}<TimeBlockList>\n{days}</TimeBlockList>\n</Schedule>\n");
    }

    /// <summary>Null when it is told; otherwise why not.</summary>
    public string? Silenced(ChannelEvent kind, int number, string videoPath)
    {
        if (kind.Settings is not null && _documents.Find(Path(kind, number, videoPath)) is { } settings && Child(settings, "enabled") is "false" or "0") return "disabled";
        if (kind.Trigger is not null && Trigger(Id(kind, number)) is { } trigger && !HasCenter(trigger)) return "noCenter";
        if (kind.Schedule is not null && _documents.Find($"Event/schedules/{kind.Schedule}/{kind.ScheduleId}{number.ToString(CultureInfo.InvariantCulture)}") is { } schedule && !Covers(schedule, _clock.Now)) return "schedule";
        return null;
    }

    /// <summary>Whether a week of time blocks covers an instant of the device's own clock. 003 §8.11.5.</summary>
    internal static bool Covers(XElement schedule, DateTimeOffset now)
    {
        int today = now.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)now.DayOfWeek;
        foreach (XElement block in schedule.Descendants().Where(e => e.Name.LocalName == "TimeBlock"))
        {
            if (Child(block, "dayOfWeek") is { } day && day != today.ToString(CultureInfo.InvariantCulture)) continue;
            XElement? range = block.Elements().FirstOrDefault(e => e.Name.LocalName == "TimeRange");
            if (range is not null && Minutes(Child(range, "beginTime")) is { } begin && Minutes(Child(range, "endTime")) is { } end && now.TimeOfDay.TotalMinutes >= begin && now.TimeOfDay.TotalMinutes < end) return true;
        }

        return false;
    }

    private static double? Minutes(string? text)
    {
        string[] parts = (text ?? "").TrimEnd('Z').Split(':');
        if (parts.Length < 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int hours) || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int minutes) || hours > 24 || minutes > 59) return null;
        double seconds = parts.Length > 2 && double.TryParse(parts[2], NumberStyles.Float, CultureInfo.InvariantCulture, out double s) ? s : 0;
        return (hours * 60) + minutes + (seconds / 60);
    }

    private string List()
    {
        var text = new StringBuilder($"<EventTriggerList version=\"2.0\" xmlns=\"{_namespace}\">\n");
        foreach (string id in _order) text.Append(Trigger(id)).Append('\n');
        return text.Append("</EventTriggerList>\n").ToString();
    }

    /// <summary>A list replaces the triggers that it names; hardware ones can be neither added nor taken away.</summary>
    private Reply PutList(DeviceRequest request, string[] arguments)
    {
        if (Xml.TryRead(request.Body) is not { } root) return Reply.BadXml(request);
        XElement[] given = [.. root.DescendantsAndSelf().Where(e => e.Name.LocalName == "EventTrigger")];
        if (given.Length == 0) return Reply.BadXml(request);
        if (given.Any(t => Child(t, "id") is not { } id || !_order.Contains(id))) return Reply.BadParameters(request);
        foreach (XElement trigger in given) _documents.Replace("Event/triggers/" + Child(trigger, "id"), trigger.ToString());
        return Reply.Ok(request);
    }

    private Reply PutNotifications(DeviceRequest request, string[] arguments)
    {
        if (Trigger(arguments[0]) is not { } trigger) return Reply.NotSupported(request);
        if (Xml.TryRead(request.Body) is not { } list || list.Name.LocalName != "EventTriggerNotificationList") return Reply.BadXml(request);
        Notifications(trigger)?.Remove();
        trigger.Add(list);
        _documents.Replace("Event/triggers/" + arguments[0], trigger.ToString());
        return Reply.Ok(request);
    }

    private Reply Folder(DeviceRequest request, string folder)
    {
        string[] schedules = [.. _documents.Under($"Event/schedules/{folder}/")];
        return schedules.Length == 0 ? Reply.NotSupported(request) : Reply.Xml($"<ScheduleList version=\"2.0\" xmlns=\"{_namespace}\">\n{string.Join('\n', schedules)}\n</ScheduleList>\n");
    }

    /// <summary>Devices differ in how a schedule is called (<c>VMD_video1</c>, <c>VMD-1</c>, <c>fieldDetection-1</c>); the folder and the last number say which is meant.</summary>
    private string? ScheduleOf(string folder, string id)
    {
        string number = string.Concat(id.Reverse().TakeWhile(char.IsAsciiDigit).Reverse());
        ChannelEvent? kind = ChannelEvents.Channel.Values.Append(ChannelEvents.Input).FirstOrDefault(e => string.Equals(e.Schedule, folder, StringComparison.OrdinalIgnoreCase));
        if (kind is null || number.Length == 0) return null;
        string path = $"Event/schedules/{kind.Schedule}/{kind.ScheduleId}{number}";
        return _documents.Find(path) is null ? null : path;
    }

    private XElement? Trigger(string id) => _documents.Find("Event/triggers/" + id);

    private static XElement? Notifications(XElement trigger) => trigger.Elements().FirstOrDefault(e => e.Name.LocalName == "EventTriggerNotificationList");

    private static bool HasCenter(XElement trigger) => trigger.Descendants().Any(e => e.Name.LocalName == "notificationMethod" && string.Equals(e.Value.Trim(), "center", StringComparison.OrdinalIgnoreCase));

    private static string? Child(XElement element, string name) => element.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value.Trim();

    private static string Id(ChannelEvent kind, int number) => number == 0 ? kind.Trigger! : string.Create(CultureInfo.InvariantCulture, $"{kind.Trigger}-{number}");

    private static string Path(ChannelEvent kind, int number, string videoPath) =>
        kind.Settings!.Replace("{video}", videoPath, StringComparison.Ordinal).Replace("{n}", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
