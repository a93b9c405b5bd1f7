using System.Text.Json.Nodes;
using Automation.Simulator.Alerts;
using Automation.Simulator.Control;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>A people-counting camera. Real-time reports carry running totals, time-range reports the total of an interval (isapi.md 1.3).</summary>
internal sealed class CountingModel : PlainCameraModel
{
    private int _enter;
    private int _exit;

    public CountingModel(SimulatedDevice device, DeviceContext context)
        : base(device, context)
    {
        Routes.Get("System/Video/inputs/channels/1/counting/capabilities", (_, _) => Reply.Xml($"<Counting version=\"2.0\" xmlns=\"{Namespace}\">\n<enabled opt=\"true,false\">true</enabled>\n<countingDirection opt=\"both\">both</countingDirection>\n</Counting>\n"));
        Documents.Add("System/Video/inputs/channels/1/counting", $"<counting version=\"2.0\" xmlns=\"{Namespace}\">\n<enabled>true</enabled>\n<normalizedScreenSize>\n<normalizedScreenWidth>1000</normalizedScreenWidth>\n<normalizedScreenHeight>1000</normalizedScreenHeight>\n</normalizedScreenSize>\n</counting>\n");
        ResetAtMidnight();
    }

    public override IReadOnlyList<string> EventNames => [.. base.EventNames, "peopleCounting", "counterReset"];

    protected override string Model => "SIM-COUNT";

    protected override string MoreCapabilities() => "<SmartCap>\n<isSupportCounting>true</isSupportCounting>\n</SmartCap>\n";

    protected override void Emit(string name, Order order)
    {
        if (name == "counterReset")
        {
            order.Done();
            Reset();
            return;
        }

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
        var counting = new JsonObject { ["statisticalMethods"] = mode };
        if (mode == "realTime") counting["RealTime"] = new JsonObject { ["time"] = Clock.NowText };
        else counting["TimeRange"] = new JsonObject { ["startTime"] = DeviceClock.Text(Clock.Now.AddMinutes(-1)), ["endTime"] = Clock.NowText };
        counting["enter"] = mode == "realTime" ? _enter : enter;
        counting["exit"] = mode == "realTime" ? _exit : exit;
        counting["pass"] = 0;
        Tell(new("PeopleCounting", true, 1, "peopleCounting alarm")
        {
            Channel = 1, ChannelName = CameraName(1),
            Details = new() { ["peopleCounting"] = counting, ["childCounting"] = new JsonObject { ["enter"] = 0, ["exit"] = 0 } },
        });
    }

    /// <summary>The counters begin anew each day by the device's own clock; nothing tells of it but the next report (isapi.md 1.3).</summary>
    private void ResetAtMidnight() => Clock.After(Clock.Now.Date.AddDays(1) - Clock.Now.DateTime, () =>
    {
        Reset();
        ResetAtMidnight();
    });

    private void Reset() => (_enter, _exit) = (0, 0);

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
