using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Automation.Simulator.Alerts;
using Automation.Simulator.Control;
using Automation.Simulator.Devices;
using Automation.Simulator.Documents;

namespace Automation.Simulator.Outdoor;

/// <summary>
/// A trail camera, a thermal scope or a thermal camera for a phone (seed 001). They speak no ISAPI of their own: whoever knows them feeds MQTT, and so does this one
/// when <c>mqttPort</c> is given: <c>TOPIC/state</c> (retained), <c>TOPIC/event</c>, <c>TOPIC/availability</c>, commands on <c>TOPIC/set</c>.
/// </summary>
internal sealed class OutdoorModel : DeviceModel
{
    private static readonly string[] OfTrail = ["report", "pirDetection", "gpsMoved", "lowBattery", "sdFull"];
    private static readonly string[] OfScope = ["report", "capture", "hotSpot"];

    private readonly Setting[] _settings;
    private readonly JsonObject _values = [];
    private readonly MqttFeed? _feed;
    private int _battery = 83;
    private int _signal = 4;
    private double _temperature = 12.5;
    private int _sdFree = 21_504;
    private double _latitude = 52.52;
    private double _longitude = 13.405;
    private int _pictures;

    public OutdoorModel(SimulatedDevice device, DeviceContext context)
        : base(device, context, "boundary")
    {
        _settings = device.Kind switch { SimulatedKind.TrailCamera => Setting.Trail, SimulatedKind.Scope => Setting.Scope, _ => Setting.Phone };
        foreach (Setting setting in _settings) _values[setting.Name] = setting.Default.DeepClone();
        if (device.MqttPort > 0) _feed = new(device.MqttPort, device.MqttTopic ?? "outdoor/" + device.Id, () => JsonBody.ToUtf8(Payload()), Command, context.Time, context.Logger);
    }

    public override IReadOnlyList<string> EventNames => Device.Kind == SimulatedKind.TrailCamera ? OfTrail : OfScope;

    protected override string Model => Device.Kind switch { SimulatedKind.TrailCamera => "SIM-TRAIL", SimulatedKind.Scope => "SIM-SCOPE", _ => "SIM-PHONE" };

    protected override string DeviceType => Device.Kind switch { SimulatedKind.TrailCamera => "TrailCamera", SimulatedKind.Scope => "ThermalScope", _ => "PhoneThermalCamera" };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        if (_feed is not null) await _feed.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>What is on <c>TOPIC/state</c>.</summary>
    private JsonObject Payload()
    {
        lock (Clock.Gate) return ReadState();
    }

    protected override JsonObject ReadState()
    {
        var state = new JsonObject { ["battery"] = _battery, ["temperature"] = _temperature, ["at"] = Clock.NowText };
        if (Device.Kind == SimulatedKind.TrailCamera)
        {
            state["signal"] = _signal;
            state["sdFreeMegabytes"] = _sdFree;
            state["sdTotalMegabytes"] = 30_436;
            state["pictures"] = _pictures;
            if (JsonBody.Flag(_values["gpsService"]) == true) state["gps"] = new JsonObject { ["latitude"] = _latitude, ["longitude"] = _longitude };
        }

        state["settings"] = _values.DeepClone();
        return state;
    }

    protected override void Emit(string name, Order order)
    {
        double latitude = name == "gpsMoved" ? order.Number("latitude", _latitude, -90, 90) : _latitude, longitude = name == "gpsMoved" ? order.Number("longitude", _longitude, -180, 180) : _longitude;
        order.Done();
        if (name == "pirDetection")
        {
            if (JsonBody.Text(_values["pirSensitivity"]) == "off")
            {
                NotTold = "disabled";
                return;
            }

            _pictures += JsonBody.Int(_values["burst"]) ?? 1;
        }

        if (name == "gpsMoved") (_latitude, _longitude) = (latitude, longitude);
        if (name == "lowBattery") _battery = 9;
        if (name == "sdFull") _sdFree = 0;
        if (name != "report") _feed?.Publish("event", JsonBody.ToUtf8(new JsonObject { ["type"] = name, ["at"] = Clock.NowText, ["battery"] = _battery }), retain: false);
        _feed?.Publish("state", JsonBody.ToUtf8(ReadState()), retain: true);
    }

    protected override void WriteState(JsonObject state)
    {
        foreach ((string key, JsonNode? value) in state)
        {
            switch (key)
            {
                case "battery" when JsonBody.Int(value) is >= 0 and <= 100 and { } battery: _battery = battery; break;
                case "signal" when JsonBody.Int(value) is >= 0 and <= 5 and { } signal: _signal = signal; break;
                case "temperature" when value is JsonValue number && number.TryGetValue(out double celsius) && celsius is > -60 and < 100: _temperature = celsius; break;
                case "sdFreeMegabytes" when JsonBody.Int(value) is >= 0 and <= 30_436 and { } free: _sdFree = free; break;
                case "settings" when value is JsonObject settings && Unfit(settings) is null: Take(settings); break;
                default: throw new OrderException($"Of {Device.Id} can be set: battery (0 to 100), signal (0 to 5), temperature, sdFreeMegabytes, settings ({string.Join(", ", _settings.Select(s => s.Name))}).");
            }
        }

        _feed?.Publish("state", JsonBody.ToUtf8(ReadState()), retain: true);
    }

    /// <summary>A message on <c>TOPIC/set</c>: settings, or <c>{"action":"capture"}</c>. What does not fit changes nothing and is told on <c>TOPIC/error</c>.</summary>
    private void Command(ReadOnlyMemory<byte> payload)
    {
        lock (Clock.Gate)
        {
            JsonObject? settings = JsonBody.TryRead(payload.ToArray());
            string? action = JsonBody.Text(settings?["action"]);
            settings?.Remove("action");
            int? seconds = action == "record" ? JsonBody.Int(settings!["seconds"]) ?? 30 : null;
            if (action == "record") settings!.Remove("seconds");
            string? problem = settings is null ? "not a JSON object"
                : action is not (null or "capture" or "calibrate" or "record" or "restoreDefaults") ? $"unknown action {action}"
                : seconds is < 2 or > 7200 ? "seconds must be from 2 to 7200"
                : Unfit(settings);
            if (problem is not null)
            {
                _feed?.Publish("error", Encoding.UTF8.GetBytes(problem), retain: false);
                return;
            }

            Take(settings!);
            if (action == "restoreDefaults") foreach (Setting setting in _settings) _values[setting.Name] = setting.Default.DeepClone();
            if (action == "capture")
            {
                _pictures++;
                _feed?.Publish("event", JsonBody.ToUtf8(new JsonObject { ["type"] = "capture", ["at"] = Clock.NowText, ["battery"] = _battery }), retain: false);
            }

            _feed?.Publish("state", JsonBody.ToUtf8(ReadState()), retain: true);
        }
    }

    private string? Unfit(JsonObject settings)
    {
        foreach ((string key, JsonNode? value) in settings)
        {
            Setting? setting = _settings.FirstOrDefault(s => s.Name == key);
            if (setting is null) return $"unknown setting {key}";
            if (!setting.Takes(value))
                return string.Create(CultureInfo.InvariantCulture, $"{key} must be {(setting.Words is not null ? "one of " + string.Join(", ", setting.Words) : setting.Most > 0 ? $"from {setting.Least} to {setting.Most}" : "like " + setting.Default.ToJsonString())}");
        }

        return null;
    }

    private void Take(JsonObject settings)
    {
        foreach ((string key, JsonNode? value) in settings) _values[key] = value?.DeepClone();
    }
}
