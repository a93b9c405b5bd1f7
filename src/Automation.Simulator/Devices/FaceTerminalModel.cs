using System.Text.Json.Nodes;
using Automation.Simulator.Control;

namespace Automation.Simulator.Devices;

/// <summary>A face-recognition terminal that measures: it opens for who is known, wears a mask where one is wanted, and is neither too warm nor too cold. 000 §7.5.2, isapi.md 1.3.</summary>
internal sealed class FaceTerminalModel(SimulatedDevice device, DeviceContext context) : AccessModel(device, context)
{
    private const double NormalFrom = 35.5;
    private const double NormalTo = 37.3;

    public override IReadOnlyList<string> EventNames => [.. base.EventNames, "screening"];

    protected override string Model => "SIM-FACE";

    protected override string MoreCapabilities() => "<isSupportFaceRecognizeMode>true</isSupportFaceRecognizeMode>\n<isSupportMaskDetection>true</isSupportMaskDetection>\n<isSupportTemperatureMeasurement>true</isSupportTemperatureMeasurement>\n";

    protected override void Emit(string name, Order order)
    {
        if (name != "screening")
        {
            base.Emit(name, order);
            return;
        }

        int door = order.Int("door", 1, 1, DoorCount);
        double celsius = order.Number("celsius", 36.5, 20, 45);
        string mask = order.OneOf("mask", "yes", "yes", "no", "unknown");
        string? person = order.Has("name") ? order.Text("name") : null, employee = order.Has("employee") ? order.Text("employee") : null;
        order.Done();
        bool abnormal = celsius is < NormalFrom or > NormalTo;
        var measured = new JsonObject
        {
            ["currentVerifyMode"] = "face", ["mask"] = mask, ["thermometryUnit"] = "celsius", ["currTemperature"] = Math.Round(celsius, 1), ["isAbnomalTemperature"] = abnormal,
            ["RegionCoordinates"] = new JsonObject { ["positionX"] = 383, ["positionY"] = 518 },
        };
        bool letIn = employee is not null && !abnormal;
        Report(door, 5, letIn ? 75 : 76, person, employee, measured);
        if (letIn) Open(door);
    }
}
