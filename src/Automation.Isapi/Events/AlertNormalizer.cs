using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Events;

/// <summary>What an alert means: events and states of resources, or something wrong with it.</summary>
internal interface INormalizedSink
{
    void Event(ResourceAddress resource, string type, EventState state, DataObject data);

    void State(ResourceAddress resource, DataObject properties);

    void Problem(DeviceProblemKind kind, string detail);
}

/// <summary>From the device's words to the project's: event types, states, resources (EVT-4, EVT-5).</summary>
/// <remarks>Keeps what lasts only as far as it must: which channels have lost their video, to tell an end from a heartbeat. One loop uses it.</remarks>
internal sealed class AlertNormalizer(DeviceResources resources, INormalizedSink sink)
{
    private readonly HashSet<int> _lostVideo = [];

    /// <summary>Whether the alert is only a sign of life (isapi.md, quirk 3; 002 A.5, A.12).</summary>
    public bool IsHeartbeat(Alert alert)
    {
        if (alert.WireType.Equals("heartBeat", StringComparison.OrdinalIgnoreCase)) return true;
        if (alert.WireType.Equals("CIDAlarm", StringComparison.OrdinalIgnoreCase))
        {
            DeviceElement? cid = alert.Body.Child("CIDAlarm");
            return cid?.TextOf("CIDCode") == "1602" && string.Equals(cid.TextOf("CIDDescribe"), "HeartBeat", StringComparison.OrdinalIgnoreCase);
        }

        return alert.Inactive && alert.WireType.Equals("videoloss", StringComparison.OrdinalIgnoreCase) && !_lostVideo.Contains(alert.Channel ?? 0);
    }

    public void Normalize(Alert alert)
    {
        switch (alert.WireType.ToUpperInvariant())
        {
            case "CIDALARM" or "CIDEVENT":
                NormalizeCid(alert);
                break;
            case "ACCESSCONTROLLEREVENT":
                NormalizeAccess(alert);
                break;
            default:
                NormalizeNamed(alert);
                break;
        }
    }

    private void NormalizeNamed(Alert alert)
    {
        string? type = EventNames.TypeOf(alert.WireType);
        if (type is null)
        {
            Unknown(alert, $"the event type {Shorten(alert.WireType)}", alert.WireType);
            return;
        }

        EventState state = StateOf(type, alert.Inactive || EventNames.IsEnd(alert.WireType));
        if (state == EventState.Instant && alert.Inactive) return;
        if (type == "videoLoss") NoteVideo(alert.Channel ?? 0, state);
        DataObject data = AlertData.Of(alert, type);
        ResourceAddress resource = Place(alert, type);
        sink.Event(resource, type, state, data);
        ReportStates(resource, type, state, data);
    }

    private void NoteVideo(int channel, EventState state)
    {
        if (state == EventState.Active && _lostVideo.Count < 1024) _lostVideo.Add(channel);
        else if (state == EventState.Inactive) _lostVideo.Remove(channel);
    }

    private ResourceAddress Place(Alert alert, string type)
    {
        EventTypeInfo info = EventTypes.All[type];
        if (type == "alarmInput" && Number(alert.Body, "inputIOPortID") is { } port) return At(info, ("alarm-input", port), ("channel", alert.Channel));
        DeviceElement cid = alert.Body.Find("HikCIDParams") ?? alert.Body;
        int? zone = cid.IntOf("ZoneNo");
        int? area = cid.IntOf("subSys") is > 0 and var number ? number : null;
        return At(info, ("channel", alert.Channel), ("zone", zone), ("area", area), ("hdd", Number(alert.Body, "hddID")), ("port", Number(alert.Body, "portID")),
            ("station", alert.Channel), ("door", alert.Channel));
    }

    private static int? Number(DeviceElement body, string name) => body.Find(name) is { } found && DeviceElement.ToNumber(found.Text) is { } number and >= 0 and < 65536 ? (int)number : null;

    /// <summary>The first resource that exists, has a number in the alert and raises such events; else the device's only one of a fitting kind; else the device.</summary>
    private ResourceAddress At(EventTypeInfo type, params ReadOnlySpan<(string Kind, int? Number)> candidates)
    {
        (string Kind, int Number)? missing = null;
        foreach ((string kind, int? number) in candidates)
        {
            if (number is not { } wanted || !type.Kinds.Contains(kind)) continue;
            if (resources.Find(kind, wanted) is { } found) return found.Address;
            missing ??= (kind, wanted);
        }

        if (missing is { } unknown)
        {
            sink.Problem(DeviceProblemKind.UnknownResource, string.Create(CultureInfo.InvariantCulture,
                $"it reports {type.Name} of {unknown.Kind}/{unknown.Number}, which the site does not list; add it to the device's resources"));
            return resources.Address;
        }

        if (type.Kinds.Contains("device")) return resources.Address;
        foreach (string kind in type.Kinds)
        {
            if (resources.Only(kind) is { } only) return only.Address;
        }

        return resources.Address;
    }

    private void NormalizeCid(Alert alert)
    {
        CidReport report = CidReport.From(alert);
        if (report.Code is null || !CidCodes.All.TryGetValue(report.Code, out CidCode? code))
        {
            Unknown(alert, $"the event code {Shorten(report.Code ?? "(none)")}", report.Code ?? alert.WireType, report);
            return;
        }

        EventTypeInfo type = EventTypes.All[code.Type];
        Resource? zone = report.Zone is { } number && !code.IsPeripheral ? resources.Find("zone", number) : null;
        int? area = report.Area ?? zone?.Area;
        ResourceAddress resource = code.IsPeripheral && type.Kinds.Contains("device")
            ? resources.Address
            : At(type, ("zone", report.Zone), ("area", area), ("channel", report.Channel), ("hdd", report.Hdd), ("keypad", report.Keypad));
        DataObject data = AlertData.OfCid(alert, report, code, area);
        sink.Event(resource, code.Type, code.State, data);
        ReportStates(resource, code.Type, code.State, data);
    }

    private void NormalizeAccess(Alert alert)
    {
        DeviceElement access = alert.Body.Child("AccessControllerEvent") ?? alert.Body;
        int major = access.IntOf("majorEventType") ?? access.IntOf("major") ?? -1;
        int minor = access.IntOf("subEventType") ?? access.IntOf("minor") ?? -1;
        string raw = string.Create(CultureInfo.InvariantCulture, $"access {major}/{minor}");
        if (AccessCodes.TypeOf(major, minor) is not { } type)
        {
            Unknown(alert, $"the access event {major}/{minor}", raw);
            return;
        }

        EventTypeInfo info = EventTypes.All[type];
        int? door = access.IntOf("doorNo");
        ResourceAddress resource = At(info, ("door", door), ("card-reader", access.IntOf("cardReaderNo")), ("station", door));
        DataObject data = AlertData.OfAccess(alert, access, raw);
        sink.Event(resource, type, StateOf(type, alert.Inactive), data);
        ReportStates(resource, type, EventState.Instant, data);
    }

    /// <summary>An event that is not known is kept with its raw text, published and countable (EVT-5).</summary>
    private void Unknown(Alert alert, string what, string raw, CidReport? report = null)
    {
        EventTypeInfo info = EventTypes.All[EventTypes.Unknown];
        sink.Problem(DeviceProblemKind.UnknownEvent, $"it reports {what}, which is not known; the event is published as unknown with its raw text");
        ResourceAddress resource = resources.Address;
        if (report is { Zone: { } zone } && resources.Find("zone", zone) is { } z) resource = z.Address;
        else if (report is { Area: { } area } && resources.Find("area", area) is { } a) resource = a.Address;
        else if (alert.Channel is { } channel && resources.Find("channel", channel) is { } c) resource = c.Address;
        DataObject data = AlertData.Of(alert, info.Name).With("raw", Shorten(raw)).With("rawState", alert.Inactive ? "inactive" : "active");
        sink.Event(resource, info.Name, EventState.Instant, data);
    }

    /// <summary>What an event says of the state that holds from now on.</summary>
    private void ReportStates(ResourceAddress resource, string type, EventState state, DataObject data)
    {
        DataObject? properties = type switch
        {
            "awayArmed" => DataObject.Of(("arming", "away")),
            "stayArmed" => DataObject.Of(("arming", "stay")),
            "disarmed" => DataObject.Of(("arming", "disarm")),
            "alarmCleared" => DataObject.Of(("alarm", false)),
            "zoneAlarm" when state == EventState.Active => DataObject.Of(("alarm", true)),
            "zoneAlarm" when state == EventState.Inactive => DataObject.Of(("alarm", false)),
            "zoneBypassed" => DataObject.Of(("bypassed", state == EventState.Active)),
            "doorOpened" or "doorOpenedAbnormally" => DataObject.Of(("open", true)),
            "doorClosed" => DataObject.Of(("open", false)),
            "doorUnlocked" => DataObject.Of(("locked", false)),
            "doorLocked" => DataObject.Of(("locked", true)),
            "alarmInput" => DataObject.Of(("active", state == EventState.Active)),
            "temperatureAlarm" or "temperaturePreAlarm" or "temperatureMeasured" when data.TryGet("temperature", out DataValue temperature) && temperature.Kind == DataKind.Number =>
                DataObject.Of(("temperature", temperature)),
            "personDensity" => Pick(data, "densityLevel", "personCnt"),
            _ => null,
        };
        if (properties is { Count: > 0 } && !resource.IsDevice) sink.State(resource, properties);
    }

    private static DataObject Pick(DataObject data, params ReadOnlySpan<string> names)
    {
        DataObject picked = DataObject.Empty;
        foreach (string name in names)
        {
            if (data.TryGet(name, out DataValue value)) picked = picked.With(name, value);
        }

        return picked;
    }

    private static EventState StateOf(string type, bool over) => !EventTypes.All[type].Lasts ? EventState.Instant : over ? EventState.Inactive : EventState.Active;

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80];
}
