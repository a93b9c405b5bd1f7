using System.Text.Json.Nodes;
using Automation.Simulator.Alerts;
using Automation.Simulator.Control;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>A people-counting camera. Real-time reports carry running totals, time-range reports the total of an interval (isapi.md 1.3).</summary>
internal sealed class CountingModel : CameraModel
{
    private int _enter;
    private int _exit;

    public CountingModel(SimulatedDevice device, DeviceContext context)
        : base(device, context)
    {
        Routes.Get("System/capabilities", (_, _) => Reply.Xml($"<DeviceCap version=\"2.0\" xmlns=\"{Namespace}\">\n<SysCap>\n<VideoCap>\n<videoInputPortNums>1</videoInputPortNums>\n</VideoCap>\n</SysCap>\n<SmartCap>\n<isSupportCounting>true</isSupportCounting>\n</SmartCap>\n</DeviceCap>\n"));
        Routes.Get("System/Video/inputs/channels/1/counting/capabilities", (_, _) => Reply.Xml($"<Counting version=\"2.0\" xmlns=\"{Namespace}\">\n<enabled opt=\"true,false\">true</enabled>\n<countingDirection opt=\"both\">both</countingDirection>\n</Counting>\n"));
        Documents.Add("System/Video/inputs/channels/1/counting", $"<counting version=\"2.0\" xmlns=\"{Namespace}\">\n<enabled>true</enabled>\n<normalizedScreenSize>\n<normalizedScreenWidth>1000</normalizedScreenWidth>\n<normalizedScreenHeight>1000</normalizedScreenHeight>\n</normalizedScreenSize>\n</counting>\n");
        MapInputs();
    }

    public override IReadOnlyList<string> EventNames => [.. base.EventNames, "peopleCounting"];

    protected override string Model => "SIM-COUNT";

    protected override string DeviceType => "IPCamera";

    protected override void Emit(string name, Order order)
    {
        if (name != "peopleCounting")
        {
            base.Emit(name, order);
            return;
        }

        int enter = order.Int("enter", 0, 0, 100_000), exit = order.Int("exit", 0, 0, 100_000);
        string mode = order.OneOf("mode", "realTime", "realTime", "timeRange");
        order.Done();
        _enter = Math.Min(_enter + enter, 100_000_000);
        _exit = Math.Min(_exit + exit, 100_000_000);
        string counts = mode == "realTime"
            ? $"<statisticalMethods>realTime</statisticalMethods>\n<RealTime>\n<time>{Clock.NowText}</time>\n</RealTime>\n<enter>{_enter}</enter>\n<exit>{_exit}</exit>\n"
            : $"<statisticalMethods>timeRange</statisticalMethods>\n<TimeRange>\n<startTime>{Clock.Now.AddMinutes(-1):yyyy-MM-ddTHH:mm:sszzz}</startTime>\n<endTime>{Clock.NowText}</endTime>\n</TimeRange>\n<enter>{enter}</enter>\n<exit>{exit}</exit>\n";
        Alerts.Publish(AlertPart.Xml(AlertXml("PeopleCounting", true, 1, ChannelElement(1), "peopleCounting alarm",
            $"<channelName>Camera 01</channelName>\n<peopleCounting>\n{counts}<pass>0</pass>\n</peopleCounting>\n<childCounting>\n<enter>0</enter>\n<exit>0</exit>\n</childCounting>\n")));
    }

    protected override JsonObject ReadState()
    {
        JsonObject state = base.ReadState();
        state["enter"] = _enter;
        state["exit"] = _exit;
        return state;
    }

    protected override void WriteState(JsonObject state)
    {
        foreach ((string key, JsonNode? value) in state)
        {
            if (key is not ("enter" or "exit") || JsonBody.Int(value) is not (>= 0 and <= 100_000_000))
                throw new OrderException($"Of {Device.Id} can be set: \"enter\" and \"exit\", whole numbers from 0 to 100000000.");
        }

        _enter = JsonBody.Int(state["enter"]) ?? _enter;
        _exit = JsonBody.Int(state["exit"]) ?? _exit;
    }
}
