using System.Text;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Events;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Events;

public sealed class AlertNormalizerTests
{
    private sealed class Sink : INormalizedSink
    {
        public List<string> Events { get; } = [];

        public List<DataObject> Data { get; } = [];

        public List<string> States { get; } = [];

        public List<DeviceProblemKind> Problems { get; } = [];

        public void Event(ResourceAddress resource, string type, EventState state, DataObject data)
        {
            Assert.True(EventTypes.IsKnown(type));
            Events.Add($"{resource} {type} {state}");
            Data.Add(data);
        }

        public void State(ResourceAddress resource, DataObject properties) => States.Add($"{resource} {properties}");

        public void Problem(DeviceProblemKind kind, string detail) => Problems.Add(kind);
    }

    private static Sink Normalize(Device device, params string[] documents)
    {
        var sink = new Sink();
        var normalizer = new AlertNormalizer(new DeviceResources(device), sink);
        foreach (string document in documents)
        {
            var tape = new Tape();
            var alerts = new List<Alert>();
            DocumentReader.Read(Encoding.UTF8.GetBytes(document), tape);
            Assert.Null(tape.Problem);
            Alert.Read(tape, alerts);
            foreach (Alert alert in alerts)
            {
                if (!normalizer.IsHeartbeat(alert)) normalizer.Normalize(alert);
            }
        }

        return sink;
    }

    private static string Cid(string code, int area = 1, int zone = 3) =>
        $$$$$"""{"EventNotificationAlert":{"dateTime":"2018-01-21T12:50:39+08:00","eventType":"CIDAlarm","eventState":"active","CIDAlarm":{"subSys":{{{{{area}}}}},"zoneNo":{{{{{zone}}}}},"CIDCode":"{{{{{code}}}}}","CIDType":1,"CIDDescribe":"alarm","CIDParam":"1,2,1,1,1,1,0,owner"}}}""";

    private static string CidEvent(string code, int area = 1, string zone = "3") =>
        $$$$$"""{"dateTime":"2026-01-21T12:50:39+08:00","eventType":"cidEvent","eventState":"active","CIDEvent":{"code":{{{{{code}}}}},"type":"zoneAlarm","system":{{{{{area}}}}},"zone":"{{{{{zone}}}}}","name":"owner","trigger":"2026-01-21T12:50:38+08:00"}}""";

    [Theory, Trait("Req", "EVT-5")]
    [InlineData("1103", "store/panel/zone/3 zoneAlarm Active", "store/panel/zone/3 {alarm: true}")]
    [InlineData("3103", "store/panel/zone/3 zoneAlarm Inactive", "store/panel/zone/3 {alarm: false}")]
    [InlineData("3401", "store/panel/area/1 awayArmed Instant", "store/panel/area/1 {arming: away}")]
    [InlineData("3441", "store/panel/area/1 stayArmed Instant", "store/panel/area/1 {arming: stay}")]
    [InlineData("1401", "store/panel/area/1 disarmed Instant", "store/panel/area/1 {arming: disarm}")]
    [InlineData("1301", "store/panel acLoss Active", null)]
    [InlineData("1383", "store/panel/zone/3 zoneTamper Active", null)]
    [InlineData("1344", "store/panel tamperAlarm Active", null)]
    [InlineData("1570", "store/panel/zone/3 zoneBypassed Active", "store/panel/zone/3 {bypassed: true}")]
    [InlineData("1602", "store/panel/area/1 panelReport Instant", null)]
    public void Cid_BothForms_AreTheSameEvent(string code, string expected, string? state)
    {
        foreach (string document in (string[])[Cid(code), CidEvent(code)])
        {
            Sink sink = Normalize(TestDevices.Panel(), document);
            if (code == "1602") Assert.Contains("panelReport", Assert.Single(sink.Events), StringComparison.Ordinal);
            else Assert.Equal(expected, Assert.Single(sink.Events));
            if (state is null) Assert.Empty(sink.States);
            else Assert.Equal(state, Assert.Single(sink.States));
            Assert.Empty(sink.Problems);
            Assert.Equal("owner", sink.Data[0]["user"].Text);
            Assert.Equal(code, sink.Data[0]["code"].Text);
        }
    }

    [Fact, Trait("Req", "EVT-5")]
    public void Cid_UnknownCode_IsKeptAsUnknownOnItsZone()
    {
        Sink sink = Normalize(TestDevices.Panel(), Cid("1999"));
        Assert.Equal("store/panel/zone/3 unknown Instant", Assert.Single(sink.Events));
        Assert.Equal("1999", sink.Data[0]["raw"].Text);
        Assert.Equal(DeviceProblemKind.UnknownEvent, Assert.Single(sink.Problems));
    }

    [Fact, Trait("Req", "EVT-5")]
    public void Cid_EveryCode_LandsOnTheDeviceOrOneOfItsResources()
    {
        foreach (string code in CidCodes.All.Keys)
        {
            Sink sink = Normalize(TestDevices.Panel(), Cid(code), CidEvent(code));
            Assert.Equal(2, sink.Events.Count);
            Assert.DoesNotContain(DeviceProblemKind.UnknownEvent, sink.Problems);
        }
    }

    [Fact, Trait("Req", "EVT-4")]
    public void RecordedAlert_Intrusion_HasItsFields()
    {
        string document = File.ReadAllText(Peer.SharedFolder("fixtures", "isapi", "documents", "EventNotificationAlert", "fielddetection_human.xml"));
        Sink sink = Normalize(TestDevices.Camera(), document);
        Assert.Equal("store/camera/channel/1 intrusion Active", Assert.Single(sink.Events));
        Assert.Equal(("human", "3", 1d), (sink.Data[0]["target"].Text, sink.Data[0]["regionId"].Text, sink.Data[0]["count"].Number));
    }

    [Theory, Trait("Req", "DEV-7")]
    [InlineData("<EventNotificationAlert><channelID>0</channelID><activePostCount>1</activePostCount><eventType>videoloss</eventType><eventState>inactive</eventState></EventNotificationAlert>")]
    [InlineData("<EventNotificationAlert><dynChannelID/><activePostCount>0</activePostCount><eventType>videoloss</eventType><eventState>inactive</eventState></EventNotificationAlert>")]
    [InlineData("""{"channelID":"1","eventType":"videoloss","eventState":"inactive","activePostCount":0}""")]
    [InlineData("""{"EventNotificationAlert":{"eventType":"heartBeat","eventState":"active","activePostCount":2}}""")]
    [InlineData("""{"EventNotificationAlert":{"eventType":"CIDAlarm","eventState":"active","CIDAlarm":{"CIDCode":"1602","CIDDescribe":"HeartBeat","CIDParam":"-1,-1,-1,-1,-1,-1,-1,NONE"}}}""")]
    public void Heartbeat_IsNoEvent(string document) => Assert.Empty(Normalize(TestDevices.Camera(), document).Events);

    [Fact, Trait("Req", "EVT-6")]
    public void VideoLoss_ThatWasActive_Ends()
    {
        const string Loss = """{"channelID":2,"eventType":"videoloss","eventState":"active","activePostCount":1}""";
        const string End = """{"channelID":2,"eventType":"videoloss","eventState":"inactive","activePostCount":0}""";
        Assert.Equal(["store/nvr/channel/2 videoLoss Active", "store/nvr/channel/2 videoLoss Inactive"], Normalize(TestDevices.Recorder(), End, Loss, End, End).Events);
    }

    [Theory, Trait("Req", "EVT-4")]
    [InlineData("""{"eventType":"AccessControllerEvent","AccessControllerEvent":{"majorEventType":5,"subEventType":21,"doorNo":1}}""", "store/gate/door/1 doorUnlocked Instant")]
    [InlineData("""{"eventType":"AccessControllerEvent","AccessControllerEvent":{"majorEventType":5,"subEventType":1,"doorNo":1,"employeeNoString":"7"}}""", "store/gate/door/1 accessGranted Instant")]
    [InlineData("""{"eventType":"AccessControllerEvent","AccessControllerEvent":{"majorEventType":"5","subEventType":"9","doorNo":"1"}}""", "store/gate/door/1 accessDenied Instant")]
    [InlineData("""{"eventType":"AccessControllerEvent","AccessControllerEvent":{"majorEventType":5,"subEventType":25,"doorNo":1}}""", "store/gate/door/1 doorOpened Instant")]
    [InlineData("""{"eventType":"AccessControllerEvent","AccessControllerEvent":{"majorEventType":9,"subEventType":999,"doorNo":1}}""", "store/gate unknown Instant")]
    public void Access_Codes_AreDoorEvents(string document, string expected) => Assert.Equal(expected, Assert.Single(Normalize(TestDevices.Access(), document).Events));

    [Fact, Trait("Req", "PPL-1")]
    public void Counting_RunningTotals_KeepTheirMode()
    {
        Sink sink = Normalize(TestDevices.Camera(), """{"channelID":"1","eventType":"PeopleCounting","eventState":"active","peopleCounting":{"statisticalMethods":"realTime","enter":"12","exit":5},"childCounting":{"enter":1,"exit":0}}""");
        Assert.Equal("store/camera/channel/1 peopleCounting Instant", Assert.Single(sink.Events));
        Assert.Equal(("realTime", 12d, 5d, 1d), (sink.Data[0]["mode"].Text, sink.Data[0]["enter"].Number, sink.Data[0]["exit"].Number, sink.Data[0]["childEnter"].Number));
    }

    [Fact, Trait("Req", "PPL-5")]
    public void Density_IsEventAndState()
    {
        Sink sink = Normalize(TestDevices.Camera(), """{"channelID":1,"eventType":"PERSON_DENSITY_DETECTION","eventState":"active","personDensityResult":[{"Target":[{"recognitionType":"human","TargetInfo":{"densityLevel":1,"personCnt":5}}]}]}""");
        Assert.Equal("store/camera/channel/1 {densityLevel: 1, personCnt: 5}", Assert.Single(sink.States));
    }

    [Theory, Trait("Req", "TMP-3")]
    [InlineData("celsius", "39.8", 39.8)]
    [InlineData("fahrenheit", "212", 100)]
    [InlineData("kelvin", "300.15", 27)]
    public void Thermal_HottestRegion_InCelsius(string unit, string temperature, double expected)
    {
        Sink sink = Normalize(TestDevices.Camera(), $$$$$"""
            {"EventNotificationAlert":{"channelID":"1","activePostCount":"101","eventType":"TMA","eventState":"active","DetectionRegionList":{"DetectionRegionEntry":[
            {"regionID":"3","TMA":{"thermometryUnit":"{{{{{unit}}}}}","currTemperature":"1.5"}},
            {"regionID":"1","TMA":{"thermometryUnit":"{{{{{unit}}}}}","ruleTemperature":"35.0","currTemperature":"{{{{{temperature}}}}}","ruleType":"highest temp is higher than","presetNo":"1"}}]}}}
            """);
        Assert.Equal("store/camera/channel/1 temperatureAlarm Active", Assert.Single(sink.Events));
        Assert.Equal(expected, sink.Data[0]["temperature"].Number, 6);
        Assert.Equal(("1", 1d), (sink.Data[0]["regionId"].Text, sink.Data[0]["preset"].Number));
        Assert.Single(sink.States);
    }

    [Fact, Trait("Req", "EVT-4")]
    public void Duration_IsUnfolded()
    {
        Sink sink = Normalize(TestDevices.Recorder(), "<EventNotificationAlert><dynChannelID>3</dynChannelID><channelID>0</channelID><eventType>duration</eventType><eventState>active</eventState><DurationList><Duration><relationEvent>fielddetection</relationEvent></Duration><Duration><relationEvent>linedetection</relationEvent></Duration></DurationList></EventNotificationAlert>");
        Assert.Equal(["store/nvr/channel/3 intrusion Active", "store/nvr/channel/3 lineCrossing Active"], sink.Events);
    }

    [Fact, Trait("Req", "EVT-4")]
    public void DiskRecover_EndsTheError() => Assert.Equal(["store/nvr hddError Active", "store/nvr hddError Inactive"],
        Normalize(TestDevices.Recorder(), """{"eventType":"diskerror","eventState":"active"}""", """{"eventType":"diskrecover","eventState":"active"}""").Events);
}
