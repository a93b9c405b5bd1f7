using System.Globalization;
using System.Text.Json.Nodes;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>
/// Alarm inputs and outputs, the device's own and those of cameras behind a recorder, whose ids are channel * 100 + port (isapi.md 1.1). 003 §8.3. Call under the device's lock.
/// </summary>
internal sealed class IoPorts
{
    private readonly SortedDictionary<int, Port> _inputs = [];
    private readonly SortedDictionary<int, Port> _outputs = [];
    private readonly DocumentStore _documents;
    private readonly string _ns;

    public IoPorts(SimulatedDevice device, RouteTable routes, DocumentStore documents, string xmlNamespace)
    {
        (_documents, _ns) = (documents, $"version=\"2.0\" xmlns=\"{xmlNamespace}\"");
        foreach (int id in Enumerable.Range(1, device.AlarmInputs).Concat(device.ProxiedInputs)) _inputs[id] = new();
        foreach (int id in Enumerable.Range(1, device.AlarmOutputs).Concat(device.ProxiedOutputs)) _outputs[id] = new();
        MapOwn(routes);
        if (!device.ProxiedInputs.IsEmpty || !device.ProxiedOutputs.IsEmpty) MapProxied(routes);
        foreach (int id in _inputs.Keys)
        {
            string descriptor = IsProxied(id) ? $"<IODescriptor>\n<proxyProtocol>HIKVISION</proxyProtocol>\n<addressingFormatType>ipaddress</addressingFormatType>\n<ipAddress>192.0.2.{id / 100 % 250}</ipAddress>\n<managePortNo>8000</managePortNo>\n<innerIOPortID>{id % 100}</innerIOPortID>\n</IODescriptor>\n" : "";
            string root = IsProxied(id) ? "IOProxyInputPort" : "IOInputPort";
            documents.Add(InputPath(id), $"<{root} {_ns}>\n<id>{id}</id>\n<enabled>true</enabled>\n{descriptor}<triggering>high</triggering>\n<name>Alarm input {id}</name>\n</{root}>\n");
        }
    }

    public IReadOnlyCollection<int> Inputs => _inputs.Keys;

    public int OwnInputs => _inputs.Keys.Count(i => !IsProxied(i));

    public int OwnOutputs => _outputs.Keys.Count(i => !IsProxied(i));

    public bool HasInput(int id) => _inputs.ContainsKey(id);

    public void Input(int id, bool on) => _inputs[id].On = on;

    /// <summary>Whether somebody watches the input; an input that is disabled raises nothing.</summary>
    public bool IsEnabled(int id) => _documents.Find(InputPath(id)) is not { } port || Xml.Value(port, "enabled") is not ("false" or "0");

    public JsonArray InputState() => new([.. _inputs.Values.Select(p => (JsonNode)p.On)]);

    public JsonArray OutputState() => new([.. _outputs.Values.Select(p => (JsonNode)p.On)]);

    private void MapOwn(RouteTable routes)
    {
        routes.Get("System/IO/inputs", (_, _) => Reply.Xml($"<IOInputPortList {_ns}>\n{string.Concat(_inputs.Keys.Where(i => !IsProxied(i)).Select(i => _documents.Find(InputPath(i)) + "\n"))}</IOInputPortList>\n"));
        routes.Get("System/IO/outputs", (_, _) => Reply.Xml($"<IOOutputPortList {_ns}>\n{string.Concat(_outputs.Keys.Where(i => !IsProxied(i)).Select(OutputPort))}</IOOutputPortList>\n"));
        routes.Get("System/IO/outputs/*", (r, a) => Own(_outputs, a[0]) is { } id ? Reply.Xml(OutputPort(id)) : Reply.NotSupported(r));
        routes.Get("System/IO/status", (_, _) => Reply.Xml($"<IOPortStatusList {_ns}>\n{string.Concat(_inputs.Where(p => !IsProxied(p.Key)).Select(p => Status(p.Key, "input", p.Value)))}{string.Concat(_outputs.Where(p => !IsProxied(p.Key)).Select(p => Status(p.Key, "output", p.Value)))}</IOPortStatusList>\n"));
        routes.Get("System/IO/inputs/*/status", (r, a) => Own(_inputs, a[0]) is { } id ? Reply.Xml(Status(id, "input", _inputs[id])) : Reply.NotSupported(r));
        routes.Get("System/IO/outputs/*/status", (r, a) => Own(_outputs, a[0]) is { } id ? Reply.Xml(Status(id, "output", _outputs[id])) : Reply.NotSupported(r));
        routes.Put("System/IO/outputs/*/trigger", (r, a) => Own(_outputs, a[0]) is { } id ? Trigger(r, _outputs[id]) : Reply.NotSupported(r));

        // isapi.md 1.4: the older form without System/.
        routes.Put("IO/outputs/*/trigger", (r, a) => Own(_outputs, a[0]) is { } id ? Trigger(r, _outputs[id]) : Reply.NotSupported(r));
    }

    private void MapProxied(RouteTable routes)
    {
        routes.Get("ContentMgmt/IOProxy/inputs", (_, _) => Reply.Xml($"<IOProxyInputPortList {_ns}>\n{string.Concat(_inputs.Keys.Where(IsProxied).Select(i => _documents.Find(InputPath(i)) + "\n"))}</IOProxyInputPortList>\n"));
        routes.Get("ContentMgmt/IOProxy/outputs", (_, _) => Reply.Xml($"<IOProxyOutputPortList {_ns}>\n{string.Concat(_outputs.Keys.Where(IsProxied).Select(OutputPort))}</IOProxyOutputPortList>\n"));
        routes.Get("ContentMgmt/IOProxy/outputs/*", (r, a) => Proxied(_outputs, a[0]) is { } id ? Reply.Xml(OutputPort(id)) : Reply.NotSupported(r));
        routes.Get("ContentMgmt/IOProxy/status", (_, _) => Reply.Xml($"<IOPortStatusList {_ns}>\n{string.Concat(_inputs.Where(p => IsProxied(p.Key)).Select(p => Status(p.Key, "input", p.Value)))}{string.Concat(_outputs.Where(p => IsProxied(p.Key)).Select(p => Status(p.Key, "output", p.Value)))}</IOPortStatusList>\n"));
        routes.Get("ContentMgmt/IOProxy/inputs/*/status", (r, a) => Proxied(_inputs, a[0]) is { } id ? Reply.Xml(Status(id, "input", _inputs[id])) : Reply.NotSupported(r));
        routes.Get("ContentMgmt/IOProxy/outputs/*/status", (r, a) => Proxied(_outputs, a[0]) is { } id ? Reply.Xml(Status(id, "output", _outputs[id])) : Reply.NotSupported(r));
        routes.Put("ContentMgmt/IOProxy/outputs/*/trigger", (r, a) => Proxied(_outputs, a[0]) is { } id ? Trigger(r, _outputs[id]) : Reply.NotSupported(r));
    }

    private static Reply Trigger(DeviceRequest request, Port port)
    {
        if (Xml.TryRead(request.Body) is not { } root || root.Name.LocalName != "IOPortData") return Reply.BadXml(request);
        // 003 §8.3.8: high or low; a pulse is a setting of the port (§8.3.7), nothing that a trigger can ask for.
        string? state = Xml.Value(root, "outputState");
        if (state is not ("high" or "low")) return Reply.BadParameters(request);
        port.On = state == "high";
        return Reply.Ok(request);
    }

    private string OutputPort(int id)
    {
        string root = IsProxied(id) ? "IOProxyOutputPort" : "IOOutputPort";
        return $"<{root} {_ns}>\n<id>{id}</id>\n<PowerOnState>\n<defaultState>low</defaultState>\n<outputState>high</outputState>\n</PowerOnState>\n</{root}>\n";
    }

    private string Status(int id, string type, Port port) => $"<IOPortStatus {_ns}>\n<ioPortID>{id}</ioPortID>\n<ioPortType>{type}</ioPortType>\n<ioState>{(port.On ? "active" : "inactive")}</ioState>\n</IOPortStatus>\n";

    private static string InputPath(int id) => (IsProxied(id) ? "ContentMgmt/IOProxy/inputs/" : "System/IO/inputs/") + id.ToString(CultureInfo.InvariantCulture);

    private static bool IsProxied(int id) => id > 100;

    private static int? Own(SortedDictionary<int, Port> ports, string text) => Known(ports, text) is { } id && !IsProxied(id) ? id : null;

    private static int? Proxied(SortedDictionary<int, Port> ports, string text) => Known(ports, text) is { } id && IsProxied(id) ? id : null;

    private static int? Known(SortedDictionary<int, Port> ports, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && ports.ContainsKey(id) ? id : null;

    private sealed class Port
    {
        public bool On { get; set; }
    }
}
