using System.Globalization;
using System.Text.Json.Nodes;
using Automation.Core.Model;
using Automation.Host.Hub.Commands;

namespace Automation.Host.Hub.Discovery;

/// <summary>What Home Assistant shows of one resource, by its kind.</summary>
internal sealed class ResourceEntities(DiscoveryDocument document, Device device, Resource resource, TopicNames topics, AlarmCodeSettings? code, bool isOwnDevice)
{
    /// <summary>Presets that get a button; cameras keep up to 300, most of them never named. All of them are in the selection.</summary>
    private const int MaximumPresets = 16;

    /// <summary>A resource that is a device of its own is in the device's id and name already.</summary>
    private readonly string _key = isOwnDevice ? "" : string.Create(CultureInfo.InvariantCulture, $"{resource.Kind}_{resource.Address.Number}");

    private readonly string _name = isOwnDevice ? "" : DeviceEntities.NameOf(resource);

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

        if (EventTypes.All.Values.Any(t => t.Kinds.Contains(resource.Kind))) document.Add("event", Key("event"), Name(" event")).Happens(_event, resource.Kind);
    }

    private void Area()
    {
        if (Obeys)
        {
            JsonObject panel = document.Add("alarm_control_panel", _key, _name).Reads(_state, Templates.Arming)
                .Commands(_set, "payload_disarm", Templates.Command("disarm"))
                .With("payload_arm_away", Templates.Command("arm", ("mode", "away")))
                .With("payload_arm_home", Templates.Command("arm", ("mode", "stay")))
                .With("code_arm_required", code is { Arming: true })
                .With("code_disarm_required", code is not null);
            if (code is not null) panel.With("code", code.IsNumber ? "REMOTE_CODE" : "REMOTE_CODE_TEXT").With("command_template", Templates.CommandWithCode);
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
        document.Add("switch", Key("bypass"), Name(" bypass")).InSettings().Reads(_state, Templates.Flag("bypassed"))
            .Commands(_set, "payload_on", Templates.Command("bypassZone")).With("payload_off", Templates.Command("recoverZone"))
            .With("state_on", "ON").With("state_off", "OFF");
    }

    private void Channel()
    {
        document.Add("binary_sensor", Key("motion"), Name(" motion")).Class("motion").Reads(_event, Templates.Lasting("motionDetection"));
        document.Add("binary_sensor", Key("tamper"), Name(" tamper")).Class("tamper").Diagnostic().Reads(_event, Templates.Lasting("videoTampering"));
        if (device.Kind is "nvr" or "dvr") Binary("online", " connection", "connectivity").Diagnostic();
        if (resource.Capabilities.Contains("thermal")) Sensor("temperature", " temperature", "temperature", "°C");
        if (resource.Capabilities.Contains("peopleCounting")) Counting();
        if (!Obeys) return;
        document.Add("image", Key("image"), Name(isOwnDevice ? " image" : "")).With("image_topic", topics.Snapshot(resource.Address)).With("content_type", "image/jpeg");
        Press("capture", " capture", Templates.Command("capture"));
        Assumed("detection", " detection", "mdi:motion-sensor", "armCamera", "disarmCamera");
        if (resource.Capabilities.Contains(Capabilities.PrivacyMask)) Assumed("mask", " privacy mask", "mdi:eye-off", "enablePrivacyMask", "disablePrivacyMask");
        if (!resource.Capabilities.Contains(Capabilities.Ptz)) return;
        Presets();
        foreach (NamedNumber preset in resource.Presets.Take(MaximumPresets))
        {
            string number = preset.Number.ToString(CultureInfo.InvariantCulture);
            Press("preset_" + number, preset.Name.Length > 0 ? " " + preset.Name : " preset " + number, Templates.Command("callPreset", ("preset", preset.Number)));
        }
    }

    /// <summary>All presets in one selection, by their names.</summary>
    private void Presets()
    {
        if (resource.Presets.Length == 0) return;
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (NamedNumber preset in resource.Presets)
        {
            string number = preset.Number.ToString(CultureInfo.InvariantCulture);
            string name = preset.Name.Length > 0 ? preset.Name : "Preset " + number;

            // Two presets of one name are told apart by their numbers.
            if (!numbers.TryAdd(name, preset.Number)) numbers.TryAdd($"{name} ({number})", preset.Number);
        }

        document.Add("select", Key("preset"), Name(" preset")).With("icon", "mdi:camera-control")
            .With("options", new JsonArray([.. numbers.Keys.Select(n => (JsonNode)n)]))
            .Commands(_set, "command_template", Templates.Choice("callPreset", "preset", numbers));
    }

    /// <summary>A switch whose state the device does not tell.</summary>
    private void Assumed(string key, string name, string icon, string on, string off) =>
        document.Add("switch", Key(key), Name(name)).InSettings().With("icon", icon).With("optimistic", true)
            .Commands(_set, "payload_on", Templates.Command(on)).With("payload_off", Templates.Command(off));

    private void Counting()
    {
        document.Add("sensor", Key("entered"), Name(" entered")).Measures(null, "total_increasing").Reads(_event, Templates.Total("peopleCounting", "enter"));
        document.Add("sensor", Key("left"), Name(" left")).Measures(null, "total_increasing").Reads(_event, Templates.Total("peopleCounting", "exit"));
    }

    private void Door()
    {
        Binary("open", " open", "door");
        if (!Obeys) return;

        // Unlocking opens for the door's own time, after which it locks again by itself: a dashboard must not leave a door open by one touch.
        document.Add("lock", Key("lock"), _name).Reads(_state, Templates.Words("locked", "LOCKED", "UNLOCKED"))
            .Commands(_set, "payload_unlock", Templates.Command("openDoor")).With("payload_lock", Templates.Command("closeDoor"));
        Press("resume", " normal control", Templates.Command("resumeDoor"));
    }

    private void Station()
    {
        document.Add("event", Key("bell"), Name(" bell")).Rings(_event);
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
        document.Add("sensor", Key("status"), Name(" status")).Diagnostic().Reads(_state, Templates.Value("status"));
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

    private string Key(string key) => isOwnDevice ? key : $"{_key}_{key}";

    /// <summary>The entity's name; within a device of its own it begins a line, so it is capitalised.</summary>
    private string Name(string name)
    {
        if (!isOwnDevice) return _name + name;
        string own = name.TrimStart();
        return own.Length == 0 ? own : char.ToUpperInvariant(own[0]) + own[1..];
    }

    private JsonObject Binary(string property, string name, string? deviceClass)
    {
        JsonObject component = document.Add("binary_sensor", Key(property), Name(name)).Reads(_state, Templates.Flag(property));
        return deviceClass is null ? component : component.Class(deviceClass);
    }

    private JsonObject Sensor(string property, string name, string? deviceClass, string? unit)
    {
        JsonObject component = document.Add("sensor", Key(property), Name(name)).Measures(unit).Reads(_state, Templates.Value(property));
        if (resource.Kind != "channel") component.Diagnostic();
        return deviceClass is null ? component : component.Class(deviceClass);
    }

    private void Switch(string on, string off, string property) =>
        document.Add("switch", _key, _name).Reads(_state, Templates.Flag(property)).Commands(_set, "payload_on", on).With("payload_off", off).With("state_on", "ON").With("state_off", "OFF");

    private void Press(string key, string name, string payload)
    {
        if (Obeys) document.Add("button", Key(key), Name(name)).Commands(_set, "payload_press", payload);
    }
}
