using System.Collections.Concurrent;
using System.Globalization;
using Automation.Core.Model;
using Automation.TestKit;
using Microsoft.AspNetCore.Http;
using static Automation.Isapi.Tests.Actions.ActionFixture;

namespace Automation.Isapi.Tests.Actions;

/// <summary>Whether what an action was to bring about was seen (design §6).</summary>
public sealed class EffectTests
{
    /// <summary>Answers a path with one document after the other, the last of them for ever.</summary>
    private static void Then(FakeDevice device, string path, string contentType, params string[] documents)
    {
        var rest = new ConcurrentQueue<string>(documents);
        device.Answer("GET", "/ISAPI" + path, context =>
        {
            if (!rest.TryDequeue(out string? document) || rest.IsEmpty) document = documents[^1];
            context.Response.ContentType = contentType;
            return context.Response.WriteAsync(document);
        });
    }

    private static string Areas(string one, string two = "disarm") =>
        $$$"""{"SubSysList":[{"SubSys":{"id":1,"arming":"{{{one}}}","alarm":false,"enabled":true}},{"SubSys":{"id":2,"arming":"{{{two}}}","alarm":false,"enabled":true}},{"SubSys":{"id":3,"arming":"disarm","enabled":false}}]}""";

    private static async Task<ActionOutcome> SeeAsync(string action, string on, string parameters, Action<FakeDevice> prepare)
    {
        var time = new ManualTime();
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync(on, time);
        await using (device)
        await using (connection)
        {
            prepare(device);
            ActionOutcome outcome = await ActionFixture.SeeAsync(connection, time, action, on, parameters);
            Assert.True(outcome.Succeeded, outcome.ToString());
            return outcome;
        }
    }

    [Theory]
    [InlineData("arm", "store/panel/area/1", "", "away", ActionEffect.Confirmed, null)]
    [InlineData("arm", "store/panel/area/1", "mode=stay", "stay", ActionEffect.Confirmed, null)]
    [InlineData("arm", "store/panel/area/1", "mode=stay", "away", ActionEffect.NotSeen, "arming is away")]
    [InlineData("disarm", "store/panel/area/1", "", "disarm", ActionEffect.Confirmed, null)]
    [InlineData("disarm", "store/panel/area/1", "", "away", ActionEffect.NotSeen, "arming is away")]
    [InlineData("arm", "store/panel/area/1", "", "disarm", ActionEffect.NotSeen, "arming is disarm")]
    [Trait("Req", "ACT-3")]
    public async Task Area_ItsArmingSaysWhetherItHappened(string action, string on, string parameters, string arming, ActionEffect effect, string? seen)
    {
        ActionOutcome outcome = await SeeAsync(action, on, parameters, d => Then(d, "/SecurityCP/status/subSystems?format=json", "application/json", Areas(arming)));
        Assert.Equal((effect, seen), (outcome.Effect, outcome.Seen));
    }

    [Fact, Trait("Req", "ACT-3")]
    public async Task Arm_WithAnExitDelay_IsConfirmedAfterIt()
    {
        ActionOutcome outcome = await SeeAsync("arm", "store/panel/area/1", "", d => Then(d, "/SecurityCP/status/subSystems?format=json", "application/json", [.. Enumerable.Repeat(Areas("arming"), 12), Areas("away")]));
        Assert.Equal(ActionEffect.Confirmed, outcome.Effect);
    }

    [Fact, Trait("Req", "ACT-3")]
    public async Task Arm_WhoseExitDelayEndsDisarmed_NamesTheOpenZoneAndTheFault()
    {
        ActionOutcome outcome = await SeeAsync("arm", "store/panel/area/1", "", d =>
        {
            Then(d, "/SecurityCP/status/subSystems?format=json", "application/json", [.. Enumerable.Repeat(Areas("arming"), 12), Areas("disarm")]);
            d.Answer("GET", "/ISAPI/SecurityCP/status/zones?format=json", Zones, contentType: "application/json");
            d.Answer("POST", "/ISAPI/SecurityCP/status/systemFault?format=json", Fault, contentType: "application/json");
        });
        Assert.Equal((ActionEffect.NotSeen, "arming is disarm; zone 3 (Back door) is open, zone 5 is heartbeatAbnormal, ACLoss"), (outcome.Effect, outcome.Seen));
    }

    private const string Zones = """
        {"ZoneList":[{"Zone":{"id":0,"status":"online","armed":false,"subSystemNo":1}},{"Zone":{"id":3,"name":"Back door","status":"online","magnetOpenStatus":true,"armed":false,"subSystemNo":1}},
        {"Zone":{"id":4,"status":"trigger","bypassed":true,"subSystemNo":1}},{"Zone":{"id":5,"status":"heartbeatAbnormal","subSystemNo":1}},{"Zone":{"id":6,"status":"trigger","subSystemNo":2}}]}
        """;

    private const string Fault = """{"ArmFault":{"SysFault":{"FaultList":[{"Fault":{"info":"ACLoss"}}]}}}""";

    [Fact, Trait("Req", "ACT-3"), Trait("Req", "ACT-8")]
    public async Task Arm_ThatIsRefused_NamesTheOpenZoneAndTheFault()
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/panel");
        await using (device)
        await using (connection)
        {
            device.Answer("PUT", "/ISAPI/SecurityCP/control/arm/1?ways=away&format=json", """{"statusCode":4,"statusString":"Invalid Operation","subStatusCode":"arming","errorCode":1073774621}""", 403, "application/json");
            device.Answer("GET", "/ISAPI/SecurityCP/status/zones?format=json", Zones, contentType: "application/json");
            device.Answer("POST", "/ISAPI/SecurityCP/status/systemFault?format=json", Fault, contentType: "application/json");
            ActionOutcome outcome = await DoAsync(connection, "arm", "store/panel/area/1");
            Assert.Equal((false, ActionReason.Refused, "4 arming", "zone 3 (Back door) is open, zone 5 is heartbeatAbnormal, ACLoss"), (outcome.Succeeded, outcome.Reason, outcome.DeviceStatus, outcome.Seen));
            Assert.Equal("""{"SubSysList":[{"SubSys":{"id":1}}],"operationStatus":"disArm"}""", device.Requests.Last(r => r.Path.Contains("systemFault", StringComparison.Ordinal)).Body);
        }
    }

    [Fact, Trait("Req", "ACT-3")]
    public async Task WholePanel_EveryAreaInUseCounts()
    {
        ActionOutcome armed = await SeeAsync("arm", "store/panel", "", d => Then(d, "/SecurityCP/status/subSystems?format=json", "application/json", Areas("away", "away")));
        Assert.Equal(ActionEffect.Confirmed, armed.Effect);
        ActionOutcome half = await SeeAsync("arm", "store/panel", "", d => Then(d, "/SecurityCP/status/subSystems?format=json", "application/json", Areas("away")));
        Assert.Equal((ActionEffect.NotSeen, "area 2: arming is disarm"), (half.Effect, half.Seen));
    }

    [Theory]
    [InlineData("clearAlarm", "store/panel/area/1", "", "/SecurityCP/status/subSystems?format=json", """{"SubSysList":[{"SubSys":{"id":1,"arming":"away","alarm":false}}]}""", ActionEffect.Confirmed)]
    [InlineData("clearAlarm", "store/panel/area/1", "", "/SecurityCP/status/subSystems?format=json", """{"SubSysList":[{"SubSys":{"id":1,"arming":"away","alarm":true}}]}""", ActionEffect.NotSeen)]
    [InlineData("bypassZone", "store/panel/zone/2", "", "/SecurityCP/status/zones?format=json", """{"ZoneList":[{"Zone":{"id":2,"bypassed":true}}]}""", ActionEffect.Confirmed)]
    [InlineData("bypassZone", "store/panel/zone/2", "", "/SecurityCP/status/zones?format=json", """{"ZoneList":[{"Zone":{"id":2,"bypassed":"false"}}]}""", ActionEffect.NotSeen)]
    [InlineData("bypassZone", "store/panel/zone/2", "", "/SecurityCP/status/zones?format=json", """{"ZoneList":[{"Zone":{"id":1,"bypassed":true}}]}""", ActionEffect.Unknown)]
    [InlineData("recoverZone", "store/panel/zone/2", "", "/SecurityCP/status/zones?format=json", """{"ZoneList":[{"Zone":{"id":2,"bypassed":false}}]}""", ActionEffect.Confirmed)]
    [InlineData("deactivateZone", "store/panel/zone/2", "mode=lidOnly", "/SecurityCP/status/zones?format=json", """{"ZoneList":[{"Zone":{"id":2,"oneTimeDeactivationMode":"lidOnly","deactivationMode":"off"}}]}""", ActionEffect.Confirmed)]
    [InlineData("deactivateZone", "store/panel/zone/2", "mode=lidOnly,permanent=true", "/SecurityCP/status/zones?format=json", """{"ZoneList":[{"Zone":{"id":2,"oneTimeDeactivationMode":"lidOnly","deactivationMode":"off"}}]}""", ActionEffect.NotSeen)]
    [InlineData("openRelay", "store/panel/relay/1", "", "/SecurityCP/status/exDevStatus?format=json", """{"ExDevStatus":{"OutputList":[{"Output":{"id":1,"status":"on"}}]}}""", ActionEffect.Confirmed)]
    [InlineData("openRelay", "store/panel/relay/1", "", "/SecurityCP/status/exDevStatus?format=json", """{"ExDevStatus":{"OutputList":[{"Output":{"id":1,"status":"off"}}]}}""", ActionEffect.NotSeen)]
    [InlineData("closeRelay", "store/panel/relay/1", "", "/SecurityCP/status/exDevStatus?format=json", """{"ExDevStatus":{"OutputList":[{"Output":{"id":1,"status":"off"}}]}}""", ActionEffect.Confirmed)]
    [InlineData("sirenOn", "store/panel/siren/0", "", "/SecurityCP/status/exDevStatus?format=json", """{"ExDevStatus":{"SirenList":[{"Siren":{"id":0,"status":"on"}}]}}""", ActionEffect.Confirmed)]
    [InlineData("sirenOff", "store/panel/siren/0", "", "/SecurityCP/status/exDevStatus?format=json", """{"ExDevStatus":{"SirenList":[{"Siren":{"id":0,"status":"on"}}]}}""", ActionEffect.NotSeen)]
    [InlineData("triggerAlarmOutput", "store/nvr/alarm-output/1", "", "/System/IO/outputs/1/status", "<IOPortStatus><ioPortID>1</ioPortID><ioPortType>output</ioPortType><ioState>active</ioState></IOPortStatus>", ActionEffect.Confirmed)]
    [InlineData("triggerAlarmOutput", "store/nvr/alarm-output/1", "", "/System/IO/outputs/1/status", "<IOPortStatus><ioPortID>1</ioPortID><ioPortType>output</ioPortType><ioState>inactive</ioState></IOPortStatus>", ActionEffect.NotSeen)]
    [InlineData("triggerAlarmOutput", "store/nvr/alarm-output/1", "state=low", "/System/IO/status", "<IOPortStatusList><IOPortStatus><ioPortID>1</ioPortID><ioPortType>output</ioPortType><ioState>inactive</ioState></IOPortStatus></IOPortStatusList>", ActionEffect.Confirmed)]
    [InlineData("triggerAlarmOutput", "store/nvr/alarm-output/301", "", "/ContentMgmt/IOProxy/outputs/301/status", "<IOPortStatus><ioState>active</ioState></IOPortStatus>", ActionEffect.Confirmed)]
    [InlineData("pulseAlarmOutput", "store/nvr/alarm-output/1", "", "/System/IO/outputs/1/status", "<IOPortStatus><ioState>active</ioState></IOPortStatus>", ActionEffect.Confirmed)]
    [InlineData("pulseAlarmOutput", "store/nvr/alarm-output/1", "", "/System/IO/outputs/1/status", "<IOPortStatus><ioState>inactive</ioState></IOPortStatus>", ActionEffect.Unknown)]
    [InlineData("openDoor", "store/gate/door/1", "", "/AccessControl/AcsWorkStatus?format=json", """{"AcsWorkStatus":{"doorLockStatus":[1],"doorStatus":[4],"magneticStatus":[0]}}""", ActionEffect.Confirmed)]
    [InlineData("openDoor", "store/gate/door/1", "", "/AccessControl/AcsWorkStatus?format=json", """{"AcsWorkStatus":{"doorLockStatus":[0],"doorStatus":[4],"magneticStatus":[0]}}""", ActionEffect.NotSeen)]
    [InlineData("closeDoor", "store/gate/door/1", "", "/AccessControl/AcsWorkStatus?format=json", """{"AcsWorkStatus":{"doorLockStatus":[0],"doorStatus":[4]}}""", ActionEffect.Confirmed)]
    [InlineData("remainOpen", "store/gate/door/1", "", "/AccessControl/AcsWorkStatus?format=json", """{"AcsWorkStatus":{"doorLockStatus":[1],"doorStatus":[2]}}""", ActionEffect.Confirmed)]
    [InlineData("remainClosed", "store/gate/door/1", "", "/AccessControl/AcsWorkStatus?format=json", """{"AcsWorkStatus":{"doorLockStatus":[0],"doorStatus":[4]}}""", ActionEffect.NotSeen)]
    [InlineData("resumeDoor", "store/gate/door/1", "", "/AccessControl/AcsWorkStatus?format=json", """{"AcsWorkStatus":{"doorLockStatus":[0],"doorStatus":[4]}}""", ActionEffect.Confirmed)]
    [InlineData("callPatrol", "store/nvr/channel/4", "patrol=1", "/PTZCtrl/channels/4/patrols/1/status", "<PTZPatrol><PTZPatrolStatus><patrolID>1</patrolID><patrolStatus>running</patrolStatus></PTZPatrolStatus></PTZPatrol>", ActionEffect.Confirmed)]
    [InlineData("callPatrol", "store/nvr/channel/4", "patrol=1,command=stop", "/PTZCtrl/channels/4/patrols/1/status", "<PTZPatrolStatus><patrolID>1</patrolID><patrolStatus>running</patrolStatus></PTZPatrolStatus>", ActionEffect.NotSeen)]
    [InlineData("auxiliary", "store/nvr/channel/4", "type=wiper,state=on", "/PTZCtrl/channels/4/auxcontrol?command=WIPER_PWRON", "<PTZAuxStatus><enabled>1</enabled></PTZAuxStatus>", ActionEffect.Confirmed)]
    [InlineData("armCamera", "store/nvr/channel/3", "", "/System/status/disturbParams?format=json", """{"disturbChannelList":[{"channelID":2,"disturbEnabled":true},{"channelID":3,"disturbEnabled":false}]}""", ActionEffect.Confirmed)]
    [InlineData("disarmCamera", "store/nvr/channel/3", "", "/System/status/disturbParams?format=json", """{"disturbChannelList":[{"channelID":2,"disturbEnabled":true},{"channelID":3,"disturbEnabled":false}]}""", ActionEffect.NotSeen)]
    [InlineData("goHome", "store/nvr/channel/4", "", "/PTZCtrl/channels/4/status", "<PTZStatus><AbsoluteHigh><elevation>100</elevation><azimuth>3598</azimuth><absoluteZoom>10</absoluteZoom></AbsoluteHigh></PTZStatus>", ActionEffect.Confirmed)]
    [InlineData("movePtz", "store/nvr/channel/4", "mode=absolute,pan=90,tilt=10,zoom=2", "/PTZCtrl/channels/4/status", "<PTZStatus><AbsoluteHigh><elevation>100</elevation><azimuth>900</azimuth><absoluteZoom>20</absoluteZoom></AbsoluteHigh></PTZStatus>", ActionEffect.Confirmed)]
    [InlineData("movePtz", "store/nvr/channel/4", "mode=absolute,pan=90,tilt=10,zoom=2", "/PTZCtrl/channels/4/status", "<PTZStatus><AbsoluteHigh><elevation>100</elevation><azimuth>400</azimuth><absoluteZoom>20</absoluteZoom></AbsoluteHigh></PTZStatus>", ActionEffect.NotSeen)]
    [InlineData("movePtz", "store/nvr/channel/4", "mode=momentary,pan=90", "/PTZCtrl/channels/4/status", "<PTZStatus><AbsoluteHigh><elevation>100</elevation><azimuth>400</azimuth><absoluteZoom>20</absoluteZoom></AbsoluteHigh></PTZStatus>", ActionEffect.Unknown)]
    [InlineData("callPreset", "store/nvr/channel/4", "preset=2", "/PTZCtrl/channels/4/nothing", "", ActionEffect.Unknown)]
    [InlineData("openDoor", "store/gate/station/1", "", "/nothing", "", ActionEffect.Unknown)]
    [InlineData("record", "store/nvr/channel/1", "", "/nothing", "", ActionEffect.Unknown)]
    [Trait("Req", "ACT-1"), Trait("Req", "ACT-2"), Trait("Req", "ACT-4"), Trait("Req", "ACT-5"), Trait("Req", "ACT-6"), Trait("Req", "ACT-7")]
    public async Task WhatTheDeviceShows_DecidesTheEffect(string action, string on, string parameters, string path, string document, ActionEffect effect)
    {
        ActionOutcome outcome = await SeeAsync(action, on, parameters, d => d.Answer("GET", "/ISAPI" + path, document, contentType: document.StartsWith('{') ? "application/json" : "application/xml"));
        Assert.Equal((effect, true), (outcome.Effect, outcome.Seen is not null || effect != ActionEffect.NotSeen));
    }

    private static string Position(double pan) => string.Create(CultureInfo.InvariantCulture, $"<PTZStatus><AbsoluteHigh><elevation>0</elevation><azimuth>{10 * pan}</azimuth><absoluteZoom>10</absoluteZoom></AbsoluteHigh></PTZStatus>");

    [Fact, Trait("Req", "ACT-1")]
    public async Task Preset_ThatTellsWhereItIs_IsConfirmedWhenTheCameraIsThere()
    {
        static Action<FakeDevice> Preset(params string[] positions) => d =>
        {
            d.Answer("GET", "/ISAPI/PTZCtrl/channels/4/presets/2", "<PTZPreset><enabled>true</enabled><id>2</id><AbsoluteHigh><elevation>0</elevation><azimuth>1200</azimuth><absoluteZoom>10</absoluteZoom></AbsoluteHigh></PTZPreset>");
            Then(d, "/PTZCtrl/channels/4/status", "application/xml", positions);
        };
        ActionOutcome there = await SeeAsync("callPreset", "store/nvr/channel/4", "preset=2", Preset(Position(10), Position(60), Position(119.6)));
        Assert.Equal(ActionEffect.Confirmed, there.Effect);
        ActionOutcome stuck = await SeeAsync("callPreset", "store/nvr/channel/4", "preset=2", Preset(Position(10)));
        Assert.Equal((ActionEffect.NotSeen, "pan 10, tilt 0, zoom 1"), (stuck.Effect, stuck.Seen));
    }

    [Fact, Trait("Req", "ACT-1")]
    public async Task Preset_OfWhichNothingIsKnown_IsConfirmedWhenTheCameraMovedAndRests()
    {
        ActionOutcome outcome = await SeeAsync("callPreset", "store/nvr/channel/4", "preset=2", d => Then(d, "/PTZCtrl/channels/4/status", "application/xml", Position(10), Position(60), Position(120), Position(120)));
        Assert.Equal(ActionEffect.Confirmed, outcome.Effect);
    }

    [Fact, Trait("Req", "ACT-3"), Trait("Req", "DEV-6")]
    public async Task WhatIsRead_IsTheStatesNewsAtTheSameTime()
    {
        var time = new ManualTime();
        (FakeDevice device, DeviceConnection connection, RecordingObserver observer) = await OnlineAsync("store/panel", time);
        await using (device)
        await using (connection)
        {
            Then(device, "/SecurityCP/status/subSystems?format=json", "application/json", Areas("away"));
            await ActionFixture.SeeAsync(connection, time, "arm", "store/panel/area/1");
            await Until.True(() => observer.States.Any(s => s.Resource.Value == "store/panel/area/1" && s.Properties["arming"] == "away"), observer.ToString);
        }
    }

    [Fact, Trait("Req", "ACT-3"), Trait("Req", "DEV-6")]
    public async Task WhatThePanelReportsByItself_ConfirmsWithoutAnotherLook()
    {
        var time = new ManualTime();
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/panel", time);
        await using (device)
        await using (connection)
        {
            ActionAnswer answer = (await connection.ExecuteAsync("arm", [ResourceAddress.Parse("store/panel/area/1")], DataObject.Empty, CancellationToken.None))[0];
            int asked = device.Requests.Count(r => r.Path.Contains("subSystems", StringComparison.Ordinal));
            device.WriteJson("""{"eventType":"cidEvent","eventState":"active","dateTime":"2026-11-20T12:00:00Z","CIDEvent":{"code":3401,"type":"armAndDisarm","system":1,"name":"admin"}}""");
            Assert.Equal(ActionEffect.Confirmed, (await Until.Done(answer.WithEffect!)).Effect);
            Assert.Equal(asked, device.Requests.Count(r => r.Path.Contains("subSystems", StringComparison.Ordinal)));
        }
    }

    [Fact, Trait("Req", "ACT-3")]
    public async Task SeveralAreasOfOneCall_AreLookedAtTogether_AndToldEach()
    {
        var time = new ManualTime();
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/panel", time);
        await using (device)
        await using (connection)
        {
            Then(device, "/SecurityCP/status/subSystems?format=json", "application/json", Areas("away", "disarm"));
            int before = device.Requests.Count(r => r.Path.Contains("subSystems", StringComparison.Ordinal) && r.Authorization is not null);
            var answers = await connection.ExecuteAsync("arm", [ResourceAddress.Parse("store/panel/area/1"), ResourceAddress.Parse("store/panel/area/2")], DataObject.Empty, CancellationToken.None);
            ActionOutcome[] outcomes = await PassAsync(time, Task.WhenAll(answers.Select(a => a.WithEffect!)));
            Assert.Equal([ActionEffect.Confirmed, ActionEffect.NotSeen], outcomes.Select(o => o.Effect));
            // After 1, 3, 7, 12 and 15 seconds, for both of them together, or seldomer when the test's clock runs ahead; the poll of every 15 seconds may fall in between.
            Assert.InRange(device.Requests.Count(r => r.Path.Contains("subSystems", StringComparison.Ordinal) && r.Authorization is not null) - before, 2, 7);
        }
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task AStop_EndsTheLooking()
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/panel");
        await using (device)
        {
            ActionAnswer answer = (await connection.ExecuteAsync("arm", [ResourceAddress.Parse("store/panel/area/1")], DataObject.Empty, CancellationToken.None))[0];
            await Until.Done(connection.DisposeAsync().AsTask());
            Assert.Equal((true, ActionEffect.Unknown), ((await Until.Done(answer.WithEffect!)).Succeeded, answer.Outcome.Effect));
        }
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task EveryActionThatDeclaresAnEffect_LooksForIt_AndNoOther()
    {
        foreach (ActionTypeInfo type in ActionTypes.All.Values.Where(t => t.Name is not ("configure" or "restoreDefaults" or "calibrate")))
        {
            string kind = type.Kinds[0];
            string device = kind switch { "area" or "zone" or "relay" or "siren" => "panel", "door" => "gate", "port" or "speaker" => "switch", _ => "nvr" };
            string on = kind == "device" ? "store/" + device : $"store/{device}/{kind}/1";
            if (type.Name is "sirenOn" or "sirenOff") on = "store/panel/siren/0";
            DataObject parameters = DataObject.From(type.Parameters.Where(p => p.Required).Select(p => KeyValuePair.Create(p.Name, Example(p))));
            if (type.Name == "movePtz") parameters = DataObject.Of(("pan", 50));
            (FakeDevice fake, DeviceConnection connection, _) = await OnlineAsync(on);
            await using (fake)
            await using (connection)
            {
                AnswerSettings(fake);
                ActionAnswer answer = (await Until.Done(connection.ExecuteAsync(type.Name, [ResourceAddress.Parse(on)], parameters, CancellationToken.None)))[0];
                Assert.True(answer.Outcome.Succeeded, $"{type.Name}: {answer.Outcome}");
                bool looks = answer.WithEffect is not null || answer.Outcome.Effect == ActionEffect.Confirmed;
                Assert.True(looks == type.Effect is not null, $"{type.Name} {(looks ? "looks for an effect it does not declare" : "declares an effect and does not look for it")}");
            }
        }

        static DataValue Example(ActionParameterInfo p) => p.Name switch
        {
            "tasks" => "none",
            "schedule" => "allDays",
            _ => p.Kind == DataKind.Boolean ? true : p.Words.Length > 0 ? p.Words[0] : p.Min,
        };
    }

    private static void AnswerSettings(FakeDevice device)
    {
        foreach (string path in (string[])["/System/Video/inputs/channels/1/privacyMask", "/System/IO/inputs/1", "/PTZCtrl/channels/1/parkaction", "/PTZCtrl/channels/1/timetasks"]) device.Answer("GET", "/ISAPI" + path, "<Any><enabled>false</enabled></Any>");
        device.Answer("GET", "/ISAPI/Image/channels/1/IrcutFilter", "<IrcutFilter><IrcutFilterType>auto</IrcutFilterType></IrcutFilter>");
        device.Answer("GET", "/ISAPI/ContentMgmt/record/tracks/101", "<Track><TrackSchedule><ScheduleBlockList><ScheduleBlock/></ScheduleBlockList></TrackSchedule></Track>");
        device.Answer("GET", "/ISAPI/Event/schedules/motionDetections/VMD_video1", "<Schedule><TimeBlockList/></Schedule>");
        device.Answer("GET", "/ISAPI/Streaming/channels/101/picture", context =>
        {
            context.Response.ContentType = "image/jpeg";
            return context.Response.Body.WriteAsync(new byte[] { 0xFF, 0xD8, 0xFF, 0xD9 }).AsTask();
        });
    }
}
