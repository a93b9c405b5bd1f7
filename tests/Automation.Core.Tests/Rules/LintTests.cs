using System.Collections.Immutable;
using System.Text.Json;
using Automation.Core.Compilation.Lowering;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

public sealed class LintTests
{
    private const string Open = """{ "kind": "linkage", "id": "open", "source": "store/panel/zone/3", "event": "zoneAlarm", "actions": [ { "action": "openRelay", "on": "store/panel/relay/0" } ] }""";

    [Fact, Trait("Req", "HUB-4")]
    public void Check_DemoRules_HasNoWarnings()
    {
        SourceFile[] files = [.. Directory.GetFiles(Path.Combine(Demo.Folder, "rules"), "*.json").Select(Demo.SourceFileOf)];
        ImmutableArray<LintFinding> findings = RuleLint.Check(Demo.Site, RuleSetReader.Read(files, Demo.Site, TemplateLibrary.Empty).Rules);
        Assert.DoesNotContain(findings, f => f.Finding.Severity != FindingSeverity.Info);
    }

    [Fact, Trait("Req", "HUB-4")]
    public void Check_OppositeStatesAtOneEvent_ShowsATimelineInWhichBothAct()
    {
        string text = $$"""[ {{Open}}, { "kind": "linkage", "id": "shut", "source": "store/panel/zone/3", "event": "zoneAlarm", "conditions": { "state": "store/panel/area/1", "property": "arming", "is": "away" }, "actions": [ { "action": "closeRelay", "on": "store/panel/relay/0" } ] } ]""";
        LintFinding finding = Assert.Single(Check(text));
        Assert.Equal("AUT2006", finding.Finding.Code);
        Assert.Equal(["shut", "open"], finding.Rules);
        Assert.Equal(["openRelay", "closeRelay"], Replay(text, finding.Timeline).Select(s => s.Action));
    }

    [Fact, Trait("Req", "HUB-4")]
    public void Check_FightOverOneSourceOfSeveral_ShowsThatSource()
    {
        string text = $$"""[ {{Open}}, { "kind": "linkage", "id": "shut", "source": "store/panel/zone/+", "event": "zoneAlarm", "schedule": { "weekly": { "fri": ["06:00-10:00"] } }, "actions": [ { "action": "closeRelay", "on": "store/panel/relay/0" } ] } ]""";
        LintFinding finding = Assert.Single(Check(text));
        Assert.Equal(["openRelay", "closeRelay"], Replay(text, finding.Timeline).Select(s => s.Action));
    }

    [Theory, Trait("Req", "HUB-4")]
    [InlineData("""
        "conditions": { "state": "store/panel/area/1", "property": "arming", "is": "away" }
        """, """
        "conditions": { "state": "store/panel/area/1", "property": "arming", "is": "disarm" }
        """)]
    [InlineData("""
        "schedule": { "weekly": { "mon-fri": ["08:00-18:00"] } }
        """, """
        "schedule": { "weekly": { "mon-fri": ["18:00-08:00"] } }
        """)]
    [InlineData("""
        "conditions": { "state": "store/thermal/channel/2", "property": "temperature", "above": 30 }
        """, """
        "conditions": { "state": "store/thermal/channel/2", "property": "temperature", "atMost": 30 }
        """)]
    [InlineData("""
        "conditions": { "not": { "schedule": { "weekly": { "mon-fri": ["08:00-18:00"] } } } }
        """, """
        "schedule": { "weekly": { "mon-fri": ["08:00-18:00"] } }
        """)]
    public void Check_OppositeStatesThatExcludeEachOther_SaysNothing(string one, string other)
    {
        string text = $$"""
            [ { "kind": "linkage", "id": "a", "source": "store/panel/zone/3", "event": "zoneAlarm", {{one}}, "actions": [ { "action": "openRelay", "on": "store/panel/relay/0" } ] },
              { "kind": "linkage", "id": "b", "source": "store/panel/zone/3", "event": "zoneAlarm", {{other}}, "actions": [ { "action": "closeRelay", "on": "store/panel/relay/0" } ] } ]
            """;
        Assert.Empty(Check(text));
    }

    [Fact, Trait("Req", "HUB-4")]
    public void Check_ArmAndDisarmAtOneTime_IsAFight()
    {
        LintFinding finding = Assert.Single(Check("""
            [ { "kind": "schedule", "id": "a", "at": { "weekly": { "mon-fri": ["22:00"] } }, "actions": [ { "action": "arm", "on": "store/panel/area/1" } ] },
              { "kind": "armingSchedule", "id": "b", "areas": ["store/panel/area/1"], "autoDisarm": "22:00" } ]
            """));
        Assert.Equal("AUT2006", finding.Finding.Code);
        Assert.Equal(["b", "a"], finding.Rules);
    }

    [Fact, Trait("Req", "HUB-4")]
    public void Check_CircleOfThreeRules_NamesTheChain()
    {
        LintFinding finding = Assert.Single(Check("""
            [ { "kind": "automation", "id": "a", "triggers": [ { "event": "awayArmed", "source": "store/panel/area/1" } ], "actions": [ { "setState": "store/panel", "to": { "flag": "on" } } ] },
              { "kind": "automation", "id": "b", "triggers": [ { "state": "store/panel", "property": "flag", "to": "on" } ], "actions": [ { "notify": "b" } ] },
              { "kind": "automation", "id": "c", "triggers": [ { "ruleFired": "b" } ], "actions": [ { "action": "arm", "on": "store/panel/area/1" } ] } ]
            """));
        Assert.Equal("AUT2007", finding.Finding.Code);
        Assert.Contains("'a' → 'b' → 'c' → 'a'", finding.Finding.Message, StringComparison.Ordinal);
        Assert.Contains("awayArmed", string.Join('\n', finding.Timeline), StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "HUB-4")]
    [InlineData("""{ "kind": "linkage", "id": "a", "source": "store/panel/zone/3", "event": "zoneAlarm", "schedule": { "weekly": { "mon": [] } }, "actions": [ { "action": "openRelay", "on": "store/panel/relay/0" } ] }""", "AUT2003")]
    [InlineData("""{ "kind": "schedule", "id": "a", "at": { "cron": "0 0 30 2 *" }, "actions": [ { "action": "openRelay", "on": "store/panel/relay/0" } ] }""", "AUT2003")]
    [InlineData("""{ "kind": "schedule", "id": "a", "at": { "weekly": { "mon": ["22:00"] } }, "conditions": { "schedule": { "weekly": { "mon": ["08:00-18:00"] } } }, "actions": [ { "action": "openRelay", "on": "store/panel/relay/0" } ] }""", "AUT2003")]
    [InlineData("""{ "kind": "linkage", "id": "a", "source": "store/panel/zone/3", "event": "zoneAlarm", "conditions": [ { "state": "store/thermal/channel/2", "property": "temperature", "above": 30, "below": 20 } ], "actions": [ { "action": "openRelay", "on": "store/panel/relay/0" } ] }""", "AUT2004")]
    [InlineData("""{ "kind": "linkage", "id": "a", "source": "store/panel/zone/3", "event": "zoneAlarm", "conditions": [ { "data": "target", "is": "human" }, { "data": "target", "isNot": "human" } ], "actions": [ { "action": "openRelay", "on": "store/panel/relay/0" } ] }""", "AUT2004")]
    [InlineData("""{ "kind": "linkage", "id": "a", "source": "store/panel/zone/3", "event": "zoneAlarm", "actions": [ { "action": "callPatrol", "on": "store/nvr/channel/1", "patrol": 1 } ] }""", "AUT2008")]
    [InlineData("""{ "kind": "automation", "id": "a", "triggers": [ { "startup": true } ], "actions": [ { "script": "1" } ] }""", "AUT2009")]
    public void Check_RuleThatCannotDoWhatItSays_IsTold(string rule, string code)
    {
        Assert.Contains(code, Check(rule).Select(f => f.Finding.Code));
    }

    [Fact, Trait("Req", "LNK-13")]
    public void Check_SourceWithoutNotification_NeverFires()
    {
        Site site = Demo.SiteOf("""
            { "id": "store", "timeZone": "UTC", "devices": [ { "id": "panel", "kind": "security-panel", "notification": false, "resources": [ { "kind": "zone", "number": 3 }, { "kind": "relay", "number": 0 } ] } ] }
            """);
        Assert.Equal("AUT2005", Assert.Single(Check(Open, site)).Finding.Code);
    }

    [Fact, Trait("Req", "HUB-4")]
    public void Check_ThousandsOfRules_GrowsWithTheirNumber()
    {
        // Everything that all rules share, so that a comparison of each with each would show.
        static int Findings(int count)
        {
            string text = "[" + string.Join(",\n", Enumerable.Range(0, count).Select(i => $$"""{ "kind": "automation", "id": "r{{i}}", "triggers": [ { "event": "zoneAlarm", "source": "store/panel/zone/3" } ], "actions": [ { "action": "{{(i % 2 == 0 ? "openRelay" : "closeRelay")}}", "on": "store/panel/relay/0" } ] }""")) + "]";
            return Check(text).Length;
        }

        int small = Findings(100);
        int large = Findings(1000);
        Assert.True(large <= 11 * small, $"{small} findings for 100 rules, {large} for 1,000");
    }

    private static ImmutableArray<LintFinding> Check(string text, Site? site = null)
    {
        RuleSetReading reading = Demo.Rules(text, site);
        Assert.Empty(reading.Findings);
        return RuleLint.Check(site ?? Demo.Site, reading.Rules);
    }

    // What the lines say to the engine, as the command line's replay does.
    private static IReadOnlyList<ProofStep> Replay(string rules, ImmutableArray<string> lines)
    {
        var inputs = new List<EngineInput>();
        foreach (string line in lines)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            DateTimeOffset at = root.GetProperty("at").GetDateTimeOffset();
            long sequence = inputs.Count + 1;
            if (!root.TryGetProperty("resource", out JsonElement resource))
            {
                inputs.Add(EngineInput.Time(sequence, at));
                continue;
            }

            ResourceAddress address = ResourceAddress.Parse(resource.GetString()!);
            inputs.Add(root.TryGetProperty("set", out JsonElement set)
                ? EngineInput.State(sequence, at, address, DataObject.From(set.EnumerateObject().Select(p => new KeyValuePair<string, DataValue>(p.Name, p.Value.ValueKind == JsonValueKind.Number ? p.Value.GetDouble() : p.Value.GetString()))))
                : EngineInput.Event(sequence, at, address, root.GetProperty("event").GetString()!, root.TryGetProperty("state", out JsonElement state) && state.GetString() == "active" ? EventState.Active : EventState.Instant, DataObject.Empty));
        }

        return TimelineEngine.Run(RuleLowering.Lower(Demo.Site, Demo.Rules(rules).Rules), inputs, inputs[^1].At);
    }
}
