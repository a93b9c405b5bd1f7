using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Automation.Core.Model;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Discovery;

/// <summary>Shapes that devices answer with, retyped with other values, so that they are tried where no recording is at hand.</summary>
public sealed class SurveyTests
{
    private const string Json = "application/json";

    private static Task<DiscoveryResult> DiscoverAsync(FakeDevice device, DeviceIds? ids = null, DiscoveryLimits? limits = null) => Until.Done(DeviceDiscovery.DiscoverAsync(
        ids ?? new DeviceIds("store", [], "found"), new DeviceConnectionInfo { Url = device.Url, User = "admin", Password = new Secret("right-password") },
        limits ?? new DiscoveryLimits(), new DeviceConnectionLimits(), new ManualTime(), new Random(3), CancellationToken.None));

    private static Resource Of(DiscoveryResult result, string kind, int number) => result.Device!.Resources.Single(r => r.Kind == kind && r.Address.Number == number);

    [Theory, Trait("Req", "DEV-4")]
    [InlineData(403, "")]
    [InlineData(400, "<ResponseStatus><statusCode>4</statusCode><subStatusCode>invalidOperation</subStatusCode></ResponseStatus>")]
    [InlineData(500, "oops")]
    [InlineData(200, "<ResponseStatus><statusCode>4</statusCode><subStatusCode>notSupport</subStatusCode></ResponseStatus>")]
    public async Task Recorder_StreamsThatAreRefused_AreNotThereAndBreakNothing(int status, string body)
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/ISAPI/System/deviceInfo", "<DeviceInfo><deviceType>NVR</deviceType><model>NR-4</model></DeviceInfo>");
        device.Answer("GET", "/ISAPI/System/Video/inputs/channels", "", 403);
        // Two cameras behind it say the same serial; they are two channels.
        device.Answer("GET", "/ISAPI/ContentMgmt/InputProxy/channels", "<L><InputProxyChannel><id>1</id><name>A</name><sourceInputPortDescriptor><serialNumber>S</serialNumber></sourceInputPortDescriptor></InputProxyChannel><InputProxyChannel><id>2</id><name>B</name><sourceInputPortDescriptor><serialNumber>S</serialNumber></sourceInputPortDescriptor></InputProxyChannel></L>");
        foreach (int stream in (int[])[101, 102, 103, 104, 201, 202, 203, 204]) device.Answer("GET", $"/ISAPI/Streaming/channels/{stream}", body, status);
        foreach (int stream in (int[])[101, 103, 201]) device.Answer("GET", $"/ISAPI/Streaming/channels/{stream}", $"<StreamingChannel><id>{stream}</id></StreamingChannel>");
        DiscoveryResult result = await DiscoverAsync(device);
        Assert.Null(result.Failure);
        Assert.Equal(([101, 103], [201]), (Of(result, "channel", 1).Streams.ToArray(), Of(result, "channel", 2).Streams.ToArray()), new Pairs());
        Assert.Equal(["A", "B"], result.Device!.Resources.Select(r => r.Name));
    }

    [Theory, Trait("Req", "DEV-4")]
    [InlineData("<EventTriggerList>", "</EventTriggerList>")]
    [InlineData("<EventNotification xmlns=\"urn:psialliance-org\"><EventTriggerList>", "</EventTriggerList></EventNotification>")]
    public async Task Camera_Triggers_BecomeEventsOfTheirResources(string open, string close)
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/ISAPI/System/deviceInfo", "<DeviceInfo><deviceType>IPCamera</deviceType></DeviceInfo>");
        device.Answer("GET", "/ISAPI/System/capabilities", "<DeviceCap><SmartCap><isSupportSceneChangeDetection>true</isSupportSceneChangeDetection></SmartCap></DeviceCap>");
        device.Answer("GET", "/ISAPI/System/Video/inputs/channels", "<L><VideoInputChannel><id>1</id></VideoInputChannel><VideoInputChannel><id>2</id></VideoInputChannel></L>");
        device.Answer("GET", "/ISAPI/Event/triggers", open +
            "<EventTrigger><id>VMD-1</id><eventType>VMD</eventType><videoInputChannelID>1</videoInputChannelID></EventTrigger>" +
            "<EventTrigger><id>IO-1</id><eventType>IO</eventType><inputIOPortID>1</inputIOPortID></EventTrigger>" +
            "<EventTrigger><id>diskfull</id><eventType>diskfull</eventType><videoInputChannelID>1</videoInputChannelID></EventTrigger>" +
            "<EventTrigger><id>x</id><eventType>badvideo</eventType></EventTrigger>" + close);
        // The list leaves out the second lens and the change of scene.
        device.Answer("GET", "/ISAPI/Event/channels/capabilities", "<ChannelEventCapList><ChannelEventCap><eventType opt=\"x\">VMD,linedetection,nonsense</eventType><channelID>2</channelID></ChannelEventCap></ChannelEventCapList>");
        device.Answer("GET", "/ISAPI/Event/triggers/scenechangedetection-1", "<EventTrigger><id>scenechangedetection-1</id></EventTrigger>");
        DiscoveryResult result = await DiscoverAsync(device);
        Assert.Equal(["motionDetection", "sceneChange"], Of(result, "channel", 1).Events);
        Assert.Equal(["lineCrossing", "motionDetection"], Of(result, "channel", 2).Events);
        Assert.Equal(["alarmInput"], Of(result, "alarm-input", 1).Events);
        Assert.Equal(["hddFull"], result.Device!.Events);
        Assert.Contains("Events it has and we have no name for: badvideo.", result.Notes);
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Ptz_PresetsPatrolsAndPatterns_AreFoundByName()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/ISAPI/System/deviceInfo", "<DeviceInfo><deviceType>IPDome</deviceType></DeviceInfo>");
        device.Answer("GET", "/ISAPI/System/Video/inputs/channels", "<L><VideoInputChannel><id>1</id></VideoInputChannel></L>");
        device.Answer("GET", "/ISAPI/PTZCtrl/channels", "<L><PTZChannel><id>1</id><enabled>true</enabled><videoInputID>1</videoInputID></PTZChannel></L>");
        device.Answer("GET", "/ISAPI/PTZCtrl/channels/1/presets", "<L><PTZPreset><enabled>true</enabled><id>2</id><presetName>Gate &amp; way</presetName></PTZPreset><PTZPreset><enabled>false</enabled><id>3</id><presetName>Preset 3</presetName></PTZPreset><PTZPreset><enabled>true</enabled><id>1</id></PTZPreset></L>");
        device.Answer("GET", "/ISAPI/PTZCtrl/channels/1/patrols", "<L><PTZPatrol><enabled>true</enabled><id>1</id><patrolName>Night</patrolName></PTZPatrol></L>");
        device.Answer("GET", "/ISAPI/PTZCtrl/channels/1/patterns", "<L><PTZPattern><enabled>true</enabled><id>4</id><space>90</space></PTZPattern></L>");
        device.Answer("GET", "/ISAPI/PTZCtrl/channels/1/auxcontrols", "<L><PTZAux><id>1</id><type>LIGHT</type></PTZAux></L>");
        DiscoveryResult result = await DiscoverAsync(device);
        Resource channel = Of(result, "channel", 1);
        Assert.Equal([new NamedNumber(1, ""), new NamedNumber(2, "Gate & way")], channel.Presets);
        Assert.Equal([new NamedNumber(1, "Night")], channel.Patrols);
        Assert.Equal([new NamedNumber(4, "")], channel.Patterns);
        Assert.Equal(["capture", "ptz", "patrol", "pattern", "auxiliary"], channel.Capabilities);
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Storage_DisksAndShares_AreOneList()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/ISAPI/System/deviceInfo", "<DeviceInfo><deviceType>IPCamera</deviceType></DeviceInfo>");
        device.Answer("GET", "/ISAPI/System/Video/inputs/channels", "<L><VideoInputChannel><id>1</id></VideoInputChannel></L>");
        device.Answer("GET", "/ISAPI/ContentMgmt/Storage", "<storage><hddList><hdd><id>1</id><hddName>sd</hddName></hdd></hddList><nasList><nas><id>9</id><path>/media/yard</path></nas></nasList></storage>");
        DiscoveryResult result = await DiscoverAsync(device);
        Assert.Equal([("sd", 1, ""), ("/media/yard", 9, "networkStorage")], result.Device!.Resources.Where(r => r.Kind == "hdd").Select(r => (r.Name, r.Address.Number, string.Join(',', r.Capabilities))));
        Assert.Contains("manualRecord", Of(result, "channel", 1).Capabilities);
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task DoorStation_HasItsDoorsByNameAndItself()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/ISAPI/System/deviceInfo", "<DeviceInfo><deviceType>VIS</deviceType></DeviceInfo>");
        device.Answer("GET", "/ISAPI/AccessControl/RemoteControl/door/capabilities", "<RemoteControlDoor><cmd opt=\"open,alwaysOpen,resume\"/></RemoteControlDoor>");
        device.Answer("GET", "/ISAPI/AccessControl/Door/param/1", "<DoorParam><doorName>Front door</doorName></DoorParam>");
        device.Answer("GET", "/ISAPI/AccessControl/Door/param/2", "<DoorParam><doorName>Gate</doorName></DoorParam>");
        DiscoveryResult result = await DiscoverAsync(device);
        Assert.Equal("door-station", result.Device!.Kind);
        Assert.Equal(["store/found/door/1 Front door", "store/found/door/2 Gate", "store/found/station/1 "], result.Device.Resources.Select(r => $"{r.Address} {r.Name}"));
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Panel_EveryPeripheral_IsFound()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/ISAPI/System/deviceInfo", "<DeviceInfo><deviceType>PHA</deviceType></DeviceInfo>");
        device.Answer("GET", "/ISAPI/SecurityCP/status/exDevStatus?format=json", """
            {"ExDevStatus":{"OutputModList":[{"OutputMod":{"id":1,"status":"online"}}],"OutputList":[{"Output":{"id":0,"name":"Gate","status":"off"}}],
             "SirenList":[{"Siren":{"id":2,"status":"off"}}],"RepeaterList":[{"Repeater":{"id":3,"status":"online"}}],"CardReaderList":[{"CardReader":{"id":4,"status":"online"}}],
             "ExtensionList":[{"ExtensionModule":{"id":5,"status":"online"}}],"KeypadList":[{"Keypad":{"id":6,"status":"heartbeatAbnormal"}}],"RemoteList":[{"Remote":{"id":7,"status":"online"}}],
             "TransmitterList":[{"Transmitter":{"id":8,"status":"offline"}},{"Transmitter":{"id":9,"status":"notRelated"}}]}}
            """, contentType: Json);
        DiscoveryResult result = await DiscoverAsync(device);
        Assert.Equal(
            ["card-reader/4", "extension-module/5", "keyfob/7", "keypad/6", "output-module/1", "relay/0", "repeater/3", "siren/2", "transmitter/8"],
            result.Device!.Resources.Select(r => $"{r.Kind}/{r.Address.Number}"));
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Receiver_ListInPages_BecomesADeviceEach()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/ISAPI/System/deviceInfo", "<DeviceInfo><deviceType>IPReceiver</deviceType><model>RX</model></DeviceInfo>");
        device.Answer("POST", "/ISAPI/ContentMgmt/DeviceMgmt/deviceList?format=json", async context =>
        {
            string asked = device.Requests.Last(r => r.Authorization is not null).Body;
            int position = (int)JsonNode.Parse(asked)!["SearchDescription"]!["position"]!;
            (string, string, string, int, string)[] all = [("u-1", "Panel", "SAME", 0, "online"), ("u-2", "Recorder", "SAME", 1, "online"), ("u-3", "Away", "", 2, "offline")];
            var page = new JsonArray([.. all.Skip(position).Take(2).Select(d => new JsonObject { ["Device"] = new JsonObject { ["devIndex"] = d.Item1, ["devName"] = d.Item2, ["devSerial"] = d.Item3, ["devType"] = d.Item4, ["devStatus"] = d.Item5 } })]);
            context.Response.ContentType = Json;
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(new JsonObject { ["SearchResult"] = new JsonObject { ["numOfMatches"] = page.Count, ["totalMatches"] = 3, ["MatchList"] = page } }.ToJsonString()));
        });
        device.Answer("GET", "/ISAPI/System/deviceInfo?format=json&devIndex=u-1", "<DeviceInfo><deviceType>PHA</deviceType><model>P</model></DeviceInfo>");
        device.Answer("GET", "/ISAPI/SecurityCP/status/subSystems?format=json&devIndex=u-1", """{"SubSysList":[{"SubSys":{"id":1,"enabled":true}}]}""", contentType: Json);
        device.Answer("GET", "/ISAPI/ContentMgmt/InputProxy/channels?devIndex=u-2", "<L><InputProxyChannel><id>1</id></InputProxyChannel></L>");
        device.Answer("GET", "/ISAPI/System/deviceInfo?format=json&devIndex=u-2", "<DeviceInfo><deviceType>NVR</deviceType><model>N</model></DeviceInfo>");
        DiscoveryResult result = await DiscoverAsync(device);
        Assert.Equal("gateway", result.Device!.Kind);
        Assert.Equal(["security-panel", "nvr", "access-controller"], result.Behind.Select(b => b.Device!.Kind));
        Assert.Equal(["area/1", "channel/1"], result.Behind.SelectMany(b => b.Device!.Resources).Select(r => $"{r.Kind}/{r.Address.Number}"));
        // Two of one serial are two devices, and stay so the next time.
        Assert.Equal(3, result.Behind.Select(b => b.Device!.Address).Distinct().Count());
        Device[] known = [result.Device, .. result.Behind.Select(b => b.Device!)];
        DiscoveryResult again = await DiscoverAsync(device, new DeviceIds("store", known));
        Assert.Equal(known.Select(d => d.Address), again.Behind.Select(b => b.Device!.Address).Prepend(again.Device!.Address));
        Assert.Equal(0, device.RejectedLogins);
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Receiver_ThatAnswersTheSamePageForEver_IsLeft()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/ISAPI/System/deviceInfo", "<DeviceInfo><deviceType>IPReceiver</deviceType></DeviceInfo>");
        device.Answer("POST", "/ISAPI/ContentMgmt/DeviceMgmt/deviceList?format=json", """{"SearchResult":{"totalMatches":100000,"MatchList":[{"Device":{"devIndex":"u","devName":"x","devStatus":"offline"}}]}}""", contentType: Json);
        DiscoveryResult result = await DiscoverAsync(device);
        Assert.Equal("x", Assert.Single(result.Behind).Device!.Name);
        Assert.InRange(device.Requests.Count(r => r.Method == "POST"), 1, 4);
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Device_ThatStopsAnswering_IsNotAskedForEver()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/ISAPI/System/deviceInfo", "<DeviceInfo><deviceType>NVR</deviceType></DeviceInfo>");
        device.Answer("GET", "/ISAPI/ContentMgmt/InputProxy/channels", "<L>" + string.Concat(Enumerable.Range(1, 64).Select(i => string.Create(CultureInfo.InvariantCulture, $"<InputProxyChannel><id>{i}</id></InputProxyChannel>"))) + "</L>");
        foreach (int i in Enumerable.Range(1, 64))
        {
            for (int s = 1; s <= 4; s++)
            {
                device.Answer("GET", string.Create(CultureInfo.InvariantCulture, $"/ISAPI/Streaming/channels/{(i * 100) + s}"), context =>
                {
                    context.Abort();
                    return Task.CompletedTask;
                });
            }
        }

        DiscoveryResult result = await DiscoverAsync(device);
        Assert.Equal(64, result.Device!.Resources.Length);
        Assert.Contains("The device stopped answering; the rest was not asked.", result.Notes);
        Assert.InRange(device.Requests.Count(r => r.Path.StartsWith("/ISAPI/Streaming/channels/", StringComparison.Ordinal)), 1, 12);
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Device_OfMoreThanTheLimits_IsCutAndSaidSo()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/ISAPI/System/deviceInfo", "<DeviceInfo><deviceType>NVR</deviceType></DeviceInfo>");
        device.Answer("GET", "/ISAPI/ContentMgmt/InputProxy/channels", "<L>" + string.Concat(Enumerable.Range(1, 9).Select(i => string.Create(CultureInfo.InvariantCulture, $"<InputProxyChannel><id>{i}</id></InputProxyChannel>"))) + "</L>");
        DiscoveryResult result = await DiscoverAsync(device, limits: new DiscoveryLimits { MaxOfKind = 4, MaxRequests = 12, MaxNotes = 2 });
        Assert.Equal(4, result.Device!.Resources.Length);
        Assert.InRange(device.Requests.Count, 1, 2 * 14);
        Assert.StartsWith("And ", result.Notes[^1], StringComparison.Ordinal);
    }

    private sealed class Pairs : IEqualityComparer<(int[], int[])>
    {
        public bool Equals((int[], int[]) x, (int[], int[]) y) => x.Item1.SequenceEqual(y.Item1) && x.Item2.SequenceEqual(y.Item2);

        public int GetHashCode((int[], int[]) obj) => 0;
    }
}
