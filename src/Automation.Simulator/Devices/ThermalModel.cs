using System.Globalization;
using System.Text.Json.Nodes;
using Automation.Simulator.Alerts;
using Automation.Simulator.Control;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>A thermal camera; its last channel measures. Pre-alarm at 70 °C, alarm at 80 °C. isapi.md 1.3, 002 A.23–A.25.</summary>
internal sealed class ThermalModel : PlainCameraModel
{
    private const double PreAlarmCelsius = 70;
    private const double AlarmCelsius = 80;
    private const double DifferenceCelsius = 10;

    private static readonly string[] Measured = ["temperature", "temperatureAlarm", "temperaturePreAlarm", "temperatureDifference"];

    private readonly AlertHub _live;
    private readonly int _channel;
    private double _celsius = 41.5;

    public ThermalModel(SimulatedDevice device, DeviceContext context)
        : base(device, context)
    {
        _channel = device.Channels;
        _live = new(device, "boundary", _ => AlertPart.Json(Upload()), context.Faults, context.Time) { HeartbeatEvery = TimeSpan.FromSeconds(1) };
        Routes.Get("Thermal/channels/*/thermometry/realTimethermometry/rules", (r, a) => Channel(a[0]) == _channel ? Reply.Endless(_live) : Reply.NotSupported(r));
        Routes.Get("Thermal/channels/*/thermometry/1/rulesTemperatureInfo", (r, a) => Channel(a[0]) == _channel ? Reply.Json(Info()) : Reply.NotSupported(r));
        string image = $"Image/channels/{_channel}";
        Documents.Add(image + "/Color", $"<Color version=\"2.0\" xmlns=\"{Namespace}\">\n<brightnessLevel>50</brightnessLevel>\n<contrastLevel>50</contrastLevel>\n</Color>\n");
        Documents.Add(image + "/palettes", $"<Palettes version=\"2.0\" xmlns=\"{Namespace}\">\n<mode>WhiteHot</mode>\n</Palettes>\n");
        Routes.Put(image + "/restoreImageparam", (r, _) =>
        {
            Documents.Add(image + "/Color", $"<Color version=\"2.0\" xmlns=\"{Namespace}\">\n<brightnessLevel>50</brightnessLevel>\n<contrastLevel>50</contrastLevel>\n</Color>\n");
            return Reply.Ok(r);
        });
        Routes.Get("Thermal/capabilities", (_, _) => Reply.Xml($"<ThermalCap version=\"2.0\" xmlns=\"{Namespace}\">\n<isSupportThermometry>true</isSupportThermometry>\n<isSupportRealtimeThermometry>true</isSupportRealtimeThermometry>\n</ThermalCap>\n"));
    }

    public override IReadOnlyList<string> EventNames => [.. base.EventNames, .. Measured];

    public override int StreamCount => base.StreamCount + _live.StreamCount;

    public override void CloseStreams()
    {
        base.CloseStreams();
        _live.CloseAll();
    }

    protected override string Model => "SIM-THERMAL";

    protected override string MoreCapabilities() => "<isSupportThermal>true</isSupportThermal>\n<ThermalCap>\n<isSupportThermometry>true</isSupportThermometry>\n</ThermalCap>\n";

    protected override void Emit(string name, Order order)
    {
        if (!Measured.Contains(name))
        {
            base.Emit(name, order);
            return;
        }

        int channel = order.Int("channel", _channel, 1, Device.Channels);
        if (channel != _channel) throw new OrderException($"Channel {channel} of {Device.Id} does not measure; channel {_channel} does.");
        if (name == "temperature")
        {
            double celsius = order.Number("celsius", null, -273, 2000);
            order.Done();
            Measure(celsius);
            return;
        }

        if (name != "temperatureDifference") _celsius = order.Number("celsius", _celsius, -273, 2000);
        double difference = name == "temperatureDifference" ? order.Number("celsius", 12.5, 0, 2000) : 0;
        EmitLasting(name, order, (count, active) => Send(name, count, active, difference));
    }

    protected override JsonObject ReadState()
    {
        JsonObject state = base.ReadState();
        state["celsius"] = _celsius;
        return state;
    }

    protected override void WriteState(JsonObject state)
    {
        if (state.Count != 1 || state["celsius"] is not JsonValue value || !value.TryGetValue(out double celsius) || celsius is < -273 or > 2000)
            throw new OrderException($"Of {Device.Id} only \"celsius\" can be set, from -273 to 2000.");
        Measure(celsius);
    }

    private void Measure(double celsius)
    {
        _celsius = celsius;
        _live.Publish(AlertPart.Json(Upload()));
        Watch("temperaturePreAlarm", celsius >= PreAlarmCelsius);
        Watch("temperatureAlarm", celsius >= AlarmCelsius);
    }

    private void Watch(string name, bool above)
    {
        if (above && !Lasting.IsActive(name)) Lasting.Begin(name, (count, active) => Send(name, count, active, 0), null);
        else if (!above) Lasting.End(name);
    }

    private void Send(string name, int count, bool active, double difference)
    {
        (string type, JsonObject block) = name switch
        {
            "temperatureAlarm" => ("TMA", Block(AlarmCelsius)),
            "temperaturePreAlarm" => ("TMPA", Block(PreAlarmCelsius)),
            _ => ("TDA", Difference(difference)),
        };
        string description = type switch { "TMA" => "Temperature Measurement Alarm", "TMPA" => "Temperature Measurement Pre-alarm", _ => "Temperature Difference Alarm" };
        Tell(new(type, active, count, description)
        {
            Channel = _channel, ChannelName = "Thermal",
            Details = new() { ["DetectionRegionList"] = new JsonArray(new JsonObject { ["DetectionRegionEntry"] = new JsonObject { ["regionID"] = "1", [type] = block } }) },
        });
    }

    /// <summary>002 A.24: numbers of this block are text on the wire.</summary>
    private JsonObject Block(double rule) => new()
    {
        ["thermometryUnit"] = "celsius", ["ruleTemperature"] = Degrees(rule), ["currTemperature"] = Degrees(_celsius), ["ruleCalibType"] = "region", ["ruleType"] = "highest temp is higher than",
        ["AbsoluteHigh"] = new JsonObject { ["elevation"] = "0.000", ["azimuth"] = "0.000", ["absoluteZoom"] = "0.10" }, ["presetNo"] = "0",
    };

    private static JsonObject Difference(double difference) => new()
    {
        ["thermometryUnit"] = "celsius", ["ruleTemperatureDiff"] = Degrees(DifferenceCelsius), ["currTemperatureDiff"] = Degrees(difference), ["alarmType"] = "MaxTemperature", ["alarmRule"] = "greater",
    };

    private JsonObject Upload() => new()
    {
        ["ThermometryUploadList"] = new JsonObject
        {
            ["ThermometryUpload"] = new JsonArray(new JsonObject
            {
                ["absTime"] = Clock.NowText,
                ["ruleID"] = 1,
                ["ruleName"] = "Transformer",
                ["presetNo"] = 0,
                ["thermometryUnit"] = 0,
                ["LinePolygonThermCfg"] = new JsonObject { ["MaxTemperature"] = _celsius, ["MinTemperature"] = Math.Round(_celsius - 8, 1), ["AverageTemperature"] = Math.Round(_celsius - 3, 1), ["TemperatureDiff"] = 8 },
            }),
        },
    };

    private JsonObject Info() => new()
    {
        ["ThermometryRulesTemperatureInfoList"] = new JsonObject
        {
            ["ThermometryRulesTemperatureInfo"] = new JsonArray(new JsonObject
            {
                ["id"] = 1, ["maxTemperature"] = _celsius, ["minTemperature"] = Math.Round(_celsius - 8, 1), ["averageTemperature"] = Math.Round(_celsius - 3, 1), ["isFreezedata"] = false,
            }),
        },
    };

    private static string Degrees(double celsius) => celsius.ToString("0.0", CultureInfo.InvariantCulture);
}
