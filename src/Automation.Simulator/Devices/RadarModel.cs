using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Automation.Simulator.Control;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>An auxiliary care radar: somebody has fallen, stays out of bed, or breathes or beats irregularly. 002 A.13, A.32 to A.34.</summary>
internal sealed class RadarModel : DeviceModel
{
    private static readonly FrozenDictionary<string, string> Events = new Dictionary<string, string>
    {
        ["fallingDown"] = "People Falling Down Detection Event",
        ["longTimeLeave"] = "Prolonged Bed Exit Alarm",
        ["heartBeatAbnormal"] = "Irregular Heartbeat Alarm",
        ["respireAbnormal"] = "Abnormal Respiratory Rate Alarm",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public RadarModel(SimulatedDevice device, DeviceContext context)
        : base(device, context, "boundary") =>
        Routes.Get("System/capabilities", (_, _) => Reply.Xml($"<DeviceCap version=\"2.0\" xmlns=\"{Namespace}\">\n<isSupportRadar>true</isSupportRadar>\n</DeviceCap>\n"));

    public override IReadOnlyList<string> EventNames { get; } = [.. Events.Keys.Order(StringComparer.Ordinal)];

    protected override string Model => "SIM-RADAR";

    protected override string DeviceType => "Radar";

    protected override bool SpeaksJson => true;

    protected override void Emit(string name, Order order) =>
        EmitLasting(name, order, (count, active) => Tell(new(name, active, count, Events[name]) { Channel = 0, ChannelName = "" }));

    protected override JsonObject ReadState() => new() { ["active"] = new JsonArray([.. Lasting.Active.Select(a => (JsonNode)a)]) };

    protected override void WriteState(JsonObject state) => throw new OrderException($"Device {Device.Id} has no state that can be set.");
}
