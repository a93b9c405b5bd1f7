using System.Globalization;
using System.Text.Json.Nodes;
using Automation.Simulator.Control;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>
/// A network switch: ports with links, power over Ethernet, alarms, restart and extend mode. 000 §6.5.2 and §8.1 say what it can do; no seed says how it is asked,
/// so paths and words are this product's own (docs/simulator.md).
/// </summary>
internal sealed class SwitchModel : DeviceModel
{
    private static readonly TimeSpan RestartTime = TimeSpan.FromSeconds(5);

    /// <summary>000 §6.5.2: the exceptions of a switch.</summary>
    private static readonly string[] Names = ["poePortPowerOff", "sfpPortDisconnected", "rj45PortDisconnected", "portBlocked", "portBusy", "poePowerExceedsLimit"];

    private readonly Port[] _ports;

    public SwitchModel(SimulatedDevice device, DeviceContext context)
        : base(device, context, "boundary")
    {
        _ports = [.. Enumerable.Range(1, device.Ports).Select(n => new Port(n, n > device.Ports - 2 && device.Ports > 4))];
        Routes.Get("System/capabilities", (_, _) => Reply.Xml($"<DeviceCap version=\"2.0\" xmlns=\"{Namespace}\">\n<isSupportSwitch>true</isSupportSwitch>\n<SwitchCap>\n<portNum>{_ports.Length}</portNum>\n</SwitchCap>\n</DeviceCap>\n"));
        Routes.Get("System/switch/status", (_, _) => Reply.Json(new JsonObject { ["SwitchStatus"] = new JsonObject { ["cpuUsage"] = 12, ["memoryUsage"] = 34, ["poePower"] = Math.Round(_ports.Sum(p => p.Power), 1), ["peakPoePower"] = 120.0, ["upTime"] = 86_400 } }));
        Routes.Get("System/switch/ports", (_, _) => Reply.Json(new JsonObject { ["PortList"] = new JsonArray([.. _ports.Select(p => (JsonNode)new JsonObject { ["Port"] = Describe(p) })]) }));
        Routes.Get("System/switch/ports/*", (r, a) => Find(a[0]) is { } port ? Reply.Json(new JsonObject { ["Port"] = Describe(port) }) : Reply.BadParameters(r));
        Routes.Put("System/switch/ports/*/restart", (r, a) => Find(a[0]) is { } port ? Restart(r, port) : Reply.BadParameters(r));
        Routes.Put("System/switch/ports/*/clearAlarm", (r, a) => Find(a[0]) is { } port ? Clear(r, port) : Reply.BadParameters(r));
        Routes.Put("System/switch/ports/*/extendMode", (r, a) => Find(a[0]) is { } port ? Extend(r, port) : Reply.BadParameters(r));
    }

    public override IReadOnlyList<string> EventNames => Names;

    protected override string Model => "SIM-SWITCH";

    protected override string DeviceType => "Switch";

    protected override bool SpeaksJson => true;

    protected override void Emit(string name, Order order)
    {
        Port port = _ports[order.Int("port", 1, 1, _ports.Length) - 1];
        EmitLasting($"{name}/{port.Number}", order, (count, active) =>
        {
            if (active) port.Alarm = name;
            if (name is "rj45PortDisconnected" or "sfpPortDisconnected") port.Linked = !active;
            if (name == "poePortPowerOff") port.Powered = !active;
            Tell(new(name, active, count, name) { Details = new() { ["portNo"] = port.Number } });
        });
    }

    protected override JsonObject ReadState() => new() { ["ports"] = new JsonArray([.. _ports.Select(p => (JsonNode)Describe(p))]) };

    protected override void WriteState(JsonObject state)
    {
        foreach (JsonNode item in JsonBody.Items(state["ports"]))
        {
            if (JsonBody.Int(JsonBody.Member(item, "id")) is not { } id || id < 1 || id > _ports.Length || JsonBody.Flag(JsonBody.Member(item, "linked")) is not { } linked)
                throw new OrderException($"Of {Device.Id} can be set: \"ports\":[{{\"id\":1,\"linked\":true|false}}].");
            _ports[id - 1].Linked = linked;
        }
    }

    private Reply Restart(DeviceRequest request, Port port)
    {
        port.Linked = port.Powered = false;
        Clock.After(RestartTime, () => port.Linked = port.Powered = true);
        return Reply.Ok(request);
    }

    private Reply Clear(DeviceRequest request, Port port)
    {
        foreach (string name in Names) Lasting.End($"{name}/{port.Number}");
        port.Alarm = null;
        return Reply.Ok(request);
    }

    /// <summary>000 §8.1: 300 m instead of 200, and 10 Mbit/s.</summary>
    private static Reply Extend(DeviceRequest request, Port port)
    {
        if (JsonBody.Flag(JsonBody.Member(JsonBody.Member(JsonBody.TryRead(request.Body), "ExtendMode"), "enabled")) is not { } enabled) return Reply.BadJson(request);
        if (port.Fibre) return Reply.NotSupported(request);
        port.Extended = enabled;
        return Reply.Ok(request);
    }

    private static JsonObject Describe(Port port) => new()
    {
        ["id"] = port.Number, ["type"] = port.Fibre ? "SFP" : "RJ45", ["status"] = port.Alarm is not null ? "alarm" : port.Linked ? "normal" : "notConnected", ["linked"] = port.Linked,
        ["speedMbps"] = !port.Linked ? 0 : port.Extended ? 10 : 1000, ["poeEnabled"] = port is { Fibre: false, Powered: true }, ["poePower"] = port.Power, ["extendMode"] = port.Extended, ["alarm"] = port.Alarm,
    };

    private Port? Find(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= _ports.Length ? _ports[number - 1] : null;

    private sealed class Port(int number, bool fibre)
    {
        public int Number => number;

        public bool Fibre => fibre;

        public bool Linked { get; set; } = true;

        public bool Powered { get; set; } = true;

        public bool Extended { get; set; }

        public string? Alarm { get; set; }

        public double Power => fibre || !Powered || !Linked ? 0 : 4.5;
    }
}
