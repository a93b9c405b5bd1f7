using System.Text.Json.Nodes;
using Automation.Simulator.Control;

namespace Automation.Simulator.Devices;

/// <summary>A door station: a door and a button that calls; a doorbell: the button and a PIR detector, no door. 000 Table 6-6, isapi.md 1.3, 002 A.22 and A.4.</summary>
internal sealed class StationModel(SimulatedDevice device, DeviceContext context) : AccessModel(device, context)
{
    private static readonly JsonObject Target = new() { ["buildingNumber"] = 1, ["communityNumber"] = "1", ["floorNumber"] = 1, ["periodNumber"] = 1, ["roomNumber"] = 1, ["unitNumber"] = 1 };

    public override IReadOnlyList<string> EventNames => [.. base.EventNames, "requestVoiceTalk", "cancelVoiceTalk", "pirDetection"];

    protected override string Model => Device.Kind == SimulatedKind.Doorbell ? "SIM-BELL" : "SIM-STATION";

    protected override string DeviceType => Device.Kind == SimulatedKind.Doorbell ? "Doorbell" : "VIS";

    protected override string MoreCapabilities() => "<isSupportVideoIntercom>true</isSupportVideoIntercom>\n";

    protected override void Emit(string name, Order order)
    {
        switch (name)
        {
            case "requestVoiceTalk" or "cancelVoiceTalk":
                order.Done();
                bool asks = name == "requestVoiceTalk";
                Tell(new(asks ? "requestVoiceTalkEvent" : "cancelVoiceTalkEvent", true, 1, asks ? "Two-way Audio Request Alarm" : "Two-way Audio Canceling Alarm")
                {
                    Channel = 1, Details = new() { ["VoiceTalkEvent"] = new JsonObject { ["deviceName"] = Device.Name, ["target"] = Target.DeepClone() } },
                });
                break;
            case "pirDetection":
                EmitLasting(name, order, (count, active) => Tell(new("PIR", active, count, "PIR alarm") { Channel = 1, ChannelName = Device.Name }));
                break;
            default:
                base.Emit(name, order);
                break;
        }
    }
}
