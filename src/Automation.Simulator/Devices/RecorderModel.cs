using System.Globalization;
using System.Text.Json.Nodes;
using Automation.Simulator.Alerts;
using Automation.Simulator.Control;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>A recorder: proxied channels, PTZ, alarm inputs and outputs, manual recording, disks. isapi.md 1.1, 003 §8.3 and §8.13.</summary>
internal sealed class RecorderModel : CameraModel
{
    private readonly bool[] _outputs;
    private readonly IDisposable?[] _pulses;
    private readonly bool[] _inputs;
    private readonly SortedSet<int> _recording = [];
    private readonly PtzUnit _ptz;
    private string[] _hdds;
    private IDisposable? _playing;

    public RecorderModel(SimulatedDevice device, DeviceContext context)
        : base(device, context)
    {
        _outputs = new bool[device.AlarmOutputs];
        _pulses = new IDisposable?[device.AlarmOutputs];
        _inputs = new bool[device.AlarmInputs];
        _hdds = [.. Enumerable.Repeat("ok", device.Hdds)];
        _ptz = new(device, Routes, Documents, Namespace);
        MapPorts();
        MapContent();
        for (int i = 1; i <= device.AlarmInputs; i++)
            Documents.Add($"System/IO/inputs/{i}", $"<IOInputPort version=\"2.0\" xmlns=\"{Namespace}\">\n<id>{i}</id>\n<enabled>true</enabled>\n<triggering>high</triggering>\n<name>Alarm input {i}</name>\n</IOInputPort>\n");
        Routes.Put("Event/triggers/notifications/AudioAlarm/*/test", PlayAudio);
        Documents.AddJson("System/status/disturbParams", """{"disturbChannelList":[]}""");
        Documents.Add("System/Holidays", $"<HolidayList version=\"2.0\" xmlns=\"{Namespace}\">\n</HolidayList>\n");
    }

    public override IReadOnlyList<string> EventNames => [.. base.EventNames, "alarmInput"];

    protected override string Namespace => Xml.Isapi20;

    protected override string Model => "SIM-NVR" + Device.Channels.ToString("D2", CultureInfo.InvariantCulture);

    protected override string DeviceType => "NVR";

    protected override string VideoPath(int channel) => $"ContentMgmt/InputProxy/channels/{channel.ToString(CultureInfo.InvariantCulture)}/video";

    protected override string ChannelElement(int channel) => $"<dynChannelID>{channel}</dynChannelID>\n";

    protected override AlertPart? Heartbeat() => AlertPart.Xml(AlertXml("videoloss", false, 0, "<dynChannelID/>\n", "videoloss alarm"));

    protected override void Emit(string name, Order order)
    {
        if (name != "alarmInput")
        {
            base.Emit(name, order);
            return;
        }

        int input = order.Int("input", null, 1, Math.Max(1, Device.AlarmInputs));
        if (Device.AlarmInputs == 0) throw new OrderException($"Device {Device.Id} has no alarm inputs.");
        EmitLasting($"{name}/{input}", order, (count, active) =>
        {
            _inputs[input - 1] = active;
            Alerts.Publish(AlertPart.Xml(AlertXml("IO", active, count, "", "IO alarm", $"<inputIOPortID>{input}</inputIOPortID>\n")));
        });
    }

    protected override JsonObject ReadState()
    {
        JsonObject state = base.ReadState();
        state["recording"] = new JsonArray([.. _recording.Select(ch => (JsonNode)ch)]);
        state["outputs"] = new JsonArray([.. _outputs.Select(o => (JsonNode)o)]);
        state["inputs"] = new JsonArray([.. _inputs.Select(i => (JsonNode)i)]);
        state["hdds"] = new JsonArray([.. _hdds.Select(h => (JsonNode)h)]);
        state["ptz"] = _ptz.ReadState();
        return state;
    }

    protected override void WriteState(JsonObject state)
    {
        foreach ((string key, JsonNode? value) in state)
        {
            if (key != "hdds" || value is not JsonArray { } hdds || hdds.Count != _hdds.Length || hdds.Any(h => JsonBody.Text(h) is null))
                throw new OrderException($"Of {Device.Id} only \"hdds\" can be set, as an array of {_hdds.Length} words such as ok, error, full.");
            _hdds = [.. hdds.Select(h => JsonBody.Text(h)!)];
        }
    }

    private void MapPorts()
    {
        Routes.Get("System/IO/inputs", (_, _) => Reply.Xml($"<IOInputPortList version=\"2.0\" xmlns=\"{Namespace}\">\n{string.Concat(_inputs.Select((_, i) => $"<IOInputPort>\n<id>{i + 1}</id>\n<triggering>high</triggering>\n</IOInputPort>\n"))}</IOInputPortList>\n"));
        Routes.Get("System/IO/outputs", (_, _) => Reply.Xml($"<IOOutputPortList version=\"2.0\" xmlns=\"{Namespace}\">\n{string.Concat(_outputs.Select((_, i) => OutputPort(i)))}</IOOutputPortList>\n"));
        Routes.Get("System/IO/outputs/*", (r, a) => Index(a[0], _outputs.Length) is { } i ? Reply.Xml(OutputPort(i)) : Reply.NotSupported(r));
        Routes.Get("System/IO/status", (_, _) => Reply.Xml($"<IOPortStatusList version=\"2.0\" xmlns=\"{Namespace}\">\n{string.Concat(_inputs.Select((on, i) => PortStatus(i, "input", on)))}{string.Concat(_outputs.Select((on, i) => PortStatus(i, "output", on)))}</IOPortStatusList>\n"));
        Routes.Get("System/IO/inputs/*/status", (r, a) => Index(a[0], _inputs.Length) is { } i ? Reply.Xml(PortStatus(i, "input", _inputs[i])) : Reply.NotSupported(r));
        Routes.Get("System/IO/outputs/*/status", (r, a) => Index(a[0], _outputs.Length) is { } i ? Reply.Xml(PortStatus(i, "output", _outputs[i])) : Reply.NotSupported(r));
        Routes.Put("System/IO/outputs/*/trigger", Trigger);
        // 1.4: the older form without System/.
        Routes.Put("IO/outputs/*/trigger", Trigger);
    }

    private void MapContent()
    {
        Routes.Get("System/capabilities", (_, _) => Reply.Xml(
            $"<DeviceCap version=\"2.0\" xmlns=\"{Namespace}\">\n<SysCap>\n<isSupportHolidy>true</isSupportHolidy>\n<IOCap>\n<IOInputPortNums>{_inputs.Length}</IOInputPortNums>\n<IOOutputPortNums>{_outputs.Length}</IOOutputPortNums>\n</IOCap>\n<VideoCap>\n<videoInputPortNums>0</videoInputPortNums>\n</VideoCap>\n</SysCap>\n" +
            $"<RacmCap>\n<inputProxyNums>{Device.Channels}</inputProxyNums>\n<isSupportManualRecord>true</isSupportManualRecord>\n</RacmCap>\n<isSupportPTZCtrl>{(Device.Ptz.IsEmpty ? "false" : "true")}</isSupportPTZCtrl>\n</DeviceCap>\n"));
        Routes.Get("ContentMgmt/InputProxy/channels", (_, _) => Reply.Xml($"<InputProxyChannelList version=\"2.0\" xmlns=\"{Namespace}\" size=\"{Device.Channels}\">\n{string.Concat(ChannelNumbers.Select(ProxyChannel))}</InputProxyChannelList>\n"));
        Routes.Get("ContentMgmt/InputProxy/channels/status", (_, _) => Reply.Xml($"<InputProxyChannelStatusList version=\"2.0\" xmlns=\"{Namespace}\">\n{string.Concat(ChannelNumbers.Select(ProxyStatus))}</InputProxyChannelStatusList>\n"));
        Routes.Get("ContentMgmt/InputProxy/channels/*/status", (r, a) => Channel(a[0]) is { } ch ? Reply.Xml(ProxyStatus(ch)) : Reply.NotSupported(r));
        Routes.Get("ContentMgmt/StreamingProxy/channels/*/picture", Picture);
        Routes.Put("ContentMgmt/record/control/manual/start/tracks/*", (r, a) => Record(r, a[0], true));
        Routes.Put("ContentMgmt/record/control/manual/stop/tracks/*", (r, a) => Record(r, a[0], false));
        Routes.Get("ContentMgmt/Storage", (_, _) => Reply.Xml($"<storage version=\"2.0\" xmlns=\"{Namespace}\">\n{HddList()}<nasList/>\n</storage>\n"));
        Routes.Get("ContentMgmt/Storage/hdd", (_, _) => Reply.Xml(HddList()));
    }

    private Reply Trigger(DeviceRequest request, string[] arguments)
    {
        if (Index(arguments[0], _outputs.Length) is not { } i) return Reply.NotSupported(request);
        if (Xml.TryRead(request.Body) is not { } root) return Reply.BadXml(request);
        _pulses[i]?.Dispose();
        switch (Xml.Value(root, "outputState"))
        {
            case "high":
                _outputs[i] = true;
                return Reply.Ok(request);
            case "low":
                _outputs[i] = false;
                return Reply.Ok(request);
            case "pulse":
                string? text = Xml.Value(root, "pulseDuration");
                if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds) || milliseconds is < 1 or > 600_000) return Reply.BadParameters(request);
                _outputs[i] = true;
                _pulses[i] = Clock.After(TimeSpan.FromMilliseconds(milliseconds), () => _outputs[i] = false);
                return Reply.Ok(request);
            default:
                return Reply.BadParameters(request);
        }
    }

    private Reply Record(DeviceRequest request, string track, bool on)
    {
        if (ChannelOfTrack(track) is not { } channel) return Reply.BadParameters(request);
        if (on && (_hdds.Length == 0 || _hdds.All(h => h != "ok"))) return Reply.Of(request, 403, 6, "diskError", 0x60001009);
        if (on) _recording.Add(channel);
        else _recording.Remove(channel);
        return Reply.Ok(request);
    }

    /// <summary>isapi.md 1.1: a second sound while one plays is refused, and there is no way to stop it.</summary>
    private Reply PlayAudio(DeviceRequest request, string[] arguments)
    {
        if (!int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out int audio) || audio is < 1 or > 10) return Reply.BadParameters(request);
        if (_playing is not null) return Reply.Of(request, 403, 4, "audioIsPlayingPleaseWait", 0x40008010);
        _playing = Clock.After(TimeSpan.FromSeconds(3), () => _playing = null);
        return Reply.Ok(request);
    }

    private string ProxyChannel(int channel) =>
        $"<InputProxyChannel>\n<id>{channel}</id>\n<name>Camera {channel.ToString("D2", CultureInfo.InvariantCulture)}</name>\n<sourceInputPortDescriptor>\n<proxyProtocol>HIKVISION</proxyProtocol>\n<addressingFormatType>ipaddress</addressingFormatType>\n" +
        $"<ipAddress>192.0.2.{channel % 250}</ipAddress>\n<managePortNo>8000</managePortNo>\n<srcInputPort>1</srcInputPort>\n<model>SIM-CAM</model>\n<serialNumber>SIM-CAM{Serial}{channel.ToString("D3", CultureInfo.InvariantCulture)}</serialNumber>\n</sourceInputPortDescriptor>\n</InputProxyChannel>\n";

    private string ProxyStatus(int channel) => $"<InputProxyChannelStatus>\n<id>{channel}</id>\n<online>{(Lasting.IsActive($"videoLoss/{channel}") ? "false" : "true")}</online>\n</InputProxyChannelStatus>\n";

    private string OutputPort(int i) => $"<IOOutputPort version=\"2.0\" xmlns=\"{Namespace}\">\n<id>{i + 1}</id>\n<PowerOnState>\n<defaultState>low</defaultState>\n<outputState>high</outputState>\n</PowerOnState>\n</IOOutputPort>\n";

    private string PortStatus(int i, string type, bool on) => $"<IOPortStatus version=\"2.0\" xmlns=\"{Namespace}\">\n<ioPortID>{i + 1}</ioPortID>\n<ioPortType>{type}</ioPortType>\n<ioState>{(on ? "active" : "inactive")}</ioState>\n</IOPortStatus>\n";

    private string HddList() => $"<hddList version=\"2.0\" xmlns=\"{Namespace}\">\n{string.Concat(_hdds.Select((status, i) => $"<hdd>\n<id>{i + 1}</id>\n<hddName>hdd{i + 1}</hddName>\n<hddType>SATA</hddType>\n<status>{Xml.Escape(status)}</status>\n<capacity>1907729</capacity>\n<freeSpace>{(status == "full" ? 0 : 953864)}</freeSpace>\n<property>RW</property>\n</hdd>\n"))}</hddList>\n";

    private static int? Index(string text, int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= count ? number - 1 : null;
}
