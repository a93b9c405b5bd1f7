using System.Globalization;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>A recorder: analog inputs first (a hybrid or DVR), then proxied channels. isapi.md 1.1, 003 §8.3 and §8.13.</summary>
internal sealed class RecorderModel : CameraModel
{
    public RecorderModel(SimulatedDevice device, DeviceContext context)
        : base(device, context)
    {
        MapContent();
        Documents.AddJson("System/status/disturbParams", """{"disturbChannelList":[]}""");
        Documents.Add("System/Holidays", $"<HolidayList version=\"2.0\" xmlns=\"{Namespace}\">\n{string.Concat(Enumerable.Range(1, 32).Select(Holiday))}</HolidayList>\n");
        if (device.AnalogChannels > 0) MapAnalog();
    }

    protected override string Namespace => Xml.Isapi20;

    protected override string Model => "SIM-NVR" + Device.Channels.ToString("D2", CultureInfo.InvariantCulture);

    protected override string DeviceType => Device.AnalogChannels == 0 ? "NVR" : Device.AnalogChannels == Device.Channels ? "DVR" : "HybirdNVR";

    protected override bool DynamicChannels => true;

    protected override bool WrapsTriggers => true;

    protected override int HostSlots => 1;

    protected override string DefaultPushForm => "psialliance";

    protected override string VideoPath(int channel) =>
        channel <= Device.AnalogChannels ? base.VideoPath(channel) : $"ContentMgmt/InputProxy/channels/{channel.ToString(CultureInfo.InvariantCulture)}/video";

    private IEnumerable<int> Proxied => ChannelNumbers.Where(ch => ch > Device.AnalogChannels);

    private void MapContent()
    {
        Routes.Get("System/capabilities", (_, _) => Reply.Xml(
            $"<DeviceCap version=\"2.0\" xmlns=\"{Namespace}\">\n<SysCap>\n<isSupportHolidy>true</isSupportHolidy>\n<IOCap>\n<IOInputPortNums>{Ports.OwnInputs}</IOInputPortNums>\n<IOOutputPortNums>{Ports.OwnOutputs}</IOOutputPortNums>\n</IOCap>\n<VideoCap>\n<videoInputPortNums>{Device.AnalogChannels}</videoInputPortNums>\n</VideoCap>\n</SysCap>\n" +
            $"<RacmCap>\n<inputProxyNums>{Device.Channels - Device.AnalogChannels}</inputProxyNums>\n<isSupportManualRecord>true</isSupportManualRecord>\n</RacmCap>\n<isSupportPTZCtrl>{(Device.Ptz.IsEmpty ? "false" : "true")}</isSupportPTZCtrl>\n</DeviceCap>\n"));
        Routes.Get("ContentMgmt/InputProxy/channels", (_, _) => Reply.Xml($"<InputProxyChannelList version=\"2.0\" xmlns=\"{Namespace}\" size=\"{Device.Channels}\">\n{string.Concat(Proxied.Select(ProxyChannel))}</InputProxyChannelList>\n"));
        Routes.Get("ContentMgmt/InputProxy/channels/status", (_, _) => Reply.Xml($"<InputProxyChannelStatusList version=\"2.0\" xmlns=\"{Namespace}\">\n{string.Concat(Proxied.Select(ProxyStatus))}</InputProxyChannelStatusList>\n"));
        Routes.Get("ContentMgmt/InputProxy/channels/*/status", (r, a) => Channel(a[0]) is { } ch && ch > Device.AnalogChannels ? Reply.Xml(ProxyStatus(ch)) : Reply.NotSupported(r));
        Routes.Get("ContentMgmt/StreamingProxy/channels/*/picture", Picture);
    }

    /// <summary>isapi.md 1.1: an analog input without a camera says NO VIDEO.</summary>
    private void MapAnalog() => Routes.Get("System/Video/inputs/channels", (_, _) => Reply.Xml(
        $"<VideoInputChannelList version=\"2.0\" xmlns=\"{Namespace}\">\n{string.Concat(Enumerable.Range(1, Device.AnalogChannels).Select(ch => VideoInput(ch, $"<videoFormat>PAL</videoFormat>\n<resDesc>{(Device.EmptyChannels.Contains(ch) ? "NO VIDEO" : "1080P25")}</resDesc>\n")))}</VideoInputChannelList>\n"));

    private string ProxyChannel(int channel) =>
        $"<InputProxyChannel>\n<id>{channel}</id>\n<name>{CameraName(channel)}</name>\n<sourceInputPortDescriptor>\n<proxyProtocol>{(Device.EmptyChannels.Contains(channel) ? "ONVIF" : "HIKVISION")}</proxyProtocol>\n<addressingFormatType>ipaddress</addressingFormatType>\n" +
        $"<ipAddress>192.0.2.{channel % 250}</ipAddress>\n<managePortNo>8000</managePortNo>\n<srcInputPort>1</srcInputPort>\n{Identity(channel)}</sourceInputPortDescriptor>\n</InputProxyChannel>\n";

    /// <summary>An empty slot has neither model nor serial number (isapi.md 1.1).</summary>
    private string Identity(int channel) =>
        Device.EmptyChannels.Contains(channel) ? "" : $"<model>SIM-CAM</model>\n<serialNumber>SIM-CAM{Serial}{channel.ToString("D3", CultureInfo.InvariantCulture)}</serialNumber>\n";

    private string ProxyStatus(int channel) =>
        $"<InputProxyChannelStatus>\n<id>{channel}</id>\n<online>{(Device.EmptyChannels.Contains(channel) || Lasting.IsActive($"videoLoss/{channel}") ? "false" : "true")}</online>\n</InputProxyChannelStatus>\n";

    private static string Holiday(int id) =>
        $"<Holiday>\n<id>{id}</id>\n<enabled>false</enabled>\n<holidayName>Holiday{id}</holidayName>\n<holidayMode opt=\"date,week,month\">month</holidayMode>\n</Holiday>\n";
}
