using System.Text.Json.Nodes;
using Automation.Core.Model;
using Automation.Simulator;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Simulator;

/// <summary>The client of this product against the simulator: two readings of the same documents must agree.</summary>
public sealed class ClientTests
{
    private const string Devices = """
        { "devices": [
            { "id": "panel", "kind": "panel", "digest": ["SHA-256", "MD5"], "areas": 2, "zones": 6, "zoneAreas": [1, 1, 1, 1, 2, 2], "relays": 2, "sirens": 1 },
            { "id": "nvr", "kind": "recorder", "channels": 4, "ptz": [4], "presets": [1, 2, 3], "alarmInputs": 2, "alarmOutputs": 2, "hdds": 1 },
            { "id": "gate", "kind": "access", "qop": ["auth-int"], "doors": 1 },
            { "id": "thermal", "kind": "thermal", "channels": 2 },
            { "id": "entrance", "kind": "counting" },
            { "id": "switch", "kind": "switch", "ports": 4 }
        ] }
        """;

    /// <summary>Nobody moves the simulator's clock here, so no heartbeat comes; that is not what is tested.</summary>
    private static readonly DeviceConnectionLimits Patient = new() { HeartbeatTimeout = TimeSpan.FromMinutes(10), CallTimeout = Until.Limit, BacklogAge = TimeSpan.FromDays(36_500) };

    public static TheoryData<string, string, string, string, string> Actions() => new()
    {
        { "nvr", "record", "channel/1", "", "\"recording\":[1]" },
        { "nvr", "triggerAlarmOutput", "alarm-output/1", "", "\"outputs\":[true,false]" },
        { "nvr", "pulseAlarmOutput", "alarm-output/2", "milliseconds=60000", "\"outputs\":[false,true]" },
        { "nvr", "callPreset", "channel/4", "preset=3", "\"preset\":3" },
        { "nvr", "callPatrol", "channel/4", "patrol=1", "\"tour\":\"patrol 1\",\"tourState\":\"running\"" },
        { "nvr", "callPattern", "channel/4", "pattern=2", "\"tour\":\"pattern 2\",\"tourState\":\"running\"" },
        { "nvr", "goHome", "channel/4", "", "\"azimuth\":0" },
        { "nvr", "movePtz", "channel/4", "pan=50", "\"pan\":50" },
        { "nvr", "auxiliary", "channel/4", "type=wiper", "\"auxiliaries\":[\"" },
        { "nvr", "capture", "channel/2", "", "" },
        { "nvr", "enablePrivacyMask", "channel/2", "", "" },
        { "nvr", "disablePrivacyMask", "channel/2", "", "" },
        { "nvr", "armCamera", "channel/2", "", "" },
        { "nvr", "disarmCamera", "channel/2", "", "" },
        { "nvr", "irCut", "channel/2", "mode=night", "" },
        { "nvr", "keyFrame", "channel/2", "", "" },
        { "nvr", "armAlarmInput", "alarm-input/1", "", "" },
        { "nvr", "disarmAlarmInput", "alarm-input/1", "", "" },
        { "nvr", "playAudio", "channel/1", "", "" },
        { "nvr", "reboot", "", "", "" },
        { "panel", "arm", "area/1", "mode=stay", "{\"id\":1,\"arming\":\"stay\"" },
        { "panel", "arm", "", "mode=away", "{\"id\":2,\"arming\":\"away\"" },
        { "panel", "disarm", "area/1", "", "{\"id\":1,\"arming\":\"disarm\"" },
        { "panel", "clearAlarm", "area/1", "", "\"alarm\":false" },
        { "panel", "bypassZone", "zone/0", "", "\"bypassed\":true" },
        { "panel", "recoverZone", "zone/0", "", "\"bypassed\":false" },
        { "panel", "deactivateZone", "zone/1", "", "" },
        { "panel", "openRelay", "relay/0", "", "\"relays\":[true,false]" },
        { "panel", "closeRelay", "relay/1", "", "\"relays\":[false,false]" },
        { "panel", "sirenOn", "siren/0", "", "\"sirens\":[true]" },
        { "panel", "sirenOff", "siren/0", "", "\"sirens\":[false]" },
        { "switch", "restartPort", "port/1", "", "\"status\":\"notConnected\"" },
        { "switch", "clearPortAlarm", "port/2", "", "" },
        { "gate", "openDoor", "door/1", "", "\"unlocked\":true" },
        { "gate", "remainOpen", "door/1", "", "\"mode\":\"alwaysOpen\"" },
        { "gate", "remainClosed", "door/1", "", "\"mode\":\"alwaysClose\"" },
        { "gate", "closeDoor", "door/1", "", "\"unlocked\":false" },
        { "gate", "resumeDoor", "door/1", "", "\"mode\":\"normal\"" },
    };

    [Theory, Trait("Req", "ACT-8"), MemberData(nameof(Actions))]
    public async Task An_action_is_done_and_seen_in_the_devices_state(string device, string action, string on, string parameters, string effect)
    {
        await using Site site = await Site.StartAsync(Devices);
        var observer = new RecordingObserver();
        await using DeviceConnection connection = Connect(site, device, observer);
        ResourceAddress address = ResourceAddress.Parse(on.Length == 0 ? "store/" + device : $"store/{device}/{on}");
        DataObject data = parameters.Split('=') is [var name, var value]
            ? DataObject.Of((name, double.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out double number) ? number : (DataValue)value))
            : DataObject.Empty;
        ActionOutcome outcome = await Until.Done(connection.ExecuteAsync(action, address, data, CancellationToken.None));
        Assert.True(outcome.Succeeded, $"{outcome}\n{observer}\n{await site.ControlAsync("GET", "/requests")}");
        Assert.Contains(effect, (await site.ControlAsync("GET", "/state?device=" + device)).ToJsonString(), StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> Heard()
    {
        var data = new TheoryData<string, string, string>();
        foreach (string name in (string[])["motionDetection", "intrusion", "lineCrossing", "regionEntrance", "regionExiting", "rapidMove", "loitering", "sceneChange", "audioException", "faceDetection", "videoLoss", "videoTampering", "pirDetection", "fireDetection", "smokeDetection", "fallingDown", "recordingException", "personDensity"])
            data.Add("nvr", name, "channel=3 -> nvr/channel/3");
        foreach (string name in (string[])["hddFull", "hddError", "illegalAccess", "ipConflict", "networkDisconnected"]) data.Add("nvr", name, "-> nvr");
        data.Add("nvr", "alarmInput", "input=2 -> nvr/alarm-input/2");
        foreach (string name in (string[])["zoneAlarm", "zoneTamper", "zoneFault", "gasAlarm", "waterAlarm", "fireAlarm"]) data.Add("panel", name, "zone=4 -> panel/zone/4");
        foreach (string name in (string[])["panicAlarm", "medicalAlarm", "duress", "lateToDisarm", "armingFailed"]) data.Add("panel", name, "area=2 -> panel/area/2");
        foreach (string name in (string[])["acLoss", "lowBattery", "batteryMissing", "tamperAlarm"]) data.Add("panel", name, "-> panel");
        foreach (string name in (string[])["accessGranted", "accessDenied", "doorUnlocked", "doorLocked", "exitButton", "doorOpened", "doorClosed", "doorOpenedAbnormally", "doorOpenTimeout"]) data.Add("gate", name, "door=1 -> gate/door/1");
        foreach (string name in (string[])["temperatureAlarm", "temperaturePreAlarm", "temperatureDifference"]) data.Add("thermal", name, "-> thermal/channel/2");
        data.Add("entrance", "peopleCounting", "enter=2 -> entrance/channel/1");
        return data;
    }

    [Theory, Trait("Req", "EVT-4"), MemberData(nameof(Heard))]
    public async Task An_event_is_heard_by_the_name_it_was_ordered_by_where_it_was_ordered(string device, string name, string place)
    {
        await using Site site = await Site.StartAsync(Devices);
        var observer = new RecordingObserver();
        await using DeviceConnection connection = Connect(site, device, observer);
        await Until.True(() => connection.Online, observer.ToString);
        string[] parts = place.Split("->", StringSplitOptions.TrimEntries);
        var order = new JsonObject { ["device"] = device, ["event"] = name };
        if (parts[0].Split('=') is [var key, var number]) order[key] = int.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
        await site.EmitAsync(order.ToJsonString());
        ResourceAddress expected = ResourceAddress.Parse("store/" + parts[1]);
        await Until.True(() => observer.Events.Any(e => e.Type == name && e.Resource == expected), observer.ToString);
        Assert.DoesNotContain(observer.Events, e => e.Type == EventTypes.Unknown);
        Assert.Empty(observer.Problems);
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task A_wrong_password_costs_one_rejected_login()
    {
        await using Site site = await Site.StartAsync(Devices);
        var observer = new RecordingObserver();
        await using DeviceConnection connection = Connect(site, "nvr", observer, "wrong");
        await Until.True(() => observer.Availability.Any(a => !a.Online), observer.ToString);
        Assert.False((await Until.Done(connection.ExecuteAsync("record", ResourceAddress.Parse("store/nvr/channel/1"), DataObject.Empty, CancellationToken.None))).Succeeded);
        Assert.Single((await site.ControlAsync("GET", "/requests?device=nvr")).AsArray(), r => (string?)r!["auth"] == "wrongPassword");
    }

    private static DeviceConnection Connect(Site site, string id, RecordingObserver observer, string password = Site.Password)
    {
        SimulatedDevice simulated = SimulatorFile.Parse(System.Text.Encoding.UTF8.GetBytes(Devices)).File!.Devices.Single(d => d.Id == id);
        var address = ResourceAddress.Parse("store/" + id);
        IEnumerable<Resource> Many(string kind, int first, int count, params string[] capabilities) =>
            Enumerable.Range(first, count).Select(n => new Resource { Address = address.Resource(kind, n), Capabilities = [.. capabilities], Area = kind == "zone" ? (n < 4 ? 1 : 2) : null });
        (string kind, Resource[] resources) = id switch
        {
            "panel" => ("security-panel", (Resource[])[.. Many("area", 1, 2), .. Many("zone", 0, 6), .. Many("relay", 0, 2), .. Many("siren", 0, 1)]),
            "nvr" => ("nvr", [.. Many("channel", 1, 4, "ptz"), .. Many("alarm-input", 1, 2), .. Many("alarm-output", 1, 2), .. Many("hdd", 1, 1)]),
            "gate" => ("access-controller", [.. Many("door", 1, 1)]),
            "switch" => ("network-switch", [.. Many("port", 1, 4)]),
            "thermal" => ("thermal-camera", [.. Many("channel", 1, 2, "thermal")]),
            _ => ("people-counting-camera", [.. Many("channel", 1, 1, "peopleCounting")]),
        };
        var device = new Device
        {
            Address = address, Name = id, Kind = kind, Resources = [.. resources],
            Connection = new() { Url = site.Host.Devices[id], User = simulated.User, Password = new Secret(password), Dialect = id == "panel" ? "securityCp" : "isapi" },
        };
        DeviceConnection connection = TestDevices.Connect(device, observer, TimeProvider.System, Patient);
        connection.Start();
        return connection;
    }
}
