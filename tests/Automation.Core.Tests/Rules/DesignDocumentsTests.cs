using System.Text.RegularExpressions;
using Automation.Core.Compilation.Form;
using Automation.Core.Compilation.Lowering;
using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

/// <summary>The documents that the design shows are accepted word for word.</summary>
public sealed class DesignDocumentsTests
{
    private static readonly Lazy<Site> Plant = new(() => Demo.SiteOf("""
        { "id": "plant", "timeZone": "Europe/Berlin", "devices": [
          { "id": "thermal-1", "kind": "thermal-camera", "resources": [ { "kind": "channel", "number": 2 } ] },
          { "id": "panel", "kind": "security-panel", "resources": [ { "kind": "relay", "number": 0 } ] } ] }
        """));

    [Theory, Trait("Req", "LNK-1")]
    [InlineData("store-after-hours", "store")]
    [InlineData("recorder-offline", "store")]
    [InlineData("arm-at-night", "store")]
    [InlineData("office-auto", "store")]
    [InlineData("first-floor", "store")]
    [InlineData("transformer-hot", "plant")]
    [InlineData("loitering", "store")]
    public void Read_DocumentOfTheDesign_HasNoFindings(string id, string siteId)
    {
        string document = Documents().Single(d => d.Contains($"\"id\": \"{id}\"", StringComparison.Ordinal));
        Site site = siteId == "plant" ? Plant.Value : Demo.Site;
        RuleSetReading reading = Demo.Rules(document, site);
        Assert.Empty(reading.Findings);
        SiteProgram program = RuleLowering.Lower(site, reading.Rules);
        Assert.Contains(program.Rules, r => r.Id == id);
    }

    [Fact, Trait("Req", "LNK-1")]
    public void Read_DemoRules_HaveOneOfEachKindAndNoFindings()
    {
        SourceFile[] files = [.. Directory.GetFiles(Path.Combine(Demo.Folder, "rules"), "*.json").Order(StringComparer.Ordinal).Select(Demo.SourceFileOf)];
        RuleSetReading reading = RuleSetReader.Read(files, Demo.Site, TemplateLibrary.Empty);
        Assert.Empty(reading.Findings);
        Assert.Equal(["armingSchedule", "automation", "exception", "linkage", "peopleCounting", "schedule", "temperature"], reading.Rules.Select(r => r.Kind).Order(StringComparer.Ordinal));
        SiteProgram program = RuleLowering.Lower(Demo.Site, reading.Rules);
        Assert.Single(program.Groups);
        Assert.All(program.Rules, r => Assert.NotEmpty(r.Triggers));
    }

    // The fixture shows several documents under one another, as the design does; they stand apart by an empty line.
    private static IEnumerable<string> Documents() =>
        Regex.Split(File.ReadAllText(Path.Combine(Demo.Root, "tests", "fixtures", "rules", "design.jsonc")), "\n\\s*\n").Where(d => d.Contains("\"kind\"", StringComparison.Ordinal));
}
