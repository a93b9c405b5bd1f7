using System.Globalization;
using System.Text;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Cli;
using Automation.Simulator;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Cli;

/// <summary><c>discover</c> as a person runs it, against simulated devices.</summary>
public sealed class DiscoverVerbTests : IAsyncLifetime
{
    private const string Password = "Right-Horse-7";

    private const string Devices = """
        { "devices": [
            { "id": "nvr", "kind": "recorder", "name": "Back office", "channels": 4, "ptz": [4], "presets": [1, 2, 3], "alarmInputs": 2, "alarmOutputs": 1 },
            { "id": "panel", "kind": "panel", "areas": 2, "zones": 6, "relays": 2, "sirens": 1 }
        ] }
        """;

    private SimulatorHost _simulator = null!;

    public async ValueTask InitializeAsync()
    {
        SimulatorFileResult file = SimulatorFile.Parse(Encoding.UTF8.GetBytes(Devices));
        _simulator = await SimulatorHost.StartAsync(file.File!, new() { Password = Password }, TimeProvider.System, new Random(5), NullLoggerFactory.Instance, CancellationToken.None);
    }

    public async ValueTask DisposeAsync() => await _simulator.DisposeAsync();

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        int code = await Until.Done(CommandLine.RunAsync(args, output, error, TimeProvider.System));
        return (code, output.ToString(), error.ToString());
    }

    private string[] Of(string device, params string[] more) => ["discover", _simulator.Devices[device].ToString(), "--user", "admin", "--password", Password, .. more];

    private static Site Read(string path)
    {
        SiteReading reading = SiteReader.Read(new SourceFile(path, File.ReadAllBytes(path)), static _ => new Secret("x"));
        Assert.Empty(reading.Findings);
        return reading.Site!;
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Discover_Json_IsOneDeviceOnOneLine()
    {
        (int code, string output, string error) = await RunAsync(Of("nvr", "--json"));
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(1, output.Count(c => c == '\n'));
        using JsonDocument device = JsonDocument.Parse(output);
        Assert.Equal(("nvr", "Back office"), (device.RootElement.GetProperty("kind").GetString(), device.RootElement.GetProperty("name").GetString()));
        Assert.Equal(
            ["alarm-input/1", "alarm-input/2", "alarm-output/1", "channel/1", "channel/2", "channel/3", "channel/4", "hdd/1"],
            device.RootElement.GetProperty("resources").EnumerateArray().Select(r => $"{r.GetProperty("kind").GetString()}/{r.GetProperty("number").GetInt32()}"));
        Assert.DoesNotContain(Password, output, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Discover_Text_StandsAsItIsInASiteFile()
    {
        (_, string output, _) = await RunAsync(Of("panel"));
        SiteReading reading = SiteReader.Read(new SourceFile("site.json", Encoding.UTF8.GetBytes($$"""{ "id": "store", "timeZone": "Europe/Berlin", "devices": [ {{output}} ] }""")), static _ => new Secret("x"));
        Assert.Empty(reading.Findings);
        Device panel = Assert.Single(reading.Site!.Devices);
        Assert.Equal(("security-panel", "securityCp"), (panel.Kind, panel.Connection!.Dialect));
        Assert.Equal([0, 1, 2, 3, 4, 5], panel.Resources.Where(r => r.Kind == "zone").Select(r => r.Address.Number));
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Discover_OutThenAgain_WritesASiteFileThatCanBeEdited()
    {
        using var folder = new TempFolder();
        string path = folder.File("site.json");
        Assert.Equal(0, (await RunAsync(Of("nvr", "--out", path, "--id", "recorder"))).Code);
        Site first = Read(path);
        Assert.Equal("recorder", Assert.Single(first.Devices).Address.Device);
        string edited = (await File.ReadAllTextAsync(path)).Replace("\"Camera 02\"", "\"Till\", \"tags\": [\"shop\"]", StringComparison.Ordinal).Replace("{ \"kind\": \"hdd\"", "// one disk\n        { \"kind\": \"hdd\"", StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, edited);

        (int code, _, string error) = await RunAsync(Of("nvr", "--site", path, "--out", path));
        Assert.Equal(0, code);
        Assert.Equal(edited, await File.ReadAllTextAsync(path));
        Assert.Contains("kept: site/recorder/channel/2 is 'Till' here and 'Camera 02' on the device", error, StringComparison.Ordinal);

        (code, _, error) = await RunAsync(Of("panel", "--site", path, "--out", path));
        Assert.Equal(0, code);
        Site both = Read(path);
        Assert.Equal(["nvr", "security-panel"], both.Devices.Select(d => d.Kind));
        Assert.Equal(["shop"], both.Devices[0].Resources.Single(r => r.Name == "Till").Tags);
        Assert.Contains("new: site/", error, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, await File.ReadAllTextAsync(path), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "DEV-4"), Trait("Req", "ACT-9")]
    public async Task Discover_WrongPassword_IsOneLineAndOneRejectedLogin()
    {
        (int code, string output, string error) = await RunAsync("discover", _simulator.Devices["nvr"].ToString(), "--user", "admin", "--password", "wrong");
        Assert.Equal((2, ""), (code, output));
        Assert.Equal(1, error.Count(c => c == '\n'));
        Assert.Contains("rejects the user or the password (4 attempts left", error, StringComparison.Ordinal);
        using var control = new HttpClient { BaseAddress = _simulator.ControlUrl };
        string asked = await control.GetStringAsync("/requests?device=nvr");
        using JsonDocument log = JsonDocument.Parse(asked);
        Assert.Equal(2, log.RootElement.GetArrayLength());
    }

    [Theory, Trait("Req", "HUB-4")]
    [InlineData("needs the address of a device")]
    [InlineData("is not the address of a device", "ftp://x")]
    [InlineData("holds a user or password", "http://admin:secret@10.0.0.1")]
    [InlineData("--id Yard: use lower-case letters", "http://10.0.0.1", "--id", "Yard")]
    [InlineData("there is no such file", "http://10.0.0.1", "--site", "/nowhere/site.json")]
    [InlineData("no connection", "http://127.0.0.1:9")]
    public async Task Discover_WhatCannotBe_IsOneLine(string message, params string[] args)
    {
        (int code, string output, string error) = await RunAsync(["discover", .. args]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Discover_OutThatExists_IsNotOverwritten()
    {
        using var folder = new TempFolder();
        string path = folder.File("site.json");
        await File.WriteAllTextAsync(path, "mine");
        (int code, _, string error) = await RunAsync(Of("nvr", "--out", path));
        Assert.Equal(2, code);
        Assert.Contains("exists already; name it with --site too", error, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(path));
    }
}
