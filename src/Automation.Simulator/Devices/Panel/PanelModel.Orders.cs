using System.Text.Json.Nodes;
using Automation.Simulator.Control;
using Automation.Simulator.Documents;

namespace Automation.Simulator.Devices.Panel;

internal sealed partial class PanelModel
{
    /// <summary>Events that are one code: where they happen, and whether a restore follows. 002 Appendix D.</summary>
    private static readonly Dictionary<string, (int Code, string Type, string Where, bool Lasts)> Codes = new(StringComparer.Ordinal)
    {
        ["zoneTamper"] = (1383, "zoneAlarmTamper", "zone", true),
        ["zoneFault"] = (1380, "zoneException", "zone", true),
        ["communicationFault"] = (1914, "zoneException", "zone", true),
        ["zoneLowBattery"] = (1915, "zoneException", "zone", true),
        ["gasAlarm"] = (1151, "zoneAlarm", "zone", true),
        ["waterAlarm"] = (1154, "zoneAlarm", "zone", true),
        ["fireAlarm"] = (1110, "zoneAlarm", "zone", true),
        ["panicAlarm"] = (1123, "zoneAlarm", "area", true),
        ["medicalAlarm"] = (1100, "zoneAlarm", "area", true),
        ["duress"] = (1121, "zoneAlarm", "area", false),
        ["lateToDisarm"] = (1452, "armAndDisarm", "area", false),
        ["armingFailed"] = (1822, "armAndDisarm", "area", false),
        ["tamperAlarm"] = (1137, "deviceException", "device", true),
        ["acLoss"] = (1301, "deviceException", "device", true),
        ["lowBattery"] = (1302, "deviceException", "device", true),
        ["batteryMissing"] = (1314, "deviceException", "device", true),
    };

    private static readonly string[] Names = [.. Codes.Keys.Concat(["zoneAlarm", "zoneOpen", "arm", "disarm", "cid"]).Order(StringComparer.Ordinal)];

    public override IReadOnlyList<string> EventNames => Names;

    protected override void Emit(string name, Order order)
    {
        switch (name)
        {
            case "zoneAlarm":
                Zone alarmed = _zones[ZoneOf(order)];
                Lasts(order, () => Alarm(alarmed, 1103), () => Close(alarmed, 3103));
                break;
            case "zoneOpen":
                Zone opened = _zones[ZoneOf(order)];
                Lasts(order, () => Open(opened), () => Close(opened, 3000 + opened.Code));
                break;
            case "arm":
                Area armed = _areas[AreaOf(order) - 1];
                string mode = order.OneOf("mode", "away", "away", "stay");
                order.Done();
                if (Arm([armed], mode, "keypad") is not null) Cid(1822, "armAndDisarm", armed.Number, null, "keypad");
                break;
            case "disarm":
                Area disarmed = _areas[AreaOf(order) - 1];
                order.Done();
                Disarm(disarmed, "keypad");
                break;
            case "cid":
                int code = order.Int("code", null, 1000, 9999), area = AreaOf(order);
                int? zone = order.Has("zone") ? ZoneOf(order) : null;
                string type = order.Text("type", "zoneAlarm");
                order.Done();
                Cid(code, type, area, zone, null);
                break;
            default:
                EmitCode(name, order);
                break;
        }
    }

    protected override JsonObject ReadState()
    {
        var state = new JsonObject
        {
            ["areas"] = List(_areas, a => new() { ["id"] = a.Number, ["arming"] = a.Arming, ["alarm"] = a.Alarm, ["memory"] = a.Memory }),
            ["zones"] = List(_zones, z => new() { ["id"] = z.Number, ["area"] = z.Area, ["type"] = z.Type, ["open"] = z.Open, ["alarm"] = z.Alarm, ["bypassed"] = z.Bypassed, ["tampered"] = z.Tampered, ["deactivation"] = z.Deactivation, ["oneTimeDeactivation"] = z.OneTimeDeactivation }),
            ["relays"] = new JsonArray([.. _relays.Select(r => (JsonNode)r)]),
            ["sirens"] = new JsonArray([.. _sirens.Select(s => (JsonNode)s)]),
        };
        foreach ((string name, Peripheral[] all) in _peripherals.Where(p => p.Value.Length > 0)) state[name] = List(all, p => p.State());
        return state;
    }

    /// <summary>Sets what a person could change at the panel without it reporting; only peripherals report what changed of them.</summary>
    protected override void WriteState(JsonObject state)
    {
        foreach ((string key, JsonNode? value) in state)
        {
            foreach (JsonNode item in JsonBody.Items(value))
            {
                int id = JsonBody.Int(JsonBody.Member(item, "id")) ?? -1;
                if (key == "areas" && id >= 1 && id <= _areas.Length && JsonBody.Text(JsonBody.Member(item, "arming")) is "disarm" or "away" or "stay")
                    _areas[id - 1].Arming = JsonBody.Text(JsonBody.Member(item, "arming"))!;
                else if (key == "zones" && id >= 0 && id < _zones.Length && item is JsonObject zone)
                    SetZone(_zones[id], zone);
                else if (_peripherals.TryGetValue(key, out Peripheral[]? all) && id >= 1 && id <= all.Length && item is JsonObject peripheral)
                    all[id - 1].Set(peripheral, code => Cid(code, "deviceException", 0, null, null, all[id - 1]));
                else
                    throw new OrderException($"Of {Device.Id} can be set: \"areas\":[{{\"id\":1,\"arming\":\"disarm|away|stay\"}}], \"zones\":[{{\"id\":0,\"open\":true|false}}] (also charge, signal, temperature), and peripherals such as \"keypads\":[{{\"id\":1,\"status\":\"offline\"}}].");
            }
        }
    }

    private void SetZone(Zone zone, JsonObject state)
    {
        foreach ((string key, JsonNode? value) in state)
        {
            switch (key)
            {
                case "id": break;
                case "open" when JsonBody.Flag(value) is { } open: zone.Open = open; break;
                case "charge" when JsonBody.Int(value) is >= 0 and <= 100 and { } charge: zone.Charge = charge; break;
                case "signal" when JsonBody.Int(value) is >= 0 and <= 255 and { } signal: zone.Signal = signal; break;
                case "temperature" when JsonBody.Int(value) is >= -60 and <= 200 and { } temperature: zone.Temperature = temperature; break;
                default: throw new OrderException($"Of a zone of {Device.Id} can be set: open (true, false), charge (0 to 100), signal (0 to 255), temperature (-60 to 200).");
            }
        }
    }

    private void EmitCode(string name, Order order)
    {
        (int code, string type, string where, bool lasts) = Codes[name];
        Zone? zone = where == "zone" ? _zones[ZoneOf(order)] : null;
        int area = zone?.Area ?? (where == "area" ? AreaOf(order) : 0);
        void Begin()
        {
            Mark(name, zone, true);
            Cid(code, type, area, zone?.Number, null);
        }

        void End()
        {
            Mark(name, zone, false);
            Cid(code + 2000, type, area, zone?.Number, null);
        }

        if (lasts)
        {
            Lasts(order, Begin, End);
            return;
        }

        order.Done();
        Begin();
    }

    private void Mark(string name, Zone? zone, bool on)
    {
        switch (name)
        {
            case "zoneTamper": zone!.Tampered = on; break;
            case "communicationFault": zone!.Offline = on; break;
            case "zoneLowBattery": zone!.LowBattery = on; break;
            case "acLoss": _acLoss = on; break;
            case "lowBattery": _lowBattery = on; break;
            case "batteryMissing": _batteryMissing = on; break;
            default: break;
        }
    }

    /// <summary>A panel says once that something begins and once that it ends; it does not repeat.</summary>
    private void Lasts(Order order, Action begin, Action end)
    {
        string state = order.OneOf("state", "pulse", "active", "inactive", "pulse");
        double seconds = order.Number("seconds", state == "pulse" ? 3 : 0, 0, 3600);
        order.Done();
        if (state == "inactive")
        {
            end();
            return;
        }

        begin();
        if (seconds > 0) Clock.After(TimeSpan.FromSeconds(seconds), end);
    }

    private int ZoneOf(Order order) =>
        _zones.Length == 0 ? throw new OrderException($"Device {Device.Id} has no zones.") : order.Int("zone", null, 0, _zones.Length - 1);

    private int AreaOf(Order order) => order.Int("area", 1, 1, _areas.Length);
}
