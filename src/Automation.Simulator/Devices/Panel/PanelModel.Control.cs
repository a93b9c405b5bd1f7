using System.Globalization;
using System.Text.Json.Nodes;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices.Panel;

internal sealed partial class PanelModel
{
    /// <summary>
    /// Every command is JSON (isapi.md 1.2), and in EN50131 mode it carries the operator's code: <c>{"Operate":{"moduleOperateCode":"…"}}</c>. 002 7.8 leaves the
    /// format out for deactivation.
    /// </summary>
    public override Reply Answer(DeviceRequest request)
    {
        bool command = request.Path.StartsWith("SecurityCP/", StringComparison.Ordinal);
        if (command && !request.IsJson && request.Path != "SecurityCP/control/deactivation") return Reply.Of(request, 400, 5, "badURLFormat", 0x50000003);
        if (Device.En50131 && request.Path.StartsWith("SecurityCP/control/", StringComparison.Ordinal)
            && JsonBody.Text(JsonBody.Member(JsonBody.Member(JsonBody.TryRead(request.Body), "Operate"), "moduleOperateCode")) != Device.OperateCode)
            return Reply.Of(request, 403, 4, "loginPasswordError", 0x4000000C);
        return base.Answer(request);
    }

    private void MapControl()
    {
        Routes.Put("SecurityCP/control/arm/*", (r, a) => AreasOf(a[0]) is { } areas ? ArmReply(r, areas, r.Query["ways"].ToString()) : Reply.BadParameters(r));
        Routes.Put("SecurityCP/control/disarm/*", (r, a) => AreasOf(a[0]) is { } areas ? Each(r, areas, area => Disarm(area, Device.User)) : Reply.BadParameters(r));
        Routes.Put("SecurityCP/control/clearAlarm/*", (r, a) => AreasOf(a[0]) is { } areas ? Each(r, areas, area => ClearAlarm(area, Device.User)) : Reply.BadParameters(r));
        Routes.Put("SecurityCP/control/arm", ArmMany);
        Routes.Put("SecurityCP/control/disarm", (r, _) => Many(r, area => Disarm(area, Device.User)));
        Routes.Put("SecurityCP/control/clearAlarm", (r, _) => Many(r, area => ClearAlarm(area, Device.User)));
        Routes.Put("SecurityCP/control/bypass", (r, _) => Bypass(r, Ids(r), true));
        Routes.Put("SecurityCP/control/bypassRecover", (r, _) => Bypass(r, Ids(r), false));
        Routes.Put("SecurityCP/control/bypass/*", (r, a) => Bypass(r, [Number(a[0])], true));
        Routes.Put("SecurityCP/control/bypassRecover/*", (r, a) => Bypass(r, [Number(a[0])], false));
        Routes.Put("SecurityCP/control/Recoverbypass/*", (r, a) => Bypass(r, [Number(a[0])], false));
        Routes.Put("SecurityCP/control/deactivation", Deactivate);
        Routes.Put("SecurityCP/control/outputs/*", (r, a) => Switch(r, "OutputsCtrl") is { } on ? SetOne(r, _relays, Number(a[0]), on) : Reply.BadJson(r));
        Routes.Map("POST", "SecurityCP/control/outputs", (r, _) => SwitchRelays(r));
        Routes.Put("SecurityCP/control/siren/*", (r, a) => Switch(r, "SirenCtrl") is { } on ? SetOne(r, _sirens, Number(a[0]), on) : Reply.BadJson(r));
        Routes.Put("SecurityCP/control/oneKeyAlarm/*", (r, a) => AreasOf(a[0]) is [{ } area] ? Panic(r, area) : Reply.BadParameters(r));
    }

    private Reply ArmReply(DeviceRequest request, IReadOnlyCollection<Area> areas, string mode)
    {
        if (mode is not ("away" or "stay")) return Reply.BadParameters(request);
        // AX #176: arming with an open zone is an invalid operation; 0x4000801D is "arming".
        return Arm(areas, mode, Device.User) is { } why ? Reply.Of(request, 403, 4, why, 0x4000801D) : Reply.Ok(request);
    }

    private Reply ArmMany(DeviceRequest request, string[] arguments)
    {
        if (SubSystems(request) is not { } list) return Reply.BadParameters(request);
        foreach (IGrouping<string, (Area Area, string Mode)> group in list.GroupBy(x => x.Mode))
        {
            Reply reply = ArmReply(request, [.. group.Select(x => x.Area)], group.Key);
            if (reply.Status != 200) return reply;
        }

        return Reply.Ok(request);
    }

    private Reply Many(DeviceRequest request, Action<Area> action) =>
        SubSystems(request) is { } list ? Each(request, list.Select(x => x.Area), action) : Reply.BadParameters(request);

    private static Reply Each(DeviceRequest request, IEnumerable<Area> areas, Action<Area> action)
    {
        foreach (Area area in areas) action(area);
        return Reply.Ok(request);
    }

    private Reply Bypass(DeviceRequest request, int[] ids, bool on)
    {
        if (ids.Length == 0 || ids.Any(id => id < 0 || id >= _zones.Length)) return Reply.BadParameters(request);
        Zone[] zones = [.. ids.Distinct().Select(id => _zones[id])];
        // 0x4000800B: zones of an armed area stay as they are.
        if (zones.Any(z => _areas[z.Area - 1].IsArmed)) return Reply.Of(request, 403, 4, "armedStatus", 0x4000800B);
        foreach (Zone zone in zones.Where(z => z.Bypassed != on))
        {
            zone.Bypassed = on;
            Cid(on ? 1570 : 3570, "zoneBypass", zone.Area, zone.Number, Device.User);
        }

        return Reply.Ok(request);
    }

    private Reply Deactivate(DeviceRequest request, string[] arguments)
    {
        JsonNode[] items = [.. JsonBody.Items(JsonBody.TryRead(request.Body)?["List"])];
        if (items.Length == 0) return Reply.BadJson(request);
        foreach (JsonNode item in items)
        {
            if (JsonBody.Int(JsonBody.Member(item, "id")) is not { } id || id < 0 || id >= _zones.Length) return Reply.BadParameters(request);
            string? once = JsonBody.Text(JsonBody.Member(item, "oneTimeDeactivationMode")), always = JsonBody.Text(JsonBody.Member(item, "deactivationMode"));
            if (once is not (null or "off" or "lidOnly" or "entirely") || always is not (null or "off" or "lidOnly" or "entirely")) return Reply.BadParameters(request);
            _zones[id].OneTimeDeactivation = once ?? _zones[id].OneTimeDeactivation;
            _zones[id].Deactivation = always ?? _zones[id].Deactivation;
        }

        return Reply.Ok(request);
    }

    /// <summary>Several relays; those that do not exist are told one by one. 002 7.11, A.1.</summary>
    private Reply SwitchRelays(DeviceRequest request)
    {
        if (Switch(request, "OutputsCtrl") is not { } on) return Reply.BadJson(request);
        JsonNode[] items = [.. JsonBody.Items(JsonBody.TryRead(request.Body)!["OutputsCtrl"]!["List"])];
        if (items.Length == 0) return Reply.BadParameters(request);
        var errors = new JsonArray();
        bool failed = false;
        foreach (JsonNode item in items)
        {
            int id = JsonBody.Int(JsonBody.Member(item, "id")) ?? -1;
            if (JsonBody.Text(JsonBody.Member(item, "seq")) is { } serial) id = Enumerable.Range(0, _relays.Length).FirstOrDefault(i => RelaySerial(i) == serial, -1);
            bool exists = id >= 0 && id < _relays.Length;
            if (exists) _relays[id] = on;
            failed |= !exists;
            var told = new JsonObject { ["id"] = id.ToString(CultureInfo.InvariantCulture), ["errorMsg"] = exists ? "ok" : "badParameters" };
            if (!exists)
            {
                told["statusCode"] = 6;
                told["statusString"] = "Invalid Message Content";
                told["subStatusCode"] = "badParameters";
                told["errorCode"] = 0x60000001;
            }

            errors.Add(told);
        }

        return failed ? Reply.Json(new JsonObject { ["requestURL"] = "/ISAPI/" + request.Path, ["ErrorList"] = errors }, 400) with { Done = errors.Any(e => (string?)e!["errorMsg"] == "ok") } : Reply.Ok(request);
    }

    private static Reply SetOne(DeviceRequest request, bool[] switches, int index, bool on)
    {
        if (index < 0 || index >= switches.Length) return Reply.BadParameters(request);
        switches[index] = on;
        return Reply.Ok(request);
    }

    private Reply Panic(DeviceRequest request, Area area)
    {
        area.Alarm = true;
        Array.Fill(_sirens, true);
        Cid(1123, "zoneAlarm", area.Number, null, Device.User);
        return Reply.Ok(request);
    }

    /// <summary>One area by its number, or all of them as 0xffffffff; null when there is none such.</summary>
    private Area[]? AreasOf(string text)
    {
        if (text is "0xffffffff" or "4294967295") return _areas;
        int number = Number(text);
        return number >= 1 && number <= _areas.Length ? [_areas[number - 1]] : null;
    }

    private List<(Area Area, string Mode)>? SubSystems(DeviceRequest request)
    {
        var list = new List<(Area, string)>();
        foreach (JsonNode item in JsonBody.Items(JsonBody.TryRead(request.Body)?["SubSysList"]))
        {
            JsonNode? area = JsonBody.Member(item, "SubSys");
            if (JsonBody.Int(JsonBody.Member(area, "id")) is not { } id || id < 1 || id > _areas.Length) return null;
            list.Add((_areas[id - 1], JsonBody.Text(JsonBody.Member(area, "armType")) ?? "away"));
        }

        return list.Count > 0 ? list : null;
    }

    private static int[] Ids(DeviceRequest request) =>
        [.. JsonBody.Items(JsonBody.TryRead(request.Body)?["List"]).Select(i => JsonBody.Int(JsonBody.Member(i, "id")) ?? -1)];

    /// <summary>Null when the body does not say. <c>open</c> is on (isapi.md 1.2).</summary>
    private static bool? Switch(DeviceRequest request, string name) => JsonBody.Text(JsonBody.Member(JsonBody.TryRead(request.Body)?[name], "switch")) switch
    {
        "open" => true,
        "close" => false,
        _ => null,
    };

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1;

    private string RelaySerial(int index) => string.Create(CultureInfo.InvariantCulture, $"{Serial}R{index}");
}
