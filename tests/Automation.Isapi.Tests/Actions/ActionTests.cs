using Automation.Core.Model;
using Automation.Isapi.Actions;
using Automation.TestKit;
using static Automation.Isapi.Tests.Actions.ActionFixture;

namespace Automation.Isapi.Tests.Actions;

/// <summary>What each action asks of the device (ACT-1…ACT-7).</summary>
public sealed class ActionTests
{
    private const string Ns = "version=\"2.0\" xmlns=\"http://www.isapi.org/ver20/XMLSchema\"";

    /// <summary>Action, resource, parameters (name=value, …), then exactly what the device is asked: method, path and body. Each by its document.</summary>
    public static TheoryData<string, string, string, string, string> Requests => new()
    {
        // isapi.md 1.1; 003 §8.9.6.
        { "record", "store/nvr/channel/1", "", "PUT /ISAPI/ContentMgmt/record/control/manual/start/tracks/101", "" },
        { "keyFrame", "store/nvr/channel/1", "", "PUT /ISAPI/Streaming/channels/101/requestKeyFrame", "" },
        { "armCamera", "store/nvr/channel/3", "", "PUT /ISAPI/System/status/disturbParams?format=json", """{"disturbChannelList":[{"channelID":3,"disturbEnabled":false,"disturbNotificationList":[{"notificationMethod":"center"}]}]}""" },
        { "disarmCamera", "store/nvr/channel/3", "", "PUT /ISAPI/System/status/disturbParams?format=json", """{"disturbChannelList":[{"channelID":3,"disturbEnabled":true,"disturbNotificationList":[{"notificationMethod":"center"}]}]}""" },
        // 003 §8.3.8; proxied: isapi.md 1.1.
        { "triggerAlarmOutput", "store/nvr/alarm-output/1", "", "PUT /ISAPI/System/IO/outputs/1/trigger", $"<IOPortData {Ns}><outputState>high</outputState></IOPortData>" },
        { "triggerAlarmOutput", "store/nvr/alarm-output/2", "state=low", "PUT /ISAPI/System/IO/outputs/2/trigger", $"<IOPortData {Ns}><outputState>low</outputState></IOPortData>" },
        { "triggerAlarmOutput", "store/nvr/alarm-output/301", "state=high", "PUT /ISAPI/ContentMgmt/IOProxy/outputs/301/trigger", $"<IOPortData {Ns}><outputState>high</outputState></IOPortData>" },
        { "triggerAlarmOutput", "store/nvr/alarm-output/1", "state=pulse", "PUT /ISAPI/System/IO/outputs/1/trigger", $"<IOPortData {Ns}><outputState>high</outputState></IOPortData>" },
        { "pulseAlarmOutput", "store/nvr/alarm-output/1", "milliseconds=500", "PUT /ISAPI/System/IO/outputs/1/trigger", $"<IOPortData {Ns}><outputState>high</outputState></IOPortData>" },
        // 003 §8.13.13, .16–.18, .25, .26, .4.
        { "callPreset", "store/nvr/channel/4", "preset=3", "PUT /ISAPI/PTZCtrl/channels/4/presets/3/goto", "" },
        { "callPatrol", "store/nvr/channel/4", "patrol=2", "PUT /ISAPI/PTZCtrl/channels/4/patrols/2/start", "" },
        { "callPatrol", "store/nvr/channel/4", "patrol=2,command=stop", "PUT /ISAPI/PTZCtrl/channels/4/patrols/2/stop", "" },
        { "callPatrol", "store/nvr/channel/4", "patrol=2,command=pause", "PUT /ISAPI/PTZCtrl/channels/4/patrols/2/pause", "" },
        { "callPattern", "store/nvr/channel/4", "pattern=1", "PUT /ISAPI/PTZCtrl/channels/4/patterns/1/run", "" },
        { "callPattern", "store/nvr/channel/4", "pattern=1,command=stop", "PUT /ISAPI/PTZCtrl/channels/4/patterns/1/stop", "" },
        { "goHome", "store/nvr/channel/4", "", "PUT /ISAPI/PTZCtrl/channels/4/homeposition/goto", "" },
        // 003 §8.13.6, .5, .8, .7, .37.
        { "movePtz", "store/nvr/channel/4", "mode=momentary,pan=50,tilt=-100,milliseconds=300", "PUT /ISAPI/PTZCtrl/channels/4/momentary", $"<PTZData {Ns}><pan>50</pan><tilt>-100</tilt><zoom>0</zoom><Momentary><duration>300</duration></Momentary></PTZData>" },
        { "movePtz", "store/nvr/channel/4", "mode=continuous,zoom=-40", "PUT /ISAPI/PTZCtrl/channels/4/continuous", $"<PTZData {Ns}><pan>0</pan><tilt>0</tilt><zoom>-40</zoom></PTZData>" },
        { "movePtz", "store/nvr/channel/4", "mode=absolute,pan=180.5,tilt=-10,zoom=2", "PUT /ISAPI/PTZCtrl/channels/4/absolute", $"<PTZData {Ns}><AbsoluteHigh><elevation>-100</elevation><azimuth>1805</azimuth><absoluteZoom>20</absoluteZoom></AbsoluteHigh></PTZData>" },
        { "movePtz", "store/nvr/channel/4", "mode=relative,pan=200,tilt=10,zoom=5", "PUT /ISAPI/PTZCtrl/channels/4/relative", $"<PTZData {Ns}><Relative><positionX>200</positionX><positionY>10</positionY><relativeZoom>5</relativeZoom></Relative></PTZData>" },
        { "auxiliary", "store/nvr/channel/4", "type=wiper,state=off", "PUT /ISAPI/PTZCtrl/channels/4/auxcontrol?command=WIPER_PWRON", $"<PTZAuxStatus {Ns}><enabled>0</enabled></PTZAuxStatus>" },
        { "auxiliary", "store/nvr/channel/4", "type=heater,state=on", "PUT /ISAPI/PTZCtrl/channels/4/auxcontrol?command=HEATER_PWRON", $"<PTZAuxStatus {Ns}><enabled>1</enabled></PTZAuxStatus>" },
        // 002 §7.5, §7.9, §7.10: one, and all.
        { "arm", "store/panel/area/1", "mode=stay", "PUT /ISAPI/SecurityCP/control/arm/1?ways=stay&format=json", "" },
        { "arm", "store/panel/area/2", "", "PUT /ISAPI/SecurityCP/control/arm/2?ways=away&format=json", "" },
        { "arm", "store/panel", "", "PUT /ISAPI/SecurityCP/control/arm/0xffffffff?ways=away&format=json", "" },
        { "disarm", "store/panel/area/2", "", "PUT /ISAPI/SecurityCP/control/disarm/2?format=json", "" },
        { "disarm", "store/panel", "", "PUT /ISAPI/SecurityCP/control/disarm/0xffffffff?format=json", "" },
        { "clearAlarm", "store/panel/area/1", "", "PUT /ISAPI/SecurityCP/control/clearAlarm/1?format=json", "" },
        { "clearAlarm", "store/panel", "", "PUT /ISAPI/SecurityCP/control/clearAlarm/0xffffffff?format=json", "" },
        // 002 §7.6–7.8, A.36, A.37.
        { "bypassZone", "store/panel/zone/0", "", "PUT /ISAPI/SecurityCP/control/bypass?format=json", """{"List":[{"id":0}]}""" },
        { "recoverZone", "store/panel/zone/5", "", "PUT /ISAPI/SecurityCP/control/bypassRecover?format=json", """{"List":[{"id":5}]}""" },
        { "deactivateZone", "store/panel/zone/5", "mode=lidOnly,permanent=true", "PUT /ISAPI/SecurityCP/control/deactivation?format=json", """{"List":[{"id":5,"deactivationMode":"lidOnly"}]}""" },
        { "deactivateZone", "store/panel/zone/5", "", "PUT /ISAPI/SecurityCP/control/deactivation?format=json", """{"List":[{"id":5,"oneTimeDeactivationMode":"entirely"}]}""" },
        { "deactivateZone", "store/panel/zone/5", "mode=off", "PUT /ISAPI/SecurityCP/control/deactivation?format=json", """{"List":[{"id":5,"oneTimeDeactivationMode":"off"}]}""" },
        // isapi.md 1.2.
        { "openRelay", "store/panel/relay/0", "", "PUT /ISAPI/SecurityCP/control/outputs/0?format=json", """{"OutputsCtrl":{"switch":"open"}}""" },
        { "closeRelay", "store/panel/relay/1", "", "PUT /ISAPI/SecurityCP/control/outputs/1?format=json", """{"OutputsCtrl":{"switch":"close"}}""" },
        { "sirenOn", "store/panel/siren/0", "", "PUT /ISAPI/SecurityCP/control/siren/0?format=json", """{"SirenCtrl":{"switch":"open"}}""" },
        { "sirenOff", "store/panel/siren/0", "", "PUT /ISAPI/SecurityCP/control/siren/0?format=json", """{"SirenCtrl":{"switch":"close"}}""" },
        // isapi.md 1.3.
        { "openDoor", "store/gate/door/1", "", "PUT /ISAPI/AccessControl/RemoteControl/door/1", $"<RemoteControlDoor {Ns}><cmd>open</cmd></RemoteControlDoor>" },
        { "closeDoor", "store/gate/door/1", "", "PUT /ISAPI/AccessControl/RemoteControl/door/1", $"<RemoteControlDoor {Ns}><cmd>close</cmd></RemoteControlDoor>" },
        { "remainOpen", "store/gate/door/1", "", "PUT /ISAPI/AccessControl/RemoteControl/door/1", $"<RemoteControlDoor {Ns}><cmd>alwaysOpen</cmd></RemoteControlDoor>" },
        { "remainClosed", "store/gate/door/1", "", "PUT /ISAPI/AccessControl/RemoteControl/door/1", $"<RemoteControlDoor {Ns}><cmd>alwaysClose</cmd></RemoteControlDoor>" },
        { "resumeDoor", "store/gate/door/1", "", "PUT /ISAPI/AccessControl/RemoteControl/door/1", $"<RemoteControlDoor {Ns}><cmd>resume</cmd></RemoteControlDoor>" },
        { "openDoor", "store/gate/station/1", "", "PUT /ISAPI/AccessControl/RemoteControl/door/1", $"<RemoteControlDoor {Ns}><cmd>open</cmd></RemoteControlDoor>" },
        // isapi.md 1.1; 003 §8.1; 000 §8.1.
        { "playAudio", "store/nvr/channel/1", "audio=3", "PUT /ISAPI/Event/triggers/notifications/AudioAlarm/3/test?format=json", "" },
        { "playAudio", "store/switch/speaker/1", "", "PUT /ISAPI/Event/triggers/notifications/AudioAlarm/1/test?format=json", "" },
        { "restartPort", "store/switch/port/2", "", "PUT /ISAPI/System/switch/ports/2/restart?format=json", "" },
        { "clearPortAlarm", "store/switch/port/2", "", "PUT /ISAPI/System/switch/ports/2/clearAlarm?format=json", "" },
        { "extendPort", "store/switch/port/2", "enabled=true", "PUT /ISAPI/System/switch/ports/2/extendMode?format=json", """{"ExtendMode":{"enabled":true}}""" },
        { "reboot", "store/nvr", "", "PUT /ISAPI/System/reboot", "" },
    };

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
            Assert.Equal((request, body), ($"{asked.Method} {asked.Path}", asked.Body));
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
    [InlineData("record", "store/nvr/channel/4", "seconds=1")]
    [InlineData("record", "store/nvr/channel/4", "speed=1")]
    [InlineData("movePtz", "store/nvr/channel/4", "mode=momentary,pan=101")]
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
