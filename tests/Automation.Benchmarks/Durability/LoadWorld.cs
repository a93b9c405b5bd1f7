using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Automation.CrashTest;

namespace Automation.Benchmarks.Durability;

/// <summary>Simulated cameras in a process of their own, told to emit at a rate; they remember what they were asked and when.</summary>
internal sealed partial class LoadWorld : IAsyncDisposable
{
    public const string PasswordVariable = "LOAD_PASSWORD";

    private readonly ProgramProcess _process;
    private readonly HttpClient _control;
    private readonly string _password;
    private readonly HashSet<long> _seen = [];
    private long _since;

    private LoadWorld(ProgramProcess process, HttpClient control, IReadOnlyDictionary<string, string> urls, string password)
    {
        _process = process;
        _control = control;
        _password = password;
        Urls = urls;
    }

    public IReadOnlyDictionary<string, string> Urls { get; }

    /// <summary>By device, when it was asked for its output: the request's number and instant, not quite in order.</summary>
    public Dictionary<string, List<(long Number, DateTimeOffset At)>> Asked { get; } = new(StringComparer.Ordinal);

    public long AskedInAll { get; private set; }

    public static async Task<LoadWorld> StartAsync(string folder, int devices, string password)
    {
        string file = Path.Combine(folder, "devices.json");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $$"""{ "devices": [ { "id": "cam", "kind": "camera", "count": {{devices}}, "port": 0, "user": "admin", "passwordEnv": "{{PasswordVariable}}", "alarmOutputs": 1 } ] }"""));
        ProgramProcess process = ProgramProcess.Start(["simulate", "--devices", file], PasswordVariable, password);
        await process.Running;
        var urls = DeviceLine().Matches(process.Output).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value, StringComparer.Ordinal);
        return new LoadWorld(process, new HttpClient { BaseAddress = new Uri(process.Find(ControlLine())!), Timeout = TimeSpan.FromMinutes(2) }, urls, password);
    }

    /// <summary>The site with a linkage for the first so many cameras, and the configuration; its data are in <c>data</c>.</summary>
    public void WriteSite(string folder, int acting)
    {
        string devices = string.Join(",\n", Urls.Select(u =>
            $$"""{ "id": "{{u.Key}}", "name": "{{u.Key}}", "kind": "camera", "connection": { "url": "{{u.Value}}", "user": "admin", "passwordEnv": "{{PasswordVariable}}", "dialect": "isapi" }, "resources": [ { "kind": "channel", "number": 1 }, { "kind": "alarm-output", "number": 1 } ] }"""));
        File.WriteAllText(Path.Combine(folder, "site.json"), $$"""{ "id": "store", "name": "Store", "timeZone": "Europe/Berlin", "devices": [ {{devices}} ] }""");
        string rules = string.Join(",\n", Urls.Keys.Take(acting).Select(d =>
            $$"""{ "kind": "linkage", "id": "{{d}}", "name": "{{d}}", "source": "store/{{d}}/channel/1", "event": "intrusion", "actions": [ { "action": "triggerAlarmOutput", "on": ["store/{{d}}/alarm-output/1"] } ] }"""));
        Directory.CreateDirectory(Path.Combine(folder, "rules"));
        File.WriteAllText(Path.Combine(folder, "rules", "rules.json"), $"[ {rules} ]");
        File.WriteAllText(Path.Combine(folder, "automation.json"), """{ "sites": [{ "site": "site.json", "rules": ["rules"] }], "httpPort": null }""");
    }

    public ProgramProcess StartProgram(string folder) => ProgramProcess.Start(["run", "--config", Path.Combine(folder, "automation.json"), "--mqtt-port", "0"], PasswordVariable, _password);

    public async Task<bool> IsHeardAsync()
    {
        using JsonDocument document = JsonDocument.Parse(await _control.GetStringAsync("/devices"));
        JsonElement list = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement : document.RootElement.GetProperty("devices");
        return list.EnumerateArray().All(d => d.GetProperty("streams").GetInt32() > 0);
    }

    /// <param name="rate">Of all together, a second.</param>
    public async Task BeginAsync(double rate)
    {
        using HttpResponseMessage answer = await _control.PutAsJsonAsync("/load", new { devices = "*", rate = rate / Urls.Count });
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>No more events; answers how many were sent, and how many this machine did not manage to send.</summary>
    public async Task<(long Sent, long LeftOut)> EndAsync()
    {
        using HttpResponseMessage answer = await _control.DeleteAsync("/load");
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (document.RootElement.GetProperty("sent").GetInt64(), document.RootElement.GetProperty("leftOut").GetInt64());
    }

    /// <summary>Takes over what the devices were asked since the last time; more often than their list turns over (20,000).</summary>
    public async Task CollectAsync()
    {
        // A request is in the list before it is known whose it is: those of the last moment are looked at again.
        const int Again = 500;
        using JsonDocument document = JsonDocument.Parse(await _control.GetStringAsync(string.Create(CultureInfo.InvariantCulture, $"/requests?method=PUT&authenticated=true&since={Math.Max(0, _since - Again)}")));
        JsonElement list = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement : document.RootElement.GetProperty("requests");
        foreach (JsonElement request in list.EnumerateArray())
        {
            long number = request.GetProperty("seq").GetInt64();
            _since = Math.Max(_since, number);
            if (!request.GetProperty("path").GetString()!.Contains("/outputs/", StringComparison.Ordinal) || !_seen.Add(number)) continue;
            string device = request.GetProperty("device").GetString()!;
            if (!Asked.TryGetValue(device, out List<(long Number, DateTimeOffset At)>? asked)) Asked.Add(device, asked = []);
            asked.Add((number, request.GetProperty("at").GetDateTimeOffset()));
            AskedInAll++;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        await _process.DisposeAsync();
    }

    [GeneratedRegex(@"^(\S+) on (http://\S+)$", RegexOptions.Multiline)]
    private static partial Regex DeviceLine();

    [GeneratedRegex(@"^Control API on (http://\S+)$", RegexOptions.Multiline)]
    private static partial Regex ControlLine();
}
