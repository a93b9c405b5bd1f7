using System.Text.Json.Nodes;
using Automation.Core.Model;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Isapi.Tests.Devices;

/// <summary>A receiver gateway: one subscription for all of its devices, each named by its devIndex (EVT-2, DEV-3; 002 §5, A.41–A.43).</summary>
public sealed class GatewayTests : IAsyncLifetime
{
    private const string Subscribe = "/ISAPI/Event/notification/subscribeDeviceMgmt?format=json";
    private const string List = "/ISAPI/ContentMgmt/DeviceMgmt/deviceList?format=json";
    private const string PanelIndex = "2CD6716D-767F-4756-AC55-50276A5E3B4A";
    private const string CameraIndex = "7a41f0c2-0000-4756-ac55-50276a5e3b4a";

    private readonly ManualTime _time = new();
    private readonly RecordingObserver _observer = new();
    private readonly List<DeviceConnection> _connections = [];
    private FakeDevice _gateway = null!;
    private int _subscriptions;

    public async ValueTask InitializeAsync()
    {
        _gateway = await FakeDevice.StartAsync();
        _gateway.Answer("POST", Subscribe, async context =>
        {
            int id = 5939 + _subscriptions++;
            _gateway.WriteJson($$$$"""{"SubscribeDeviceMgmtRsp":{"id":{{{{id}}}}}}""");
            await _gateway.StreamAsync(context);
        });
        Lists(("2cd6716d-767f-4756-ac55-50276a5e3b4a", "online"), (CameraIndex, "offline"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (DeviceConnection connection in Enumerable.Reverse(_connections)) await connection.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    /// <summary>The gateway lists these, two a page at most.</summary>
    private void Lists(params (string Index, string Status)[] devices) => _gateway.Answer("POST", List, async context =>
    {
        JsonNode asked = JsonNode.Parse(_gateway.Requests.Last(r => r.Path == List && r.Body.Length > 0).Body)!["SearchDescription"]!;
        int position = asked["position"]!.GetValue<int>();
        (string Index, string Status)[] page = [.. devices.Skip(position).Take(2)];
        string match = string.Join(',', page.Select(d => $$$$"""{"Device":{"devIndex":"{{{{d.Index}}}}","devName":"x","devStatus":"{{{{d.Status}}}}"}}"""));
        context.Response.ContentType = "application/json";
        await using var writer = new StreamWriter(context.Response.Body);
        await writer.WriteAsync($$$$"""{"SearchResult":{"numOfMatches":{{{{page.Length}}}},"totalMatches":{{{{devices.Length}}}},"MatchList":[{{{{match}}}}]}}""");
    });

    private DeviceConnection Connect(Device device, DeviceConnection? gateway = null)
    {
        var connection = new DeviceConnection(device, TestDevices.Patient with { CallTimeout = TimeSpan.FromDays(1) }, _observer, _time, new Random(3), NullLogger.Instance, gateway);
        _connections.Add(connection);
        return connection;
    }

    private (DeviceConnection Gateway, DeviceConnection Panel, DeviceConnection Camera) Start()
    {
        Device receiver = new()
        {
            Address = ResourceAddress.Parse("store/receiver"), Name = "Receiver", Kind = "gateway",
            Connection = new DeviceConnectionInfo { Url = _gateway.Url, User = "admin", Password = new Secret("right-password") },
        };
        DeviceConnection gateway = Connect(receiver);
        DeviceConnection panel = Connect(Behind(TestDevices.Panel(_gateway.Url), PanelIndex), gateway);
        DeviceConnection camera = Connect(Behind(TestDevices.Camera(_gateway.Url), CameraIndex), gateway);
        gateway.Start();
        panel.Start();
        camera.Start();
        return (gateway, panel, camera);
    }

    private static Device Behind(Device device, string index) =>
        device with { Connection = device.Connection! with { DevIndex = index, Gateway = ResourceAddress.Parse("store/receiver") } };

    private static string Status(string index, string status) =>
        $$$$"""{"EventNotificationAlert":{"channelID":"1","dateTime":"2018-01-21T12:50:39+08:00","activePostCount":1,"eventType":"devStatusChanged","eventState":"active","eventDescription":"device status about online or offline changed","devIndex":"{{{{index}}}}","channelName":"Device1","status":"{{{{status}}}}"}}""";

    [Fact, Trait("Req", "EVT-2"), Trait("Req", "DEV-7")]
    public async Task Subscription_BringsEveryDevicesEvents_AndTheListTellsWhoIsThere()
    {
        (DeviceConnection gateway, DeviceConnection panel, DeviceConnection camera) = Start();
        await Until.True(() => gateway.Online && panel.Online, _observer.ToString);
        Assert.False(camera.Online);
        Asked asked = _gateway.Requests.Last(r => r.Path == Subscribe);
        Assert.Equal("""{"SubscribeDeviceMgmt":{"eventMode":"all","defenceMode":"all"}}""", asked.Body);

        _gateway.WriteJson("""{"EventNotificationAlert":{"dataTime":"2018-12-26T19:39:21+08:00","activePostCount":1,"eventType":"heartBeat","eventState":"active","eventDescription":"Heart Beat"}}""");
        _gateway.WriteJson($$$$"""{"EventNotificationAlert":{"channelID":"1","dateTime":"2018-01-21T12:50:39+08:00","activePostCount":1,"eventType":"CIDAlarm","eventState":"active","eventDescription":"CID Alarm","devIndex":"{{{{PanelIndex.ToLowerInvariant()}}}}","channelName":"Panel","CIDAlarm":{"subSys":1,"zoneNo":3,"CIDCode":"1103","CIDType":1,"CIDParam":"1,2,3,-1,-1,-1,0,admin"}}}""");
        _gateway.WriteJson(Status(CameraIndex, "online"));
        _gateway.WriteJson($$$$"""{"EventNotificationAlert":{"channelID":"1","dateTime":"2018-01-21T12:50:40+08:00","activePostCount":1,"eventType":"VMD","eventState":"active","devIndex":"{{{{CameraIndex}}}}","channelName":"Ipdome"}}""");
        await Until.True(() => _observer.Events.Count == 3, _observer.ToString);
        Assert.Equal(
            ["store/panel/zone/3 zoneAlarm", "store/camera deviceStatusChanged", "store/camera/channel/1 motionDetection"],
            _observer.Events.Select(e => $"{e.Resource} {e.Type}"));
        Assert.True(camera.Online);
    }

    [Fact, Trait("Req", "DEV-7")]
    public async Task StatusOfADevice_FollowsTheGateway_AndTheGatewaysOwnEnd()
    {
        (DeviceConnection gateway, DeviceConnection panel, DeviceConnection camera) = Start();
        await Until.True(() => panel.Online, _observer.ToString);
        _gateway.WriteJson(Status(PanelIndex, "offline"));
        await Until.True(() => !panel.Online, _observer.ToString);
        _gateway.WriteJson(Status(CameraIndex, "online"));
        await Until.True(() => camera.Online, _observer.ToString);
        await _gateway.DisposeAsync();
        await Until.True(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return !gateway.Online && !camera.Online;
        }, _observer.ToString);
        Assert.Contains(_observer.Availability, a => !a.Online && a.Reason!.StartsWith("its gateway is offline", StringComparison.Ordinal));
    }

    [Fact, Trait("Req", "DEV-3"), Trait("Req", "ACT-3")]
    public async Task Calls_NameTheDevice()
    {
        (_, DeviceConnection panel, DeviceConnection camera) = Start();
        await Until.True(() => panel.Online, _observer.ToString);
        ActionOutcome outcome = await Until.Done(panel.ExecuteAsync("disarm", ResourceAddress.Parse("store/panel/area/1"), DataObject.Empty, CancellationToken.None));
        Assert.True(outcome.Succeeded, outcome.ToString());
        Assert.Contains(_gateway.Commands, c => c.Path == $"/ISAPI/SecurityCP/control/disarm/1?format=json&devIndex={PanelIndex}");
        ActionOutcome offline = await Until.Done(camera.ExecuteAsync("goHome", ResourceAddress.Parse("store/camera/channel/1"), DataObject.Empty, CancellationToken.None));
        Assert.Equal(ActionReason.DeviceOffline, offline.Reason);
    }

    [Fact, Trait("Req", "EVT-2")]
    public async Task Silence_IsSubscribedAnew_AndAStopUnsubscribes()
    {
        Device receiver = new()
        {
            Address = ResourceAddress.Parse("store/receiver"), Name = "Receiver", Kind = "gateway",
            Connection = new DeviceConnectionInfo { Url = _gateway.Url, User = "admin", Password = new Secret("right-password") },
        };
        var connection = new DeviceConnection(receiver, new DeviceConnectionLimits { CallTimeout = TimeSpan.FromDays(1) }, _observer, _time, new Random(3), NullLogger.Instance);
        await using (connection)
        {
            connection.Start();
            await Until.True(() => connection.Online && _gateway.OpenStreams == 1, _observer.ToString);
            _time.Advance(TimeSpan.FromSeconds(31));
            await Until.True(() =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
                return _subscriptions == 2 && connection.Online;
            }, _observer.ToString);
            // The subscription's own number has to be read before it can be given back.
            _gateway.WriteJson(Status("someone-else", "online"));
            await Until.True(() => !_observer.Events.IsEmpty, _observer.ToString);
            Assert.Contains(_observer.Problems, p => p.Kind == DeviceProblemKind.UnknownResource && p.Detail.Contains("someone-else", StringComparison.Ordinal));
        }

        Assert.Contains(_gateway.Requests, r => r.Method == "DELETE" && r.Path == "/ISAPI/Event/notification/unSubscribeDeviceMgmt/5940?format=json" && r.Authorization is not null);
    }

    [Fact, Trait("Req", "EVT-2")]
    public async Task RefusalWithHttp200_IsARefusal()
    {
        _gateway.Answer("POST", Subscribe, """{"requestURL":"","statusCode":4,"statusString":"Invalid Operation","subStatusCode":"notSupport","errorCode":1073741825,"errorMsg":"notSupport"}""", contentType: "application/json");
        (DeviceConnection gateway, _, _) = Start();
        await Until.True(() => _observer.Problems.Any(p => p.Kind == DeviceProblemKind.StreamRefused), _observer.ToString);
        Assert.Contains("4 notSupport", _observer.Problems.First(p => p.Kind == DeviceProblemKind.StreamRefused).Detail, StringComparison.Ordinal);
        Assert.True(gateway.Online);
    }

    [Fact, Trait("Req", "EVT-6")]
    public async Task OwnStreamAndGateway_MakeOneEvent()
    {
        await using FakeDevice own = await FakeDevice.StartAsync();
        Device receiver = new()
        {
            Address = ResourceAddress.Parse("store/receiver"), Name = "Receiver", Kind = "gateway",
            Connection = new DeviceConnectionInfo { Url = _gateway.Url, User = "admin", Password = new Secret("right-password") },
        };
        DeviceConnection gateway = Connect(receiver);
        Device camera = TestDevices.Camera(own.Url);
        camera = camera with { Connection = camera.Connection! with { DevIndex = CameraIndex, Gateway = receiver.Address, HasOwnAddress = true } };
        DeviceConnection connection = Connect(camera, gateway);
        gateway.Start();
        connection.Start();
        string Bell(string second) => $$$$"""{"EventNotificationAlert":{"channelID":"1","dateTime":"2018-01-21T12:50:{{{{second}}}}+08:00","activePostCount":1,"eventType":"voiceTalkEvent","eventState":"active","devIndex":"{{{{CameraIndex}}}}"}}""";
        // Rung twice in one second: two events by each way, which are the same two.
        foreach (FakeDevice way in (FakeDevice[])[own, _gateway, own, _gateway]) way.WriteJson(Bell("10"));
        own.WriteJson(Bell("12"));
        await Until.True(() => _observer.Events.Count == 3 && connection.Counts.Duplicate == 2, _observer.ToString);
        Assert.All(_observer.Events, e => Assert.Equal("calling", e.Type));
        Assert.True(connection.Online);
    }
}
