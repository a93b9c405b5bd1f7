using System.Text.Json;

namespace Automation.Host.Tests.Devices;

/// <summary>Trail cameras and other devices of 001 that a bridge feeds over MQTT with their documented payload (DEV-8, docs/outdoor-devices.md).</summary>
public sealed class OutdoorDeviceTests
{
    private const string Devices = """{ "devices": [ { "id": "trail-1", "kind": "trailCamera", "mqttPort": BROKER }, { "id": "scope", "kind": "scope", "mqttPort": BROKER } ] }""";

    private const string Site = """
        { "id": "wood", "timeZone": "Europe/Berlin", "devices": [
          { "id": "trail-1", "kind": "trail-camera", "topic": "outdoor/trail-1", "resources": [ { "kind": "channel", "number": 1 } ] },
          { "id": "scope", "kind": "thermal-scope", "topic": "outdoor/scope", "resources": [ { "kind": "channel", "number": 1 } ] } ] }
        """;

    private const string Rules = """
        [ { "kind": "automation", "id": "hot", "triggers": [ { "event": "temperatureAlarm", "source": "wood/scope" } ],
            "actions": [ { "action": "configure", "on": ["wood/scope"], "setting": "laser", "value": true }, { "action": "record", "on": ["wood/scope/channel/1"], "seconds": 7200 } ] },
          { "kind": "automation", "id": "seen", "triggers": [ { "event": "pirDetection", "source": "wood/trail-1" } ],
            "actions": [ { "action": "configure", "on": ["wood/trail-1"], "setting": "burst", "value": 3 }, { "action": "capture", "on": ["wood/trail-1/channel/1"] } ] },
          { "kind": "automation", "id": "flat", "triggers": [ { "state": "wood/trail-1", "property": "battery", "below": 20 } ], "actions": [ { "publish": { "topic": "alerts/flat", "payload": "flat" } } ] },
          { "kind": "schedule", "id": "by-night", "at": { "weekly": { "mon-sun": ["20:00"] } }, "actions": [ { "action": "configure", "on": ["wood/trail-1"], "setting": "pirSensitivity", "value": "high" } ] } ]
        """;

    /// <summary>The member as its text; empty when there is none.</summary>
    private static string Text(JsonElement of, string name) => of.TryGetProperty(name, out JsonElement found) ? found.ToString() : "";

    [Fact, Trait("Req", "DEV-8")]
    public async Task TrailCameraAndScope_StatesEventsSettingsAndActions()
    {
        await using RunningHouse house = await RunningHouse.StartAsync(Devices, Site, Rules);
        await house.UntilWordAsync("automation/wood/trail-1/availability", "online");
        await house.UntilAsync("automation/wood/trail-1/state", s => Text(s, "longitude") == "13.405" && Text(s, "sdOverwriting") == "True");
        JsonElement state = JsonSerializer.Deserialize<JsonElement>(house.Heard.Last(m => m.Topic == "automation/wood/trail-1/state").Payload);
        Assert.Equal((83, 4, 12.5, 30_436, 21_504), (state.GetProperty("battery").GetInt32(), state.GetProperty("signal").GetInt32(), state.GetProperty("temperature").GetDouble(), state.GetProperty("sdTotalMegabytes").GetInt32(), state.GetProperty("sdFreeMegabytes").GetInt32()));
        Assert.Equal(("photo", "middle", "off"), (Text(state, "cameraMode"), Text(state, "pirSensitivity"), Text(state, "workingTime1")));

        // An event of the device, a rule, and two commands to it; what became of them shows in its state.
        await house.SimulatorAsync("POST", "/events", """{"device":"trail-1","event":"pirDetection"}""");
        await house.UntilAsync("automation/wood/trail-1/event", e => Text(e, "type") == "pirDetection" && Text(e, "state") == "begin");
        await house.UntilAsync("automation/wood/trail-1/state", s => Text(s, "burst") == "3");
        await house.UntilAsync("automation/wood/trail-1/event", e => Text(e, "type") == "pictureTaken");
        await house.UntilAsync("automation/wood/actions", a => Text(a, "action") == "capture" && Text(a, "outcome") == "succeeded");

        await house.SimulatorAsync("POST", "/events", """{"device":"trail-1","event":"gpsMoved","latitude":51.5,"longitude":7.25}""");
        await house.UntilAsync("automation/wood/trail-1/event", e => Text(e, "type") == "gpsAlert");
        await house.UntilAsync("automation/wood/trail-1/state", s => Text(s, "latitude") == "51.5");
        await house.SimulatorAsync("PUT", "/state", """{"trail-1":{"battery":7}}""");
        await house.UntilAsync("automation/wood/trail-1/state", s => Text(s, "battery") == "7");

        // A command of another client; and one that the device cannot do is refused before it leaves.
        await house.PublishAsync("automation/wood/trail-1/set", """{"action":"configure","setting":"workingTime2","value":"18:00-06:00"}""");
        await house.UntilAsync("automation/wood/trail-1/state", s => Text(s, "workingTime2") == "18:00-06:00");
        await house.PublishAsync("automation/request/action/run", """{"action":"configure","on":"wood/trail-1","parameters":{"setting":"pirSensitivity","value":"extreme"}}""");
        await house.UntilAsync("automation/response/action/run", r => Text(r, "error").Contains("'pirSensitivity' of a trail-camera cannot be extreme: write off, low, middle, high", StringComparison.Ordinal));
        await house.PublishAsync("automation/wood/trail-1/set", """{"action":"restoreDefaults"}""");
        await house.UntilAsync("automation/wood/trail-1/state", s => Text(s, "workingTime2") == "off" && Text(s, "burst") == "1" && Text(s, "battery") == "7");

        await house.SimulatorAsync("POST", "/events", """{"device":"scope","event":"hotSpot"}""");
        await house.UntilAsync("automation/wood/scope/state", s => Text(s, "laser") == "True");
        await house.UntilAsync("outdoor/scope/set", c => Text(c, "action") == "record" && Text(c, "seconds") == "7200");
    }
}
