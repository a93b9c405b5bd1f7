using Automation.Core.Model;
using Automation.Host.Cli;
using Automation.Host.Journal;
using Automation.TestKit;

namespace Automation.Host.Tests.Journal;

/// <summary>A past time comes out of the journal as it was, while the site goes on.</summary>
public sealed class JournalReplayTests
{
    private const string Alarm = """{ "kind": "linkage", "id": "alarm", "name": "Alarm", "source": "store/panel/zone/3", "event": "zoneAlarm", "actions": [ { "action": "openRelay", "on": ["store/panel/relay/0"] } ] }""";

    private const string Delayed = """{ "kind": "automation", "id": "delayed", "triggers": [ { "event": "zoneAlarm", "source": "store/panel/zone/3" } ], "actions": [ { "delay": "00:02:00" }, { "action": "callPreset", "on": ["store/nvr/channel/4"], "preset": 2 } ] }""";

    [Theory, Trait("Req", "HUB-4")]
    [InlineData(1_000)]
    [InlineData(2)]
    public async Task APastTime_GivesWhatItGaveThen_WithTheRulesOfThen_WhileTheSiteGoesOn(int inputsToSnapshot)
    {
        await using SiteHouse house = await SiteHouse.StartAsync($"[{Alarm},{Delayed}]", limits: new JournalLimits { InputsToSnapshot = inputsToSnapshot });
        await AlarmAsync(house, minutes: 10);
        await house.ToggleAsync("alarm", false);
        await AlarmAsync(house, minutes: 10);
        await house.ToggleAsync("alarm", true);
        await house.CommandAsync("openDoor", "gate/door/1");
        await AlarmAsync(house, minutes: 10);

        // Other rules, a power cut: all of that is part of what was.
        house.Kill();
        await File.WriteAllTextAsync(house.RulesFile, $"[{Delayed}]");
        await house.PassTimeDownAsync(TimeSpan.FromMinutes(10));
        await AlarmAsync(house, minutes: 10);

        Assert.Equal(["12:00 alarm", "12:02 delayed"], await ReplayAsync(house, "12:00", "12:09"));
        Assert.Equal(["12:12 delayed"], await ReplayAsync(house, "12:10", "12:19"));
        Assert.Equal(["12:20 command", "12:20 alarm", "12:22 delayed"], await ReplayAsync(house, "12:20", "12:29"));
        Assert.Equal(["12:22 delayed"], await ReplayAsync(house, "12:21", "12:39"));
        Assert.Equal(["12:42 delayed"], await ReplayAsync(house, "12:30", "13:00"));
        Assert.Equal(["12:00 alarm", "12:02 delayed", "12:12 delayed", "12:20 command", "12:20 alarm", "12:22 delayed", "12:42 delayed"], await ReplayAsync(house, "11:00", "13:00"));
        Assert.Empty(await ReplayAsync(house, "12:21", "12:21"));
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task OtherRules_OverAPastTime_SayWhatTheyWouldHaveDone_FromTheStateOfThen()
    {
        await using SiteHouse house = await SiteHouse.StartAsync($"[{Alarm}]");
        await AlarmAsync(house, minutes: 10);
        await AlarmAsync(house, minutes: 10);
        await AlarmAsync(house, minutes: 10);
        using var folder = new TempFolder();
        string rules = folder.File("other.json");
        await File.WriteAllTextAsync(rules, $"[{Delayed}]");
        Assert.Equal(["12:12 delayed", "12:22 delayed"], await ReplayAsync(house, "12:05", "12:25", "--rules", rules));

        // Time passes to the end, also when nothing came any more.
        Assert.Empty(await ReplayAsync(house, "12:05", "12:11", "--rules", rules));
    }

    [Theory, Trait("Req", "HUB-4")]
    [InlineData("--to comes before --from", "--from", "2026-11-21T00:00:00Z", "--to", "2026-11-20T00:00:00Z")]
    [InlineData("--of: there is no site 'stoer' in this journal: there are store", "--from", "2026-11-20T00:00:00Z", "--to", "2026-11-21T00:00:00Z", "--of", "stoer")]
    [InlineData("--from noon: not an instant", "--from", "noon", "--to", "2026-11-20T00:00:00Z")]
    [InlineData("replay takes recorded inputs", "--from", "2026-11-20T00:00:00Z")]
    public async Task AWrongQuestion_SaysWhatToChange(string said, params string[] arguments)
    {
        await using SiteHouse house = await SiteHouse.StartAsync($"[{Alarm}]");
        using var error = new StringWriter();
        Assert.Equal(CommandLine.Usage, await CommandLine.RunAsync(["replay", "--data", Path.GetDirectoryName(house.DatabaseFile)!, .. arguments], TextWriter.Null, error, house.Time));
        Assert.Contains(said, error.ToString(), StringComparison.Ordinal);
    }

    private static async Task AlarmAsync(SiteHouse house, int minutes)
    {
        await house.EventAsync("panel/zone/3", "zoneAlarm");
        await house.DoneAsync();
        await house.PassAsync(TimeSpan.FromMinutes(minutes), steps: minutes);
        await house.DoneAsync();
    }

    /// <summary>Time of day and rule of every action request, as the verb prints them beside the site that runs.</summary>
    private static async Task<string[]> ReplayAsync(SiteHouse house, string from, string to, params string[] more)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await CommandLine.RunAsync(["replay", "--data", Path.GetDirectoryName(house.DatabaseFile)!, "--from", $"2026-11-20T{from}:00Z", "--to", $"2026-11-20T{to}:00Z", .. more], output, error, house.Time);
        Assert.True(code == 0, error.ToString());
        return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => System.Text.Json.JsonDocument.Parse(l).RootElement)
            .Select(a => $"{a.GetProperty("at").GetDateTimeOffset().ToUniversalTime():HH:mm} {a.GetProperty("rule").GetString()}")];
    }
}
