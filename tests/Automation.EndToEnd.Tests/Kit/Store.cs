using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Automation.Simulator;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.EndToEnd.Tests.Kit;

/// <summary>The store of the design's examples: simulated devices in this process, and a folder with its site, rules and configuration.</summary>
internal sealed class Store : IAsyncDisposable
{
    public const string Linkage = """
        { "kind": "linkage", "id": "store-after-hours", "name": "Motion after hours",
          "source": "store/panel/zone/3", "event": "zoneAlarm",
          "actions": [
            { "action": "record", "on": ["store/nvr/channel/1"] },
            { "action": "triggerAlarmOutput", "on": ["store/nvr/alarm-output/1"] },
            { "action": "callPreset", "on": ["store/nvr/channel/4"], "preset": 3 } ],
          "schedule": "allDays" }
        """;

    private const string Password = "correct horse battery staple";

    private readonly TempFolder _folder = new();
    private readonly SimulatorHost _simulator;

    private Store(SimulatorHost simulator)
    {
        _simulator = simulator;
        Control = new HttpClient { BaseAddress = simulator.ControlUrl };
    }

    public HttpClient Control { get; }

    public string ConfigFile => _folder.File("automation.json");

    public string SiteFile => _folder.File("site.json");

    public string RulesFolder => _folder.File("rules");

    public string DataFolder => _folder.File("data");

    public Dictionary<string, string> Environment { get; } = new() { ["STORE_PASSWORD"] = Password };

    public static async Task<Store> StartAsync(string rules = Linkage)
    {
        SimulatorFileResult reading = SimulatorFile.Parse(Encoding.UTF8.GetBytes("""
            { "devices": [
              { "id": "panel", "kind": "panel", "port": 0, "user": "admin", "passwordEnv": "STORE_PASSWORD", "areas": 2, "zones": 6, "relays": 2, "sirens": 1 },
              { "id": "nvr", "kind": "recorder", "port": 0, "user": "admin", "passwordEnv": "STORE_PASSWORD", "channels": 4, "ptz": [4], "presets": [1, 2, 3], "alarmInputs": 2, "alarmOutputs": 2, "hdds": 1 },
              { "id": "entrance", "kind": "counting", "port": 0, "user": "admin", "passwordEnv": "STORE_PASSWORD" } ] }
            """));
        SimulatorHost simulator = await SimulatorHost.StartAsync(
            reading.File!, new SimulatorOptions { Password = Password }, TimeProvider.System, new Random(1), NullLoggerFactory.Instance, CancellationToken.None);
        var store = new Store(simulator);
        Directory.CreateDirectory(store.RulesFolder);
        File.WriteAllText(Path.Combine(store.RulesFolder, "rules.json"), rules);
        File.WriteAllText(store.SiteFile, store.Site());
        File.WriteAllText(store.ConfigFile, """{ "sites": [{ "site": "site.json", "rules": ["rules"] }], "httpPort": null }""");
        return store;
    }

    public string[] RunArguments(params string[] more) => ["run", "--config", ConfigFile, "--mqtt-port", "0", .. more];

    /// <summary>Starts the program with a broker that is not its own.</summary>
    /// <param name="external">The configuration's <c>mqtt.external</c>.</param>
    public async Task<HostProcess> RunAsync(string external)
    {
        await File.WriteAllTextAsync(ConfigFile, $$"""{ "sites": [{ "site": "site.json", "rules": ["rules"] }], "httpPort": null, "mqtt": { "external": {{external}} } }""");
        HostProcess host = await HostProcess.Start(["run", "--config", ConfigFile], Environment).RunningAsync();
        await OnlineAsync(host);
        return host;
    }

    /// <summary>Starts the program on this store and waits until the panel's and the recorder's streams stand.</summary>
    public async Task<HostProcess> RunAsync()
    {
        HostProcess host = await HostProcess.Start(RunArguments(), Environment).RunningAsync();
        await OnlineAsync(host);
        return host;
    }

    public static async Task OnlineAsync(HostProcess host)
    {
        await host.SaysAsync("store/panel is online");
        await host.SaysAsync("store/nvr is online");
    }

    public Uri UrlOf(string device) => _simulator.Devices[device];

    /// <summary>Keeps the devices' password under a name, as a user does.</summary>
    public async Task KeepSecretAsync(string name)
    {
        await using HostProcess set = HostProcess.Start(["secret", "set", name, "--config", ConfigFile], Environment);
        await set.WriteLineAsync(Password);
        await set.EndAsync();
        Assert.Equal(0, set.ExitCode);
    }

    public async Task EmitAsync(object controlEvent)
    {
        using HttpResponseMessage answer = await Control.PostAsJsonAsync("/events", controlEvent);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The faults that hold from now on; none: all is well again.</summary>
    public async Task FaultsAsync(params object[] faults)
    {
        using HttpResponseMessage answer = await Control.PutAsJsonAsync("/faults", faults);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Waits until the device's event stream is being listened to: what it emits from now on is heard.</summary>
    public async Task ListenedToAsync(string device)
    {
        for (int i = 0; ; i++)
        {
            using JsonDocument document = JsonDocument.Parse(await Control.GetStringAsync("/devices"));
            JsonElement list = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement : document.RootElement.GetProperty("devices");
            if (list.EnumerateArray().Any(d => d.GetProperty("id").GetString() == device && d.GetProperty("streams").GetInt32() > 0)) return;
            Assert.True(i < 9000, "nobody listens to " + device);
            await Task.Delay(10);
        }
    }

    /// <summary>The commands a device got (PUT and POST), in order.</summary>
    public async Task<IReadOnlyList<JsonElement>> CommandsAsync(string device)
    {
        using JsonDocument document = JsonDocument.Parse(await Control.GetStringAsync($"/requests?device={device}"));
        JsonElement list = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement : document.RootElement.GetProperty("requests");
        return [.. list.EnumerateArray().Where(r => r.GetProperty("method").GetString() == "PUT").Select(r => r.Clone())];
    }

    public async ValueTask DisposeAsync()
    {
        Control.Dispose();
        await _simulator.DisposeAsync();
        _folder.Dispose();
    }

    private string Site()
    {
        string Url(string device) => _simulator.Devices[device].ToString();
        return $$"""
            { "id": "store", "name": "Store", "timeZone": "Europe/Berlin",
              "devices": [
                { "id": "panel", "name": "Panel", "kind": "security-panel",
                  "connection": { "url": "{{Url("panel")}}", "user": "admin", "passwordEnv": "STORE_PASSWORD", "dialect": "securityCp" },
                  "resources": [ { "kind": "area", "number": 1 }, { "kind": "area", "number": 2 },
                    {{string.Join(", ", Enumerable.Range(0, 6).Select(z => string.Create(CultureInfo.InvariantCulture, $"{{ \"kind\": \"zone\", \"number\": {z}, \"area\": {(z < 4 ? 1 : 2)} }}")))}},
                    { "kind": "relay", "number": 0 }, { "kind": "relay", "number": 1 }, { "kind": "siren", "number": 0 } ] },
                { "id": "nvr", "name": "Recorder", "kind": "nvr",
                  "connection": { "url": "{{Url("nvr")}}", "user": "admin", "passwordEnv": "STORE_PASSWORD" },
                  "resources": [ { "kind": "channel", "number": 1 }, { "kind": "channel", "number": 2 }, { "kind": "channel", "number": 3 },
                    { "kind": "channel", "number": 4, "capabilities": ["ptz"], "presets": [1, 2, 3] },
                    { "kind": "alarm-input", "number": 1 }, { "kind": "alarm-input", "number": 2 },
                    { "kind": "alarm-output", "number": 1 }, { "kind": "alarm-output", "number": 2 }, { "kind": "hdd", "number": 1 } ] },
                { "id": "entrance", "name": "Entrance", "kind": "people-counting-camera",
                  "connection": { "url": "{{Url("entrance")}}", "user": "admin", "passwordEnv": "STORE_PASSWORD" },
                  "resources": [ { "kind": "channel", "number": 1, "capabilities": ["peopleCounting"] } ] } ] }
            """;
    }
}
