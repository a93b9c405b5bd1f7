using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

public sealed class TemplateTests
{
    internal static string Folder => Path.Combine(Demo.Root, "rules", "templates");

    internal static SourceFile[] Shipped() => [.. Directory.GetFiles(Folder, "*.json").Order(StringComparer.Ordinal).Select(Demo.SourceFileOf)];

    private static TemplateLibrary Library { get; } = TemplateLibrary.Read(Shipped()).Library;

    [Fact, Trait("Req", "LNK-11")]
    public void Read_ShippedTemplates_HaveNoFindings()
    {
        TemplateReading reading = TemplateLibrary.Read(Shipped());
        Assert.Empty(reading.Findings);
        foreach (string id in (string[])["intrusion", "forced-entry-alarm", "back-to-home", "away", "visitor-calling", "perimeter-zone-alarm"]) Assert.NotNull(reading.Library.Find(id));
        Assert.True(reading.Library.Templates.Count() >= 12);
    }

    [Fact, Trait("Req", "LNK-11")]
    public void Read_TemplateOfTheDesign_HasNoFindings()
    {
        TemplateReading reading = TemplateLibrary.Read([Demo.SourceFileOf(Path.Combine(Demo.Root, "tests", "fixtures", "rules", "design-template.jsonc"))]);
        Assert.Empty(reading.Findings);
        Template template = Assert.Single(reading.Library.Templates);
        Assert.Equal("intrusion 1.0.0", template.ToString());
        Assert.Equal(["source", "cameras", "output", "schedule"], template.Inputs.Select(i => i.Name));
    }

    [Fact, Trait("Req", "LNK-11")]
    public void Timelines_OfShippedTemplates_CanAllBeRun()
    {
        foreach (Template template in Library.Templates)
        {
            (ImmutableArray<TemplateTimeline> timelines, ImmutableArray<Finding> findings) = TemplateProof.Timelines(template);
            Assert.Empty(findings);
            Assert.Equal(template.Tests, timelines.Length);
            Assert.NotEmpty(timelines);
            Assert.All(timelines, t => Assert.NotEmpty(t.Inputs));
        }
    }

    public static TheoryData<string> Ids => [.. Library.Templates.Select(t => t.Id)];

    [Theory, Trait("Req", "LNK-11")]
    [MemberData(nameof(Ids))]
    public void Run_ShippedTemplate_ProvesItself(string id)
    {
        Assert.Empty(TemplateProof.Run(Library.Find(id)!, TimelineEngine.Run));
    }

    [Fact, Trait("Req", "LNK-11")]
    public void Run_EngineThatDoesSomethingElse_SaysWhatAndWhere()
    {
        static IReadOnlyList<ProofStep> Nothing(SiteProgram program, IReadOnlyList<EngineInput> inputs, DateTimeOffset until) => [];
        Finding finding = Assert.Single(TemplateProof.Run(Library.Find("panic-button")!, Nothing));
        Assert.Equal("AUT1261", finding.Code);
        Assert.Contains("nothing instead of record on shop/nvr/channel/1, notify", finding.Message, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "LNK-11")]
    public void Read_Instance_BecomesTheRule()
    {
        RuleSetReading reading = Read("""
            { "template": "intrusion", "version": "1.0.0", "id": "yard", "name": "Intrusion in the yard",
              "inputs": { "source": "store/nvr/channel/1", "cameras": ["store/nvr/channel/2"] } }
            """);
        Assert.Empty(reading.Findings);
        LinkageRule rule = Assert.IsType<LinkageRule>(Assert.Single(reading.Rules));
        Assert.Equal("yard", rule.Id);
        Assert.Equal("Intrusion in the yard", rule.Name);
        Assert.Equal("intrusion 1.0.0", rule.Template);
        Assert.Null(rule.Schedule);
        Assert.Equal(["capture", "record"], rule.Actions.Cast<ActionStep>().Select(a => a.Action));
    }

    [Fact, Trait("Req", "LNK-11")]
    public void Read_InstanceWithOptionalInput_KeepsWhatNeedsIt()
    {
        RuleSetReading reading = Read("""
            { "template": "forced-entry-alarm", "id": "gate-forced",
              "inputs": { "door": "store/gate/door/1", "camera": "store/nvr/channel/1", "ptz": "store/nvr/channel/4", "preset": 2 } }
            """);
        Assert.Empty(reading.Findings);
        LinkageRule rule = Assert.IsType<LinkageRule>(Assert.Single(reading.Rules));
        Assert.Equal(["capture", "record", "callPreset"], rule.Actions.Cast<ActionStep>().Select(a => a.Action));
        Assert.Equal(2, rule.Actions.Cast<ActionStep>().Last().Parameters["preset"].Number);
    }

    [Fact, Trait("Req", "LNK-12")]
    public void Read_InstanceThatBreaksAConstraint_PointsAtItsOwnValue()
    {
        Finding finding = Assert.Single(Read("""
            { "template": "intrusion", "id": "yard",
              "inputs": { "source": "store/nvr/channel/1", "cameras": ["store/nvr/channel/1"] } }
            """).Findings);
        Assert.Equal(("AUT1204", 2, 60, "/inputs/cameras/0"), (finding.Code, finding.Line, finding.Column, finding.Pointer));
    }

    [Fact, Trait("Req", "LNK-12")]
    public void Read_InstanceWhoseTemplateBreaksAConstraint_NamesTheTemplatesPlace()
    {
        Finding finding = Assert.Single(Demo.Rules("""
            [ { "template": "look", "version": "1.0.0", "inputs": { "camera": { "resource": "channel" } },
                "rule": { "kind": "linkage", "source": "{{camera}}", "event": "intrusion", "actions": [ { "action": "callPreset", "on": "store/nvr/channel/4", "preset": 9 } ] } },
              { "template": "look", "id": "a", "inputs": { "camera": "store/nvr/channel/1" } } ]
            """).Findings);
        Assert.Equal(("AUT1216", 3, 3), (finding.Code, finding.Line, finding.Column));
        Assert.EndsWith("in the template look 1.0.0 at /0/rule/actions/0/preset", finding.Message, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "LNK-11")]
    public void With_UpdateThatAddsARequiredInput_TellsEveryInstanceThatWouldBreak()
    {
        SourceFile instance = Demo.Text("""{ "template": "away", "id": "leave", "inputs": { "area": "store/panel/area/1", "cameras": ["store/nvr/channel/1"] } }""");
        Assert.Empty(RuleSetReader.Read([instance], Demo.Site, Library).Findings);
        TemplateLibrary update = TemplateLibrary.Read([Demo.Text("""
            { "template": "away", "version": "1.1.0", "inputs": { "area": { "resource": "area" }, "cameras": { "resource": "channel", "many": true }, "relay": { "resource": "relay" } },
              "rule": { "kind": "linkage", "source": "{{area}}", "event": "awayArmed", "actions": [ { "action": "armCamera", "on": "{{cameras}}" }, { "action": "openRelay", "on": "{{relay}}" } ] } }
            """, "away.json")]).Library;
        Finding finding = Assert.Single(RuleSetReader.Read([instance], Demo.Site, Library.With(update)).Findings);
        Assert.Equal("AUT1253", finding.Code);
        Assert.Contains("'relay'", finding.Message, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "HUB-4")]
    public void Write_WordsOfACommandLine_MakeASoundInstance()
    {
        string text = TemplateInstance.Write(Library.Find("forced-entry-alarm")!, "gate-forced", "Gate forced", [
            new("door", "store/gate/door/1"), new("camera", "store/nvr/channel/1"), new("ptz", "store/nvr/channel/4"), new("preset", "2"), new("schedule", """{ "weekly": { "mon-fri": ["18:00-08:00"] } }""")]);
        RuleSetReading reading = Read(text);
        Assert.Empty(reading.Findings);
        LinkageRule rule = Assert.IsType<LinkageRule>(Assert.Single(reading.Rules));
        Assert.Equal("Gate forced", rule.Name);
        Assert.NotNull(rule.Schedule);
        Assert.Equal("AUT1254", Assert.Single(Read(TemplateInstance.Write(Library.Find("away")!, "a", null, [new("area", "store/panel/area/1"), new("cameras", "store/nvr/channel/1, store/nvr/channel/2"), new("camera", "1")])).Findings).Code);
    }

    private static RuleSetReading Read(string json) => RuleSetReader.Read([Demo.Text(json)], Demo.Site, Library);
}
