using Automation.Core.Model;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using static Automation.Isapi.Tests.Actions.ActionFixture;

namespace Automation.Isapi.Tests.Actions;

/// <summary>The same actions on devices of 003's time, and on devices behind a receiver gateway (DEV-3).</summary>
public sealed class DialectTests
{
    private const string Old = "version=\"1.0\" xmlns=\"http://www.hikvision.com/ver10/XMLSchema\"";

    [Theory, Trait("Req", "DEV-3"), Trait("Req", "ACT-1"), Trait("Req", "ACT-2")]
    [InlineData("triggerAlarmOutput", "store/nvr/alarm-output/1", "", "PUT /IO/outputs/1/trigger", $"<IOPortData {Old}><outputState>high</outputState></IOPortData>")]
    [InlineData("callPreset", "store/nvr/channel/4", "preset=3", "PUT /PTZCtrl/channels/4/presets/3/goto", "")]
    [InlineData("movePtz", "store/nvr/channel/4", "mode=continuous,pan=5", "PUT /PTZCtrl/channels/4/continuous", $"<PTZData {Old}><pan>5</pan><tilt>0</tilt><zoom>0</zoom></PTZData>")]
    [InlineData("keyFrame", "store/nvr/channel/1", "", "PUT /Streaming/channels/101/requestKeyFrame", "")]
    [InlineData("reboot", "store/nvr", "", "PUT /System/reboot", "")]
    [InlineData("enablePrivacyMask", "store/nvr/channel/1", "", "PUT /Video/inputs/channels/1/privacyMask", $"<PrivacyMask {Old}><enabled>true</enabled></PrivacyMask>")]
    public async Task ADeviceOf003sTime_IsAskedAs003WritesIt(string action, string on, string parameters, string request, string body)
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/System/deviceInfo", $"<DeviceInfo {Old}><deviceName>old</deviceName></DeviceInfo>");
        device.Answer("GET", "/Event/notification/alertStream", device.StreamAsync);
        device.Answer("GET", "/Video/inputs/channels/1/privacyMask", $"<PrivacyMask {Old}><enabled>false</enabled></PrivacyMask>");
        var observer = new RecordingObserver();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Recorder(device.Url), observer, new ManualTime());
        connection.Start();
        await Until.True(() => connection.Online, observer.ToString);
        ActionOutcome outcome = await DoAsync(connection, action, on, parameters);
        Assert.True(outcome.Succeeded, outcome.ToString());
        Asked asked = Assert.Single(device.Commands);
        Assert.Equal((request, body), ($"{asked.Method} {asked.Path}", asked.Body.StartsWith("<?xml", StringComparison.Ordinal) ? asked.Body.Split('\n', 2)[1] : asked.Body));
    }

    [Theory, Trait("Req", "DEV-3"), Trait("Req", "ACT-3"), Trait("Req", "ACT-4"), Trait("Req", "ACT-5")]
    [InlineData("arm", "mode=stay", "area/1", "PUT /ISAPI/SecurityCP/control/arm/1?ways=stay&format=json&devIndex=2cd6", "")]
    [InlineData("arm", "", "area/1 area/2", "PUT /ISAPI/SecurityCP/control/arm/1?ways=away&format=json&devIndex=2cd6|PUT /ISAPI/SecurityCP/control/arm/2?ways=away&format=json&devIndex=2cd6", "|")]
    [InlineData("arm", "", "", "PUT /ISAPI/SecurityCP/control/arm/0xffffffff?ways=away&format=json&devIndex=2cd6", "")]
    [InlineData("disarm", "", "area/2", "PUT /ISAPI/SecurityCP/control/disarm/2?format=json&devIndex=2cd6", "")]
    [InlineData("clearAlarm", "", "", "PUT /ISAPI/SecurityCP/control/clearAlarm/0xffffffff?format=json&devIndex=2cd6", "")]
    [InlineData("bypassZone", "", "zone/0 zone/1", "PUT /ISAPI/SecurityCP/control/bypass?format=json&devIndex=2cd6", """{"List":[{"id":0},{"id":1}]}""")]
    [InlineData("recoverZone", "", "zone/0", "PUT /ISAPI/SecurityCP/control/bypassRecover?format=json&devIndex=2cd6", """{"List":[{"id":0}]}""")]
    [InlineData("deactivateZone", "", "zone/0", "PUT /ISAPI/SecurityCP/control/deactivation?format=json&devIndex=2cd6", """{"List":[{"id":0,"oneTimeDeactivationMode":"entirely"}]}""")]
    [InlineData("openRelay", "", "relay/0", "POST /ISAPI/SecurityCP/control/outputs?format=json&devIndex=2cd6", """{"OutputsCtrl":{"switch":"open","List":[{"id":0}]}}""")]
    [InlineData("closeRelay", "", "relay/0 relay/1", "POST /ISAPI/SecurityCP/control/outputs?format=json&devIndex=2cd6", """{"OutputsCtrl":{"switch":"close","List":[{"id":0},{"id":1}]}}""")]
    public async Task APanelBehindAReceiver_IsAskedAs002WritesIt_ByItsIndex(string action, string parameters, string on, string requests, string bodies)
    {
        await using FakeDevice receiver = await FakeDevice.StartAsync();
        receiver.Answer("POST", "/ISAPI/Event/notification/subscribeDeviceMgmt?format=json", async context =>
        {
            receiver.WriteJson("""{"SubscribeDeviceMgmtRsp":{"id":5939}}""");
            await receiver.StreamAsync(context);
        });
        receiver.Answer("POST", "/ISAPI/ContentMgmt/DeviceMgmt/deviceList?format=json", """{"SearchResult":{"numOfMatches":1,"totalMatches":1,"MatchList":[{"Device":{"devIndex":"2cd6","devName":"Panel","devStatus":"online"}}]}}""", contentType: "application/json");
        receiver.Answer("POST", "/ISAPI/SecurityCP/control/outputs?format=json&devIndex=2cd6", """{"statusCode":1,"statusString":"OK","subStatusCode":"ok"}""", contentType: "application/json");
        var observer = new RecordingObserver();
        var time = new ManualTime();
        Device hub = new()
        {
            Address = ResourceAddress.Parse("store/receiver"), Name = "Receiver", Kind = "gateway",
            Connection = new DeviceConnectionInfo { Url = receiver.Url, User = "admin", Password = new Secret("right-password") },
        };
        Device panel = TestDevices.Panel(receiver.Url);
        panel = panel with { Connection = panel.Connection! with { DevIndex = "2cd6", Gateway = hub.Address } };
        await using DeviceConnection gateway = TestDevices.Connect(hub, observer, time, TestDevices.Patient);
        await using var connection = new DeviceConnection(panel, TestDevices.Patient, observer, time, new Random(3), NullLogger.Instance, gateway);
        gateway.Start();
        connection.Start();
        await Until.True(() => connection.Online, observer.ToString);
        ActionOutcome[] outcomes = await DoAllAsync(connection, action, parameters, [.. (on.Length == 0 ? [""] : on.Split(' ')).Select(r => r.Length == 0 ? "store/panel" : "store/panel/" + r)]);
        Assert.All(outcomes, o => Assert.True(o.Succeeded, o.ToString()));
        Assert.Equal(requests, string.Join('|', receiver.Commands.Select(c => $"{c.Method} {c.Path}")));
        Assert.Equal(bodies, string.Join('|', receiver.Commands.Select(c => c.Body)));
    }
}
