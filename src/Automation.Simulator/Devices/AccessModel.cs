using System.Globalization;
using System.Text.Json.Nodes;
using Automation.Simulator.Alerts;
using Automation.Simulator.Control;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>An access controller: doors, their locks and contacts, and the events they leave behind. isapi.md 1.3.</summary>
internal class AccessModel : DeviceModel
{
    /// <summary>Events kept for <c>AcsEvent</c>; the oldest go first.</summary>
    private const int HistoryCapacity = 1000;

    /// <summary>A caller whom nobody answers goes away.</summary>
    private static readonly TimeSpan RingsFor = TimeSpan.FromSeconds(60);

    /// <summary>Major 5 is an event, 1 an alarm, 3 an operation.</summary>
    private static readonly Dictionary<string, (int Major, int Minor)> Codes = new(StringComparer.Ordinal)
    {
        ["accessGranted"] = (5, 1),
        ["accessDenied"] = (5, 9),
        ["doorUnlocked"] = (5, 21),
        ["doorLocked"] = (5, 22),
        ["exitButton"] = (5, 23),
        ["doorOpened"] = (5, 25),
        ["doorClosed"] = (5, 26),
        ["doorOpenedAbnormally"] = (5, 27),
        ["doorOpenTimeout"] = (5, 28),
        ["calling"] = (5, 37),
        ["faceVerified"] = (5, 75),
        ["faceRejected"] = (5, 76),
        ["tamperAlarm"] = (1, 0x404),
    };

    private static readonly string[] Names = [.. Codes.Keys.Order(StringComparer.Ordinal)];

    private readonly Door[] _doors;
    private readonly Queue<JsonObject> _history = new();
    private string _call = "idle";
    private IDisposable? _ring;
    private int _serial;

    public AccessModel(SimulatedDevice device, DeviceContext context)
        : base(device, context, "MIME_boundary")
    {
        _doors = [.. Enumerable.Range(1, device.Doors).Select(n => new Door(n))];
        Routes.Get("System/capabilities", (_, _) => Reply.Xml($"<DeviceCap version=\"2.0\" xmlns=\"{Namespace}\">\n<isSupportAcsUpdate>true</isSupportAcsUpdate>\n<AccessControlCap>\n<doorNum>{_doors.Length}</doorNum>\n</AccessControlCap>\n{MoreCapabilities()}</DeviceCap>\n"));
        if (_doors.Length > 0) MapDoors();
        Routes.Get("VideoIntercom/callStatus", (_, _) => Reply.Json(new JsonObject { ["CallStatus"] = new JsonObject { ["status"] = _call } }));
        Routes.Get("VideoIntercom/callerInfo", (_, _) => Reply.Json(new JsonObject { ["CallerInfo"] = new JsonObject { ["buildingNo"] = 1, ["floorNo"] = 1, ["zoneNo"] = 1, ["unitNo"] = 1, ["devNo"] = 1, ["devType"] = 1, ["status"] = _call } }));
        Routes.Put("VideoIntercom/callSignal", Signal);
        foreach (Door door in _doors) Documents.Add($"AccessControl/Door/param/{door.Number}", DoorParameters(door.Number));
    }

    private void MapDoors()
    {
        Routes.Get("AccessControl/RemoteControl/door/capabilities", (_, _) => Reply.Xml($"<RemoteControlDoor version=\"2.0\" xmlns=\"{Namespace}\">\n<doorNo min=\"1\" max=\"{_doors.Length}\"></doorNo>\n<cmd opt=\"open,close,alwaysOpen,alwaysClose,resume\"></cmd>\n</RemoteControlDoor>\n"));
        Routes.Put("AccessControl/RemoteControl/door/*", Control);
        Routes.Get("AccessControl/capabilities", (_, _) => Reply.Xml($"<AccessControl version=\"2.0\" xmlns=\"{Namespace}\">\n<isSupportRemoteControlDoor>true</isSupportRemoteControlDoor>\n<isSupportAcsEvent>true</isSupportAcsEvent>\n<isSupportAcsWorkStatus>true</isSupportAcsWorkStatus>\n</AccessControl>\n"));
        Routes.Get("AccessControl/AcsWorkStatus", (_, _) => Reply.Json(new JsonObject { ["AcsWorkStatus"] = WorkStatus() }));
        Routes.Map("POST", "AccessControl/AcsEvent", (r, _) => History(r));

        // isapi.md 1.3: the older form.
        Routes.Put("VideoIntercom/remoteOpenDoor", (r, _) =>
        {
            Report(_doors[0], 3, 0x400, null, null);
            Unlock(_doors[0]);
            return Reply.Ok(r);
        });
    }

    public override IReadOnlyList<string> EventNames => Names.Append("contact").ToArray();

    protected override string Model => "SIM-ACS";

    protected override string DeviceType => "ACS";

    protected int DoorCount => _doors.Length;

    protected virtual string MoreCapabilities() => "";

    protected override bool SpeaksJson => true;

    protected override void Emit(string name, Order order)
    {
        Door door = _doors.Length == 0 ? Door.None : _doors[order.Int("door", 1, 1, _doors.Length) - 1];
        if (name == "contact")
        {
            bool open = order.Flag("open", true);
            order.Done();
            Contact(door, open);
            return;
        }

        string? person = order.Has("name") ? order.Text("name") : null, employee = order.Has("employee") ? order.Text("employee") : null;
        order.Done();
        if (name == "calling")
        {
            Ring();
            if (Device.SilentRing) return;
        }

        switch (name)
        {
            case "doorUnlocked": door.Unlocked = true; break;
            case "doorLocked": door.Unlocked = false; break;
            case "doorOpened" or "doorOpenedAbnormally": Opened(door); break;
            case "doorClosed": Closed(door); break;
            default: break;
        }

        (int major, int minor) = Codes[name];
        Report(door, major, minor, person, employee);
        if (name == "accessGranted") Unlock(door);
    }

    protected override JsonObject ReadState() => new()
    {
        ["doors"] = new JsonArray([.. _doors.Select(d => (JsonNode)new JsonObject { ["id"] = d.Number, ["mode"] = d.Mode, ["unlocked"] = d.Unlocked, ["open"] = d.Open })]),
        ["call"] = _call,
        ["ringing"] = _call == "ring",
    };

    protected override void WriteState(JsonObject state)
    {
        foreach ((string key, JsonNode? value) in state)
        {
            foreach (JsonNode item in JsonBody.Items(value))
            {
                int id = JsonBody.Int(JsonBody.Member(item, "id")) ?? 0;
                if (key != "doors" || id < 1 || id > _doors.Length || JsonBody.Flag(JsonBody.Member(item, "open")) is not { } open)
                    throw new OrderException($"Of {Device.Id} can be set: \"doors\":[{{\"id\":1,\"open\":true|false}}].");
                if (open) Opened(_doors[id - 1]);
                else Closed(_doors[id - 1]);
            }
        }
    }

    private Reply Control(DeviceRequest request, string[] arguments)
    {
        if (!int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1 || number > _doors.Length) return Reply.BadParameters(request);
        if (Xml.TryRead(request.Body) is not { } root || root.Name.LocalName != "RemoteControlDoor") return Reply.BadXml(request);
        Door door = _doors[number - 1];
        switch (Xml.Value(root, "cmd"))
        {
            case "open":
                Report(door, 3, 0x400, null, null);
                Unlock(door);
                return Reply.Ok(request);
            case "close":
                Report(door, 3, 0x401, null, null);
                Hold(door, "normal", false);
                return Reply.Ok(request);
            case "alwaysOpen":
                Report(door, 3, 0x402, null, null);
                Hold(door, "alwaysOpen", true);
                return Reply.Ok(request);
            case "alwaysClose":
                Report(door, 3, 0x403, null, null);
                Hold(door, "alwaysClose", false);
                return Reply.Ok(request);
            case "resume":
                Hold(door, "normal", false);
                return Reply.Ok(request);
            default:
                return Reply.BadParameters(request);
        }
    }

    /// <summary>The contact of a door moves: what it means depends on whether somebody unlocked it.</summary>
    private void Contact(Door door, bool open)
    {
        if (door.Open == open) return;
        if (open) Opened(door);
        else Closed(door);
        Report(door, 5, !open ? 26 : door.Unlocked ? 25 : 27, null, null);
    }

    private void Opened(Door door)
    {
        door.Open = true;
        door.TooLong?.Dispose();
        door.TooLong = Clock.After(Parameter(door, "magneticAlarmTimeout", 30), () =>
        {
            if (door is { Open: true, Mode: not "alwaysOpen" }) Report(door, 5, 28, null, null);
        });
    }

    private static void Closed(Door door)
    {
        door.Open = false;
        door.TooLong?.Dispose();
    }

    private TimeSpan Parameter(Door door, string name, int otherwise) =>
        TimeSpan.FromSeconds(Documents.Find($"AccessControl/Door/param/{door.Number}") is { } document && int.TryParse(Xml.Value(document, name), out int seconds) && seconds is > 0 and < 3600 ? seconds : otherwise);

    private string DoorParameters(int number) =>
        $"<DoorParam version=\"2.0\" xmlns=\"{Namespace}\">\n<doorName>Door {number}</doorName>\n<magneticType>alwaysClose</magneticType>\n<openButtonType>alwaysOpen</openButtonType>\n<openDuration>5</openDuration>\n<magneticAlarmTimeout>30</magneticAlarmTimeout>\n<enableDoorLock>false</enableDoorLock>\n</DoorParam>\n";

    protected void Open(int door) => Unlock(_doors[door - 1]);

    private void Ring()
    {
        _call = "ring";
        _ring?.Dispose();
        _ring = Clock.After(RingsFor, () => _call = "idle");
    }

    private void Unlock(Door door)
    {
        if (door.Mode == "alwaysClose" || door == Door.None) return;
        SetLock(door, true);
        door.Relock?.Dispose();
        if (door.Mode == "normal") door.Relock = Clock.After(Parameter(door, "openDuration", 5), () => SetLock(door, false));
    }

    private void Hold(Door door, string mode, bool unlocked)
    {
        door.Relock?.Dispose();
        door.Mode = mode;
        SetLock(door, unlocked);
    }

    private void SetLock(Door door, bool unlocked)
    {
        if (door.Unlocked == unlocked) return;
        door.Unlocked = unlocked;
        Report(door, 5, unlocked ? 21 : 22, null, null);
    }

    private void Report(Door door, int major, int minor, string? person, string? employee) => Report(door.Number, major, minor, person, employee, null);

    /// <param name="more">Members only this event has.</param>
    protected void Report(int door, int major, int minor, string? person, string? employee, JsonObject? more)
    {
        var what = new JsonObject
        {
            ["deviceName"] = Device.Name,
            ["majorEventType"] = major,
            ["subEventType"] = minor,
            ["doorNo"] = door,
            ["cardReaderNo"] = 1,
            ["serialNo"] = ++_serial,
            ["currentEvent"] = true,
        };
        if (person is not null) what["name"] = person;
        if (employee is not null) what["employeeNoString"] = employee;
        foreach ((string key, JsonNode? value) in more ?? []) what[key] = value?.DeepClone();
        _history.Enqueue(new() { ["major"] = major, ["minor"] = minor, ["time"] = Clock.NowText, ["doorNo"] = door, ["serialNo"] = _serial, ["name"] = person, ["employeeNoString"] = employee });
        if (_history.Count > HistoryCapacity) _history.Dequeue();
        Tell(new("AccessControllerEvent", true, 1, "Access Controller Event") { Details = new() { ["AccessControllerEvent"] = what } });
    }

    /// <summary>doorLockStatus 0 locked, 1 unlocked; doorStatus 2 remains open, 3 remains closed, 4 normal; magneticStatus 0 closed, 1 open.</summary>
    private JsonObject WorkStatus() => new()
    {
        ["doorLockStatus"] = new JsonArray([.. _doors.Select(d => (JsonNode)(d.Unlocked ? 1 : 0))]),
        ["doorStatus"] = new JsonArray([.. _doors.Select(d => (JsonNode)(d.Mode switch { "alwaysOpen" => 2, "alwaysClose" => 3, _ => 4 }))]),
        ["magneticStatus"] = new JsonArray([.. _doors.Select(d => (JsonNode)(d.Open ? 1 : 0))]),
    };

    private Reply History(DeviceRequest request)
    {
        JsonNode? asked = JsonBody.TryRead(request.Body)?["AcsEventCond"];
        if (JsonBody.Text(JsonBody.Member(asked, "searchID")) is not { } id) return Reply.BadJson(request);
        int from = JsonBody.Int(JsonBody.Member(asked, "searchResultPosition")) ?? 0, most = Math.Clamp(JsonBody.Int(JsonBody.Member(asked, "maxResults")) ?? 30, 1, 30);
        int major = JsonBody.Int(JsonBody.Member(asked, "major")) ?? 0, minor = JsonBody.Int(JsonBody.Member(asked, "minor")) ?? 0;
        if (from < 0) return Reply.BadParameters(request);
        JsonObject[] all = [.. _history.Where(e => (major == 0 || (int?)e["major"] == major) && (minor == 0 || (int?)e["minor"] == minor))];
        JsonObject[] page = [.. all.Skip(from).Take(most)];
        return Reply.Json(new JsonObject
        {
            ["AcsEvent"] = new JsonObject
            {
                ["searchID"] = id,
                ["responseStatusStrg"] = page.Length == 0 ? "NO MATCH" : from + page.Length < all.Length ? "MORE" : "OK",
                ["numOfMatches"] = page.Length,
                ["totalMatches"] = all.Length,
                ["InfoList"] = new JsonArray([.. page.Select(e => e.DeepClone())]),
            },
        });
    }

    private Reply Signal(DeviceRequest request, string[] arguments)
    {
        string? command = JsonBody.Text(JsonBody.Member(JsonBody.TryRead(request.Body)?["CallSignal"], "cmdType"));
        if (command is not ("answer" or "reject" or "hangUp")) return Reply.BadParameters(request);
        if (_call == "idle") return Reply.Of(request, 403, 4, "notSupport", 0x40000001);
        _ring?.Dispose();
        _call = command == "answer" ? "onCall" : "idle";
        return Reply.Ok(request);
    }

    private sealed class Door(int number)
    {
        /// <summary>What a doorbell has.</summary>
        public static readonly Door None = new(0);

        public int Number => number;

        /// <summary>normal, alwaysOpen or alwaysClose.</summary>
        public string Mode { get; set; } = "normal";

        public bool Unlocked { get; set; }

        public bool Open { get; set; }

        public IDisposable? Relock { get; set; }

        /// <summary>Runs while the door stands open.</summary>
        public IDisposable? TooLong { get; set; }
    }
}
