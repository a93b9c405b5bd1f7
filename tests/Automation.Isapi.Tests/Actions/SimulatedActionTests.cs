using Automation.Core.Model;
using Automation.TestKit;
using Site = Automation.Isapi.Tests.Simulator.Site;
using static Automation.Isapi.Tests.Actions.ActionFixture;

namespace Automation.Isapi.Tests.Actions;

/// <summary>Every action against the simulated devices, which know nothing of this code: what they were asked, what they are afterwards, and whether that was seen. One clock for both.</summary>
public sealed class SimulatedActionTests
{
    private const string Devices = """
        { "devices": [
            { "id": "panel", "kind": "panel", "areas": 2, "zones": 6, "zoneAreas": [1, 1, 1, 1, 2, 2], "exitDelaySeconds": 30, "relays": 3, "sirens": 1 },
            { "id": "nvr", "kind": "recorder", "channels": 4, "ptz": [4], "presets": [1, 2, 3], "alarmInputs": 2, "alarmOutputs": 2, "proxiedInputs": [301], "proxiedOutputs": [301], "hdds": 1 },
            { "id": "camera", "kind": "camera", "channels": 1 },
            { "id": "gate", "kind": "access", "doors": 2 },
            { "id": "bell", "kind": "doorStation", "doors": 1 },
            { "id": "switch", "kind": "switch", "ports": 4 },
            { "id": "speaker", "kind": "speaker" }
        ] }
        """;

    /// <summary>Device, action, resources, parameters; the requests that changed something; what the device's state has afterwards; the effect.</summary>
    public static TheoryData<string, string, string, string, string, string, ActionEffect> Actions()
    {
        var data = new TheoryData<string, string, string, string, string, string, ActionEffect>();
        const ActionEffect seen = ActionEffect.Confirmed, unknown = ActionEffect.Unknown;
        void Add(string device, string action, string on, string parameters, string requests, string state, ActionEffect effect) => data.Add(device, action, on, parameters, requests, state, effect);

        Add("nvr", "record", "channel/1", "", "PUT ContentMgmt/record/control/manual/start/tracks/101", "\"recording\":[1]", unknown);
        Add("nvr", "capture", "channel/2", "", "", "", seen);
        Add("nvr", "callPreset", "channel/4", "preset=3", "PUT PTZCtrl/channels/4/presets/3/goto", "\"preset\":3", seen);
        Add("nvr", "callPatrol", "channel/4", "patrol=1", "PUT PTZCtrl/channels/4/patrols/1/start", "\"tour\":\"patrol 1\",\"tourState\":\"running\"", seen);
        Add("nvr", "callPattern", "channel/4", "pattern=2", "PUT PTZCtrl/channels/4/patterns/2/run", "\"tour\":\"pattern 2\",\"tourState\":\"running\"", unknown);
        Add("nvr", "movePtz", "channel/4", "mode=absolute,pan=120,tilt=20,zoom=3", "PUT PTZCtrl/channels/4/absolute", "\"azimuth\":1200,\"elevation\":200,\"zoom\":30", seen);
        Add("nvr", "movePtz", "channel/4", "mode=momentary,pan=60,milliseconds=1000", "PUT PTZCtrl/channels/4/momentary", "\"moving\":false", seen);
        Add("nvr", "goHome", "channel/4", "", "PUT PTZCtrl/channels/4/homeposition/goto", "\"azimuth\":0", seen);
        Add("nvr", "auxiliary", "channel/4", "type=wiper", "PUT PTZCtrl/channels/4/auxcontrol", "\"auxiliaries\":[\"", seen);
        Add("nvr", "parkAction", "channel/4", "seconds=60,task=preset,number=2", "PUT PTZCtrl/channels/4/parkaction", "", seen);
        Add("nvr", "setTimeTasks", "channel/4", "day=mon,tasks=08:00-12:00 preset 1", "PUT PTZCtrl/channels/4/timetasks/1|PUT PTZCtrl/channels/4/timetasks", "", seen);
        Add("nvr", "armCamera", "channel/2", "", "PUT System/status/disturbParams", "", seen);
        Add("nvr", "disarmCamera", "channel/2", "", "PUT System/status/disturbParams", "", seen);
        Add("nvr", "enablePrivacyMask", "channel/2", "", "PUT System/Video/inputs/channels/2/privacyMask", "", seen);
        Add("camera", "enablePrivacyMask", "channel/1", "", "PUT System/Video/inputs/channels/1/privacyMask", "", seen);
        Add("camera", "disablePrivacyMask", "channel/1", "", "PUT System/Video/inputs/channels/1/privacyMask", "", seen);
        Add("camera", "irCut", "channel/1", "mode=night", "PUT Image/channels/1/IrcutFilter", "", seen);
        Add("camera", "keyFrame", "channel/1", "", "PUT Streaming/channels/101/requestKeyFrame", "", unknown);
        Add("camera", "setEventSchedule", "channel/1", "event=motionDetection,schedule=mon 08:00-18:00", "PUT Event/schedules/motionDetections/VMD_video1", "", seen);
        Add("nvr", "triggerAlarmOutput", "alarm-output/1", "", "PUT System/IO/outputs/1/trigger", "\"outputs\":[true,false", seen);
        Add("nvr", "triggerAlarmOutput", "alarm-output/301", "", "PUT ContentMgmt/IOProxy/outputs/301/trigger", "", seen);
        Add("nvr", "pulseAlarmOutput", "alarm-output/2", "milliseconds=60000", "PUT System/IO/outputs/2/trigger", "\"outputs\":[false,true", seen);
        Add("nvr", "armAlarmInput", "alarm-input/1", "", "PUT System/IO/inputs/1", "", seen);
        Add("nvr", "disarmAlarmInput", "alarm-input/301", "", "PUT ContentMgmt/IOProxy/inputs/301", "", seen);
        Add("nvr", "playAudio", "channel/1", "", "PUT Event/triggers/notifications/AudioAlarm/1/test", "", unknown);
        Add("speaker", "playAudio", "speaker/1", "audio=1", "PUT Event/triggers/notifications/AudioAlarm/1/test", "", unknown);
        Add("nvr", "reboot", "", "", "PUT System/reboot", "", unknown);
        Add("panel", "arm", "area/1", "mode=stay", "PUT SecurityCP/control/arm/1", "{\"id\":1,\"arming\":\"stay\"", seen);
        Add("panel", "arm", "", "mode=away", "PUT SecurityCP/control/arm/0xffffffff", "{\"id\":2,\"arming\":\"away\"", seen);
        Add("panel", "arm", "area/1 area/2", "mode=away", "PUT SecurityCP/control/arm", "{\"id\":2,\"arming\":\"away\"", seen);
        Add("panel", "disarm", "area/1", "", "PUT SecurityCP/control/disarm/1", "{\"id\":1,\"arming\":\"disarm\"", seen);
        Add("panel", "disarm", "area/2 area/1", "", "PUT SecurityCP/control/disarm", "{\"id\":1,\"arming\":\"disarm\"", seen);
        Add("panel", "clearAlarm", "area/1", "", "PUT SecurityCP/control/clearAlarm/1", "\"alarm\":false", seen);
        Add("panel", "bypassZone", "zone/0 zone/2", "", "PUT SecurityCP/control/bypass", "\"bypassed\":true", seen);
        Add("panel", "recoverZone", "zone/0", "", "PUT SecurityCP/control/bypassRecover", "\"bypassed\":false", seen);
        Add("panel", "deactivateZone", "zone/1 zone/5", "mode=lidOnly", "PUT SecurityCP/control/deactivation", "", seen);
        Add("panel", "deactivateZone", "zone/1", "mode=entirely,permanent=true", "PUT SecurityCP/control/deactivation", "", seen);
        Add("panel", "openRelay", "relay/0", "", "PUT SecurityCP/control/outputs/0", "\"relays\":[true,false,false]", seen);
        Add("panel", "openRelay", "relay/0 relay/2", "", "POST SecurityCP/control/outputs", "\"relays\":[true,false,true]", seen);
        Add("panel", "closeRelay", "relay/1 relay/2", "", "POST SecurityCP/control/outputs", "\"relays\":[false,false,false]", seen);
        Add("panel", "sirenOn", "siren/0", "", "PUT SecurityCP/control/siren/0", "\"sirens\":[true]", seen);
        Add("panel", "sirenOff", "siren/0", "", "PUT SecurityCP/control/siren/0", "\"sirens\":[false]", seen);
        Add("gate", "openDoor", "door/2", "", "PUT AccessControl/RemoteControl/door/2", "", seen);
        Add("gate", "remainOpen", "door/1", "", "PUT AccessControl/RemoteControl/door/1", "\"mode\":\"alwaysOpen\"", seen);
        Add("gate", "remainClosed", "door/1", "", "PUT AccessControl/RemoteControl/door/1", "\"mode\":\"alwaysClose\"", seen);
        Add("gate", "closeDoor", "door/1", "", "PUT AccessControl/RemoteControl/door/1", "\"unlocked\":false", seen);
        Add("gate", "resumeDoor", "door/1", "", "PUT AccessControl/RemoteControl/door/1", "\"mode\":\"normal\"", seen);
        Add("bell", "openDoor", "station/1", "", "PUT AccessControl/RemoteControl/door/1", "", unknown);
        Add("switch", "restartPort", "port/1", "", "PUT System/switch/ports/1/restart", "", unknown);
        Add("switch", "clearPortAlarm", "port/1", "", "PUT System/switch/ports/1/clearAlarm", "", seen);
        Add("switch", "extendPort", "port/2", "enabled=true", "PUT System/switch/ports/2/extendMode", "", seen);
        return data;
    }

    [Theory, MemberData(nameof(Actions))]
    [Trait("Req", "ACT-1"), Trait("Req", "ACT-2"), Trait("Req", "ACT-3"), Trait("Req", "ACT-4"), Trait("Req", "ACT-5"), Trait("Req", "ACT-6"), Trait("Req", "ACT-7")]
    public async Task AnAction_IsAskedForDoneAndSeen(string device, string action, string on, string parameters, string requests, string state, ActionEffect effect)
    {
        await using Site site = await Site.StartAsync(Devices);
        var observer = new RecordingObserver();
        await using DeviceConnection connection = Connect(site, device, observer);
        await Until.True(() => connection.Online, observer.ToString);
        ResourceAddress[] targets = [.. (on.Length == 0 ? [""] : on.Split(' ')).Select(r => ResourceAddress.Parse(r.Length == 0 ? "store/" + device : $"store/{device}/{r}"))];
        IReadOnlyList<ActionAnswer> answers = await Until.Done(connection.ExecuteAsync(action, targets, Parameters(parameters), CancellationToken.None));
        Assert.All(answers, a => Assert.True(a.Outcome.Succeeded, $"{a.Outcome}\n{observer}"));
        ActionOutcome[] outcomes = await PassAsync(site.Time, Task.WhenAll(answers.Select(a => a.WithEffect ?? Task.FromResult(a.Outcome))));
        Assert.All(outcomes, o => Assert.True(o.Effect == effect, $"{o}\n{observer}"));
        string now = (await site.ControlAsync("GET", "/state?device=" + device)).ToJsonString();
        if (action is not ("openDoor" or "callPreset")) Assert.Contains(state, now, StringComparison.Ordinal);
        Assert.Equal(requests, string.Join('|', (await ExecutedAsync(site, device)).Take(requests.Split('|').Length)));
    }

    /// <summary>What changed something, in order: method and path without prefix and query.</summary>
    private static async Task<string[]> ExecutedAsync(Site site, string device) =>
        [.. (await site.ControlAsync("GET", $"/requests?device={device}&authenticated=true&executed=true")).AsArray().Select(r => $"{r!["method"]} {((string)r["path"]!).Split('?')[0].Replace("/ISAPI/", "", StringComparison.Ordinal).TrimStart('/')}")];

    [Fact, Trait("Req", "ACT-3")]
    public async Task AnAreaThatIsNotArmedAfterItsExitDelay_IsToldWithTheOpenZone()
    {
        await using Site site = await Site.StartAsync(Devices);
        var observer = new RecordingObserver();
        await using DeviceConnection connection = Connect(site, "panel", observer);
        await Until.True(() => connection.Online, observer.ToString);
        ActionAnswer answer = (await Until.Done(connection.ExecuteAsync("arm", [ResourceAddress.Parse("store/panel/area/1")], DataObject.Empty, CancellationToken.None)))[0];
        await site.ControlAsync("PUT", "/state", """{"panel":{"zones":[{"id":2,"open":true}]}}""");
        ActionOutcome outcome = await PassAsync(site.Time, answer.WithEffect!);
        Assert.Equal((true, ActionEffect.NotSeen), (outcome.Succeeded, outcome.Effect));
        Assert.StartsWith("arming is disarm; zone 2", outcome.Seen, StringComparison.Ordinal);
        Assert.Contains("is open", outcome.Seen, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "ACT-3"), Trait("Req", "ACT-8")]
    public async Task AnAreaWithAnOpenZone_IsRefused_AndTheOtherIsArmed()
    {
        await using Site site = await Site.StartAsync(Devices);
        var observer = new RecordingObserver();
        await using DeviceConnection connection = Connect(site, "panel", observer);
        await Until.True(() => connection.Online, observer.ToString);
        await site.ControlAsync("PUT", "/state", """{"panel":{"zones":[{"id":3,"open":true}]}}""");
        var answers = await Until.Done(connection.ExecuteAsync("arm", [ResourceAddress.Parse("store/panel/area/1"), ResourceAddress.Parse("store/panel/area/2")], DataObject.Empty, CancellationToken.None));
        Assert.Equal([(false, ActionReason.Refused, "4 arming"), (true, ActionReason.None, "1 ok")], answers.Select(a => (a.Outcome.Succeeded, a.Outcome.Reason, a.Outcome.DeviceStatus)));
        Assert.Contains("zone 3", answers[0].Outcome.Seen, StringComparison.Ordinal);
        Assert.Equal(ActionEffect.Confirmed, (await PassAsync(site.Time, answers[1].WithEffect!)).Effect);
    }

    [Fact, Trait("Req", "ACT-5"), Trait("Req", "ACT-8")]
    public async Task ARelayThatIsNotThere_FailsAlone()
    {
        await using Site site = await Site.StartAsync(Devices);
        var observer = new RecordingObserver();
        await using DeviceConnection connection = Connect(site, "panel", observer);
        await Until.True(() => connection.Online, observer.ToString);
        var answers = await Until.Done(connection.ExecuteAsync("openRelay", [ResourceAddress.Parse("store/panel/relay/0"), ResourceAddress.Parse("store/panel/relay/7")], DataObject.Empty, CancellationToken.None));
        Assert.Equal([(true, ActionReason.None), (false, ActionReason.Invalid)], answers.Select(a => (a.Outcome.Succeeded, a.Outcome.Reason)));
        Assert.Contains("\"relays\":[true,false,false]", (await site.ControlAsync("GET", "/state?device=panel")).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "ACT-1")]
    public async Task ARecording_StopsAfterItsTime()
    {
        await using Site site = await Site.StartAsync(Devices);
        var observer = new RecordingObserver();
        await using DeviceConnection connection = Connect(site, "nvr", observer);
        await Until.True(() => connection.Online, observer.ToString);
        Assert.True((await DoAsync(connection, "record", "store/nvr/channel/1")).Succeeded);
        for (int second = 0; second < 31; second++) site.Time.Advance(TimeSpan.FromSeconds(1));
        await Until.True(() => ExecutedAsync(site, "nvr").Result is [.., "PUT ContentMgmt/record/control/manual/stop/tracks/101"]);
        Assert.Contains("\"recording\":[]", (await site.ControlAsync("GET", "/state?device=nvr")).ToJsonString(), StringComparison.Ordinal);
    }

    private static DeviceConnection Connect(Site site, string id, RecordingObserver observer)
    {
        var address = ResourceAddress.Parse("store/" + id);
        IEnumerable<Resource> Many(string kind, int first, int count) => Enumerable.Range(first, count).Select(n => new Resource { Address = address.Resource(kind, n) });
        (string kind, Resource[] resources) = id switch
        {
            "panel" => ("security-panel", (Resource[])[.. Many("area", 1, 2), .. Many("zone", 0, 6), .. Many("relay", 0, 3), .. Many("relay", 7, 1), .. Many("siren", 0, 1)]),
            "nvr" => ("nvr", [.. Many("channel", 1, 4), .. Many("alarm-input", 1, 2), .. Many("alarm-input", 301, 1), .. Many("alarm-output", 1, 2), .. Many("alarm-output", 301, 1)]),
            "camera" => ("camera", [.. Many("channel", 1, 1)]),
            "gate" => ("access-controller", [.. Many("door", 1, 2)]),
            "bell" => ("door-station", [.. Many("station", 1, 1)]),
            "switch" => ("network-switch", [.. Many("port", 1, 4)]),
            _ => ("ip-speaker", [.. Many("speaker", 1, 1)]),
        };
        var device = new Device
        {
            Address = address, Name = id, Kind = kind, Resources = [.. resources],
            Connection = new() { Url = site.Host.Devices[id], User = "admin", Password = new Secret(Site.Password), Dialect = id == "panel" ? "securityCp" : "isapi" },
        };
        // The test's clock runs ahead of the network: silence is not what is tested.
        var limits = new DeviceConnectionLimits { HeartbeatTimeout = TimeSpan.FromHours(10), CallTimeout = TimeSpan.FromHours(10), PollInterval = TimeSpan.FromHours(1) };
        DeviceConnection connection = TestDevices.Connect(device, observer, site.Time, limits);
        connection.Start();
        return connection;
    }
}
