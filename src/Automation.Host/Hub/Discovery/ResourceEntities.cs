using System.Globalization;
using System.Text.Json.Nodes;
using Automation.Core.Model;

namespace Automation.Host.Hub.Discovery;

/// <summary>What Home Assistant shows of one resource, by its kind.</summary>
internal sealed class ResourceEntities(DiscoveryDocument document, Device device, Resource resource, TopicNames topics)
{
    /// <summary>Presets that get a button; cameras keep up to 300, most of them never named.</summary>
    private const int MaximumPresets = 16;

    private readonly string _key = string.Create(CultureInfo.InvariantCulture, $"{resource.Kind}_{resource.Address.Number}");

    private readonly string _name = resource.Name.Length > 0 ? resource.Name : string.Create(CultureInfo.InvariantCulture, $"{resource.Kind} {resource.Address.Number}");

    private readonly string _state = topics.State(resource.Address);

    private readonly string _event = topics.Event(resource.Address);

    private readonly string _set = topics.Set(resource.Address);

    /// <summary>A device that only other MQTT clients feed takes no commands.</summary>
    private bool Obeys => device.Connection is not null;

    public void Add()
    {
        switch (resource.Kind)
        {
            case "area": Area(); break;
            case "zone": Zone(); break;
            case "channel": Channel(); break;
            case "door": Door(); break;
            case "station": Station(); break;
            case "relay": Relay(); break;
            case "siren": Siren(); break;
            case "alarm-output": AlarmOutput(); break;
            case "alarm-input": Binary("active", "", null); break;
            case "hdd": Disk(); break;
            case "port": Press("restart", " restart", Templates.Command("restartPort")); break;
            case "keypad" or "keyfob" or "card-reader" or "repeater" or "output-module" or "extension-module" or "transmitter": Peripheral(); break;
        }

        if (EventTypes.All.Values.Any(t => t.Kinds.Contains(resource.Kind))) document.Add("event", _key + "_event", _name + " event").Happens(_event, resource.Kind);
    }

    private void Area()
    {
        if (Obeys)
        {
            JsonObject panel = document.Add("alarm_control_panel", _key, _name).Reads(_state, Templates.Arming)
                .Commands(_set, "payload_disarm", Templates.Command("disarm"))
                .With("payload_arm_away", Templates.Command("arm", ("mode", "away")))
                .With("payload_arm_home", Templates.Command("arm", ("mode", "stay")))
                .With("code_arm_required", false)
                .With("code_disarm_required", false);
            panel["supported_features"] = new JsonArray("arm_away", "arm_home");
        }

        Binary("alarm", " alarm", "safety");
        Press("clear", " clear alarm", Templates.Command("clearAlarm"));
    }

    private void Zone()
    {
        Binary("alarm", " alarm", "safety");
        Binary("open", " open", "opening");
        Binary("fault", " fault", "problem").Diagnostic();
        Peripheral();
        Sensor("humidity", " humidity", "humidity", "%").OffAtFirst();
        if (!Obeys) return;
        document.Add("switch", _key + "_bypass", _name + " bypass").InSettings().Reads(_state, Templates.Flag("bypassed"))
            .Commands(_set, "payload_on", Templates.Command("bypassZone")).With("payload_off", Templates.Command("recoverZone"))
            .With("state_on", "ON").With("state_off", "OFF");
    }

    private void Channel()
    {
        document.Add("binary_sensor", _key + "_motion", _name + " motion").Class("motion").Reads(_event, Templates.Lasting("motionDetection"));
        document.Add("binary_sensor", _key + "_tamper", _name + " tamper").Class("tamper").Diagnostic().Reads(_event, Templates.Lasting("videoTampering"));
        if (device.Kind is "nvr" or "dvr") Binary("online", " connection", "connectivity").Diagnostic();
        if (resource.Capabilities.Contains("thermal")) Sensor("temperature", " temperature", "temperature", "°C");
        if (resource.Capabilities.Contains("peopleCounting")) Counting();
        if (!Obeys) return;
        document.Add("image", _key + "_image", _name).With("image_topic", topics.Snapshot(resource.Address)).With("content_type", "image/jpeg");
        Press("capture", " capture", Templates.Command("capture"));
        if (!resource.Capabilities.Contains("ptz")) return;
        foreach (NamedNumber preset in resource.Presets.Take(MaximumPresets))
        {
            string number = preset.Number.ToString(CultureInfo.InvariantCulture);
            Press("preset_" + number, preset.Name.Length > 0 ? " " + preset.Name : " preset " + number, Templates.Command("callPreset", ("preset", preset.Number)));
        }
    }

    private void Counting()
    {
        document.Add("sensor", _key + "_entered", _name + " entered").Measures(null, "total_increasing").Reads(_event, Templates.Total("peopleCounting", "enter"));
        document.Add("sensor", _key + "_left", _name + " left").Measures(null, "total_increasing").Reads(_event, Templates.Total("peopleCounting", "exit"));
    }

    private void Door()
    {
        Binary("open", " open", "door");
        if (!Obeys) return;

        // Unlocking opens for the door's own time, after which it locks again by itself: a dashboard must not leave a door open by one touch.
        document.Add("lock", _key + "_lock", _name).Reads(_state, Templates.Words("locked", "LOCKED", "UNLOCKED"))
            .Commands(_set, "payload_unlock", Templates.Command("openDoor")).With("payload_lock", Templates.Command("closeDoor"));
        Press("resume", " normal control", Templates.Command("resumeDoor"));
    }

    private void Station()
    {
        document.Add("event", _key + "_bell", _name + " bell").Rings(_event);
        Press("open", " open door", Templates.Command("openDoor"));
    }

    private void Relay()
    {
        // A relay that is open is on: what hangs on it is switched on.
        if (Obeys) Switch(Templates.Command("openRelay"), Templates.Command("closeRelay"), "on");
        else Binary("on", "", null);
        Peripheral();
    }

    private void AlarmOutput()
    {
        if (Obeys) Switch(Templates.Command("triggerAlarmOutput", ("state", "high")), Templates.Command("triggerAlarmOutput", ("state", "low")), "active");
        else Binary("active", "", null);
    }

    private void Siren()
    {
        if (Obeys)
        {
            document.Add("siren", _key, _name).Reads(_state, Templates.Flag("on"), "state_value_template")
                .Commands(_set, "command_template", Templates.Command("sirenOn")).With("command_off_template", Templates.Command("sirenOff"))
                .With("support_duration", false).With("support_volume_set", false);
        }

        Peripheral();
    }

    private void Disk()
    {
        Binary("error", " problem", "problem").Diagnostic();
        document.Add("sensor", _key + "_status", _name + " status").Diagnostic().Reads(_state, Templates.Value("status"));
        Sensor("freePercent", " free", null, "%");
        Sensor("freeMegabytes", " free space", "data_size", "MB").OffAtFirst();
    }

    /// <summary>What wireless parts of a panel tell of themselves.</summary>
    private void Peripheral()
    {
        Binary("online", " connection", "connectivity").Diagnostic();
        Binary("tampered", " tamper", "tamper").Diagnostic();
        Binary("lowBattery", " battery low", "battery").Diagnostic();
        Sensor("battery", " battery", "battery", "%").OffAtFirst();
        Sensor("signal", " signal", null, null).OffAtFirst();
        Sensor("temperature", " temperature", "temperature", "°C").OffAtFirst();
    }

    private JsonObject Binary(string property, string name, string? deviceClass)
    {
        JsonObject component = document.Add("binary_sensor", $"{_key}_{property}", _name + name).Reads(_state, Templates.Flag(property));
        return deviceClass is null ? component : component.Class(deviceClass);
    }

    private JsonObject Sensor(string property, string name, string? deviceClass, string? unit)
    {
        JsonObject component = document.Add("sensor", $"{_key}_{property}", _name + name).Measures(unit).Reads(_state, Templates.Value(property));
        if (resource.Kind != "channel") component.Diagnostic();
        return deviceClass is null ? component : component.Class(deviceClass);
    }

    private void Switch(string on, string off, string property) =>
        document.Add("switch", _key, _name).Reads(_state, Templates.Flag(property)).Commands(_set, "payload_on", on).With("payload_off", off).With("state_on", "ON").With("state_off", "OFF");

    private void Press(string key, string name, string payload)
    {
        if (Obeys) document.Add("button", $"{_key}_{key}", _name + name).Commands(_set, "payload_press", payload);
    }
}
