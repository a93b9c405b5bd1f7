using System.Globalization;
using Automation.Core.Model;
using Automation.TestKit;
using static Automation.Isapi.Tests.Actions.ActionFixture;

namespace Automation.Isapi.Tests.Actions;

/// <summary>What is asked of devices that do not have the first form of a request (isapi.md 1.1–1.4), and what is not asked of them.</summary>
public sealed class FormTests
{
    private const string Ns = "version=\"2.0\" xmlns=\"http://www.isapi.org/ver20/XMLSchema\"";
    private const string NotSupported = "<ResponseStatus><statusCode>4</statusCode><subStatusCode>notSupport</subStatusCode></ResponseStatus>";

    public static TheoryData<string, string, string, string, string, string> Second => new()
    {
        { "auxiliary", "store/camera/channel/1", "type=light,state=on,number=2", "/PTZCtrl/channels/1/auxcontrol?command=LIGHT_PWRON", "/PTZCtrl/channels/1/auxcontrols/2", $"<PTZAux {Ns}><id>2</id><type>LIGHT</type><status>on</status></PTZAux>" },
        { "callPattern", "store/camera/channel/1", "pattern=1", "/PTZCtrl/channels/1/patterns/1/run", "/PTZCtrl/channels/1/patterns/1/start", "" },
        { "callPreset", "store/nvr/channel/4", "preset=2", "/PTZCtrl/channels/4/presets/2/goto", "/ContentMgmt/PTZCtrlProxy/channels/4/presets/2/goto", "" },
        { "movePtz", "store/nvr/channel/4", "mode=continuous,pan=5", "/PTZCtrl/channels/4/continuous", "/ContentMgmt/PTZCtrlProxy/channels/4/continuous", $"<PTZData {Ns}><pan>5</pan><tilt>0</tilt><zoom>0</zoom></PTZData>" },
        { "openRelay", "store/panel/relay/1", "", "/SecurityCP/control/outputs/1?format=json", "/SecurityCP/control/outputs?format=json", """{"OutputsCtrl":{"switch":"open","List":[{"id":1}]}}""" },
    };

    [Theory, MemberData(nameof(Second)), Trait("Req", "ACT-1"), Trait("Req", "ACT-5")]
    public async Task WithoutTheFirstForm_TheSecondIsAskedFor(string action, string on, string parameters, string first, string second, string body)
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync(on);
        await using (device)
        await using (connection)
        {
            device.Answer("PUT", "/ISAPI" + first, NotSupported, 403);
            device.Answer("POST", "/ISAPI" + second, FakeDevice.OkAsync);
            ActionOutcome outcome = await DoAsync(connection, action, on, parameters);
            Assert.True(outcome.Succeeded, outcome.ToString());
            Assert.Equal(("/ISAPI" + second, body), (device.Commands.Last().Path, device.Commands.Last().Body));
        }
    }

    [Theory, Trait("Req", "ACT-8"), Trait("Req", "ACT-9")]
    [InlineData("<ResponseStatus><statusCode>2</statusCode><subStatusCode>deviceBusy</subStatusCode></ResponseStatus>", ActionReason.Busy, true)]
    [InlineData("<ResponseStatus><statusCode>4</statusCode><subStatusCode>lowPrivilege</subStatusCode></ResponseStatus>", ActionReason.Unauthorized, false)]
    [InlineData("<ResponseStatus><statusCode>4</statusCode><subStatusCode>invalidOperation</subStatusCode></ResponseStatus>", ActionReason.Refused, false)]
    public async Task A403ThatSaysWhy_IsNoMissingForm_AndNoWrongPassword(string body, ActionReason reason, bool retrySafe)
    {
        (FakeDevice device, DeviceConnection connection, RecordingObserver observer) = await OnlineAsync("store/nvr");
        await using (device)
        await using (connection)
        {
            device.Answer("PUT", "/ISAPI/PTZCtrl/channels/4/presets/2/goto", body, 403);
            ActionOutcome outcome = await DoAsync(connection, "callPreset", "store/nvr/channel/4", "preset=2");
            Assert.Equal((reason, retrySafe), (outcome.Reason, outcome.RetrySafe));
            Assert.Single(device.Commands);
            Assert.True(connection.Online, observer.ToString());
            Assert.Equal(0, device.RejectedLogins);
        }
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task APasswordThatIsWrongFromNowOn_CostsTheActionOneRejectedLogin_AndNothingMoreIsSent()
    {
        (FakeDevice device, DeviceConnection connection, RecordingObserver observer) = await OnlineAsync("store/nvr");
        await using (device)
        await using (connection)
        {
            device.Password = "changed";
            ActionOutcome first = await DoAsync(connection, "callPreset", "store/nvr/channel/4", "preset=2");
            Assert.Equal((ActionReason.Unauthorized, false), (first.Reason, first.RetrySafe));
            Assert.Equal(1, device.RejectedLogins);
            int sent = device.Requests.Count;
            foreach (string action in (string[])["goHome", "record", "keyFrame"]) Assert.Equal(ActionReason.Unauthorized, (await DoAsync(connection, action, "store/nvr/channel/4")).Reason);
            Assert.Equal((1, sent), (device.RejectedLogins, device.Requests.Count));
            await Until.True(() => observer.Problems.Any(p => p.Kind == DeviceProblemKind.LoginRefused), observer.ToString);
        }
    }

    [Fact, Trait("Req", "ACT-6")]
    public async Task AnIndoorUnit_OpensTheDoorOfTheStationItWatches()
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/gate");
        await using (device)
        await using (connection)
        {
            device.Answer("PUT", "/ISAPI/AccessControl/RemoteControl/door/1", async context =>
            {
                bool indoor = device.Requests.Last().Body.Contains("controlType", StringComparison.Ordinal);
                context.Response.StatusCode = indoor ? 200 : 403;
                if (indoor) await FakeDevice.OkAsync(context);
                else await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(NotSupported));
            });
            ActionOutcome outcome = await DoAsync(connection, "openDoor", "store/gate/station/1");
            Assert.True(outcome.Succeeded, outcome.ToString());
            Assert.Equal($"<RemoteControlDoor {Ns}><channelNo>1</channelNo><cmd>open</cmd><controlType>monitor</controlType></RemoteControlDoor>", device.Commands.Last().Body);
        }
    }

    [Fact, Trait("Req", "ACT-6")]
    public async Task OlderStations_HaveAPathOfTheirOwn()
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/gate");
        await using (device)
        await using (connection)
        {
            device.Answer("PUT", "/ISAPI/AccessControl/RemoteControl/door/1", "", 404);
            ActionOutcome outcome = await DoAsync(connection, "openDoor", "store/gate/door/1");
            Assert.True(outcome.Succeeded, outcome.ToString());
            Assert.Equal(("/ISAPI/VideoIntercom/remoteOpenDoor", $"<RemoteOpenDoor {Ns}><gateWayIndex>1</gateWayIndex><command>unlock</command><controlSrc>Automation</controlSrc></RemoteOpenDoor>"), (device.Commands.Last().Path, device.Commands.Last().Body));
        }
    }

    [Theory, Trait("Req", "ACT-6"), Trait("Req", "ACT-8")]
    [InlineData("closeDoor", "this door cannot be told close: it offers open, alwaysOpen, resume")]
    [InlineData("remainClosed", "this door cannot be told alwaysClose: it offers open, alwaysOpen, resume")]
    [InlineData("remainOpen", null)]
    [InlineData("resumeDoor", null)]
    [InlineData("openDoor", null)]
    public async Task ADoor_IsToldOnlyWhatItOffers(string action, string? refusal)
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/gate");
        await using (device)
        await using (connection)
        {
            device.Answer("GET", "/ISAPI/AccessControl/RemoteControl/door/capabilities", "<RemoteControlDoor xmlns=\"http://www.isapi.org/ver20/XMLSchema\"><doorNo min=\"1\" max=\"1\"/><cmd opt=\"open,alwaysOpen,resume\"/></RemoteControlDoor>");
            ActionOutcome outcome = await DoAsync(connection, action, "store/gate/door/1");
            Assert.Equal((refusal is null, refusal is null ? ActionReason.None : ActionReason.Invalid), (outcome.Succeeded, outcome.Reason));
            if (refusal is not null) Assert.Equal(refusal, outcome.DeviceStatus);
            Assert.Equal(refusal is null ? 1 : 0, device.Commands.Count());
            // Looked up once, and not before a door is opened.
            await DoAsync(connection, action, "store/gate/door/1");
            Assert.Equal(action == "openDoor" ? 0 : 1, device.Requests.Count(r => r.Path.EndsWith("door/capabilities", StringComparison.Ordinal)));
        }
    }

    [Theory, Trait("Req", "ACT-1"), Trait("Req", "ACT-7")]
    [InlineData("enablePrivacyMask", "store/nvr/channel/2", "", "/System/Video/inputs/channels/2/privacyMask", "/ContentMgmt/InputProxy/channels/2/video/privacyMask", "<PrivacyMask><enabled>false</enabled></PrivacyMask>", "<PrivacyMask><enabled>true</enabled></PrivacyMask>")]
    [InlineData("irCut", "store/nvr/channel/2", "mode=day", "/Image/channels/2/IrcutFilter", "/ContentMgmt/ImageProxy/channels/2/ircutFilter", "<IrcutFilter><IrcutFilterType>auto</IrcutFilterType></IrcutFilter>", "<IrcutFilter><IrcutFilterType>day</IrcutFilterType></IrcutFilter>")]
    [InlineData("armAlarmInput", "store/nvr/alarm-input/301", "", "/System/IO/inputs/301", "/ContentMgmt/IOProxy/inputs/301", "<IOProxyInputPort><id>301</id><enabled>false</enabled></IOProxyInputPort>", "<IOProxyInputPort><id>301</id><enabled>true</enabled></IOProxyInputPort>")]
    public async Task SettingsOfAProxiedCamera_AreUnderTheRecordersPath(string action, string on, string parameters, string direct, string proxied, string before, string after)
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync(on);
        await using (device)
        await using (connection)
        {
            device.Answer("GET", "/ISAPI" + direct, NotSupported, 403);
            device.Answer("GET", "/ISAPI" + proxied, before);
            ActionOutcome outcome = await DoAsync(connection, action, on, parameters);
            Assert.True(outcome.Succeeded, outcome.ToString());
            Asked put = Assert.Single(device.Commands);
            Assert.Equal(("/ISAPI" + proxied, after), (put.Path, put.Body.Split('\n', 2)[1]));
        }
    }

    [Fact, Trait("Req", "ACT-1")]
    public async Task ACameraWithoutOneKeyDisarming_HasItsMotionDetectionSwitched()
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/camera");
        await using (device)
        await using (connection)
        {
            device.Answer("PUT", "/ISAPI/System/status/disturbParams?format=json", "", 404);
            device.Answer("GET", "/ISAPI/System/Video/inputs/channels/1/motionDetection", "<MotionDetection><enabled>true</enabled><sensitivityLevel>60</sensitivityLevel></MotionDetection>");
            Assert.True((await DoAsync(connection, "disarmCamera", "store/camera/channel/1")).Succeeded);
            Assert.Equal("<MotionDetection><enabled>false</enabled><sensitivityLevel>60</sensitivityLevel></MotionDetection>", device.Commands.Last().Body.Split('\n', 2)[1]);
        }
    }

    [Theory, Trait("Req", "ACT-1")]
    [InlineData(200, "<ResponseStatus><statusCode>3</statusCode><subStatusCode>internalError</subStatusCode></ResponseStatus>", ActionReason.Refused, true)]
    [InlineData(200, "<ResponseStatus><statusCode>2</statusCode><subStatusCode>noMemory</subStatusCode></ResponseStatus>", ActionReason.Busy, true)]
    [InlineData(200, "no picture at all", ActionReason.BadAnswer, false)]
    [InlineData(403, NotSupported, ActionReason.NotSupported, false)]
    public async Task APictureThatIsAnError_IsAnError_AlsoWithHttp200(int status, string body, ActionReason reason, bool retrySafe)
    {
        (FakeDevice device, DeviceConnection connection, RecordingObserver observer) = await OnlineAsync("store/nvr");
        await using (device)
        await using (connection)
        {
            device.Answer("GET", "/ISAPI/Streaming/channels/101/picture", body, status);
            device.Answer("GET", "/ISAPI/ContentMgmt/StreamingProxy/channels/101/picture", NotSupported, 403);
            ActionOutcome outcome = await DoAsync(connection, "capture", "store/nvr/channel/1");
            Assert.Equal((false, reason, retrySafe), (outcome.Succeeded, outcome.Reason, outcome.RetrySafe));
            Assert.Empty(observer.Pictures);
        }
    }

    [Fact, Trait("Req", "ACT-1")]
    public async Task AMovementForSomeTime_IsStoppedAfterIt()
    {
        var time = new ManualTime();
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/nvr", time);
        await using (device)
        await using (connection)
        {
            Assert.True((await DoAsync(connection, "movePtz", "store/nvr/channel/4", "mode=continuous,pan=30,milliseconds=2000")).Succeeded);
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.Single(device.Commands);
            time.Advance(TimeSpan.FromSeconds(2));
            await Until.True(() => device.Commands.Count() == 2);
            Assert.Equal($"<PTZData {Ns}><pan>0</pan><tilt>0</tilt><zoom>0</zoom></PTZData>", device.Commands.Last().Body);
        }
    }

    [Fact, Trait("Req", "ACT-2")]
    public async Task APulse_IsHighAndThenLow_AndALaterOrderCountsInstead()
    {
        var time = new ManualTime();
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/nvr", time);
        await using (device)
        await using (connection)
        {
            await DoAsync(connection, "triggerAlarmOutput", "store/nvr/alarm-output/1", "state=pulse,pulseSeconds=2.5");
            time.Advance(TimeSpan.FromSeconds(2.4));
            Assert.Single(device.Commands);
            time.Advance(TimeSpan.FromSeconds(0.2));
            await Until.True(() => device.Commands.Count() == 2);
            await DoAsync(connection, "triggerAlarmOutput", "store/nvr/alarm-output/1", "pulseSeconds=5");
            await DoAsync(connection, "triggerAlarmOutput", "store/nvr/alarm-output/1");
            time.Advance(TimeSpan.FromMinutes(1));
            await DoAsync(connection, "keyFrame", "store/nvr/channel/1");
            Assert.Equal(["high", "low", "high", "high"], device.Commands.Where(c => c.Path.Contains("outputs", StringComparison.Ordinal)).Select(c => c.Body.Contains("high", StringComparison.Ordinal) ? "high" : "low"));
        }
    }
}
