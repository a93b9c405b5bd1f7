using Automation.Core.Model;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Discovery;

public sealed class DeviceDiscoveryTests
{
    private static Task<DiscoveryResult> DiscoverAsync(Uri url, string dialect = "isapi") => Until.Done(DeviceDiscovery.DiscoverAsync(
        new DeviceIds("store", [], "found"),
        new DeviceConnectionInfo { Url = url, User = "admin", Password = new Secret("right-password"), Dialect = dialect },
        new DiscoveryLimits(), new DeviceConnectionLimits(), new ManualTime(), new Random(3), CancellationToken.None));

    private static Resource Of(Device device, string kind, int number) => device.Resources.Single(r => r.Kind == kind && r.Address.Number == number);

    private static string Summary(Device device) => string.Join(' ', device.Resources.GroupBy(r => r.Kind).Select(g => $"{g.Key}:{string.Join(',', g.Select(r => r.Address.Number))}"));

    /// <summary>Kinds and numbers as the recordings list them; IO 301 is in the list of triggers alone, shares count on from the disks.</summary>
    [Theory, Trait("Req", "DEV-4")]
    [InlineData("DS-7608NXI-I2", "nvr", "alarm-input:1,2,3,4,301 alarm-output:1 channel:1,2,3,4 hdd:1")]
    [InlineData("DS-7616NI-Q2", "nvr", "alarm-input:1,2,3,4 alarm-output:1 channel:1,2,3,4,5,6,7,8,9 hdd:1")]
    [InlineData("DS-2CD2146G2-ISU", "camera", "alarm-input:1 alarm-output:1 channel:1 hdd:9")]
    [InlineData("DS-2CD2386G2-IU", "camera", "channel:1 hdd:1,9")]
    public async Task Discover_RecordedDevice_FindsItsChannelsPortsAndDisks(string name, string kind, string expected)
    {
        await using FakeDevice recorded = await RecordedDevice.StartAsync(name);
        DiscoveryResult result = await DiscoverAsync(recorded.Url);
        Assert.Null(result.Failure);
        Assert.Equal(kind, result.Device!.Kind);
        Assert.StartsWith(name[..9], result.Device.Model, StringComparison.Ordinal);
        Assert.Equal(expected, Summary(result.Device));
        Assert.All(result.Device.Resources.Where(r => r.Kind == "channel"), c => Assert.NotEqual("", c.Name));
        Assert.All(recorded.Requests, r => Assert.Equal("GET", r.Method));
    }

    /// <summary>The same four, served by the simulator: none of their 403, 404 and 500 breaks anything, and what they say of themselves is found.</summary>
    [Theory, Trait("Req", "DEV-4")]
    [InlineData("DS-7608NXI-I2", "recorder", "channel:1,2,3,4", "hdd:1", "alarm-input:1,2,3,4,301")]
    [InlineData("DS-7616NI-Q2", "recorder", "channel:1,2,3,4,5,6,7,8,9", "hdd:1", "alarm-input:1,2,3,4")]
    [InlineData("DS-2CD2146G2-ISU", "camera", "channel:1", "hdd:9", "alarm-input:1")]
    [InlineData("DS-2CD2386G2-IU", "camera", "channel:1", "hdd:1,9", "")]
    public async Task Discover_RecordedDeviceOfTheSimulator_FindsTheSame(string name, string kind, string channels, string disks, string inputs)
    {
        string file = Peer.SharedFolder("fixtures", "isapi", "devices", name + ".json").Replace("\\", "\\\\", StringComparison.Ordinal);
        await using Simulator.Site site = await Simulator.Site.StartAsync($$"""{"devices":[{"id":"one","kind":"{{kind}}","documents":"{{file}}"}]}""");
        DiscoveryResult result = await Until.Done(DeviceDiscovery.DiscoverAsync(
            new DeviceIds("store", [], "found"), new DeviceConnectionInfo { Url = site.Host.Devices["one"], User = "admin", Password = new Secret(Simulator.Site.Password) },
            new DiscoveryLimits(), new DeviceConnectionLimits(), new ManualTime(), new Random(3), CancellationToken.None));
        Assert.Null(result.Failure);
        Device device = result.Device!;
        Assert.StartsWith(name[..9], device.Model, StringComparison.Ordinal);
        string[] found = Summary(device).Split(' ');
        Assert.Contains(channels, found);
        Assert.Contains(disks, found);
        if (inputs.Length > 0) Assert.Contains(inputs, found);
        await using FakeDevice alone = await RecordedDevice.StartAsync(name);
        Device same = (await DiscoverAsync(alone.Url)).Device!;
        Assert.Equal(same.Serial, device.Serial);
        foreach (Resource channel in same.Resources.Where(r => r.Kind == "channel"))
        {
            Resource served = Of(device, "channel", channel.Address.Number);
            Assert.Equal((channel.Name, string.Join(',', channel.Events)), (served.Name, string.Join(',', served.Events)));
            Assert.Empty(channel.Streams.Except(served.Streams));
        }
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Discover_RecordedRecorder_HasStreamsEventsAndAbilities()
    {
        await using FakeDevice recorded = await RecordedDevice.StartAsync("DS-7608NXI-I2");
        DiscoveryResult result = await DiscoverAsync(recorded.Url);
        Device nvr = result.Device!;
        Assert.Equal([101, 102, 104], Of(nvr, "channel", 1).Streams);
        Assert.Equal([301, 302, 304], Of(nvr, "channel", 3).Streams);
        // All four streams of channel 4 are 403: its camera has never been reached.
        Assert.Empty(Of(nvr, "channel", 4).Streams);
        Assert.Empty(Of(nvr, "channel", 4).Capabilities);
        Assert.Contains(result.Notes, n => n.StartsWith("Channel 4 has no stream", StringComparison.Ordinal));
        Assert.Equal(["capture", "manualRecord"], Of(nvr, "channel", 1).Capabilities);
        Assert.Equal(["faceDetection", "intrusion", "lineCrossing", "motionDetection", "regionEntrance", "regionExiting", "sceneChange", "videoLoss", "videoTampering"], Of(nvr, "channel", 2).Events);
        // The third camera is older: it has no scene change.
        Assert.DoesNotContain("sceneChange", Of(nvr, "channel", 3).Events);
        Assert.Equal(["alarmInput"], Of(nvr, "alarm-input", 301).Events);
        Assert.Equal(["hddError", "hddFull", "illegalAccess", "ipConflict", "networkDisconnected", "recordingException"], nvr.Events);
        Assert.Contains(result.Notes, n => n.Contains("softIO", StringComparison.Ordinal));
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Discover_RecordedCamera_HasWhatItsListOfTriggersLeavesOut()
    {
        await using FakeDevice recorded = await RecordedDevice.StartAsync("DS-2CD2386G2-IU");
        Device camera = (await DiscoverAsync(recorded.Url)).Device!;
        Assert.Equal(("DS-2CD2386G2-IU00000000AAWRJ00000000", "a6:63:9e:f8:01:09"), (camera.Serial, camera.Mac));
        Resource channel = Of(camera, "channel", 1);
        // Its list has two of them; all four are there when asked for.
        Assert.Equal([101, 102, 103, 104], channel.Streams);
        Assert.Equal(["capture", "privacyMask", "manualRecord"], channel.Capabilities);
        Assert.Equal(["intrusion", "lineCrossing", "motionDetection", "regionEntrance", "regionExiting", "sceneChange", "videoTampering"], channel.Events);
        Assert.Equal(["networkStorage"], Of(camera, "hdd", 9).Capabilities);
        Assert.Equal("/pub/hik", Of(camera, "hdd", 9).Name);
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Discover_Panel_LeavesUnusedPlacesOutAndPagesItsZones()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        const string Json = "application/json";
        device.Answer("GET", "/ISAPI/System/deviceInfo", "<DeviceInfo><deviceName>Panel A & B</deviceName><deviceType>PHA</deviceType><model>X</model></DeviceInfo>");
        device.Answer("GET", "/ISAPI/SecurityCP/status/subSystems?format=json", """{"SubSysList":[{"SubSys":{"id":1,"name":"Shop","enabled":true}},{"SubSys":{"id":2,"enabled":false}}]}""", contentType: Json);
        device.Answer("POST", "/ISAPI/SecurityCP/status/zones?format=json", """{"ZoneSearch":{"responseStatusStrg":"OK","ZoneList":[{"Zone":{"id":0,"status":"online","subSystemNo":1}},{"Zone":{"id":1,"status":"notRelated"}},{"Zone":{"id":2,"name":"Door","status":"online","linkageSubSystem":[1,2]}}]}}""", contentType: Json);
        device.Answer("GET", "/ISAPI/SecurityCP/Configuration/zones?format=json", """{"List":[{"Zone":{"id":0,"zoneName":"Window"}}]}""", contentType: Json);
        device.Answer("GET", "/ISAPI/SecurityCP/status/exDevStatus?format=json", """{"ExDevStatus":{"SirenList":[{"Siren":{"id":1,"name":"S","status":"off"}}],"OutputList":{"Output":{"id":0,"status":"off"}},"KeypadList":[{"Keypad":{"id":1,"status":"notRelated"}}]}}""", contentType: Json);
        DiscoveryResult result = await DiscoverAsync(device.Url);
        Assert.Equal(("security-panel", "securityCp", "Panel A & B"), (result.Device!.Kind, result.Device.Connection!.Dialect, result.Device.Name));
        Assert.Equal("area:1 relay:0 siren:1 zone:0,2", Summary(result.Device));
        Assert.Equal(["Window", "Door"], result.Device.Resources.Where(r => r.Kind == "zone").Select(r => r.Name));
        Assert.All(result.Device.Resources.Where(r => r.Kind == "zone"), z => Assert.Equal(1, z.Area));
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Discover_PtzAnalogAndProxiedPorts_AreFound()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Answer("GET", "/ISAPI/System/deviceInfo", "<DeviceInfo><deviceType>HybirdNVR</deviceType></DeviceInfo>");
        device.Answer("GET", "/ISAPI/System/Video/inputs/channels", "<L><VideoInputChannel><id>1</id><name>Gate</name></VideoInputChannel><VideoInputChannel><id>2</id><name>Old</name><resDesc>NO VIDEO</resDesc></VideoInputChannel></L>");
        device.Answer("GET", "/ISAPI/ContentMgmt/InputProxy/channels", "<L><InputProxyChannel><id>3</id><name>Yard</name></InputProxyChannel></L>");
        device.Answer("GET", "/ISAPI/System/capabilities", "<DeviceCap><SysCap><IOCap><IOInputPortNums>1</IOInputPortNums><IOOutputPortNums>2</IOOutputPortNums></IOCap></SysCap></DeviceCap>");
        device.Answer("GET", "/ISAPI/ContentMgmt/IOProxy/inputs", "<L><IOProxyInputPort><id>301</id></IOProxyInputPort></L>");
        device.Answer("GET", "/ISAPI/PTZCtrl/channels", "<L><PTZChannel><id>3</id><enabled>true</enabled></PTZChannel><PTZChannel><id>9</id></PTZChannel></L>");
        device.Answer("GET", "/ISAPI/PTZCtrl/channels/3/presets", "<L><PTZPreset><enabled>true</enabled><id>1</id></PTZPreset><PTZPreset><enabled>false</enabled><id>2</id></PTZPreset></L>");
        DiscoveryResult result = await DiscoverAsync(device.Url);
        Assert.Equal("dvr", result.Device!.Kind);
        Assert.Equal("alarm-input:1,301 alarm-output:1,2 channel:1,3", Summary(result.Device));
        Resource ptz = result.Device.Resources.Single(r => r.Capabilities.Contains("ptz"));
        Assert.Equal((3, 1), (ptz.Address.Number, Assert.Single(ptz.Presets).Number));
        Assert.Contains(result.Notes, n => n.Contains("Channel 2", StringComparison.Ordinal));
    }

    [Fact, Trait("Req", "DEV-4"), Trait("Req", "ACT-9")]
    public async Task Discover_WrongPassword_FailsWithOneRejectedLogin()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Password = "changed";
        DiscoveryResult result = await DiscoverAsync(device.Url);
        Assert.Null(result.Device);
        Assert.Contains("password", result.Failure, StringComparison.Ordinal);
        Assert.Equal(1, device.RejectedLogins);
    }
}
