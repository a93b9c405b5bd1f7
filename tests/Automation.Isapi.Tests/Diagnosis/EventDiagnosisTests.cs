using Automation.Core.Model;
using Automation.Isapi.Tests.Discovery;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Diagnosis;

public sealed class EventDiagnosisTests
{
    private const string Ns = "xmlns=\"http://www.hikvision.com/ver20/XMLSchema\" version=\"2.0\"";

    private static Device Nvr(Uri url) => TestDevices.Recorder(url);

    private static EventDiagnosis Doctor(Device device) => new(device, new DiagnosisLimits(), new DeviceConnectionLimits(), new ManualTime(), new Random(5));

    private static (ResourceAddress, string) Wants(Device device, string kind, int number, string type) => (device.Address.Resource(kind, number), type);

    private static async Task<FakeDevice> RecorderAsync(string center = "<EventTriggerNotification><id>center</id><notificationMethod>center</notificationMethod></EventTriggerNotification>", string enabled = "true", string blocks = "<TimeBlock><dayOfWeek>1</dayOfWeek><TimeRange><beginTime>00:00</beginTime><endTime>24:00</endTime></TimeRange></TimeBlock>")
    {
        FakeDevice device = await FakeDevice.StartAsync();
        string trigger = $"<EventTrigger {Ns}><id>linedetection-2</id><eventType>linedetection</eventType><dynVideoInputChannelID>2</dynVideoInputChannelID><EventTriggerNotificationList><EventTriggerNotification><id>record-2</id><notificationMethod>record</notificationMethod></EventTriggerNotification>{center}</EventTriggerNotificationList></EventTrigger>";
        device.Answer("GET", "/ISAPI/Event/triggers", $"<EventTriggerList {Ns}>{trigger}</EventTriggerList>");
        device.Answer("GET", "/ISAPI/Event/triggers/linedetection-2", trigger);
        device.Answer("GET", "/ISAPI/Smart/LineDetection/2", $"<LineDetection {Ns}><id>2</id><enabled>{enabled}</enabled><LineItemList><LineItem><id>1</id><enabled>false</enabled></LineItem></LineItemList></LineDetection>");
        device.Answer("GET", "/ISAPI/Event/schedules/lineDetections", $"<ScheduleList {Ns}><Schedule><id>linedetection_video1</id><TimeBlockList/></Schedule><Schedule><id>linedetection_video2</id><dynVideoInputChannelID>2</dynVideoInputChannelID><TimeBlockList>{blocks}</TimeBlockList></Schedule></ScheduleList>");
        device.Answer("GET", "/ISAPI/Event/schedules/lineDetections/linedetection_video2", $"<Schedule {Ns}><id>linedetection_video2</id><TimeBlockList>{blocks}</TimeBlockList></Schedule>");
        return device;
    }

    [Fact, Trait("Req", "EVT-7")]
    public async Task Check_EventThatIsDetectedToldAndArmed_HasNoReason()
    {
        await using FakeDevice device = await RecorderAsync();
        Device nvr = Nvr(device.Url);
        using EventDiagnosis doctor = Doctor(nvr);
        DeviceDiagnosis diagnosis = await Until.Done(doctor.CheckAsync([Wants(nvr, "channel", 2, "lineCrossing")], null, CancellationToken.None));
        EventCheck check = Assert.Single(diagnosis.Events);
        Assert.Equal((true, true, 24.0), (check.Enabled, check.TellsListeners, check.ArmedHours));
        Assert.Empty(check.Reasons);
        Assert.Null(check.Complaint);
        Assert.Equal("store/nvr/channel/2 lineCrossing: detection on, listeners told, armed 24 of 168 hours", check.ToString());
        Assert.All(device.Requests, r => Assert.Equal("GET", r.Method));
    }

    [Theory, Trait("Req", "EVT-7")]
    [InlineData("detection", SilenceReason.DetectionOff, "lineCrossing of store/nvr/channel/2 cannot come: the detection is off")]
    [InlineData("center", SilenceReason.ListenersNotTold, "lineCrossing of store/nvr/channel/2 cannot come: the device tells no listener of it (\"center\" is missing in its trigger)")]
    [InlineData("schedule", SilenceReason.NeverArmed, "lineCrossing of store/nvr/channel/2 cannot come: its arming schedule is empty")]
    public async Task Check_OneThingMissing_IsNamed(string missing, SilenceReason reason, string complaint)
    {
        await using FakeDevice device = missing switch
        {
            "detection" => await RecorderAsync(enabled: "false"),
            "center" => await RecorderAsync(center: ""),
            _ => await RecorderAsync(blocks: ""),
        };
        Device nvr = Nvr(device.Url);
        using EventDiagnosis doctor = Doctor(nvr);
        DeviceDiagnosis diagnosis = await Until.Done(doctor.CheckAsync([Wants(nvr, "channel", 2, "lineCrossing")], null, CancellationToken.None));
        EventCheck check = Assert.Single(diagnosis.Events);
        Assert.Equal([reason], check.Reasons);
        Assert.Equal(complaint, check.Complaint);
    }

    [Fact, Trait("Req", "EVT-7")]
    public async Task Check_DisarmedChannelAndEventTheDeviceLacks_AreNamed()
    {
        await using FakeDevice device = await RecorderAsync();
        device.Answer("GET", "/ISAPI/System/status/disturbParams?format=json", """{"disturbChannelList":[{"channelID":2,"disturbEnabled":true,"disturbNotificationList":[{"notificationMethod":"center"}]},{"channelID":1,"disturbEnabled":true,"disturbNotificationList":[{"notificationMethod":"beep"}]}]}""", contentType: "application/json");
        Device nvr = Nvr(device.Url);
        using EventDiagnosis doctor = Doctor(nvr);
        DeviceDiagnosis diagnosis = await Until.Done(doctor.CheckAsync([Wants(nvr, "channel", 2, "lineCrossing"), Wants(nvr, "channel", 1, "sceneChange"), Wants(nvr, "channel", 1, "fallingDown")], null, CancellationToken.None));
        Assert.Equal(["fallingDown: ", "sceneChange: NotOnDevice", "lineCrossing: ChannelDisarmed"], diagnosis.Events.Select(e => $"{e.Event}: {string.Join(',', e.Reasons)}"));
    }

    [Fact, Trait("Req", "EVT-7")]
    public async Task Check_PushSlots_AreOursOrNot()
    {
        await using FakeDevice device = await RecorderAsync();
        device.Answer("GET", "/ISAPI/Event/notification/httpHosts", $"<HttpHostNotificationList {Ns}><HttpHostNotification><id>1</id><url>/push/store</url><protocolType>HTTP</protocolType><ipAddress>10.0.0.2</ipAddress><portNo>8090</portNo></HttpHostNotification><HttpHostNotification><id>2</id><url>/other</url><protocolType>HTTPS</protocolType><hostName>elsewhere</hostName><portNo>443</portNo></HttpHostNotification><HttpHostNotification><id>3</id><url>/</url><ipAddress>0.0.0.0</ipAddress><portNo>80</portNo></HttpHostNotification></HttpHostNotificationList>");
        Device nvr = Nvr(device.Url);
        using EventDiagnosis doctor = Doctor(nvr);
        DeviceDiagnosis diagnosis = await Until.Done(doctor.CheckAsync([Wants(nvr, "channel", 2, "lineCrossing")], new Uri("http://10.0.0.2:8090/push"), CancellationToken.None));
        Assert.Equal([(1, "http://10.0.0.2:8090/push/store", true), (2, "https://elsewhere:443/other", false), (3, "", false)], diagnosis.PushSlots.Select(s => (s.Id, s.Url, s.Ours == true)));
    }

    [Fact, Trait("Req", "EVT-7")]
    public async Task Fix_WhatIsMissing_IsSetByReadModifyWriteAndCanBePutBack()
    {
        await using FakeDevice device = await RecorderAsync(center: "", enabled: "false", blocks: "");
        Device nvr = Nvr(device.Url);
        using EventDiagnosis doctor = Doctor(nvr);
        DeviceDiagnosis diagnosis = await Until.Done(doctor.CheckAsync([Wants(nvr, "channel", 2, "lineCrossing")], null, CancellationToken.None));
        DeviceChange[] changes = [.. await Until.Done(doctor.FixAsync(diagnosis, null, CancellationToken.None))];
        Assert.All(changes, c => Assert.Null(c.Failure));
        Assert.Equal(["/Smart/LineDetection/2", "/Event/triggers/linedetection-2", "/Event/schedules/lineDetections/linedetection_video2"], changes.Select(c => c.Path));
        Asked[] puts = [.. device.Commands];
        // The line's own switch stands as it was, and the namespace with it.
        Assert.Equal($"<LineDetection {Ns}><id>2</id><enabled>true</enabled><LineItemList><LineItem><id>1</id><enabled>false</enabled></LineItem></LineItemList></LineDetection>", Body(puts[0]));
        Assert.Contains("<notificationMethod>record</notificationMethod></EventTriggerNotification><EventTriggerNotification><id>center</id><notificationMethod>center</notificationMethod></EventTriggerNotification></EventTriggerNotificationList>", puts[1].Body, StringComparison.Ordinal);
        Assert.Equal(7, puts[2].Body.Split("<beginTime>00:00:00</beginTime><endTime>24:00:00</endTime>").Length - 1);
        Assert.DoesNotContain("xmlns=\"\"", puts[1].Body + puts[2].Body, StringComparison.Ordinal);

        DeviceChange[] back = [.. await Until.Done(doctor.RestoreAsync(changes, CancellationToken.None))];
        Assert.All(back, c => Assert.Null(c.Failure));
        Asked[] restored = [.. device.Commands.Skip(3)];
        Assert.Equal(changes.Reverse().Select(c => "/ISAPI" + c.Path), restored.Select(r => r.Path));
        Assert.Equal(changes.Reverse().Select(c => c.Before), restored.Select(r => r.Body));
    }

    [Fact, Trait("Req", "EVT-7")]
    public async Task Fix_WhatTheDeviceRefuses_IsToldWithItsWords()
    {
        await using FakeDevice device = await RecorderAsync(center: "");
        device.Answer("PUT", "/ISAPI/Event/triggers/linedetection-2", "<ResponseStatus><statusCode>4</statusCode><statusString>Invalid Operation</statusString><subStatusCode>lowPrivilege</subStatusCode></ResponseStatus>", 403);
        Device nvr = Nvr(device.Url);
        using EventDiagnosis doctor = Doctor(nvr);
        DeviceDiagnosis diagnosis = await Until.Done(doctor.CheckAsync([Wants(nvr, "channel", 2, "lineCrossing")], null, CancellationToken.None));
        DeviceChange change = Assert.Single(await Until.Done(doctor.FixAsync(diagnosis, null, CancellationToken.None)));
        Assert.Equal("4 lowPrivilege", change.Failure);
        Assert.Empty(await Until.Done(doctor.RestoreAsync([change], CancellationToken.None)));
    }

    [Fact, Trait("Req", "EVT-7"), Trait("Req", "ACT-9")]
    public async Task Check_WrongPassword_IsTheFailureAndOneRejectedLogin()
    {
        await using FakeDevice device = await RecorderAsync();
        device.Password = "changed";
        Device nvr = Nvr(device.Url);
        using EventDiagnosis doctor = Doctor(nvr);
        DeviceDiagnosis diagnosis = await Until.Done(doctor.CheckAsync([Wants(nvr, "channel", 2, "lineCrossing")], null, CancellationToken.None));
        Assert.Contains("rejects the user or the password", diagnosis.Failure, StringComparison.Ordinal);
        Assert.Equal(1, device.RejectedLogins);
    }

    [Fact, Trait("Req", "EVT-7")]
    public async Task Check_RecordedRecorder_FindsWhatItsOwnerNeverSwitchedOn()
    {
        await using FakeDevice recorded = await RecordedDevice.StartAsync("DS-7608NXI-I2");
        var found = new DiscoveryLimits();
        DiscoveryResult result = await Until.Done(DeviceDiscovery.DiscoverAsync(
            new DeviceIds("store", [], "nvr"), new DeviceConnectionInfo { Url = recorded.Url, User = "admin", Password = new Secret("right-password") },
            found, new DeviceConnectionLimits(), new ManualTime(), new Random(3), CancellationToken.None));
        using EventDiagnosis doctor = Doctor(result.Device!);
        DeviceDiagnosis diagnosis = await Until.Done(doctor.CheckAsync(null, null, CancellationToken.None));
        Assert.Null(diagnosis.Failure);
        string Of(int channel, string type) => string.Join(',', diagnosis.Events.Single(e => e.Resource.Kind == "channel" && e.Resource.Number == channel && e.Event == type).Reasons);
        // As the recording has it: VMD-1 has no notification at all, VMD-2 is told and VMD-3 only recorded.
        Assert.Equal("ListenersNotTold", Of(1, "motionDetection"));
        Assert.DoesNotContain("ListenersNotTold", Of(2, "motionDetection"), StringComparison.Ordinal);
        Assert.Contains("ListenersNotTold", Of(3, "motionDetection"), StringComparison.Ordinal);
        Assert.Equal("DetectionOff", Of(1, "intrusion"));
        Assert.Equal("http://1.0.0.159:8123/api/hikvision", Assert.Single(diagnosis.PushSlots).Url);
    }

    private static string Body(Asked put) => put.Body.Replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "", StringComparison.Ordinal);
}
