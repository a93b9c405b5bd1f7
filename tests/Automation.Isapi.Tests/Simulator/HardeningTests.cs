using System.Net;
using System.Text;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Simulator;

/// <summary>Requests nobody should send. The site fails a test on its own error log, so an exception inside a device shows here.</summary>
public sealed class HardeningTests
{
    private const string Devices = """
        {"devices":[{"id":"panel","kind":"panel","areas":2,"zones":6,"relays":2,"sirens":1},{"id":"nvr","kind":"recorder","channels":4,"ptz":[4],"presets":[1],"alarmInputs":1,"alarmOutputs":1},
          {"id":"gate","kind":"access"},{"id":"thermal","kind":"thermal"}]}
        """;

    private static readonly string[] Paths =
    [
        "panel PUT SecurityCP/control/arm/#?ways=away&format=json", "panel PUT SecurityCP/control/arm?format=json", "panel PUT SecurityCP/control/disarm?format=json", "panel PUT SecurityCP/control/bypass?format=json",
        "panel PUT SecurityCP/control/deactivation?format=json", "panel PUT SecurityCP/control/outputs/#?format=json", "panel POST SecurityCP/control/outputs?format=json", "panel PUT SecurityCP/control/siren/#?format=json",
        "panel PUT SecurityCP/control/oneKeyAlarm/#?format=json", "panel POST SecurityCP/status/zones?format=json", "panel POST SecurityCP/status/outputStatus?format=json",
        "nvr PUT System/IO/outputs/#/trigger", "nvr PUT PTZCtrl/channels/4/presets/#/goto", "nvr PUT PTZCtrl/channels/#/continuous", "nvr PUT PTZCtrl/channels/4/absolute", "nvr PUT PTZCtrl/channels/4/auxcontrol?command=#",
        "nvr PUT ContentMgmt/record/control/manual/start/tracks/#", "nvr GET Streaming/channels/#/picture", "nvr PUT Image/channels/1/ircutFilter", "nvr PUT System/status/disturbParams?format=json", "nvr GET #/#",
        "gate PUT AccessControl/RemoteControl/door/#", "gate POST AccessControl/AcsEvent?format=json", "gate PUT VideoIntercom/callSignal?format=json", "thermal GET Thermal/channels/#/thermometry/1/rulesTemperatureInfo?format=json",
    ];

    private static readonly string[] Numbers = ["0", "1", "4", "-1", "99999999999999999999", "0xffffffff", "x", "%00", "%2e%2e", "1e3", "101", " ", "%F0%9F%94%94"];

    private static readonly string[] Bodies =
    [
        "", "{", "[]", "null", "{}", "7", "\"\"", """{"List":7}""", """{"List":{"id":null}}""", """{"List":[{"id":-1},7,null,[]]}""", """{"SubSysList":[{"SubSys":7}]}""", """{"SubSysList":[{"SubSys":{"id":"1","armType":[]}}]}""",
        """{"OutputsCtrl":7}""", """{"OutputsCtrl":{"switch":{}}}""", """{"OutputsCtrl":{"switch":"open","List":[7,{"id":{}},{"seq":1}]}}""", """{"ZoneCond":[]}""", """{"ZoneCond":{"searchID":"a","searchResultPosition":-5,"maxResults":0}}""",
        """{"ZoneCond":{"searchID":"a","searchResultPosition":2000000000,"maxResults":2000000000}}""", """{"AcsEventCond":{"searchID":"a","searchResultPosition":2147483647,"maxResults":-1,"major":"5"}}""", """{"a":1,"a":2}""",
        "<IOPortData/>", "<IOPortData><outputState>pulse</outputState><pulseDuration>-1</pulseDuration></IOPortData>", "<PTZData><pan>1000</pan></PTZData>", "<PTZData><AbsoluteHigh><azimuth>9</azimuth></AbsoluteHigh></PTZData>",
        "<IrcutFilter>", "<RemoteControlDoor><cmd/></RemoteControlDoor>", "<a><b></a>", "\0\0", "\u00FF",
    ];

    [Theory, Trait("Req", "HUB-4")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Nothing_sent_to_a_device_makes_it_fail(int seed)
    {
        var random = new Random(seed);
        await using Site site = await Site.StartAsync(Devices);
        Dictionary<string, HttpClient> clients = site.Host.Devices.Keys.ToDictionary(d => d, d => site.Client(d));
        for (int i = 0; i < 200; i++)
        {
            string[] shape = Paths[random.Next(Paths.Length)].Split(' ');
            string path = string.Concat(shape[2].Select(c => c == '#' ? Numbers[random.Next(Numbers.Length)] : c.ToString()));
            string body = Bodies[random.Next(Bodies.Length)];
            using var request = new HttpRequestMessage(new(shape[1]), new Uri(site.Host.Devices[shape[0]], "/ISAPI/" + path));
            if (shape[1] != "GET") request.Content = new ByteArrayContent(random.Next(8) == 0 ? [(byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}'] : Encoding.UTF8.GetBytes(body));
            using HttpResponseMessage response = await Until.Done(clients[shape[0]].SendAsync(request));
            Assert.True((int)response.StatusCode < 500, $"seed {seed}: {shape[1]} {path} with {body}: {response.StatusCode}");
        }
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task Nothing_sent_to_the_control_API_makes_it_fail()
    {
        var random = new Random(4);
        await using Site site = await Site.StartAsync(Devices);
        string[] values = ["null", "7", "-1", "1e300", "\"x\"", "[]", "{}", "true", "3.5"];
        string[] keys = ["zone", "area", "channel", "state", "seconds", "code", "type", "input", "door", "celsius", "enter", "body", "contentType", "mode"];
        string[] events = ["zoneAlarm", "zoneOpen", "arm", "disarm", "cid", "acLoss", "motionDetection", "alarmInput", "hddFull", "personDensity", "accessGranted", "temperature", "temperatureAlarm", "raw"];
        using var client = new HttpClient { BaseAddress = site.Host.ControlUrl };
        for (int i = 0; i < 300; i++)
        {
            string order = $$"""{"device":"{{new[] { "panel", "nvr", "gate", "thermal" }[random.Next(4)]}}","event":"{{events[random.Next(events.Length)]}}","{{keys[random.Next(keys.Length)]}}":{{values[random.Next(values.Length)]}}}""";
            string target = new[] { "/events", "/faults", "/state" }[random.Next(3)];
            using var body = new StringContent(target == "/faults" ? $"[{order}]" : order);
            using var request = new HttpRequestMessage(target == "/events" ? HttpMethod.Post : HttpMethod.Put, target) { Content = body };
            using HttpResponseMessage response = await Until.Done(client.SendAsync(request));
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"{target} {order}: {response.StatusCode}");
        }
    }
}
