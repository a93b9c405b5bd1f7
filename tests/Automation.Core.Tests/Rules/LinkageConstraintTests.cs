using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

/// <summary>The constraints of the portal, at and next to their limits. What is beyond them is in the table of wrong documents.</summary>
public sealed class LinkageConstraintTests
{
    private static readonly Lazy<Site> Site = new(() => Demo.SiteOf(File.ReadAllText(Path.Combine(Demo.Root, "tests", "fixtures", "rules", "site.json"))));

    [Theory, Trait("Req", "LNK-7")]
    [InlineData(10, null)]
    [InlineData(11, "AUT1207")]
    [InlineData(12, "AUT1207")]
    public void Read_LinkedResources_UpToTen(int count, string? code)
    {
        string on = string.Join(", ", Enumerable.Range(1, count).Select(i => $"\"store/nvr/alarm-output/{i}\""));
        Expect(code, $$"""{ "kind": "linkage", "id": "a", "source": "store/panel/zone/3", "event": "zoneAlarm", "actions": [ { "action": "triggerAlarmOutput", "on": [ {{on}} ] } ] }""");
    }

    [Fact, Trait("Req", "LNK-7")]
    public void Read_TooManyLinkageActions_AreCountedOnEachResource()
    {
        // Ten resources, thirteen pulses each: no more resources than allowed, and more than 128 actions.
        string on = string.Join(", ", Enumerable.Range(1, 10).Select(i => $"\"store/nvr/alarm-output/{i}\""));
        string actions = string.Join(", ", Enumerable.Range(0, 13).Select(_ => $$"""{ "action": "pulseAlarmOutput", "on": [ {{on}} ] }"""));
        Assert.Contains("AUT1206", Demo.Codes($$"""{ "kind": "linkage", "id": "a", "source": "store/panel/zone/3", "event": "zoneAlarm", "actions": [ {{actions}} ] }""", Site.Value));
    }

    [Theory, Trait("Req", "LNK-8")]
    [InlineData("zone/3", null)]
    [InlineData("zone/2", null)]
    public void Read_FourCameraActions_AreAllowedForEachSource(string other, string? code)
    {
        // Two rules of one source share the four; another source has four of its own.
        string second = other == "zone/3" ? "\"store/nvr/channel/2\"" : "\"store/nvr/channel/1\", \"store/nvr/channel/2\", \"store/nvr/channel/3\", \"store/nvr/channel/4\"";
        string first = other == "zone/3" ? "\"store/nvr/channel/1\", \"store/nvr/channel/3\", \"store/nvr/channel/4\"" : "\"store/nvr/channel/1\", \"store/nvr/channel/2\", \"store/nvr/channel/3\", \"store/nvr/channel/4\"";
        Expect(code, $$"""
            [ { "kind": "linkage", "id": "a", "source": "store/panel/zone/3", "event": "zoneAlarm", "actions": [ { "action": "record", "on": [ {{first}} ] } ] },
              { "kind": "linkage", "id": "b", "source": "store/panel/{{other}}", "event": "zoneAlarm", "actions": [ { "action": "record", "on": [ {{second}} ] } ] } ]
            """);
    }

    [Theory, Trait("Req", "LNK-6")]
    [InlineData("zoneTamper", "triggerAlarmOutput", "alarm-output/1", null)]
    [InlineData("zoneAlarm", "pulseAlarmOutput", "alarm-output/1", null)]
    [InlineData("zoneAlarm", "triggerAlarmOutput", "alarm-output/2", null)]
    [InlineData("zoneAlarm", "triggerAlarmOutput", "alarm-output/1", "AUT1205")]
    public void Read_SecondLinkage_DiffersInEventActionOrResource(string type, string action, string target, string? code)
    {
        Expect(code, $$"""
            [ { "kind": "linkage", "id": "a", "source": "store/panel/zone/3", "event": "zoneAlarm", "actions": [ { "action": "triggerAlarmOutput", "on": "store/nvr/alarm-output/1" } ] },
              { "kind": "linkage", "id": "b", "source": "store/panel/zone/3", "event": "{{type}}", "actions": [ { "action": "{{action}}", "on": "store/nvr/{{target}}" } ] } ]
            """);
    }

    [Fact, Trait("Req", "LNK-6")]
    public void Read_SecondLinkageTheSame_KeepsTheFirst()
    {
        RuleSetReading reading = Demo.Rules("""
            [ { "kind": "linkage", "id": "a", "source": "store/panel/zone/3", "event": "zoneAlarm", "actions": [ { "action": "openRelay", "on": "store/panel/relay/0" } ] },
              { "kind": "linkage", "id": "b", "source": "@perimeter", "event": "zoneAlarm", "actions": [ { "action": "openRelay", "on": "store/panel/relay/+" } ] } ]
            """);
        Assert.Equal("AUT1205", Assert.Single(reading.Findings).Code);
        Assert.Equal("a", Assert.Single(reading.Rules).Id);
        Assert.True(reading.HasErrors);
    }

    [Theory, Trait("Req", "LNK-9")]
    [InlineData("record", null)]
    [InlineData("capture", "AUT1209")]
    public void Read_DeviceAddedByP2p_OnlyDoesNotCapture(string action, string? code)
    {
        Expect(code, $$"""{ "kind": "linkage", "id": "a", "source": "store/panel/zone/3", "event": "zoneAlarm", "actions": [ { "action": "{{action}}", "on": "store/cloud/channel/1" } ] }""");
    }

    [Fact, Trait("Req", "LNK-10")]
    public void Read_AuthenticatedPanelInEn50131Mode_IsASource()
    {
        Site site = Demo.SiteOf("""
            { "id": "store", "timeZone": "UTC", "devices": [ { "id": "panel", "kind": "security-panel", "en50131Compliant": true, "authenticated": true, "resources": [ { "kind": "zone", "number": 3 }, { "kind": "relay", "number": 0 } ] } ] }
            """);
        Assert.Empty(Demo.Rules("""{ "kind": "linkage", "id": "a", "source": "store/panel/zone/3", "event": "zoneAlarm", "actions": [ { "action": "openRelay", "on": "store/panel/relay/0" } ] }""", site).Findings);
    }

    [Theory, Trait("Req", "EXC-2")]
    [InlineData(5)]
    [InlineData(120)]
    public void Read_OfflineThreshold_IncludesBothEnds(int minutes)
    {
        Demo.Rule<ExceptionRule>($$"""{ "kind": "exception", "id": "a", "sources": ["store/nvr"], "exceptions": [ { "type": "offline", "forMinutes": {{minutes}} } ] }""");
    }

    [Fact, Trait("Req", "EXC-1")]
    public void Read_AllExceptions_AreThoseTheSourcesCanRaise()
    {
        ExceptionRule rule = Demo.Rule<ExceptionRule>("""{ "kind": "exception", "id": "a", "sources": ["store/nvr/channel/1"], "exceptions": "all" }""");
        Assert.All(rule.Exceptions, e => Assert.Contains("channel", EventTypes.All[e.Type].Kinds));
        Assert.Contains("videoLoss", rule.Exceptions.Select(e => e.Type));
        Assert.DoesNotContain("acLoss", rule.Exceptions.Select(e => e.Type));
    }

    [Fact, Trait("Req", "LNK-12")]
    public void Read_SeveralFiles_TellsOfAllByPlace()
    {
        RuleSetReading reading = RuleSetReader.Read([Demo.Text("""{ "kind": "x" }""", "b.json"), Demo.Text("{", "a.json"), Demo.Text("""{ "kind": "automation", "id": "ok", "triggers": [ { "startup": true } ], "actions": [ { "stop": true } ] }""", "c.json")], Demo.Site, TemplateLibrary.Empty);
        Assert.Equal(["a.json", "b.json"], reading.Findings.Select(f => f.Path));
        Assert.Equal("ok", Assert.Single(reading.Rules).Id);
        Assert.Matches(@"^b\.json:1:11: error AUT1103: there is no kind of rule 'x' \(.+\)$", reading.Findings[1].ToString());
    }

    [Fact, Trait("Req", "LNK-12")]
    public void Read_WithoutASite_ChecksShapeAndKinds()
    {
        Assert.Empty(RuleSetReader.Read([Demo.Text("""{ "kind": "linkage", "id": "a", "source": "any/panel/zone/3", "event": "zoneAlarm", "actions": [ { "action": "record", "on": "@outside" } ] }""")], null, TemplateLibrary.Empty).Findings);
        Finding finding = Assert.Single(RuleSetReader.Read([Demo.Text("""{ "kind": "linkage", "id": "a", "source": "any/panel/zone/3", "event": "lineCrossing", "actions": [ { "action": "record", "on": "@outside" } ] }""")], null, TemplateLibrary.Empty).Findings);
        Assert.Equal("AUT1213", finding.Code);
    }

    private static void Expect(string? code, string json)
    {
        IEnumerable<string> codes = Demo.Codes(json, Site.Value);
        if (code is null) Assert.Empty(codes);
        else Assert.Equal(code, Assert.Single(codes));
    }
}
