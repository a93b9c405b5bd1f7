using System.Globalization;
using System.Text.Json.Nodes;
using Automation.Simulator.Alerts;

namespace Automation.Simulator.Devices.Panel;

/// <summary>An alarm panel: what it does. Its orders, control paths and status documents are in the other files. 002 §6, isapi.md 1.2.</summary>
internal sealed partial class PanelModel : DeviceModel
{
    private readonly Area[] _areas;
    private readonly Zone[] _zones;
    private readonly bool[] _relays;
    private readonly bool[] _sirens;
    private readonly Dictionary<string, Peripheral[]> _peripherals;
    private bool _acLoss;
    private bool _lowBattery;
    private bool _batteryMissing;
    private int _reports;

    public PanelModel(SimulatedDevice device, DeviceContext context)
        : base(device, context, "boundary")
    {
        _areas = [.. Enumerable.Range(1, device.Areas).Select(n => new Area(n))];
        int perArea = Math.Max(1, (device.Zones + device.Areas - 1) / device.Areas);
        _zones = [.. Enumerable.Range(0, device.Zones).Select(n => new Zone(
            n,
            device.ZoneAreas.IsEmpty ? (n / perArea) + 1 : device.ZoneAreas[n],
            device.ZoneTypes.IsEmpty ? "Instant" : device.ZoneTypes[n]))];
        _relays = new bool[device.Relays];
        _sirens = new bool[device.Sirens];
        _peripherals = PeripheralKind.All.ToDictionary(k => k.Name, k => Enumerable.Range(1, device.Peripherals.GetValueOrDefault(k.Name)).Select(n => new Peripheral(k, n, string.Create(CultureInfo.InvariantCulture, $"{Serial}{k.Item[0]}{n}"))).ToArray());
        MapControl();
        MapStatus();
    }

    protected override string Model => "SIM-PANEL";

    protected override string DeviceType => "SecurityControl";

    protected override bool SpeaksJson => true;

    /// <summary>Arms areas, all or none.</summary>
    /// <returns>Null, or the sub-status that says why not.</returns>
    private string? Arm(IReadOnlyCollection<Area> areas, string mode, string user)
    {
        if (areas.Any(a => OpenZone(a, mode) is not null)) return "arming";
        foreach (Area area in areas.Where(a => a.Arming != mode))
        {
            area.Exit?.Dispose();
            if (Device.ExitDelaySeconds == 0)
            {
                Armed(area, mode, user);
                continue;
            }

            area.Arming = "arming";
            area.LeavingSince = Clock.Timestamp;
            area.Exit = Clock.After(TimeSpan.FromSeconds(Device.ExitDelaySeconds), () => LeaveDone(area, mode, user));
        }

        return null;
    }

    private void LeaveDone(Area area, string mode, string user)
    {
        area.Exit = null;
        if (OpenZone(area, mode) is { } zone)
        {
            area.Arming = "disarm";
            Cid(1822, "armAndDisarm", area.Number, zone.Number, user);
            return;
        }

        Armed(area, mode, user);
    }

    private void Armed(Area area, string mode, string user)
    {
        area.Exit = null;
        area.Arming = mode;
        Cid(mode == "stay" ? 3441 : 3401, "armAndDisarm", area.Number, null, user);
    }

    private void Disarm(Area area, string user)
    {
        area.Exit?.Dispose();
        area.Entry?.Dispose();
        area.Exit = area.Entry = null;
        bool was = area.Arming != "disarm";
        area.Arming = "disarm";
        Quiet(area);
        foreach (Zone zone in ZonesOf(area)) zone.OneTimeDeactivation = "off";
        if (was) Cid(1401, "armAndDisarm", area.Number, null, user);
    }

    private void ClearAlarm(Area area, string user)
    {
        if (!area.Alarm && !area.Memory) return;
        Quiet(area);
        area.Memory = false;
        Cid(1406, "armAndDisarm", area.Number, null, user);
    }

    private void Quiet(Area area)
    {
        area.Alarm = false;
        foreach (Zone zone in ZonesOf(area)) zone.Alarm = false;
        if (_areas.All(a => !a.Alarm)) Array.Clear(_sirens);
    }

    /// <summary>A detector opens: what follows depends on arming, type and bypass.</summary>
    private void Open(Zone zone)
    {
        zone.Open = true;
        if (!zone.Watches || zone.Alarm) return;
        Area area = _areas[zone.Area - 1];
        bool watched = area.Arming == "away" || (area.Arming == "stay" && !zone.StayAway);
        if (zone.Always) Alarm(zone, 1000 + zone.Code);
        else if (!watched || (zone.Type == "Follow" && area.Entry is not null)) return;
        else if (zone.Type == "Delay" && Device.EntryDelaySeconds > 0)
            area.Entry ??= Clock.After(TimeSpan.FromSeconds(Device.EntryDelaySeconds), () => EntryDone(area, zone));
        else Alarm(zone, 1000 + zone.Code);
    }

    private void EntryDone(Area area, Zone zone)
    {
        area.Entry = null;
        if (area.IsArmed && zone.Watches) Alarm(zone, 1000 + zone.Code);
    }

    private void Alarm(Zone zone, int code)
    {
        zone.Alarm = true;
        _areas[zone.Area - 1].Alarm = _areas[zone.Area - 1].Memory = true;
        if (zone.Type != "24hNoSound") Array.Fill(_sirens, true);
        Cid(code, "zoneAlarm", zone.Area, zone.Number, null);
    }

    private void Close(Zone zone, int code)
    {
        zone.Open = false;
        if (!zone.Alarm) return;
        zone.Alarm = false;
        Cid(code, "zoneAlarm", zone.Area, zone.Number, null);
    }

    /// <summary>A zone that alarms and closes in turn.</summary>
    protected override IEnumerable<Alert>? LoadAlerts() => _zones.Length == 0 ? null : [Burglar(1103), Burglar(3103)];

    private Alert Burglar(int code) => new("cidEvent", true, 1, "CID event")
    {
        Details = new()
        {
            ["CIDEvent"] = new JsonObject { ["code"] = code, ["type"] = "zoneAlarm", ["system"] = _zones[0].Area, ["subSystemName"] = "Area 1", ["zone"] = 0, ["zoneName"] = "Zone 0" },
        },
    };

    private Zone? OpenZone(Area area, string mode) =>
        ZonesOf(area).FirstOrDefault(z => z.Open && z.Watches && !z.Always && z.Type != "Delay" && (mode != "stay" || !z.StayAway));

    private IEnumerable<Zone> ZonesOf(Area area) => _zones.Where(z => z.Area == area.Number);

    /// <summary>isapi.md 1.2: <c>eventState</c> of a CID event is always active; the code says whether it begins or ends.</summary>
    private void Cid(int code, string type, int area, int? zone, string? user, Peripheral? of = null)
    {
        var cid = new JsonObject
        {
            ["code"] = code,
            ["type"] = type,
            ["trigger"] = Clock.NowText,
            ["upload"] = Clock.NowText,
            ["system"] = area,
            ["subSystemName"] = "Area " + area.ToString(CultureInfo.InvariantCulture),
        };
        if (zone is { } number)
        {
            cid["zone"] = number;
            cid["zoneName"] = "Zone " + number.ToString(CultureInfo.InvariantCulture);
        }

        if (user is not null) cid["name"] = user;
        if (of is not null)
        {
            cid["deviceNo"] = of.Number;
            cid["deviceName"] = $"{of.Kind.Item} {of.Number.ToString(CultureInfo.InvariantCulture)}";
        }

        Tell(new("cidEvent", true, 1, "CID event") { Details = new() { ["CIDEvent"] = cid }, Receiver = new("CIDAlarm", "CID Alarm", ReceiverCid(code, type, area, zone, user, of)) });
    }

    /// <summary>002 A.6: what a receiver makes of a panel's event. The parameters are user type and number, zone, keypad, channel, disk, module, user name.</summary>
    private JsonObject ReceiverCid(int code, string type, int area, int? zone, string? user, Peripheral? of)
    {
        string wireTime = Clock.Now.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), zoneText = (zone ?? -1).ToString(CultureInfo.InvariantCulture);
        return new()
        {
            ["deviceID"] = Serial,
            ["deviceSerial"] = DeviceSerial,
            ["CIDAlarm"] = new JsonObject
            {
                ["subSys"] = area,
                ["zoneNo"] = zone ?? 0,
                ["CIDCode"] = code.ToString("D4", CultureInfo.InvariantCulture),
                ["CIDType"] = type switch { "zoneAlarm" or "zoneAlarmTamper" => 1, "armAndDisarm" or "zoneBypass" => 6, _ => 5 },
                ["CIDDescribe"] = type,
                ["timeZoneIdx"] = 15 + (int)Device.UtcOffset.TotalHours,
                ["triggerTime"] = wireTime,
                ["uploadTime"] = wireTime,
                ["CIDParam"] = $"{(user is null ? "-1" : user == "keypad" ? "1" : "2")},{(user is null ? "-1" : "1")},{zoneText},{(user == "keypad" ? "1" : of?.Kind.Name == "keypads" ? of.Number.ToString(CultureInfo.InvariantCulture) : "-1")},-1,-1,{(of is null || of.Kind.Name == "keypads" ? "-1" : of.Number.ToString(CultureInfo.InvariantCulture))},{user ?? "NONE"}",
                ["UUID"] = $"{Serial}-{++_reports}",
                ["isVideo"] = 0,
                ["isTalk"] = 0,
            },
        };
    }
}
