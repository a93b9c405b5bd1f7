using System.Globalization;
using System.Text.Json.Nodes;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices.Panel;

internal sealed partial class PanelModel
{
    private void MapStatus()
    {
        Routes.Get("SecurityCP/status/subSystems", (_, _) => Reply.Json(new JsonObject { ["SubSysList"] = List(_areas, a => new() { ["SubSys"] = SubSystem(a) }) }));
        Routes.Get("SecurityCP/status/zones", (_, _) => Reply.Json(new JsonObject { ["ZoneList"] = List(_zones, z => new() { ["Zone"] = ZoneStatus(z) }) }));
        Routes.Map("POST", "SecurityCP/status/zones", (r, _) => Search(r, "ZoneCond", "ZoneSearch", "ZoneList", _zones, z => new() { ["Zone"] = ZoneStatus(z) }));
        Routes.Map("POST", "SecurityCP/status/outputStatus", (r, _) => Search(r, "OutputCond", "OutputSearch", "OutputList", Indexes(_relays), i => new() { ["Output"] = Relay(i) }));
        Routes.Get("SecurityCP/status/exDevStatus", (_, _) => Reply.Json(ExternalDevices()));
        Routes.Get("SecurityCP/status/communication", (_, _) => Reply.Json(new JsonObject { ["CommuniStatus"] = new JsonObject { ["wired"] = "normal", ["wifi"] = "notRelated", ["mobile"] = "normal", ["cloud"] = "normal" } }));
        Routes.Get("SecurityCP/Configuration/zones", (_, _) => Reply.Json(new JsonObject { ["List"] = List(_zones, z => new() { ["Zone"] = ZoneConfiguration(z) }) }));
        Routes.Get("SecurityCP/Configuration/capabilities", (_, _) => Capabilities());
        Routes.Get("SecurityCP/capabilities", (_, _) => Capabilities());
        Routes.Get("System/capabilities", (_, _) => Reply.Xml($"<DeviceCap version=\"2.0\" xmlns=\"{Namespace}\">\n<SysCap>\n<isSupportHolidy>false</isSupportHolidy>\n</SysCap>\n<isSupportSecurityCP>true</isSupportSecurityCP>\n</DeviceCap>\n"));
        Routes.Get("SecurityCP/status/batteries", (_, _) => Reply.Json(new JsonObject { ["BatteryList"] = new JsonArray(new JsonObject { ["Battery"] = new JsonObject { ["id"] = 1, ["status"] = _lowBattery ? "lowVoltage" : "normal", ["percent"] = _lowBattery ? 8 : 100 } }) }));
        Routes.Get("SecurityCP/status/acPowerStatus", (_, _) => Reply.Json(new JsonObject { ["ACPowerStatus"] = new JsonObject { ["status"] = _acLoss ? "breakDown" : "normal" } }));
        Routes.Get("SecurityCP/status/host", (_, _) => Host());
        Routes.Map("POST", "SecurityCP/status/host", (_, _) => Host());
        Routes.Map("POST", "SecurityCP/status/systemFault", (r, _) => JsonBody.Text(JsonBody.Member(JsonBody.TryRead(r.Body), "operationStatus")) is null ? Reply.BadJson(r) : Fault());
    }

    private JsonObject ExternalDevices()
    {
        var lists = new JsonObject
        {
            ["OutputList"] = List(Indexes(_relays), i => new() { ["Output"] = Relay(i) }),
            ["SirenList"] = List(Indexes(_sirens), i => new() { ["Siren"] = Siren(i) }),
        };

        // isapi.md 1.2: a list of things a panel has not got may be missing.
        foreach (PeripheralKind kind in PeripheralKind.All.Where(k => _peripherals[k.Name].Length > 0))
            lists[kind.List] = List(_peripherals[kind.Name], p => new() { [kind.Item] = p.ToJson() });
        return new() { ["ExDevStatus"] = lists };
    }

    private JsonObject SubSystem(Area area) => new()
    {
        ["id"] = area.Number,
        ["arming"] = area.Arming,
        ["alarm"] = area.Alarm,
        ["enabled"] = true,
        ["name"] = "Area " + area.Number.ToString(CultureInfo.InvariantCulture),
        ["delayTime"] = area.Arming == "arming" ? Math.Max(0, Device.ExitDelaySeconds - (int)Clock.Elapsed(area.LeavingSince).TotalSeconds) : 0,
    };

    private JsonObject ZoneStatus(Zone zone) => new()
    {
        ["id"] = zone.Number,
        ["name"] = "Zone " + zone.Number.ToString(CultureInfo.InvariantCulture),
        ["status"] = zone.Offline ? "offline" : zone.Alarm || zone.Open ? "trigger" : "online",
        ["tamperEvident"] = zone.Tampered,
        ["shielded"] = false,
        ["bypassed"] = zone.Bypassed,
        ["oneTimeDeactivationMode"] = zone.OneTimeDeactivation,
        ["deactivationMode"] = zone.Deactivation,
        ["armed"] = _areas[zone.Area - 1].IsArmed,
        ["isArming"] = _areas[zone.Area - 1].Arming == "arming",
        ["alarm"] = zone.Alarm,
        ["charge"] = zone.LowBattery || zone.Charge < 20 ? "lowPower" : "normal",
        ["chargeValue"] = zone.LowBattery ? 5 : zone.Charge,
        ["signal"] = zone.Signal,
        ["temperature"] = zone.Temperature,
        ["subSystemNo"] = zone.Area,
        ["linkageSubSystem"] = new JsonArray(zone.Area),
        ["detectorType"] = zone.Type == "Delay" ? "magneticContact" : "passiveInfraredDetector",
        ["magnetOpenStatus"] = zone.Open,
        ["stayAway"] = zone.StayAway,
        ["zoneType"] = zone.Type,
        ["zoneAttrib"] = "wireless",
        ["isAvailable"] = true,
    };

    private static JsonObject ZoneConfiguration(Zone zone) => new()
    {
        ["id"] = zone.Number,
        ["zoneName"] = "Zone " + zone.Number.ToString(CultureInfo.InvariantCulture),
        ["detectorType"] = zone.Type == "Delay" ? "magneticContact" : "passiveInfraredDetector",
        ["zoneType"] = zone.Type,
        ["subSystemNo"] = zone.Area,
        ["stayAwayEnabled"] = zone.StayAway,
    };

    private JsonObject Relay(int index) => new()
    {
        ["id"] = index,
        ["seq"] = RelaySerial(index),
        ["name"] = "Relay " + index.ToString(CultureInfo.InvariantCulture),
        ["status"] = _relays[index] ? "on" : "off",
        ["tamperEvident"] = false,
        ["charge"] = "normal",
        ["linkage"] = "manualCtrl",
    };

    private JsonObject Siren(int index) => new()
    {
        ["id"] = index,
        ["name"] = "Siren " + index.ToString(CultureInfo.InvariantCulture),
        ["status"] = _sirens[index] ? "on" : "off",
        ["tamperEvident"] = false,
        ["sirenAttrib"] = "wireless",
        ["charge"] = "normal",
        ["subSystemList"] = new JsonArray([.. _areas.Select(a => (JsonNode)a.Number)]),
    };

    private Reply Capabilities() => Reply.Json(new JsonObject
    {
        ["SecurityCPCap"] = new JsonObject
        {
            ["subSystemNum"] = _areas.Length,
            ["localZoneNum"] = 0,
            ["wirelessZoneNum"] = _zones.Length,
            ["wirelessOutputNum"] = _relays.Length,
            ["sirenNum"] = _sirens.Length,
            ["repeaterNum"] = _peripherals["repeaters"].Length,
            ["keypadNum"] = _peripherals["keypads"].Length,
            ["remoteNum"] = _peripherals["keyfobs"].Length,
            ["cardReaderNum"] = _peripherals["cardReaders"].Length,
            ["isSptSubSystemStatus"] = true,
            ["isSptEN50131"] = Device.En50131,
        },
    });

    private Reply Host() => Reply.Json(new JsonObject
    {
        ["AlarmHostStatus"] = new JsonObject
        {
            ["HostStatus"] = new JsonObject { ["tamperEvident"] = false, ["ACConnect"] = !_acLoss },
            ["SubSysList"] = List(_areas, a => new() { ["SubSys"] = SubSystem(a) }),
        },
    });

    /// <summary>isapi.md 1.2: what stands in the way of arming.</summary>
    private Reply Fault()
    {
        var faults = new JsonArray();
        void Add(bool there, string info)
        {
            if (there) faults.Add(new JsonObject { ["Fault"] = new JsonObject { ["info"] = info } });
        }

        Add(_acLoss, "ACLoss");
        Add(_batteryMissing, "batteryMiss");
        Add(_lowBattery, "lowBatteryVoltage");
        Add(_zones.Any(z => z.Offline), "detectorOffline");
        Add(_peripherals["keypads"].Any(p => p.Status != "online"), "keypadOffline");
        Add(_peripherals["repeaters"].Any(p => p.Status != "online"), "wirelessRepeaterOffline");
        return Reply.Json(new JsonObject { ["ArmFault"] = new JsonObject { ["SysFault"] = new JsonObject { ["FaultList"] = faults } } });
    }

    /// <summary>A page of a list. 002 A.45, A.46.</summary>
    private static Reply Search<T>(DeviceRequest request, string condition, string search, string listName, IReadOnlyList<T> all, Func<T, JsonObject> item)
    {
        JsonNode? asked = JsonBody.TryRead(request.Body)?[condition];
        if (JsonBody.Text(JsonBody.Member(asked, "searchID")) is not { } id) return Reply.BadJson(request);
        int from = JsonBody.Int(JsonBody.Member(asked, "searchResultPosition")) ?? 0, most = JsonBody.Int(JsonBody.Member(asked, "maxResults")) ?? 30;
        if (from < 0 || most < 1) return Reply.BadParameters(request);
        T[] page = [.. all.Skip(from).Take(Math.Min(most, 50))];
        return Reply.Json(new JsonObject
        {
            [search] = new JsonObject
            {
                ["searchID"] = id,
                ["responseStatusStrg"] = page.Length == 0 ? "NO MATCH" : from + page.Length < all.Count ? "MORE" : "OK",
                ["numOfMatches"] = page.Length,
                ["totalMatches"] = all.Count,
                [listName] = List(page, item),
            },
        });
    }

    private static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonObject> item) => new([.. items.Select(i => (JsonNode)item(i))]);

    private static int[] Indexes(bool[] switches) => [.. Enumerable.Range(0, switches.Length)];
}
