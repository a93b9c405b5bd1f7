using System.Text;
using Automation.Core.Model;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Devices;

public sealed class DeviceConnectionTests
{
    private const string Heartbeat = "<EventNotificationAlert version=\"2.0\" xmlns=\"http://www.hikvision.com/ver20/XMLSchema\"><channelID>0</channelID><dateTime>2012-01-01T00:00:00+08:00</dateTime><activePostCount>0</activePostCount><eventType>videoloss</eventType><eventState>inactive</eventState><eventDescription>videoloss alarm</eventDescription></EventNotificationAlert>";

    private static string Motion(string state, int count = 1, string time = "2012-01-01T00:00:01+08:00") =>
        $"<EventNotificationAlert><channelID>2</channelID><dateTime>{time}</dateTime><activePostCount>{count}</activePostCount><eventType>VMD</eventType><eventState>{state}</eventState></EventNotificationAlert>";

    [Fact, Trait("Req", "EVT-1")]
    public async Task Stream_XmlAndJsonParts_BecomeEvents()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        var observer = new RecordingObserver();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Recorder(device.Url), observer, new ManualTime());
        connection.Start();
        device.WriteXml(Heartbeat);
        device.WriteXml(Motion("active"));
        device.WriteJson("""{"ipAddress":"10.0.0.5","channelID":"1","dateTime":"2012-01-01T00:00:02+08:00","activePostCount":"1","eventType":"IO","eventState":"active","inputIOPortID":"2"}""");
        device.WriteXml(Motion("inactive", 0));
        await Until.True(() => observer.Events.Count == 3, observer.ToString);
        Assert.Equal(
            ["store/nvr/channel/2 motionDetection Active", "store/nvr/alarm-input/2 alarmInput Active", "store/nvr/channel/2 motionDetection Inactive"],
            observer.Events.Select(e => $"{e.Resource} {e.Type} {e.State}"));
        Assert.Equal("2012-01-01T00:00:01+08:00", observer.Events.First().Data["deviceTime"].Text);
        Assert.Empty(observer.Problems);
        Assert.Equal((true, null), Assert.Single(observer.Availability));
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task Stream_BadParts_AreEachToldOnceAndTheStreamGoesOn()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        var observer = new RecordingObserver();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Recorder(device.Url), observer, new ManualTime(), new DeviceConnectionLimits { MaxTextPartBytes = 4096 });
        connection.Start();
        for (int i = 0; i < 3; i++)
        {
            device.Write($"--boundary\r\nContent-Type: application/xml\r\nContent-Length: 500\r\n\r\n{Motion("active")[..60]}\r\n");
            device.WriteXml("this is neither");
            device.WriteXml("<a>" + new string('x', 9000) + "</a>");
            device.WriteXml("<EventNotificationAlert><channelID>1</channelID><eventType>somethingNew</eventType><eventState>active</eventState></EventNotificationAlert>");
            device.WriteXml("<EventNotificationAlert><channelID>9</channelID><eventType>VMD</eventType><eventState>active</eventState></EventNotificationAlert>");
        }

        device.WriteXml(Motion("active"));
        await Until.True(() => observer.Events.Count == 7, observer.ToString);
        Assert.Equal(
            [DeviceProblemKind.PartTruncated, DeviceProblemKind.PartUnreadable, DeviceProblemKind.PartOversized, DeviceProblemKind.UnknownEvent, DeviceProblemKind.UnknownResource],
            observer.Problems.Select(p => p.Kind));
        Assert.Equal("store/nvr/channel/1 unknown somethingNew", $"{observer.Events.First().Resource} {observer.Events.First().Type} {observer.Events.First().Data["raw"].Text}");
        Assert.Equal("store/nvr motionDetection", $"{observer.Events.ElementAt(1).Resource} {observer.Events.ElementAt(1).Type}");
        Assert.Equal("store/nvr/channel/2", observer.Events.Last().Resource.Value);
    }

    [Fact, Trait("Req", "DEV-7")]
    public async Task Stream_SilentForThirtySeconds_IsOfflineAndComesBack()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        var observer = new RecordingObserver();
        var time = new ManualTime();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Recorder(device.Url), observer, time, new DeviceConnectionLimits { CallTimeout = TimeSpan.FromDays(1) });
        connection.Start();
        device.WriteXml(Motion("active"));
        await Until.True(() => observer.Events.Count == 1, observer.ToString);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.True(connection.Online);
        time.Advance(TimeSpan.FromSeconds(2));
        await Until.True(() => !connection.Online, observer.ToString);
        ActionOutcome outcome = await Until.Done(connection.ExecuteAsync("goHome", ResourceAddress.Parse("store/nvr/channel/4"), DataObject.Empty, CancellationToken.None));
        Assert.Equal((ActionReason.DeviceOffline, true), (outcome.Reason, outcome.RetrySafe));
        int looks = 0;
        await Until.True(() =>
        {
            // Slowly: the stream must be able to open within the 30 s of this clock.
            if (++looks % 40 == 0) time.Advance(TimeSpan.FromSeconds(1));
            return connection.Online;
        }, observer.ToString);
        Assert.Equal([true, false, true], observer.Availability.Select(a => a.Online));
        Assert.Contains("30 s", observer.Availability.ElementAt(1).Reason, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "DEV-7")]
    public async Task Stream_ClosedByTheDevice_IsOpenedAgainWithoutGoingOffline()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        var observer = new RecordingObserver();
        var time = new ManualTime();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Recorder(device.Url), observer, time, TestDevices.Patient);
        connection.Start();
        await Until.True(() => connection.Online, observer.ToString);
        device.CloseStream();
        await Until.True(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return device.StreamsOpened == 2;
        }, observer.ToString);
        device.WriteXml(Motion("active"));
        await Until.True(() => observer.Events.Count == 1, observer.ToString);
        Assert.Single(observer.Availability);
    }

    [Fact, Trait("Req", "DEV-7")]
    public async Task NobodyThere_IsOfflineWithTheReason()
    {
        var observer = new RecordingObserver();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Recorder(TestDevices.Nowhere), observer, new ManualTime());
        connection.Start();
        await Until.True(() => !observer.Availability.IsEmpty);
        Assert.False(observer.Availability.First().Online);
        Assert.Contains("no connection", observer.Availability.First().Reason, StringComparison.Ordinal);
        Assert.Empty(observer.Problems);
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task Stream_RefusedByTheDevice_IsAProblemButTheDeviceIsThere()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.StreamStatus = 403;
        var observer = new RecordingObserver();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Recorder(device.Url), observer, new ManualTime());
        connection.Start();
        await Until.True(() => connection.Online, observer.ToString);
        DeviceProblem problem = Assert.Single(observer.Problems);
        Assert.Equal(DeviceProblemKind.StreamRefused, problem.Kind);
        Assert.Contains("deployExceedMax", problem.Detail, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task Backlog_OlderThanTwoMinutesByTheDevicesClock_IsDroppedAndCounted()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        var observer = new RecordingObserver();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Recorder(device.Url), observer, new ManualTime());
        connection.Start();
        device.WriteXml(Heartbeat);
        device.WriteXml(Motion("active", time: "2011-12-31T23:50:00+08:00"));
        device.WriteXml(Motion("active", time: "2011-12-31T23:51:00+08:00"));
        device.WriteXml(Motion("active", time: "2011-12-31T23:59:00+08:00"));
        await Until.True(() => observer.Events.Count == 1, observer.ToString);
        Assert.Equal(2, connection.Counts.Old);
        Assert.Equal(2, observer.Old.Count);
        Assert.Equal(DeviceProblemKind.Backlog, Assert.Single(observer.Problems).Kind);
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task Secrets_NeverReachTheObserverTheLogOrAReason()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.User = "somebody-else";
        var observer = new RecordingObserver();
        var log = new TextLogger();
        await using var connection = new DeviceConnection(TestDevices.Recorder(device.Url).WithPassword("very-secret-word"), new DeviceConnectionLimits(), observer, new ManualTime(), new Random(1), log);
        connection.Start();
        await Until.True(() => !observer.Problems.IsEmpty, observer.ToString);
        ActionOutcome outcome = await Until.Done(connection.ExecuteAsync("goHome", ResourceAddress.Parse("store/nvr/channel/1"), DataObject.Empty, CancellationToken.None));
        Assert.NotEqual("", log.Text);
        foreach (string text in (string[])[log.Text, observer.ToString(), outcome.ToString()])
        {
            Assert.DoesNotContain("very-secret-word", text, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes("admin:very-secret-word")), text, StringComparison.Ordinal);
        }
    }

    [Fact, Trait("Req", "DEV-3")]
    public async Task OldDevice_WithoutThePrefix_IsRecognised()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/System/deviceInfo", "<DeviceInfo><model>Old</model></DeviceInfo>");
        device.Answer("GET", "/Event/notification/alertStream", device.StreamAsync);
        var observer = new RecordingObserver();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Recorder(device.Url), observer, new ManualTime());
        connection.Start();
        device.WriteXml(Motion("active"));
        await Until.True(() => observer.Events.Count == 1, observer.ToString);
        ActionOutcome outcome = await Until.Done(connection.ExecuteAsync("goHome", ResourceAddress.Parse("store/nvr/channel/4"), DataObject.Empty, CancellationToken.None));
        Assert.True(outcome.Succeeded, outcome.ToString());
        Assert.Equal("/PTZCtrl/channels/4/homeposition/goto", Assert.Single(device.Commands).Path);
    }
}
