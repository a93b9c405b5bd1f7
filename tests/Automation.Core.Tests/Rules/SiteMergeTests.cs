using System.Text;
using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

public sealed class SiteMergeTests
{
    private const string File = """
        {
          "id": "store", "timeZone": "Europe/Berlin",
          // The recorder in the back office.
          "devices": [
            { "id": "nvr", "name": "Recorder", "kind": "nvr",
              "connection": { "url": "http://10.0.0.5", "user": "admin", "passwordEnv": "NVR_PASSWORD" }, // asked the provider
              "resources": [
                { "kind": "channel", "number": 1, "name": "My yard", "tags": ["perimeter"], "capabilities": ["mine"], "presets": [2, { "number": 1, "name": "My gate" }] }, // looks at the yard
                { "kind": "channel", "number": 2, "name": "Gone" }, /* the last */
              ]
            }
          ]
        }
        """;

    private static Device Found(params Resource[] resources) => new()
    {
        Address = ResourceAddress.Parse("store/nvr"), Name = "NETWORK RECORDER", Kind = "nvr", Model = "NR-8", Serial = "S1", Mac = "aa:bb:cc:00:00:01",
        Connection = new DeviceConnectionInfo { Url = new Uri("http://10.0.0.6/"), User = "other", Password = new Secret("do-not-write") }, Resources = [.. resources],
    };

    private static Resource Channel(int number, string name = "") => new() { Address = ResourceAddress.Parse($"store/nvr/channel/{number}"), Name = name };

    private static Site Read(string text)
    {
        SiteReading reading = SiteReader.Read(new SourceFile("site.json", Encoding.UTF8.GetBytes(text)), static _ => new Secret("x"));
        Assert.Empty(reading.Findings);
        return reading.Site!;
    }

    private static MergedSite Merge(string text, params Device[] found) => SiteMerge.Merge(new SourceFile("site.json", Encoding.UTF8.GetBytes(text)), Read(text), found);

    [Fact, Trait("Req", "DEV-4")]
    public void Merge_KnownDevice_KeepsWhatTheUserWroteAndRefreshesWhatTheDeviceKnows()
    {
        MergedSite merged = Merge(File, Found(
            Channel(1, "Camera 01") with { Capabilities = ["capture"], Streams = [101, 102], Presets = [new(1, ""), new(3, "Door")] },
            Channel(3, "New one") with { Events = ["motionDetection"] }));
        Device device = Assert.Single(Read(merged.Text).Devices);
        Assert.Equal(("Recorder", "NR-8", "S1", "aa:bb:cc:00:00:01", "http://10.0.0.6/"), (device.Name, device.Model, device.Serial, device.Mac, device.Connection!.Url.ToString()));
        Assert.Equal("admin", device.Connection.User);
        Resource first = device.Resources[0];
        Assert.Equal(("My yard", "perimeter"), (first.Name, Assert.Single(first.Tags)));
        Assert.Equal(["mine", "capture"], first.Capabilities);
        Assert.Equal([101, 102], first.Streams);
        Assert.Equal([new NamedNumber(1, "My gate"), new NamedNumber(3, "Door")], first.Presets);
        Assert.Equal([1, 2, 3], device.Resources.Select(r => r.Address.Number));
        Assert.Equal(["motionDetection"], device.Resources[2].Events);
        foreach (string comment in (string[])["// The recorder in the back office.", "// asked the provider", "// looks at the yard", "/* the last */"]) Assert.Contains(comment, merged.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("do-not-write", merged.Text, StringComparison.Ordinal);
        Assert.Contains("gone: store/nvr/channel/2 'Gone' is not on the device any more; it stays in the file until you take it out", merged.News);
        Assert.Contains("new: store/nvr/channel/3 'New one'", merged.News);
        Assert.Contains("kept: store/nvr/channel/1 is 'My yard' here and 'Camera 01' on the device", merged.News);
        Assert.Contains("address of store/nvr: was http://10.0.0.5, is http://10.0.0.6", merged.News);
        Assert.Contains("presets of store/nvr/channel/1: no more 2", merged.News);
    }

    [Fact, Trait("Req", "DEV-4")]
    public void Merge_TheSameAgain_ChangesNoByte()
    {
        Device found = Found(Channel(1, "My yard") with { Capabilities = ["capture"], Streams = [101] }, Channel(2, "Gone"));
        MergedSite once = Merge(File, found);
        MergedSite twice = Merge(once.Text, found);
        Assert.Equal(once.Text, twice.Text);
        Assert.Empty(twice.News);
    }

    [Theory, Trait("Req", "DEV-4")]
    [InlineData("""{ "id": "store", "timeZone": "Europe/Berlin" }""")]
    [InlineData("""{ "id": "store", "timeZone": "Europe/Berlin", "devices": [] }""")]
    [InlineData("""{ "id": "store", "timeZone": "Europe/Berlin", "devices": [ { "id": "a", "kind": "camera" } ] }""")]
    [InlineData("""{ "id": "store", "timeZone": "Europe/Berlin", "devices": [ { "id": "a", "kind": "camera" }, /* , */ ] }""")]
    [InlineData("{ \"id\": \"store\",\r\n  \"timeZone\": \"Europe/Berlin\",\r\n  \"devices\": [\r\n    { \"id\": \"a\", \"kind\": \"camera\" } // , one\r\n  ],\r\n}")]
    public void Merge_NewDevice_IsAddedBehindTheOthers(string file)
    {
        MergedSite merged = Merge(file, Found(Channel(1)));
        Site site = Read(merged.Text);
        Assert.Equal("nvr", site.Devices[^1].Address.Device);
        Assert.Equal(Read(file).Devices.Length + 1, site.Devices.Length);
        Assert.Equal(["new: store/nvr (nvr), 1 resource(s)"], merged.News);
    }

    [Fact, Trait("Req", "DEV-4")]
    public void Merge_DeviceThatSaysNothingOfIt_TakesNothingAway()
    {
        MergedSite merged = Merge(File, Found(Channel(1, "My yard"), Channel(2, "Gone")) with { Model = null, Serial = null, Mac = null });
        Assert.Equal([1, 2], Read(merged.Text).Devices[0].Resources[0].Presets.Select(p => p.Number));
    }

    [Fact, Trait("Req", "DEV-4")]
    public void WriteSite_EverythingADeviceHas_ReadsBackTheSame()
    {
        Device device = Found(
            Channel(1, "A \"b\" \\ é") with
            {
                Tags = ["yard"], Capabilities = ["ptz"], Events = ["motionDetection"], Streams = [101], Presets = [new(1, "Gate"), new(2, "")], Patrols = [new(1, "Night")], Patterns = [new(4, "")],
            },
            new Resource { Address = ResourceAddress.Parse("store/nvr/area/1") },
            new Resource { Address = ResourceAddress.Parse("store/nvr/zone/0"), Area = 1 }) with { Events = ["hddFull"], AddedBy = "p2p" };
        Device read = Assert.Single(Read(DeviceWriter.WriteSite("store", "Europe/Berlin", [device])).Devices);
        Assert.Equal((device.Name, device.Kind, device.Model, device.Serial, device.Mac, device.AddedBy), (read.Name, read.Kind, read.Model, read.Serial, read.Mac, read.AddedBy));
        Assert.Equal(device.Connection!.Url, read.Connection!.Url);
        Assert.Equal(device.Events, read.Events);
        Assert.Equal(device.Resources.Select(Shape), read.Resources.Select(Shape));
    }

    [Theory, Trait("Req", "DEV-4")]
    [InlineData("yard-cam", "YARD_CAM_PASSWORD")]
    [InlineData("4k", "_4K_PASSWORD")]
    public void PasswordVariable_IsNamedAfterTheDevice(string id, string variable) =>
        Assert.Equal(variable, DeviceWriter.PasswordVariable(Found() with { Address = ResourceAddress.Parse("store/" + id) }));

    private static string Shape(Resource r) =>
        $"{r.Address} {r.Name} {string.Join(',', r.Tags)} {string.Join(',', r.Capabilities)} {string.Join(',', r.Events)} {string.Join(',', r.Streams)} {string.Join(',', r.Presets)} {string.Join(',', r.Patrols)} {string.Join(',', r.Patterns)} {r.Area}";
}
