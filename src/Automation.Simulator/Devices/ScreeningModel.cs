using System.Text.Json.Nodes;
using Automation.Simulator.Control;

namespace Automation.Simulator.Devices;

/// <summary>A temperature-screening camera: a face, its temperature, its mask. 000 §7.5.2. The members are those terminals and face captures use; no seed gives the camera's own document.</summary>
internal sealed class ScreeningModel(SimulatedDevice device, DeviceContext context) : PlainCameraModel(device, context)
{
    private const double AlarmAbove = 37.3;

    private int _faces;

    public override IReadOnlyList<string> EventNames => [.. base.EventNames, "screening"];

    protected override string Model => "SIM-SCREEN";

    protected override string MoreCapabilities() => base.MoreCapabilities() + "<isSupportFaceThermometry>true</isSupportFaceThermometry>\n<isSupportMaskDetection>true</isSupportMaskDetection>\n";

    protected override void Emit(string name, Order order)
    {
        if (name != "screening")
        {
            base.Emit(name, order);
            return;
        }

        int channel = order.Int("channel", 1, 1, Device.Channels);
        double celsius = order.Number("celsius", 36.5, 20, 45);
        string mask = order.OneOf("mask", "yes", "yes", "no", "unknown");
        order.Done();
        Tell(new("faceCapture", true, 1, "faceCapture")
        {
            Channel = channel, ChannelName = CameraName(channel), JsonOnly = true,
            Details = new()
            {
                ["faceCapture"] = new JsonArray(new JsonObject
                {
                    ["faces"] = new JsonArray(new JsonObject
                    {
                        ["faceId"] = ++_faces, ["faceRect"] = new JsonObject { ["x"] = 0.4, ["y"] = 0.3, ["width"] = 0.1, ["height"] = 0.2 },
                        ["thermometryUnit"] = "celsius", ["currTemperature"] = Math.Round(celsius, 1), ["isAbnomalTemperature"] = celsius > AlarmAbove, ["mask"] = new JsonObject { ["value"] = mask },
                    }),
                }),
            },
        });
    }
}
