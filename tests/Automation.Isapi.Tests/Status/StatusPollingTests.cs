using Automation.Core.Model;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Status;

public sealed class StatusPollingTests
{
    private const string Json = "application/json";

    private static void Areas(FakeDevice device, string arming, bool alarm) => device.Answer("GET", "/ISAPI/SecurityCP/status/subSystems?format=json",
        $$$$"""{"SubSysList":[{"SubSys":{"id":1,"arming":"{{{{arming}}}}","alarm":{{{{(alarm ? "true" : "false")}}}},"enabled":true}},{"SubSys":{"id":7,"arming":"disarm","enabled":false}}]}""", contentType: Json);

    private static string Texts(RecordingObserver observer) => string.Join('\n', observer.States.Select(s => $"{s.Resource} {s.Properties}{(s.Initial ? " initial" : "")}"));

    [Fact, Trait("Req", "DEV-6")]
    public async Task Panel_FirstRoundIsInitial_LaterOnesTellOnlyWhatChanged()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        Areas(device, "disarm", false);
        device.Answer("POST", "/ISAPI/SecurityCP/status/zones?format=json",
            """{"ZoneSearch":{"responseStatusStrg":"OK","ZoneList":[{"Zone":{"id":3,"status":"trigger","armed":false,"bypassed":"false","magnetOpenStatus":true,"charge":"lowPower","chargeValue":"5","temperature":21,"newField":{"x":[1]}}}]}}""", contentType: Json);
        device.Answer("GET", "/ISAPI/SecurityCP/status/exDevStatus?format=json",
            """{"ExDevStatus":{"OutputList":[{"Output":{"id":0,"status":"on","tamperEvident":false}}],"SirenList":{"Siren":{"id":0,"status":"off"}}}}""", contentType: Json);
        var observer = new RecordingObserver();
        var time = new ManualTime();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Panel(device.Url), observer, time, TestDevices.Patient);
        connection.Start();
        await Until.True(() => observer.States.Count == 4, () => Texts(observer));
        Assert.Equal(
            """
            store/panel/area/1 {alarm: false, arming: disarm, enabled: true} initial
            store/panel/zone/3 {armed: false, battery: 5, bypassed: false, fault: false, lowBattery: true, online: true, open: true, status: trigger, temperature: 21, triggered: true} initial
            store/panel/relay/0 {fault: false, on: true, online: true, status: on, tampered: false} initial
            store/panel/siren/0 {fault: false, on: false, online: true, status: off} initial
            """, Texts(observer));
        Areas(device, "away", false);
        await Until.True(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return observer.States.Count == 5;
        }, () => Texts(observer));
        Assert.EndsWith("store/panel/area/1 {arming: away}", Texts(observer), StringComparison.Ordinal);
        Assert.Empty(observer.Problems);
    }

    [Fact, Trait("Req", "DEV-6")]
    public async Task EventAndPolling_ThatSayTheSame_TellItOnce()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        Areas(device, "disarm", false);
        var observer = new RecordingObserver();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Panel(device.Url), observer, new ManualTime());
        connection.Start();
        await Until.True(() => observer.States.Count == 1, () => Texts(observer));
        device.WriteJson("""{"eventType":"cidEvent","eventState":"active","CIDEvent":{"code":1401,"system":1}}""");
        device.WriteJson("""{"eventType":"cidEvent","eventState":"active","CIDEvent":{"code":3401,"system":1}}""");
        await Until.True(() => observer.Events.Count == 2, observer.ToString);
        await Until.True(() => observer.States.Count == 2, () => Texts(observer));
        Assert.EndsWith("store/panel/area/1 {arming: away}", Texts(observer), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "DEV-6")]
    public async Task Recorder_PortsAndDisks_AreRead()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/ISAPI/System/IO/status", "<IOPortStatusList xmlns=\"urn:x\"><IOPortStatus><ioPortID>1</ioPortID><ioPortType>input</ioPortType><ioState>active</ioState></IOPortStatus><IOPortStatus><ioPortID>2</ioPortID><ioPortType>output</ioPortType><ioState>inactive</ioState></IOPortStatus></IOPortStatusList>");
        device.Answer("GET", "/ISAPI/ContentMgmt/Storage", File.ReadAllText(Peer.SharedFolder("fixtures", "isapi", "documents", "ContentMgmt.Storage", "hdd1.xml")));
        var observer = new RecordingObserver();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Recorder(device.Url), observer, new ManualTime());
        connection.Start();
        await Until.True(() => observer.States.Count == 3, () => Texts(observer));
        Assert.Equal(
            """
            store/nvr/alarm-input/1 {active: true} initial
            store/nvr/alarm-output/2 {active: false} initial
            store/nvr/hdd/1 {capacityMegabytes: 1907729, freeMegabytes: 0, freePercent: 0, healthy: true, status: ok} initial
            """, Texts(observer));
    }

    [Fact, Trait("Req", "DEV-6")]
    public async Task Recorder_WithoutTheListOfPorts_IsAskedForEach()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/ISAPI/System/IO/inputs/1/status", "<IOPortStatus><ioPortID>1</ioPortID><ioPortType>input</ioPortType><ioState>inactive</ioState></IOPortStatus>");
        device.Answer("GET", "/ISAPI/System/IO/outputs/2/status", "<IOPortStatus><ioPortID>2</ioPortID><ioPortType>output</ioPortType><ioState>active</ioState></IOPortStatus>");
        var observer = new RecordingObserver();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Recorder(device.Url), observer, new ManualTime());
        connection.Start();
        await Until.True(() => observer.States.Count == 2, () => Texts(observer));
        Assert.Equal(
            """
            store/nvr/alarm-input/1 {active: false} initial
            store/nvr/alarm-output/2 {active: true} initial
            """, Texts(observer));
    }

    [Fact, Trait("Req", "DEV-6")]
    public void StateBook_WhatWasNeverKnown_IsInitialWhenReadAndAChangeWhenReported()
    {
        var observer = new RecordingObserver();
        using var book = new Automation.Isapi.Status.StateBook(observer);
        var door = ResourceAddress.Parse("store/gate/door/1");
        book.TakeRead(door, DataObject.Of(("locked", true)), initial: false);
        book.TakeRead(door, DataObject.Of(("locked", false), ("mode", "normal")), initial: false);
        book.TakeRead(door, DataObject.Of(("open", true)), initial: false);
        book.Take(door, DataObject.Of(("open", true)), initial: false);
        book.Take(door, DataObject.Of(("open", false)), initial: false);
        Assert.Equal(
            """
            store/gate/door/1 {locked: true} initial
            store/gate/door/1 {locked: false, mode: normal}
            store/gate/door/1 {open: true} initial
            store/gate/door/1 {open: false}
            """, Texts(observer));
    }

    [Fact, Trait("Req", "DEV-6")]
    public async Task Door_LockAndContact_AreRead()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/ISAPI/AccessControl/AcsWorkStatus?format=json", """{"AcsWorkStatus":{"doorLockStatus":[0,1],"doorStatus":[4,2],"magneticStatus":[1,0]}}""", contentType: Json);
        var observer = new RecordingObserver();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Access(device.Url), observer, new ManualTime());
        connection.Start();
        await Until.True(() => observer.States.Count == 1, () => Texts(observer));
        Assert.Equal("store/gate/door/1 {locked: true, mode: normal, open: true} initial", Texts(observer));
    }

    [Fact, Trait("Req", "DEV-6")]
    public async Task UnreadableStatus_IsOneProblem()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/ISAPI/AccessControl/AcsWorkStatus?format=json", "so sorry", contentType: "text/plain");
        var observer = new RecordingObserver();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Access(device.Url), observer, new ManualTime());
        connection.Start();
        await Until.True(() => !observer.Problems.IsEmpty, observer.ToString);
        Assert.Equal(DeviceProblemKind.StatusUnreadable, Assert.Single(observer.Problems).Kind);
        Assert.True(connection.Online);
    }
}
