using Automation.Core.Model;
using Automation.Isapi.Actions;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Actions;

public sealed class ActionTests
{
    /// <summary>Action, resource, parameters (name=value, …), then what the device is asked: method, path, and a piece of the body.</summary>
    public static TheoryData<string, string, string, string, string> Requests => new()
    {
        { "record", "store/nvr/channel/1", "", "PUT /ISAPI/ContentMgmt/record/control/manual/start/tracks/101", "" },
        { "triggerAlarmOutput", "store/nvr/alarm-output/1", "", "PUT /ISAPI/System/IO/outputs/1/trigger", "<outputState>high</outputState>" },
        { "triggerAlarmOutput", "store/nvr/alarm-output/2", "state=low", "PUT /ISAPI/System/IO/outputs/2/trigger", "<outputState>low</outputState>" },
        { "callPreset", "store/nvr/channel/4", "preset=3", "PUT /ISAPI/PTZCtrl/channels/4/presets/3/goto", "" },
        { "callPatrol", "store/nvr/channel/4", "patrol=2,command=pause", "PUT /ISAPI/PTZCtrl/channels/4/patrols/2/pause", "" },
        { "callPattern", "store/nvr/channel/4", "pattern=1", "PUT /ISAPI/PTZCtrl/channels/4/patterns/1/run", "" },
        { "goHome", "store/nvr/channel/4", "", "PUT /ISAPI/PTZCtrl/channels/4/homeposition/goto", "" },
        { "movePtz", "store/nvr/channel/4", "pan=50,tilt=-200,milliseconds=300", "PUT /ISAPI/PTZCtrl/channels/4/momentary", "<pan>50</pan><tilt>-100</tilt><zoom>0</zoom><Momentary><duration>300</duration></Momentary>" },
        { "movePtz", "store/nvr/channel/4", "mode=absolute,pan=180.5,tilt=-10,zoom=2", "PUT /ISAPI/PTZCtrl/channels/4/absolute", "<elevation>-100</elevation><azimuth>1805</azimuth><absoluteZoom>20</absoluteZoom>" },
        { "auxiliary", "store/nvr/channel/4", "type=wiper,state=off", "PUT /ISAPI/PTZCtrl/channels/4/auxcontrols/1", "<type>WIPER</type><status>off</status>" },
        { "keyFrame", "store/nvr/channel/1", "", "PUT /ISAPI/Streaming/channels/101/requestKeyFrame", "" },
        { "armCamera", "store/nvr/channel/3", "", "PUT /ISAPI/System/status/disturbParams?format=json", "\"channelID\":3,\"disturbEnabled\":false" },
        { "disarmCamera", "store/nvr/channel/3", "", "PUT /ISAPI/System/status/disturbParams?format=json", "\"channelID\":3,\"disturbEnabled\":true" },
        { "reboot", "store/nvr", "", "PUT /ISAPI/System/reboot", "" },
        { "arm", "store/panel/area/1", "mode=stay", "PUT /ISAPI/SecurityCP/control/arm/1?ways=stay&format=json", "" },
        { "arm", "store/panel", "", "PUT /ISAPI/SecurityCP/control/arm/0xffffffff?ways=away&format=json", "" },
        { "disarm", "store/panel/area/2", "", "PUT /ISAPI/SecurityCP/control/disarm/2?format=json", "" },
        { "clearAlarm", "store/panel/area/1", "", "PUT /ISAPI/SecurityCP/control/clearAlarm/1?format=json", "" },
        { "bypassZone", "store/panel/zone/0", "", "PUT /ISAPI/SecurityCP/control/bypass?format=json", """{"List":[{"id":0}]}""" },
        { "recoverZone", "store/panel/zone/5", "", "PUT /ISAPI/SecurityCP/control/bypassRecover?format=json", """{"List":[{"id":5}]}""" },
        { "deactivateZone", "store/panel/zone/5", "mode=lidOnly,permanent=true", "PUT /ISAPI/SecurityCP/control/deactivation?format=json", """{"List":[{"id":5,"deactivationMode":"lidOnly"}]}""" },
        { "openRelay", "store/panel/relay/0", "", "PUT /ISAPI/SecurityCP/control/outputs/0?format=json", """{"OutputsCtrl":{"switch":"open"}}""" },
        { "closeRelay", "store/panel/relay/1", "", "PUT /ISAPI/SecurityCP/control/outputs/1?format=json", """{"OutputsCtrl":{"switch":"close"}}""" },
        { "sirenOn", "store/panel/siren/0", "", "PUT /ISAPI/SecurityCP/control/siren/0?format=json", """{"SirenCtrl":{"switch":"open"}}""" },
        { "sirenOff", "store/panel/siren/0", "", "PUT /ISAPI/SecurityCP/control/siren/0?format=json", """{"SirenCtrl":{"switch":"close"}}""" },
        { "openDoor", "store/gate/door/1", "", "PUT /ISAPI/AccessControl/RemoteControl/door/1", "<cmd>open</cmd>" },
        { "closeDoor", "store/gate/door/1", "", "PUT /ISAPI/AccessControl/RemoteControl/door/1", "<cmd>close</cmd>" },
        { "remainOpen", "store/gate/door/1", "", "PUT /ISAPI/AccessControl/RemoteControl/door/1", "<cmd>alwaysOpen</cmd>" },
        { "remainClosed", "store/gate/door/1", "", "PUT /ISAPI/AccessControl/RemoteControl/door/1", "<cmd>alwaysClose</cmd>" },
        { "resumeDoor", "store/gate/door/1", "", "PUT /ISAPI/AccessControl/RemoteControl/door/1", "<cmd>resume</cmd>" },
    };

    private static DataObject Parameters(string text) =>
        DataObject.From(text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')).Select(p => KeyValuePair.Create(p[0], double.TryParse(p[1], out double number) ? (DataValue)number : p[1])));

    private static Device DeviceOf(string address, Uri url) => address.Split('/')[1] switch
    {
        "panel" => TestDevices.Panel(url),
        "gate" => TestDevices.Access(url),
        _ => TestDevices.Recorder(url),
    };

    private static async Task<(FakeDevice Device, DeviceConnection Connection, RecordingObserver Observer)> OnlineAsync(string address, TimeProvider? time = null)
    {
        FakeDevice device = await FakeDevice.StartAsync();
        var observer = new RecordingObserver();
        DeviceConnection connection = TestDevices.Connect(DeviceOf(address, device.Url), observer, time ?? new ManualTime());
        connection.Start();
        await Until.True(() => connection.Online, observer.ToString);
        return (device, connection, observer);
    }

    private static Task<ActionOutcome> DoAsync(DeviceConnection connection, string action, string on, string parameters) =>
        Until.Done(connection.ExecuteAsync(action, ResourceAddress.Parse(on), Parameters(parameters), CancellationToken.None));

    [Theory, MemberData(nameof(Requests)), Trait("Req", "ACT-1"), Trait("Req", "ACT-3"), Trait("Req", "ACT-5")]
    public async Task Execute_Action_AsksTheDeviceOnce(string action, string on, string parameters, string request, string body)
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync(on);
        await using (device)
        await using (connection)
        {
            ActionOutcome outcome = await DoAsync(connection, action, on, parameters);
            Assert.True(outcome.Succeeded, outcome.ToString());
            Asked asked = Assert.Single(device.Commands);
            Assert.Equal(request, $"{asked.Method} {asked.Path}");
            Assert.Contains(body, asked.Body, StringComparison.Ordinal);
        }
    }

    [Fact, Trait("Req", "ACT-1")]
    public void Names_EveryActionOfTheModel_HasItsFunction() => Assert.Equal(ActionTypes.All.Keys.Order(StringComparer.Ordinal), ActionExecutor.Names.Order(StringComparer.Ordinal));

    [Fact, Trait("Req", "ACT-8")]
    public async Task Execute_RefusedInADevicesWords_TellsThem()
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/panel");
        await using (device)
        await using (connection)
        {
            device.Answer("PUT", "/ISAPI/SecurityCP/control/arm/1?ways=away&format=json", """{"statusCode":4,"statusString":"Invalid Operation","subStatusCode":"arming","errorCode":1073774621}""", 403, "application/json");
            ActionOutcome outcome = await DoAsync(connection, "arm", "store/panel/area/1", "");
            Assert.Equal((false, ActionReason.Refused, "4 arming"), (outcome.Succeeded, outcome.Reason, outcome.DeviceStatus));
        }
    }

    [Theory, Trait("Req", "ACT-8")]
    [InlineData("callPreset", "store/nvr/channel/4", "")]
    [InlineData("callPreset", "store/nvr/channel/4", "preset=0")]
    [InlineData("callPreset", "store/nvr/channel/9", "preset=1")]
    [InlineData("callPreset", "store/nvr/alarm-output/1", "preset=1")]
    [InlineData("callPreset", "store/panel/area/1", "preset=1")]
    [InlineData("noSuchThing", "store/nvr/channel/4", "")]
    [InlineData("irCut", "store/nvr/channel/4", "mode=sideways")]
    public async Task Execute_WhatMakesNoSense_IsInvalidAndNothingIsSent(string action, string on, string parameters)
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/nvr");
        await using (device)
        await using (connection)
        {
            ActionOutcome outcome = await DoAsync(connection, action, on, parameters);
            Assert.Equal((ActionReason.Invalid, false), (outcome.Reason, outcome.RetrySafe));
            Assert.Empty(device.Commands);
        }
    }

    [Fact, Trait("Req", "ACT-1")]
    public async Task Record_ForSomeSeconds_StopsAfterThem()
    {
        var time = new ManualTime();
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/nvr", time);
        await using (device)
        await using (connection)
        {
            Assert.True((await DoAsync(connection, "record", "store/nvr/channel/2", "seconds=10")).Succeeded);
            time.Advance(TimeSpan.FromSeconds(9));
            Assert.Single(device.Commands);
            time.Advance(TimeSpan.FromSeconds(2));
            await Until.True(() => device.Commands.Count() == 2);
            Assert.Equal("/ISAPI/ContentMgmt/record/control/manual/stop/tracks/201", device.Commands.Last().Path);
        }
    }

    [Fact, Trait("Req", "ACT-1")]
    public async Task Stop_WithARecordingRunning_StopsIt()
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/nvr");
        await using (device)
        {
            Assert.True((await DoAsync(connection, "record", "store/nvr/channel/2", "")).Succeeded);
            await connection.DisposeAsync();
            Assert.Equal("/ISAPI/ContentMgmt/record/control/manual/stop/tracks/201", device.Commands.Last().Path);
        }
    }

    [Fact, Trait("Req", "ACT-2")]
    public async Task Pulse_EndsByItself()
    {
        var time = new ManualTime();
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/nvr", time);
        await using (device)
        await using (connection)
        {
            Assert.True((await DoAsync(connection, "pulseAlarmOutput", "store/nvr/alarm-output/1", "milliseconds=500")).Succeeded);
            time.Advance(TimeSpan.FromSeconds(1));
            await Until.True(() => device.Commands.Count() == 2);
            Assert.Equal(["high", "low"], device.Commands.Select(c => c.Body.Contains("high", StringComparison.Ordinal) ? "high" : "low"));
        }
    }

    [Fact, Trait("Req", "ACT-1")]
    public async Task Capture_PictureFromTheProxy_ReachesTheObserver()
    {
        (FakeDevice device, DeviceConnection connection, RecordingObserver observer) = await OnlineAsync("store/nvr");
        await using (device)
        await using (connection)
        {
            device.Answer("GET", "/ISAPI/Streaming/channels/101/picture", "<ResponseStatus><statusCode>6</statusCode><subStatusCode>badParameters</subStatusCode></ResponseStatus>");
            device.Answer("GET", "/ISAPI/ContentMgmt/StreamingProxy/channels/101/picture", context =>
            {
                context.Response.ContentType = "image/jpeg";
                return context.Response.Body.WriteAsync(new byte[] { 0xFF, 0xD8, 0xFF, 0xD9 }).AsTask();
            });
            Assert.True((await DoAsync(connection, "capture", "store/nvr/channel/1", "")).Succeeded);
            Assert.Equal(new byte[] { 0xFF, 0xD8, 0xFF, 0xD9 }, Assert.Single(observer.Pictures).Bytes);
        }
    }

    [Theory, Trait("Req", "ACT-1"), Trait("Req", "ACT-7")]
    [InlineData("enablePrivacyMask", "store/nvr/channel/1", "", "/System/Video/inputs/channels/1/privacyMask", "<p:PrivacyMask version=\"2.0\" xmlns:p=\"urn:x\"><p:odd a=\"1\"/><p:enabled>false</p:enabled><p:Regions><p:enabled>false</p:enabled></p:Regions></p:PrivacyMask>", "<p:enabled>false</p:enabled><p:Regions>", "<p:enabled>true</p:enabled><p:Regions>")]
    [InlineData("irCut", "store/nvr/channel/1", "mode=night", "/Image/channels/1/IrcutFilter", "<IrcutFilter xmlns=\"http://www.isapi.org/ver20/XMLSchema\"><IrcutFilterType>auto</IrcutFilterType><name>A &amp; B</name></IrcutFilter>", ">auto<", ">night<")]
    [InlineData("armAlarmInput", "store/nvr/alarm-input/1", "", "/System/IO/inputs/1", "<IOInputPort><id>1</id><enabled>false</enabled><triggering>high</triggering></IOInputPort>", ">false<", ">true<")]
    [InlineData("disarmAlarmInput", "store/nvr/alarm-input/1", "", "/System/IO/inputs/1", "<IOInputPort><id>1</id><enabled>true</enabled></IOInputPort>", ">true<", ">false<")]
    public async Task Modify_Document_PutsItBackWholeWithOneNodeChanged(string action, string on, string parameters, string path, string document, string before, string after)
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/nvr");
        await using (device)
        await using (connection)
        {
            device.Answer("GET", "/ISAPI" + path, document);
            ActionOutcome outcome = await DoAsync(connection, action, on, parameters);
            Assert.True(outcome.Succeeded, outcome.ToString());
            string expected = document.Replace(before, after, StringComparison.Ordinal).Replace("<p:odd a=\"1\"/>", "<p:odd a=\"1\" />", StringComparison.Ordinal);
            Assert.Equal(expected, Assert.Single(device.Commands).Body.Split('\n', 2)[1]);
        }
    }
}
