using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Cli;
using Automation.Host.Composition;
using Automation.Mqtt;
using Automation.Mqtt.Broker;
using Automation.Simulator;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Composition;

/// <summary>A recorder that detects and tells nobody: found out from the command line, mended there, and told as the health of the rules that wait for it.</summary>
public sealed class SilentDeviceTests : IAsyncLifetime
{
    private const string Password = "Right-Horse-7";
    private const string Devices = """{ "devices": [ { "id": "nvr", "kind": "recorder", "channels": 2, "alarmInputs": 1, "alarmOutputs": 1 } ] }""";
    private const string Rule = """{ "kind": "linkage", "id": "fence", "name": "Fence", "source": "store/nvr/channel/1", "event": "lineCrossing", "actions": [ { "action": "record", "on": ["store/nvr/channel/2"] } ] }""";

    private readonly TempFolder _folder = new();
    private SimulatorHost _simulator = null!;
    private HttpClient _device = null!;

    private string SiteFile => _folder.File("site.json");

    public async ValueTask InitializeAsync()
    {
        _simulator = await SimulatorHost.StartAsync(SimulatorFile.Parse(Encoding.UTF8.GetBytes(Devices)).File!, new() { Password = Password }, TimeProvider.System, new Random(5), NullLoggerFactory.Instance, CancellationToken.None);
        _device = new HttpClient(new SocketsHttpHandler { Credentials = new NetworkCredential("admin", Password), UseProxy = false }) { BaseAddress = _simulator.Devices["nvr"] };
        Directory.CreateDirectory(_folder.File("rules"));
        await File.WriteAllTextAsync(_folder.File("rules/fence.json"), Rule);
        await File.WriteAllTextAsync(SiteFile, $$"""{ "id": "store", "timeZone": "Europe/Berlin", "devices": [ { "id": "nvr", "kind": "nvr", "connection": { "url": "{{_simulator.Devices["nvr"]}}" }, "resources": [ { "kind": "channel", "number": 1 }, { "kind": "channel", "number": 2 } ] } ] }""");
    }

    public async ValueTask DisposeAsync()
    {
        _device.Dispose();
        await _simulator.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Takes "center" out of the trigger and the hours out of the schedule, and switches the detection off.</summary>
    private async Task SilenceAsync()
    {
        await EditAsync("/ISAPI/Smart/LineDetection/1", t => t.Replace("<enabled>true</enabled>", "<enabled>false</enabled>", StringComparison.Ordinal));
        await EditAsync("/ISAPI/Event/triggers/linedetection-1", t => t.Replace(">center<", ">beep<", StringComparison.Ordinal));
        await EditAsync("/ISAPI/Event/schedules/lineDetections/linedetection_video1", t => t[..(t.IndexOf("<TimeBlockList>", StringComparison.Ordinal) + 15)] + t[t.IndexOf("</TimeBlockList>", StringComparison.Ordinal)..]);
    }

    private async Task EditAsync(string path, Func<string, string> edit)
    {
        string before = await _device.GetStringAsync(path);
        string after = edit(before);
        Assert.NotEqual(before, after);
        using var body = new StringContent(after, Encoding.UTF8, "application/xml");
        using HttpResponseMessage answer = await _device.PutAsync(path, body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<(int Code, string Output, string Error)> DiscoverAsync(params string[] more)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        int code = await Until.Done(CommandLine.RunAsync(["discover", _simulator.Devices["nvr"].ToString(), "--user", "admin", "--password", Password, .. more], output, error, TimeProvider.System));
        return (code, output.ToString(), error.ToString());
    }

    [Fact, Trait("Req", "EVT-7")]
    public async Task Check_OfARecorderThatTells_FindsNothing()
    {
        (int code, string output, string error) = await DiscoverAsync("--check");
        Assert.True(code == 0, output + error);
        Assert.Contains("// ok    site/", output, StringComparison.Ordinal);
        Assert.Contains("channel/1 lineCrossing: detection on, listeners told, always armed", output, StringComparison.Ordinal);
        Assert.DoesNotContain("FAULT", output, StringComparison.Ordinal);
        // The report is comments, so the whole still stands in a site file.
        SiteReading reading = SiteReader.Read(new SourceFile("site.json", Encoding.UTF8.GetBytes($$"""{ "id": "store", "timeZone": "Europe/Berlin", "devices": [ {{output}} ] }""")), static _ => new Secret("x"));
        Assert.Empty(reading.Findings);
    }

    [Fact, Trait("Req", "EVT-7")]
    public async Task CheckFixAndRestore_OfWhatTheRulesWaitFor()
    {
        await SilenceAsync();
        (int code, string output, _) = await DiscoverAsync("--check", "--json", "--site", SiteFile, "--rules", _folder.File("rules"));
        Assert.Equal(1, code);
        using (JsonDocument report = JsonDocument.Parse(output))
        {
            JsonElement check = Assert.Single(report.RootElement.GetProperty("checks").EnumerateArray());
            Assert.Equal(("store/nvr/channel/1", "lineCrossing", "fence"), (check.GetProperty("resource").GetString(), check.GetProperty("event").GetString(), check.GetProperty("rules")[0].GetString()));
            Assert.Equal(["detectionOff", "listenersNotTold", "neverArmed"], check.GetProperty("reasons").EnumerateArray().Select(r => r.GetString()));
        }

        string here = Directory.GetCurrentDirectory();
        string[] before = Directory.GetFiles(here, "nvr-undo-*.json");
        string[] undo = [];
        try
        {
            (code, output, string error) = await DiscoverAsync("--fix", "--site", SiteFile, "--rules", _folder.File("rules"));
            Assert.True(code == 0, output + error);
            undo = [.. Directory.GetFiles(here, "nvr-undo-*.json").Except(before)];
            Assert.Equal(3, error.Split("changed: lineCrossing of store/nvr/channel/1").Length - 1);
            Assert.Contains("FAULT", (await SilentAgainAsync(Assert.Single(undo))).Output, StringComparison.Ordinal);
        }
        finally
        {
            foreach (string file in undo) File.Delete(file);
        }
    }

    private async Task<(int Code, string Output, string Error)> SilentAgainAsync(string undo)
    {
        (int code, _, string error) = await DiscoverAsync("--restore", undo);
        Assert.True(code == 0, error);
        Assert.Equal(3, error.Split("put back: ").Length - 1);
        return await DiscoverAsync("--check");
    }

    [Theory, Trait("Req", "HUB-4")]
    [InlineData("--rules needs the site", "--check", "--rules", "rules")]
    [InlineData("there is no such file", "--restore", "/nowhere/undo.json")]
    public async Task Check_WhatCannotBe_IsOneLine(string message, params string[] options)
    {
        (int code, string output, string error) = await DiscoverAsync(options);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EVT-7"), Trait("Req", "HUB-5")]
    public async Task RunningHost_TellsTheRuleThatItWaitsInVain_AndThatItDoesNotAnyMore()
    {
        await SilenceAsync();
        var file = new SourceFile(SiteFile, await File.ReadAllBytesAsync(SiteFile));
        Site site = SiteReader.Read(file, static _ => null).Site!;
        Device nvr = site.Devices[0];
        site = site with { Devices = [nvr with { Connection = nvr.Connection! with { User = "admin", Password = new Secret(Password) } }] };
        TimeSpan soon = TimeSpan.FromMilliseconds(200);
        var settings = new HostSettings
        {
            DataFolder = _folder.File("data"),
            Sites = [new SiteSource(site, file, [_folder.File("rules")])],
            Diagnosis = new DiagnosisWatchLimits { First = soon, Every = soon, Again = soon },
            Broker = new EmbeddedBroker
            {
                Options = new MqttBrokerOptions { Listeners = [new MqttListener { Address = new IPEndPoint(IPAddress.Loopback, 0) }] },
                Authenticator = MqttAuthenticator.AllowAll,
                Authorizer = MqttAuthorizer.AllowAll,
            },
        };
        await using AutomationHost host = await AutomationHost.StartAsync(settings, TimeProvider.System, new Random(1), NullLoggerFactory.Instance, CancellationToken.None);
        string health = "";
        await using IAsyncDisposable subscription = await host.Bus.SubscribeAsync(
            "automation/rules/fence/state", QoS.AtLeastOnce,
            (message, _) =>
            {
                if (!message.Payload.IsEmpty) Volatile.Write(ref health, JsonSerializer.Deserialize<JsonElement>(message.Payload.Span).GetProperty("health").GetString()!);
                return ValueTask.CompletedTask;
            },
            CancellationToken.None);
        await Until.True(() => Volatile.Read(ref health) == "lineCrossing of store/nvr/channel/1 cannot come: the detection is off, the device tells no listener of it (\"center\" is missing in its trigger), its arming schedule is empty", () => health);
        await EditAsync("/ISAPI/Smart/LineDetection/1", t => t.Replace("<enabled>false</enabled>", "<enabled>true</enabled>", StringComparison.Ordinal));
        await Until.True(() => !Volatile.Read(ref health).Contains("detection is off", StringComparison.Ordinal), () => health);
        await EditAsync("/ISAPI/Event/triggers/linedetection-1", t => t.Replace(">beep<", ">center<", StringComparison.Ordinal));
        await EditAsync("/ISAPI/Event/schedules/lineDetections/linedetection_video1", t => t.Replace("<TimeBlockList></TimeBlockList>", "<TimeBlockList><TimeBlock><dayOfWeek>3</dayOfWeek><TimeRange><beginTime>08:00</beginTime><endTime>18:00</endTime></TimeRange></TimeBlock></TimeBlockList>", StringComparison.Ordinal).Replace("<TimeBlockList />", "<TimeBlockList><TimeBlock><dayOfWeek>3</dayOfWeek><TimeRange><beginTime>08:00</beginTime><endTime>18:00</endTime></TimeRange></TimeBlock></TimeBlockList>", StringComparison.Ordinal));
        await Until.True(() => Volatile.Read(ref health) == "ok", () => health);
    }
}
