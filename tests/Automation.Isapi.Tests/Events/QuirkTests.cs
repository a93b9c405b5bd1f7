using System.Text;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Events;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Events;

/// <summary>What devices in the field do that no document says; each a test.</summary>
public sealed class QuirkTests
{
    private static async Task<RecordingObserver> HearAsync(int eventCount, Action<FakeDevice> speak, Func<Uri, Device> of)
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        var observer = new RecordingObserver();
        await using DeviceConnection connection = TestDevices.Connect(of(device.Url), observer, new ManualTime());
        connection.Start();
        speak(device);
        await Until.True(() => observer.Events.Count == eventCount, observer.ToString);
        return observer;
    }

    private static string Alert(string type, string channel = "<channelID>1</channelID>") =>
        $"<EventNotificationAlert>{channel}<activePostCount>1</activePostCount><eventType>{type}</eventType><eventState>active</eventState></EventNotificationAlert>";

    [Theory, Trait("Req", "EVT-4")]
    [InlineData("vmd", "motionDetection")]
    [InlineData("VMDHumanVehicle", "motionDetection")]
    [InlineData("ShelterAlarm", "videoTampering")]
    [InlineData("RegionEntrance", "regionEntrance")]
    [InlineData("thermometry", "temperatureAlarm")]
    [InlineData("scenechangedetection", "sceneChange")]
    public async Task Names_DifferInCaseAndAlias(string wire, string type)
    {
        RecordingObserver observer = await HearAsync(1, d => d.WriteXml(Alert(wire)), TestDevices.Camera);
        Assert.Equal(type, observer.Events.Single().Type);
    }

    [Fact, Trait("Req", "EVT-4")]
    public async Task RecorderChannels_MayCountFrom33()
    {
        RecordingObserver observer = await HearAsync(2, d =>
        {
            d.WriteXml(Alert("VMD", "<channelID>34</channelID>"));
            d.WriteXml(Alert("VMD", "<channelID>0</channelID><dynChannelID>3</dynChannelID>"));
        }, TestDevices.Recorder);
        Assert.Equal(["store/nvr/channel/2", "store/nvr/channel/3"], observer.Events.Select(e => e.Resource.Value));
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task OnePart_MayHoldSeveralAlerts()
    {
        RecordingObserver observer = await HearAsync(3, d => d.WriteXml(Alert("VMD") + "\r\n<?xml version=\"1.0\"?>" + Alert("linedetection") + Alert("fielddetection")), TestDevices.Camera);
        Assert.Equal(["motionDetection", "lineCrossing", "intrusion"], observer.Events.Select(e => e.Type));
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task AlertsBeforeABreak_AreTakenAndTheBreakIsTold()
    {
        RecordingObserver observer = await HearAsync(2, d =>
        {
            d.WriteXml(Alert("VMD") + "<EventNotificationAlert><eventType>linedete");
            d.WriteXml(Alert("fielddetection"));
        }, TestDevices.Camera);
        Assert.Equal(["motionDetection", "intrusion"], observer.Events.Select(e => e.Type));
        Assert.Equal(DeviceProblemKind.PartUnreadable, Assert.Single(observer.Problems).Kind);
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task Names_WithBareAmpersandOrLatin1_AreKept()
    {
        string alert = Alert("VMD").Replace("<eventType>", "<channelName>Tür & Tor</channelName><eventType>", StringComparison.Ordinal);
        byte[] latin = Encoding.Latin1.GetBytes(alert);
        RecordingObserver observer = await HearAsync(2, d =>
        {
            d.WriteXml(alert);
            d.Write([.. Encoding.ASCII.GetBytes($"--boundary\r\nContent-Type: application/xml; charset=\"UTF-8\"\r\nContent-Length: {latin.Length}\r\n\r\n"), .. latin, (byte)'\r', (byte)'\n']);
        }, TestDevices.Camera);
        Assert.All(observer.Events, e => Assert.Equal("Tür & Tor", e.Data["channelName"].Text));
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task PictureParts_BetweenAlerts_AreSkipped()
    {
        RecordingObserver observer = await HearAsync(2, d =>
        {
            d.WriteXml(Alert("TMA"));
            d.Write([.. Encoding.ASCII.GetBytes("--boundary\r\nContent-Disposition: form-data; filename=\"a.jpg\"\r\nContent-Type: image/pjpeg\r\nContent-Length: 40000\r\n\r\n"), .. Enumerable.Repeat((byte)0xFF, 40_000), (byte)'\r', (byte)'\n']);
            d.WriteXml(Alert("VMD"));
        }, TestDevices.Camera);
        Assert.Equal(["temperatureAlarm", "motionDetection"], observer.Events.Select(e => e.Type));
        Assert.Empty(observer.Problems);
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task OtherBoundary_ThanDeclared_IsRead()
    {
        RecordingObserver observer = await HearAsync(1, d =>
        {
            d.StreamContentType = "multipart/mixed;boundary=\"MIME_boundary\"";
            d.WriteXml(Alert("VMD"));
        }, TestDevices.Camera);
        Assert.Equal("store/camera/channel/1", observer.Events.Single().Resource.Value);
    }

    [Fact, Trait("Req", "DEV-6")]
    public async Task Calls_AreOneAtATime()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        int inFlight = 0;
        int most = 0;
        device.Answer("PUT", "/ISAPI/PTZCtrl/channels/4/homeposition/goto", async context =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inFlight));
            await Task.Yield();
            await FakeDevice.OkAsync(context);
            Interlocked.Decrement(ref inFlight);
        });
        var observer = new RecordingObserver();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Recorder(device.Url), observer, new ManualTime(), new DeviceConnectionLimits { MaxWaitingCalls = 8 });
        connection.Start();
        await Until.True(() => connection.Online, observer.ToString);
        ActionOutcome[] outcomes = await Until.Done(Task.WhenAll(Enumerable.Range(0, 6).Select(_ => connection.ExecuteAsync("goHome", ResourceAddress.Parse("store/nvr/channel/4"), DataObject.Empty, CancellationToken.None))));
        Assert.All(outcomes, o => Assert.True(o.Succeeded, o.ToString()));
        Assert.Equal(1, most);
    }

    [Fact, Trait("Req", "TMP-3")]
    public void LiveTemperatures_AreInCelsiusByRule()
    {
        DeviceElement document = Assert.Single(DocumentReader.Read(Encoding.UTF8.GetBytes(
            """{"ThermometryUploadList":{"ThermometryUpload":[{"ruleID":1,"thermometryUnit":1,"LinePolygonThermCfg":{"MaxTemperature":212,"MinTemperature":32,"AverageTemperature":122}},{"ruleID":"2","thermometryUnit":0,"PointThermCfg":{"temperature":"35.5"}}]}}""")).Documents);
        Assert.Equal("{rule1Average: 50, rule1Max: 100, rule1Min: 0, rule2Max: 35.5, temperature: 100}", ThermometryUpload.Read(document).ToString());
    }

    [Fact, Trait("Req", "TMP-3")]
    public async Task LiveTemperatures_ReachTheChannelsState()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/ISAPI" + ThermometryUpload.PathOf(2), async context =>
        {
            context.Response.ContentType = "multipart/mixed; boundary=boundary";
            const string Body = """{"ThermometryUploadList":{"ThermometryUpload":{"ruleID":1,"thermometryUnit":0,"LinePolygonThermCfg":{"MaxTemperature":81.5}}}}""";
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"--boundary\r\nContent-Type: application/json\r\n\r\n{Body}\r\n"));
            await context.Response.Body.FlushAsync();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                // The listener is gone.
            }
        });
        Device thermal = TestDevices.Recorder(device.Url);
        thermal = thermal with { Resources = [.. thermal.Resources.Select(r => r.Address.Value == "store/nvr/channel/2" ? r with { Capabilities = ["thermal"] } : r)] };
        var observer = new RecordingObserver();
        var time = new ManualTime();
        await using DeviceConnection connection = TestDevices.Connect(thermal, observer, time, TestDevices.Patient);
        connection.Start();
        await Until.True(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return observer.States.Any(s => s.Resource.Value == "store/nvr/channel/2" && s.Properties["temperature"].Number == 81.5);
        }, observer.ToString);
    }
}
