using System.Globalization;
using System.Text;
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
/// <remarks>Keeps what lasts only as far as it must: which channels have lost their video, to tell an end from a heartbeat. One caller at a time.</remarks>
internal sealed class AlertNormalizer(DeviceResources resources, INormalizedSink sink)
{
    private const int MaxLostVideo = 1024;

    private readonly HashSet<int> _lostVideo = [];
    private readonly AlertData _data = new();

    /// <summary>Whether the alert is only a sign of life (isapi.md, quirk 3; 002 A.5, A.12).</summary>
    public bool IsHeartbeat(in Alert alert)
    {
        if (alert.Inactive && alert.Is("videoloss"u8)) return !_lostVideo.Contains(alert.Channel ?? 0);
        if (alert.Is("heartBeat"u8)) return true;
        return alert.Is("CIDAlarm"u8) && alert.Body.TryChild("CIDAlarm"u8, out TapeNode cid) && cid.TextOf("CIDCode"u8).SequenceEqual("1602"u8) && Ascii.EqualsIgnoreCase(cid.TextOf("CIDDescribe"u8), "HeartBeat"u8);
    }

    public void Normalize(in Alert alert)
    {
        if (alert.Is("CIDAlarm"u8) || alert.Is("cidEvent"u8)) NormalizeCid(alert);
        else if (alert.Is("AccessControllerEvent"u8)) NormalizeAccess(alert);
        else NormalizeNamed(alert);
    }

    private void NormalizeNamed(in Alert alert)
    {
        string? type = EventNames.TypeOf(alert.WireType);
        if (type is null)
        {
            string word = Shorten(alert.WireType);
            Unknown(alert, $"the event type {word}", word);
            return;
        }

        EventState state = StateOf(type, alert.Inactive || EventNames.IsEnd(alert.WireType));
        if (state == EventState.Instant && alert.Inactive) return;
        if (type == "videoLoss") NoteVideo(alert.Channel ?? 0, state);
        AlertData data = _data.Of(alert);
        if (alert.Body.TryFind("CIDParam"u8, out _)) CidReport.From(alert.Body).AddTo(data);
        if (type == "peopleCounting") AddMode(data, alert.Body);
        Tell(Place(alert, type), type, state, data);
    }

    /// <summary>Real-time values are running totals, a time range's are totals of that range: <c>mode</c> says which (isapi.md 1.3).</summary>
    private static void AddMode(AlertData data, TapeNode body)
    {
        bool range = body.TryFind("statisticalMethods"u8, out TapeNode method) && method.Text.Length >= 9 && Ascii.EqualsIgnoreCase(method.Text[..9], "timeRange"u8);
        data.Text("mode", range ? "timeRange" : "realTime");
    }

    private void NoteVideo(int channel, EventState state)
    {
        if (state == EventState.Active && _lostVideo.Count < MaxLostVideo) _lostVideo.Add(channel);
        else if (state == EventState.Inactive) _lostVideo.Remove(channel);
    }

    private ResourceAddress Place(in Alert alert, string type)
    {
        EventTypeInfo info = EventTypes.All[type];
        if (type == "alarmInput" && (Number(alert.Body, "inputIOPortID"u8) ?? Number(alert.Body, "dynInputIOPortID"u8)) is { } port) return At(info, alert, ("alarm-input", port), ("channel", alert.Channel));
        int? zone = Number(alert.Body, "ZoneNo"u8);
        int? area = alert.Body.FindInt("subSys"u8) is > 0 and var number ? number : null;
        return At(info, alert, ("channel", alert.Channel), ("zone", zone), ("area", area), ("hdd", Number(alert.Body, "hddID"u8)), ("port", Number(alert.Body, "portID"u8)),
            ("station", alert.Channel), ("door", alert.Channel));
    }

    private static int? Number(TapeNode body, ReadOnlySpan<byte> name) => body.FindInt(name) is >= 0 and < 65536 and var number ? number : null;

    /// <summary>The first resource that exists, has a number in the alert and raises such events; else the device's only one of a fitting kind; else the device.</summary>
    private ResourceAddress At(EventTypeInfo type, in Alert alert, params ReadOnlySpan<(string Kind, int? Number)> candidates)
    {
        (string Kind, int Number)? missing = null;
        foreach ((string kind, int? number) in candidates)
        {
            if (number is not { } wanted || !type.Kinds.Contains(kind)) continue;
            if ((kind == "channel" ? resources.Channel(wanted, alert) : resources.Find(kind, wanted)) is { } found) return found.Address;
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

    private void NormalizeCid(in Alert alert)
    {
        CidReport report = CidReport.From(alert.Body);
        if (report.Known() is not { } code)
        {
            string word = report.Code.IsEmpty ? "(none)" : Shorten(report.Code);
            Unknown(alert, $"the event code {word}", report.Code.IsEmpty ? Shorten(alert.WireType) : word, report);
            return;
        }

        EventTypeInfo type = EventTypes.All[code.Type];
        Resource? zone = report.Zone is { } number && !code.IsPeripheral ? resources.Find("zone", number) : null;
        int? area = report.Area ?? zone?.Area;
        ResourceAddress resource = code.IsPeripheral && type.Kinds.Contains("device")
            ? resources.Address
            : At(type, alert, ("zone", report.Zone), ("area", area), ("channel", report.Channel), ("hdd", report.Disk), ("keypad", report.Keypad));
        AlertData data = _data.Of(alert);
        report.AddTo(data);
        data.Replace("code", code.Code).Replace("name", code.Name).Replace("area", area is { } a ? a : default);
        // The panel's own time of the alarm is nearer to it than the time of the report.
        if (data["triggerTime"] is { Kind: DataKind.Text } triggered) data.Replace("deviceTime", triggered);
        Tell(resource, code.Type, code.State, data);
    }

    private void NormalizeAccess(in Alert alert)
    {
        TapeNode access = alert.Body.TryChild("AccessControllerEvent"u8, out TapeNode found) ? found : alert.Body;
        int major = access.IntOf("majorEventType"u8) ?? access.IntOf("major"u8) ?? -1;
        int minor = access.IntOf("subEventType"u8) ?? access.IntOf("minor"u8) ?? -1;
        string raw = AccessCodes.NameOf(major, minor);
        if (AccessCodes.TypeOf(major, minor) is not { } known)
        {
            Unknown(alert, $"the {raw[..6]} event {raw[7..]}", raw);
            return;
        }

        EventTypeInfo info = EventTypes.All[known.Type];
        int? door = access.IntOf("doorNo"u8);
        ResourceAddress resource = At(info, alert, ("door", door), ("card-reader", access.IntOf("cardReaderNo"u8)), ("station", door));
        AlertData data = _data.Of(alert).Text("raw", raw);
        EventState state = !info.Lasts ? EventState.Instant : known.Ends || alert.Inactive ? EventState.Inactive : EventState.Active;
        Tell(resource, known.Type, state, data);
    }

    private void Tell(ResourceAddress resource, string type, EventState state, AlertData data)
    {
        DataObject told = data.ToObject();
        sink.Event(resource, type, state, told);
        ReportStates(resource, type, state, told);
    }

    /// <summary>An event that is not known is kept with its raw text, published and countable (EVT-5).</summary>
    private void Unknown(in Alert alert, string what, string raw, CidReport report = default)
    {
        EventTypeInfo info = EventTypes.All[EventTypes.Unknown];
        sink.Problem(DeviceProblemKind.UnknownEvent, $"it reports {what}, which is not known; the event is published as unknown with its raw text");
        ResourceAddress resource = resources.Address;
        if (report.Zone is { } zone && resources.Find("zone", zone) is { } z) resource = z.Address;
        else if (report.Area is { } area && resources.Find("area", area) is { } a) resource = a.Address;
        else if (alert.Channel is { } channel && resources.Channel(channel, alert) is { } c) resource = c.Address;
        AlertData data = _data.Of(alert).Replace("raw", raw).Replace("rawState", alert.Inactive ? "inactive" : "active");
        sink.Event(resource, info.Name, EventState.Instant, data.ToObject());
    }

    /// <summary>What an event says of the state that holds from now on.</summary>
    private void ReportStates(ResourceAddress resource, string type, EventState state, DataObject data)
    {
        if (resource.IsDevice) return;
        DataObject? properties = type switch
        {
            "awayArmed" => States.Away,
            "stayArmed" => States.Stay,
            "disarmed" => States.Disarmed,
            "alarmCleared" => States.NoAlarm,
            "zoneAlarm" when state == EventState.Active => States.Alarm,
            "zoneAlarm" when state == EventState.Inactive => States.NoAlarm,
            "zoneBypassed" => state == EventState.Active ? States.Bypassed : States.NotBypassed,
            "doorOpened" or "doorOpenedAbnormally" => States.Open,
            "doorClosed" => States.Closed,
            "doorUnlocked" => States.Unlocked,
            "doorLocked" => States.Locked,
            "alarmInput" => state == EventState.Active ? States.Active : States.Inactive,
            "temperatureAlarm" or "temperaturePreAlarm" or "temperatureMeasured" when data.TryGet("temperature", out DataValue temperature) && temperature.Kind == DataKind.Number =>
                DataObject.Of(("temperature", temperature)),
            "personDensity" => Pick(data, "densityLevel", "personCnt"),
            _ => null,
        };
        if (properties is { Count: > 0 }) sink.State(resource, properties);
    }

    private static class States
    {
        public static readonly DataObject Away = DataObject.Of(("arming", "away"));
        public static readonly DataObject Stay = DataObject.Of(("arming", "stay"));
        public static readonly DataObject Disarmed = DataObject.Of(("arming", "disarm"));
        public static readonly DataObject Alarm = DataObject.Of(("alarm", true));
        public static readonly DataObject NoAlarm = DataObject.Of(("alarm", false));
        public static readonly DataObject Bypassed = DataObject.Of(("bypassed", true));
        public static readonly DataObject NotBypassed = DataObject.Of(("bypassed", false));
        public static readonly DataObject Open = DataObject.Of(("open", true));
        public static readonly DataObject Closed = DataObject.Of(("open", false));
        public static readonly DataObject Unlocked = DataObject.Of(("locked", false));
        public static readonly DataObject Locked = DataObject.Of(("locked", true));
        public static readonly DataObject Active = DataObject.Of(("active", true));
        public static readonly DataObject Inactive = DataObject.Of(("active", false));
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

    private static string Shorten(ReadOnlySpan<byte> text)
    {
        string whole = Encoding.UTF8.GetString(text.Length <= 320 ? text : text[..320]);
        return whole.Length <= 80 ? whole : whole[..80];
    }
}
