using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>A camera on the network: direct channels, perhaps PTZ, alarm ports and a card. isapi.md 1.1.</summary>
internal class PlainCameraModel : CameraModel
{
    public PlainCameraModel(SimulatedDevice device, DeviceContext context)
        : base(device, context)
    {
        Routes.Get("System/capabilities", (_, _) => Reply.Xml(
            $"<DeviceCap version=\"2.0\" xmlns=\"{Namespace}\">\n<SysCap>\n<IOCap>\n<IOInputPortNums>{Ports.OwnInputs}</IOInputPortNums>\n<IOOutputPortNums>{Ports.OwnOutputs}</IOOutputPortNums>\n</IOCap>\n<VideoCap>\n<videoInputPortNums>{Device.Channels}</videoInputPortNums>\n</VideoCap>\n</SysCap>\n" +
            $"<RacmCap>\n<inputProxyNums>0</inputProxyNums>\n<isSupportManualRecord>{(Device.Hdds > 0 ? "true" : "false")}</isSupportManualRecord>\n</RacmCap>\n<isSupportPTZCtrl>{(Device.Ptz.IsEmpty ? "false" : "true")}</isSupportPTZCtrl>\n{MoreCapabilities()}</DeviceCap>\n"));
        MapInputs();
    }

    protected override string Model => "SIM-CAM";

    protected override string DeviceType => Device.Ptz.IsEmpty ? "IPCamera" : "IPDome";

    /// <summary>Elements of the capabilities document that only this kind has.</summary>
    protected virtual string MoreCapabilities() =>
        "<SmartCap>\n<isSupportFieldDetection>true</isSupportFieldDetection>\n<isSupportLineDetection>true</isSupportLineDetection>\n<isSupportRegionEntrance>true</isSupportRegionEntrance>\n<isSupportRegionExiting>true</isSupportRegionExiting>\n</SmartCap>\n<WLAlarmCap>\n<isSupportPIR>true</isSupportPIR>\n</WLAlarmCap>\n";
}
