using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Automation.CrashTest;

/// <summary>The simulated devices, in a process of their own that is never killed: they know what was really done.</summary>
internal sealed partial class World : IAsyncDisposable
{
    public const string PasswordVariable = "CRASH_PASSWORD";

    private const string Devices = """
        { "devices": [
          { "id": "panel", "kind": "panel", "port": 0, "user": "admin", "passwordEnv": "CRASH_PASSWORD", "areas": 2, "zones": 4, "relays": 2, "sirens": 1 },
          { "id": "nvr", "kind": "recorder", "port": 0, "user": "admin", "passwordEnv": "CRASH_PASSWORD", "channels": 2, "ptz": [2], "presets": [1, 2, 3, 4, 5, 6, 7, 8, 9], "alarmInputs": 1, "alarmOutputs": 2, "hdds": 1 },
          { "id": "gate", "kind": "access", "port": 0, "user": "admin", "passwordEnv": "CRASH_PASSWORD", "doors": 1 },
          { "id": "entrance", "kind": "counting", "port": 0, "user": "admin", "passwordEnv": "CRASH_PASSWORD" } ] }
        """;

    private readonly ProgramProcess _process;
    private readonly HttpClient _control;

    private World(ProgramProcess process, HttpClient control, IReadOnlyDictionary<string, string> urls, string password)
    {
        _process = process;
        _control = control;
        Urls = urls;
        Password = password;
    }

    public IReadOnlyDictionary<string, string> Urls { get; }

    public string Password { get; }

    /// <summary>Every command (PUT) that a device took a login for, in the order they came: method path, and the body where it tells one from another.</summary>
    public Dictionary<string, int> Done { get; } = new(StringComparer.Ordinal);

    public static async Task<World> StartAsync(string folder, string password)
    {
        string file = Path.Combine(folder, "devices.json");
        await File.WriteAllTextAsync(file, Devices);
        ProgramProcess process = ProgramProcess.Start(["simulate", "--devices", file], PasswordVariable, password);
        await process.Running;
        var urls = DeviceLine().Matches(process.Output).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value, StringComparer.Ordinal);
        var control = new HttpClient { BaseAddress = new Uri(process.Find(ControlLine())!), Timeout = TimeSpan.FromMinutes(2) };
        return new World(process, control, urls, password);
    }

    public async Task EmitAsync(object happening)
    {
        using HttpResponseMessage answer = await _control.PostAsJsonAsync("/events", happening);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Whether somebody listens to every device.</summary>
    public async Task<bool> IsHeardAsync()
    {
        using JsonDocument document = JsonDocument.Parse(await _control.GetStringAsync("/devices"));
        JsonElement list = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement : document.RootElement.GetProperty("devices");
        return list.EnumerateArray().All(d => d.GetProperty("streams").GetInt32() > 0);
    }

    /// <summary>Takes over what the devices were asked, and empties their list. Only while nobody asks them.</summary>
    public async Task CollectAsync()
    {
        using JsonDocument document = JsonDocument.Parse(await _control.GetStringAsync("/requests?method=PUT&authenticated=true"));
        JsonElement list = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement : document.RootElement.GetProperty("requests");
        foreach (JsonElement request in list.EnumerateArray())
        {
            string what = request.GetProperty("device").GetString() + " " + request.GetProperty("path").GetString();
            if (what.Contains("/absolute", StringComparison.Ordinal) && Azimuth().Match(request.GetProperty("body").GetString() ?? "") is { Success: true } azimuth) what = "azimuth " + azimuth.Groups[1].Value;
            Done[what] = Done.GetValueOrDefault(what) + 1;
        }

        (await _control.DeleteAsync("/requests")).Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        await _process.DisposeAsync();
    }

    /// <summary>The site, its rules and the configuration, in the folder.</summary>
    public void WriteSite(string folder)
    {
        string site = $$"""
            { "id": "store", "name": "Store", "timeZone": "Europe/Berlin", "devices": [
              { "id": "panel", "name": "Panel", "kind": "security-panel", "connection": {{Connection("panel", "securityCp")}},
                "resources": [ { "kind": "area", "number": 1 }, { "kind": "area", "number": 2 }, { "kind": "zone", "number": 0, "area": 1 }, { "kind": "zone", "number": 1, "area": 1 }, { "kind": "zone", "number": 2, "area": 2 }, { "kind": "zone", "number": 3, "area": 2 },
                  { "kind": "relay", "number": 0 }, { "kind": "relay", "number": 1 }, { "kind": "siren", "number": 0 } ] },
              { "id": "nvr", "name": "Recorder", "kind": "nvr", "connection": {{Connection("nvr", "isapi")}},
                "resources": [ { "kind": "channel", "number": 1 }, { "kind": "channel", "number": 2, "capabilities": ["ptz"], "presets": [1, 2, 3, 4, 5, 6, 7, 8, 9] }, { "kind": "alarm-input", "number": 1 },
                  { "kind": "alarm-output", "number": 1 }, { "kind": "alarm-output", "number": 2 }, { "kind": "hdd", "number": 1 } ] },
              { "id": "gate", "name": "Gate", "kind": "access-controller", "connection": {{Connection("gate", "isapi")}}, "resources": [ { "kind": "door", "number": 1 } ] },
              { "id": "entrance", "name": "Entrance", "kind": "people-counting-camera", "connection": {{Connection("entrance", "isapi")}}, "resources": [ { "kind": "channel", "number": 1, "capabilities": ["peopleCounting"] } ] } ] }
            """;
        File.WriteAllText(Path.Combine(folder, "site.json"), site);
        Directory.CreateDirectory(Path.Combine(folder, "rules"));
        File.WriteAllText(Path.Combine(folder, "rules", "rules.json"), Rules);
        File.WriteAllText(Path.Combine(folder, "automation.json"), """{ "sites": [{ "site": "site.json", "rules": ["rules"] }], "httpPort": null }""");
    }

    /// <summary>What may be repeated is worth doing for an hour, so that none of it can expire between two kills. A linkage, a door that must not open twice, a hold, a delay, a count, a sequence, an absence, a group, rules that are switched.</summary>
    private const string Rules = """
        [
          { "kind": "linkage", "id": "linked", "name": "Linked", "source": "store/panel/zone/0", "event": "zoneAlarm", "actions": [
            { "action": "triggerAlarmOutput", "on": ["store/nvr/alarm-output/1"], "expiresAfter": "01:00:00" }, { "action": "callPreset", "on": ["store/nvr/channel/2"], "preset": 1, "expiresAfter": "01:00:00" } ] },
          { "kind": "linkage", "id": "door", "name": "Door", "source": "store/panel/zone/1", "event": "zoneAlarm", "actions": [ { "action": "openDoor", "on": ["store/gate/door/1"] } ] },
          { "kind": "automation", "id": "held", "triggers": [ { "state": "store/panel/zone/2", "property": "alarm", "to": true, "for": "00:00:01" } ], "actions": [ { "action": "callPreset", "on": ["store/nvr/channel/2"], "preset": 2, "expiresAfter": "01:00:00" } ] },
          { "kind": "automation", "id": "delayed", "mode": "parallel", "maxRuns": 100, "triggers": [ { "event": "zoneAlarm", "source": "store/panel/zone/3" } ], "actions": [ { "delay": "00:00:01" }, { "action": "callPreset", "on": ["store/nvr/channel/2"], "preset": 3, "expiresAfter": "01:00:00" } ] },
          { "kind": "automation", "id": "third", "triggers": [ { "count": 3, "event": "motionDetection", "source": "store/nvr/channel/1", "within": "00:01:00" } ], "actions": [ { "action": "callPreset", "on": ["store/nvr/channel/2"], "preset": 4, "expiresAfter": "01:00:00" } ] },
          { "kind": "automation", "id": "absent", "triggers": [ { "absence": { "event": "motionDetection", "source": "store/nvr/channel/2" }, "after": { "event": "motionDetection", "source": "store/nvr/channel/1" }, "within": "00:00:02" } ], "actions": [ { "action": "callPreset", "on": ["store/nvr/channel/2"], "preset": 5, "expiresAfter": "01:00:00" } ] },
          { "kind": "automation", "id": "switched-a", "triggers": [ { "event": "motionDetection", "source": "store/nvr/channel/2" } ], "actions": [ { "action": "openRelay", "on": ["store/panel/relay/0"], "expiresAfter": "01:00:00" } ] },
          { "kind": "automation", "id": "switched-b", "triggers": [ { "event": "motionDetection", "source": "store/nvr/channel/2" } ], "actions": [ { "action": "closeRelay", "on": ["store/panel/relay/1"], "expiresAfter": "01:00:00" } ] },
          { "kind": "peopleCounting", "id": "floor", "name": "Floor", "channels": [ { "channel": "store/entrance/channel/1" } ], "maxPeople": 100000 }
        ]
        """;

    private string Connection(string device, string dialect) =>
        new StringBuilder().Append(CultureInfo.InvariantCulture, $$"""{ "url": "{{Urls[device]}}", "user": "admin", "passwordEnv": "{{PasswordVariable}}", "dialect": "{{dialect}}" }""").ToString();

    [GeneratedRegex(@"^(\S+) on (http://\S+)$", RegexOptions.Multiline)]
    private static partial Regex DeviceLine();

    [GeneratedRegex(@"^Control API on (http://\S+)$", RegexOptions.Multiline)]
    private static partial Regex ControlLine();

    [GeneratedRegex("<azimuth>([0-9]+)</azimuth>")]
    private static partial Regex Azimuth();
}
