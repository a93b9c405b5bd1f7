using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Simulator;

/// <summary>The kinds of DEV-2 beyond the first ones.</summary>
public sealed class MoreDevicesTests
{
    private const string Devices = """
        {"devices":[
            {"id":"panel","kind":"panel","zones":2,"repeaters":1,"cardReaders":1,"keypads":2,"keyfobs":1,"extensionModules":1,"outputModules":1,"transmitters":1,"exitDelaySeconds":30},
            {"id":"strict","kind":"panel","zones":2,"en50131":true,"operateCode":"4711"},
            {"id":"station","kind":"doorStation"},{"id":"bell","kind":"doorbell","silentRing":true},{"id":"face","kind":"faceTerminal"},{"id":"screen","kind":"screening"},
            {"id":"switch","kind":"switch","ports":8},{"id":"radar","kind":"radar"},{"id":"horn","kind":"speaker"},{"id":"gate","kind":"access"},
            {"id":"hybrid","kind":"recorder","channels":4,"analog":2,"emptyChannels":[2,4],"proxiedInputs":[301],"proxiedOutputs":[301]}
        ]}
        """;

    [Fact, Trait("Req", "DEV-6")]
    public async Task Peripherals_are_listed_as_A_2_says_and_their_troubles_are_told()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient panel = site.Client("panel");
        JsonNode lists = (await GetAsync(panel, "/ISAPI/SecurityCP/status/exDevStatus?format=json"))["ExDevStatus"]!;
        foreach ((string list, string item, int count) in new[] { ("RepeaterList", "Repeater", 1), ("CardReaderList", "CardReader", 1), ("KeypadList", "Keypad", 2), ("RemoteList", "Remote", 1), ("ExtensionList", "ExtensionModule", 1), ("OutputModList", "OutputMod", 1) })
        {
            Assert.Equal(count, lists[list]!.AsArray().Count);
            Assert.Equal("online", (string)lists[list]![0]![item]!["status"]!);
        }

        await using PartReader stream = await PartReader.OpenAsync(panel);
        await site.ControlAsync("PUT", "/state", """{"panel":{"keypads":[{"id":2,"status":"offline"}],"repeaters":[{"id":1,"charge":5,"tampered":true}]}}""");
        string[] codes = [.. await TakeAsync(stream, 3)];
        Assert.Equal(["1910", "1337", "1343"], codes);
        lists = (await GetAsync(panel, "/ISAPI/SecurityCP/status/exDevStatus?format=json"))["ExDevStatus"]!;
        Assert.Equal(("offline", "lowPower", true), ((string)lists["KeypadList"]![1]!["Keypad"]!["status"]!, (string)lists["RepeaterList"]![0]!["Repeater"]!["charge"]!, (bool)lists["RepeaterList"]![0]!["Repeater"]!["tamperEvident"]!));
        using var asked = new StringContent("""{"SubSysList":[],"operationStatus":"disArm"}""");
        using HttpResponseMessage faults = await panel.PostAsync("/ISAPI/SecurityCP/status/systemFault?format=json", asked);
        Assert.Contains("\"info\":\"keypadOffline\"", await faults.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await site.ControlAsync("PUT", "/state", """{"panel":{"keypads":[{"id":2,"status":"online"}]}}""");
        Assert.Equal(["3910"], await TakeAsync(stream, 1));

        static async Task<List<string>> TakeAsync(PartReader stream, int count)
        {
            var codes = new List<string>();
            while (codes.Count < count) codes.Add(JsonNode.Parse(await stream.FindAsync("cidEvent"))!["CIDEvent"]!["code"]!.ToString());
            return codes;
        }
    }

    [Fact, Trait("Req", "LNK-10")]
    public async Task A_panel_in_EN50131_mode_obeys_only_with_the_operators_code()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient panel = site.Client("strict");
        using HttpResponseMessage refused = await panel.PutAsync("/ISAPI/SecurityCP/control/arm/1?ways=away&format=json", null);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("loginPasswordError", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var code = new StringContent("""{"Operate":{"moduleOperateCode":"4711"}}""");
        Assert.Equal(HttpStatusCode.OK, (await panel.PutAsync("/ISAPI/SecurityCP/control/arm/1?ways=away&format=json", code)).StatusCode);
        Assert.Contains("\"isSptEN50131\":true", await panel.GetStringAsync("/ISAPI/SecurityCP/capabilities?format=json"), StringComparison.Ordinal);
        using HttpResponseMessage bare = await panel.GetAsync("/ISAPI/SecurityCP/status/subSystems");
        Assert.Contains("badURLFormat", await bare.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "ACT-3")]
    public async Task An_alarm_is_remembered_until_it_is_cleared_and_leaving_time_is_counted_down()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient panel = site.Client("panel");
        await panel.PutAsync("/ISAPI/SecurityCP/control/arm/1?ways=away&format=json", null);
        site.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(20, (int)(await GetAsync(panel, "/ISAPI/SecurityCP/status/subSystems?format=json"))["SubSysList"]![0]!["SubSys"]!["delayTime"]!);
        await site.EmitAsync("""{"device":"panel","event":"zoneAlarm","zone":1,"state":"active"}""");
        await panel.PutAsync("/ISAPI/SecurityCP/control/disarm/1?format=json", null);
        JsonNode area = (await site.ControlAsync("GET", "/state?device=panel"))["areas"]![0]!;
        Assert.Equal((false, true), ((bool)area["alarm"]!, (bool)area["memory"]!));
        await panel.PutAsync("/ISAPI/SecurityCP/control/clearAlarm/1?format=json", null);
        Assert.False((bool)(await site.ControlAsync("GET", "/state?device=panel"))["areas"]![0]!["memory"]!);
    }

    [Fact, Trait("Req", "EVT-4")]
    public async Task A_call_rings_is_answered_and_hung_up_and_a_silent_one_must_be_polled()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient station = site.Client("station"), bell = site.Client("bell");
        await using PartReader stream = await PartReader.OpenAsync(station);
        await site.EmitAsync("""[{"device":"station","event":"calling"},{"device":"bell","event":"calling"},{"device":"station","event":"requestVoiceTalk"}]""");
        Assert.Contains("\"subEventType\":37", await stream.FindAsync("AccessControllerEvent"), StringComparison.Ordinal);
        Assert.Contains("\"roomNumber\":1", await stream.FindAsync("requestVoiceTalkEvent"), StringComparison.Ordinal);
        Assert.Equal(("ring", "ring"), (await CallAsync(station), await CallAsync(bell)));
        await SignalAsync(station, "answer", HttpStatusCode.OK);
        Assert.Equal("onCall", await CallAsync(station));
        await SignalAsync(station, "hangUp", HttpStatusCode.OK);
        await SignalAsync(station, "hangUp", HttpStatusCode.Forbidden);
        site.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(("idle", "idle"), (await CallAsync(station), await CallAsync(bell)));
        using HttpResponseMessage doorless = await bell.PutAsync("/ISAPI/AccessControl/RemoteControl/door/1", new StringContent("<RemoteControlDoor><cmd>open</cmd></RemoteControlDoor>"));
        Assert.Equal(HttpStatusCode.Forbidden, doorless.StatusCode);

        static async Task<string> CallAsync(HttpClient client) => (string)(await GetAsync(client, "/ISAPI/VideoIntercom/callStatus?format=json"))["CallStatus"]!["status"]!;

        static async Task SignalAsync(HttpClient client, string command, HttpStatusCode expected)
        {
            using var body = new StringContent($$$"""{"CallSignal":{"cmdType":"{{{command}}}"}}""");
            Assert.Equal(expected, (await client.PutAsync("/ISAPI/VideoIntercom/callSignal?format=json", body)).StatusCode);
        }
    }

    [Fact, Trait("Req", "EXC-2")]
    public async Task A_door_forced_open_and_one_left_open_are_told()
    {
        await using Site site = await Site.StartAsync(Devices);
        await using PartReader stream = await PartReader.OpenAsync(site.Client("gate"));
        await site.EmitAsync("""{"device":"gate","event":"contact","open":true}""");
        Assert.Contains("\"subEventType\":27", await stream.FindAsync("AccessControllerEvent"), StringComparison.Ordinal);
        site.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Contains("\"subEventType\":28", await stream.FindAsync("AccessControllerEvent"), StringComparison.Ordinal);
        await site.EmitAsync("""[{"device":"gate","event":"contact","open":false},{"device":"gate","event":"accessGranted"},{"device":"gate","event":"contact","open":true}]""");
        foreach (int minor in (int[])[26, 1, 21, 25]) Assert.Contains($"\"subEventType\":{minor},", await stream.FindAsync("AccessControllerEvent"), StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "TMP-1")]
    [InlineData(36.6, "100", 75, false, true)]
    [InlineData(38.2, "100", 76, true, false)]
    [InlineData(34.0, "100", 76, true, false)]
    [InlineData(36.6, null, 76, false, false)]
    public async Task A_face_terminal_lets_in_who_is_known_and_well(double celsius, string? employee, int minor, bool abnormal, bool opens)
    {
        await using Site site = await Site.StartAsync(Devices);
        await using PartReader stream = await PartReader.OpenAsync(site.Client("face"));
        await site.EmitAsync(new JsonObject { ["device"] = "face", ["event"] = "screening", ["celsius"] = celsius, ["mask"] = "no", ["employee"] = employee }.ToJsonString());
        JsonNode told = JsonNode.Parse(await stream.FindAsync("AccessControllerEvent"))!["AccessControllerEvent"]!;
        Assert.Equal((minor, celsius, abnormal, "no"), ((int)told["subEventType"]!, (double)told["currTemperature"]!, (bool)told["isAbnomalTemperature"]!, (string)told["mask"]!));
        Assert.Equal(opens, (bool)(await site.ControlAsync("GET", "/state?device=face"))["doors"]![0]!["unlocked"]!);
    }

    [Fact, Trait("Req", "EVT-4")]
    public async Task Radar_and_screening_camera_tell_in_JSON()
    {
        await using Site site = await Site.StartAsync(Devices);
        await using PartReader radar = await PartReader.OpenAsync(site.Client("radar")), screen = await PartReader.OpenAsync(site.Client("screen"));
        await site.EmitAsync("""[{"device":"radar","event":"heartBeatAbnormal","state":"inactive"},{"device":"screen","event":"screening","celsius":38.5}]""");
        Assert.Contains("Irregular Heartbeat Alarm", await radar.FindAsync("heartBeatAbnormal"), StringComparison.Ordinal);
        Assert.Contains("\"isAbnomalTemperature\":true", await screen.FindAsync("faceCapture"), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "ACT-7")]
    public async Task A_switch_port_restarts_clears_its_alarm_and_reaches_further()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient client = site.Client("switch");
        await site.EmitAsync("""{"device":"switch","event":"poePortPowerOff","port":2,"state":"active"}""");
        Assert.Equal("alarm", await StatusAsync(2));
        await PutAsync(2, "clearAlarm", "");
        Assert.Equal("normal", await StatusAsync(2));
        await PutAsync(3, "restart", "");
        Assert.Equal("notConnected", await StatusAsync(3));
        site.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("normal", await StatusAsync(3));
        await PutAsync(4, "extendMode", """{"ExtendMode":{"enabled":true}}""");
        Assert.Equal(10, (int)(await GetAsync(client, "/ISAPI/System/switch/ports/4?format=json"))["Port"]!["speedMbps"]!);

        async Task<string> StatusAsync(int port) => (string)(await GetAsync(client, $"/ISAPI/System/switch/ports/{port}?format=json"))["Port"]!["status"]!;

        async Task PutAsync(int port, string what, string body)
        {
            using var content = new StringContent(body);
            Assert.Equal(HttpStatusCode.OK, (await client.PutAsync($"/ISAPI/System/switch/ports/{port}/{what}?format=json", content)).StatusCode);
        }
    }

    [Fact, Trait("Req", "ACT-7")]
    public async Task A_speaker_plays_one_sound_at_a_time()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient horn = site.Client("horn");
        const string path = "/ISAPI/Event/triggers/notifications/AudioAlarm/2/test?format=json";
        Assert.Equal(HttpStatusCode.OK, (await horn.PutAsync(path, null)).StatusCode);
        using HttpResponseMessage busy = await horn.PutAsync(path, null);
        Assert.Contains("audioIsPlayingPleaseWait", await busy.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        site.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(HttpStatusCode.OK, (await horn.PutAsync(path, null)).StatusCode);
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task A_hybrid_recorder_has_analog_inputs_empty_slots_and_ports_of_its_cameras()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient hybrid = site.Client("hybrid");
        XElement inputs = XElement.Parse(await hybrid.GetStringAsync("/ISAPI/System/Video/inputs/channels"));
        Assert.Equal(["1080P25", "NO VIDEO"], inputs.Descendants().Where(e => e.Name.LocalName == "resDesc").Select(e => e.Value));
        XElement proxied = XElement.Parse(await hybrid.GetStringAsync("/ISAPI/ContentMgmt/InputProxy/channels"));
        Assert.Equal(["3", "4"], proxied.Elements().Select(c => c.Elements().First().Value));
        Assert.Single(proxied.Descendants(), e => e.Name.LocalName == "serialNumber");
        Assert.Contains("<innerIOPortID>1</innerIOPortID>", await hybrid.GetStringAsync("/ISAPI/ContentMgmt/IOProxy/inputs/301"), StringComparison.Ordinal);
        using var high = new StringContent("<IOPortData><outputState>high</outputState></IOPortData>", Encoding.UTF8, "application/xml");
        Assert.Equal(HttpStatusCode.OK, (await hybrid.PutAsync("/ISAPI/ContentMgmt/IOProxy/outputs/301/trigger", high)).StatusCode);
        Assert.Contains("<ioState>active</ioState>", await hybrid.GetStringAsync("/ISAPI/ContentMgmt/IOProxy/outputs/301/status"), StringComparison.Ordinal);
        using var wrong = new StringContent("<IOPortData><outputState>high</outputState></IOPortData>", Encoding.UTF8, "application/xml");
        Assert.Equal(HttpStatusCode.Forbidden, (await hybrid.PutAsync("/ISAPI/System/IO/outputs/301/trigger", wrong)).StatusCode);
    }

    private static async Task<JsonNode> GetAsync(HttpClient client, string path) => JsonNode.Parse(await client.GetStringAsync(path))!;
}
