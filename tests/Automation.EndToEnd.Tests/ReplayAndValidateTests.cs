using Automation.EndToEnd.Tests.Kit;

namespace Automation.EndToEnd.Tests;

public sealed class ReplayAndValidateTests
{
    private const string Events = """
        {"at":"2026-11-20T18:00:00+01:00","resource":"store/panel/zone/3","event":"zoneAlarm","state":"active","data":{}}
        {"at":"2026-11-20T18:00:01+01:00","resource":"store/panel/zone/3","event":"zoneAlarm","state":"active","data":{}}
        {"at":"2026-11-20T18:00:09+01:00","resource":"store/panel/zone/3","event":"zoneAlarm","state":"inactive","data":{}}
        {"at":"2026-11-20T18:10:00+01:00","resource":"store/panel/zone/2","event":"zoneAlarm","state":"active","data":{}}
        {"at":"2026-11-20T18:20:00+01:00","resource":"store/panel/zone/3","event":"zoneAlarm","state":"active","data":{}}
        """;

    [Fact, Trait("Req", "HUB-4"), Trait("Req", "EVT-6")]
    public async Task Replay_SameFileTwice_GivesTheSameBytes_AndTheRequestsOfTheLiveRule()
    {
        await using Store store = await Store.StartAsync();
        string events = Path.Combine(Path.GetDirectoryName(store.SiteFile)!, "events.jsonl");
        await File.WriteAllTextAsync(events, Events);
        string[] arguments = ["replay", "--site", store.SiteFile, "--rules", store.RulesFolder, "--events", events];
        (int firstCode, string first) = await HostProcess.RunAsync(arguments);
        (int secondCode, string second) = await HostProcess.RunAsync(arguments);
        Assert.Equal((0, 0), (firstCode, secondCode));
        Assert.Equal(first, second);
        string[] lines = first.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(6, lines.Length);
        Assert.Equal("""{"at":"2026-11-20T18:00:00+01:00","rule":"store-after-hours","action":"record","on":"store/nvr/channel/1","parameters":{},"cause":"store-1"}""", lines[0]);
        Assert.Contains("\"action\":\"triggerAlarmOutput\",\"on\":\"store/nvr/alarm-output/1\"", lines[1], StringComparison.Ordinal);
        Assert.Contains("\"action\":\"callPreset\",\"on\":\"store/nvr/channel/4\",\"parameters\":{\"preset\":3}", lines[2], StringComparison.Ordinal);
        Assert.All(lines[3..], l => Assert.StartsWith("{\"at\":\"2026-11-20T18:20:00+01:00\"", l, StringComparison.Ordinal));
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task Replay_ComparedWithOlderRules_ShowsTheFiringsThatDiffer()
    {
        await using Store store = await Store.StartAsync();
        string folder = Path.GetDirectoryName(store.SiteFile)!;
        string events = Path.Combine(folder, "events.jsonl");
        string older = Path.Combine(folder, "older.json");
        await File.WriteAllTextAsync(events, Events);
        await File.WriteAllTextAsync(older, Store.Linkage.Replace("zone/3", "zone/2", StringComparison.Ordinal));
        string[] arguments = ["replay", "--site", store.SiteFile, "--rules", store.RulesFolder, "--events", events];
        (int exitCode, string output) = await HostProcess.RunAsync([.. arguments, "--compare", older]);
        Assert.Equal(1, exitCode);
        Assert.Equal(
            """
            {"change":"added","at":"2026-11-20T18:00:00+01:00","rule":"store-after-hours","source":"store/panel/zone/3","trigger":"zoneAlarm"}
            {"change":"removed","at":"2026-11-20T18:10:00+01:00","rule":"store-after-hours","source":"store/panel/zone/2","trigger":"zoneAlarm"}
            {"change":"added","at":"2026-11-20T18:20:00+01:00","rule":"store-after-hours","source":"store/panel/zone/3","trigger":"zoneAlarm"}
            """, output);
        (int same, string nothing) = await HostProcess.RunAsync([.. arguments, "--compare", store.RulesFolder]);
        Assert.Equal((0, ""), (same, nothing));
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task Explain_OfAReplay_SaysWhyNot()
    {
        await using Store store = await Store.StartAsync();
        string events = Path.Combine(Path.GetDirectoryName(store.SiteFile)!, "events.jsonl");
        await File.WriteAllTextAsync(events, Events);
        string[] arguments = ["explain", "store-after-hours", "--site", store.SiteFile, "--rules", store.RulesFolder, "--events", events];
        (int firedCode, string fired) = await HostProcess.RunAsync([.. arguments, "--at", "2026-11-20T18:00:00+01:00"]);
        Assert.Equal(0, firedCode);
        Assert.StartsWith("store-after-hours at 2026-11-20T18:00:00+01:00: fired", fired, StringComparison.Ordinal);
        (int whyNotCode, string whyNot) = await HostProcess.RunAsync([.. arguments, "--at", "2026-11-20T18:00:01+01:00"]);
        Assert.Equal(0, whyNotCode);
        Assert.StartsWith("store-after-hours at 2026-11-20T18:00:01+01:00: otherPhase", whyNot, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task Replay_LineThatIsWrong_NamesItAndExitsWith2()
    {
        await using Store store = await Store.StartAsync();
        string events = Path.Combine(Path.GetDirectoryName(store.SiteFile)!, "events.jsonl");
        await File.WriteAllTextAsync(events, Events.Split('\n')[0] + "\n{\"at\":\"tomorrow\"}\n");
        (int exitCode, string output) = await HostProcess.RunAsync(["replay", "--site", store.SiteFile, "--rules", store.RulesFolder, "--events", events]);
        Assert.Equal(2, exitCode);
        Assert.Contains("events.jsonl:2: 'at' is missing or not an instant", output, StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "LNK-12")]
    [InlineData("\"event\": \"zoneAlarm\",", "\"event\": \"zoneAlarm\", \"colour\": \"red\",", ":2:57: error", "colour")]
    [InlineData("\"preset\": 3", "\"preset\": \"three\"", ":6:", "preset")]
    [InlineData("\"source\": \"store/panel/zone/3\"", "\"source\": \"store/panel/zone/9\"", ":2:", "store/panel/zone/9")]
    public async Task Validate_OneMistake_OneFindingWithItsPlaceAndRemedy(string right, string wrong, string place, string word)
    {
        Assert.Contains(right, Store.Linkage, StringComparison.Ordinal);
        await using Store store = await Store.StartAsync(Store.Linkage.Replace(right, wrong, StringComparison.Ordinal));
        (int exitCode, string output) = await HostProcess.RunAsync(["validate", store.RulesFolder, "--site", store.SiteFile]);
        Assert.Equal(1, exitCode);
        string finding = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("rules.json" + place, finding, StringComparison.Ordinal);
        Assert.Contains(word, finding, StringComparison.Ordinal);
        Assert.Matches(@"error AUT\d{4}: .+ \(.+\)$", finding);
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task Validate_RightRules_ExitsWith0()
    {
        await using Store store = await Store.StartAsync();
        (int exitCode, string output) = await HostProcess.RunAsync(["validate", store.RulesFolder, "--site", store.SiteFile]);
        Assert.Equal("1 rule(s), no findings.", output.Trim());
        Assert.Equal(0, exitCode);
    }

    [Fact, Trait("Req", "LNK-11")]
    public async Task Validate_TemplateThatDoesNotDoWhatItsTimelineSays_IsAFinding()
    {
        const string Template = """
            { "template": "light", "version": "1.0.0", "name": "Light", "inputs": { "source": { "resource": "channel", "events": ["motionDetection"] }, "output": { "resource": "alarm-output" } },
              "rule": { "kind": "linkage", "source": "{{source}}", "event": "motionDetection", "actions": [ { "action": "triggerAlarmOutput", "on": ["{{output}}"] } ] },
              "tests": [ { "name": "light at motion", "inputs": { "source": "shop/nvr/channel/1", "output": "shop/nvr/alarm-output/1" },
                "when": [ { "after": "00:00:01", "resource": "{{source}}", "event": "motionDetection", "state": "active" } ],
                "then": [ { "action": "pulseAlarmOutput", "on": "{{output}}" } ] } ] }
            """;
        await using Store store = await Store.StartAsync(Template);
        (int exitCode, string output) = await HostProcess.RunAsync(["validate", store.RulesFolder, "--site", store.SiteFile]);
        Assert.Equal(1, exitCode);
        Assert.Contains("AUT1261", output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(store.RulesFolder, "rules.json"), Template.Replace("pulseAlarmOutput", "triggerAlarmOutput", StringComparison.Ordinal));
        (int mended, string nothing) = await HostProcess.RunAsync(["validate", store.RulesFolder, "--site", store.SiteFile]);
        Assert.Equal((0, "0 rule(s), no findings."), (mended, nothing));
    }
}
