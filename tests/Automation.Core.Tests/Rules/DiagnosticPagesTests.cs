using System.Collections.Immutable;
using System.Reflection;
using System.Text.RegularExpressions;
using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

/// <summary>Every code has its page, and the examples of the page are true.</summary>
public sealed class DiagnosticPagesTests
{
    private static readonly Lazy<Core.Model.Site> Site = new(() => Demo.SiteOf(File.ReadAllText(Path.Combine(Demo.Root, "tests", "fixtures", "rules", "site.json"))));

    public static TheoryData<string> CodesOfFindings =>
        [.. typeof(Core.Rules.Codes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!).Order(StringComparer.Ordinal)];

    [Theory, Trait("Req", "LNK-12")]
    [MemberData(nameof(CodesOfFindings))]
    public void Page_OfEachCode_HasAWrongAndARightExample(string code)
    {
        string path = Path.Combine(Demo.Root, "docs", "diagnostics", code + ".md");
        Assert.True(File.Exists(path), $"docs/diagnostics/{code}.md is missing");
        string page = File.ReadAllText(path);
        Assert.StartsWith($"# {code}: ", page, StringComparison.Ordinal);
        Match wrong = Example(page, "Wrong");
        Match right = Example(page, "Right");
        Assert.True(wrong.Success && right.Success);
        if (wrong.Groups["fence"].Value == "text") return;
        bool site = wrong.Groups["site"].Success;
        if (code.StartsWith("AUT2", StringComparison.Ordinal))
        {
            Assert.Contains(code, Lint(wrong.Groups["text"].Value));
            Assert.DoesNotContain(code, Lint(right.Groups["text"].Value));
            return;
        }

        Assert.Contains(code, Read(wrong.Groups["text"].Value, site).Select(f => f.Code));
        Assert.DoesNotContain(Read(right.Groups["text"].Value, site), f => f.Code != "AUT1305");
    }

    [Fact]
    public void Codes_AreUnique()
    {
        Assert.Equal(CodesOfFindings.Count, CodesOfFindings.Select(c => c.Data).Distinct().Count());
    }

    private static Match Example(string page, string heading) =>
        Regex.Match(page, $@"## {heading}(?<site> \(site file\))?\n\n```(?<fence>\w+)\n(?<text>.*?)\n```", RegexOptions.Singleline);

    private static IEnumerable<string> Lint(string text)
    {
        RuleSetReading reading = RuleSetReader.Read([Demo.Text(text)], Site.Value, TemplateLibrary.Empty);
        Assert.Empty(reading.Findings);
        return RuleLint.Check(Site.Value, reading.Rules).Select(f => f.Finding.Code);
    }

    private static ImmutableArray<Finding> Read(string text, bool site) =>
        site ? SiteReader.Read(Demo.Text(text), _ => null).Findings : RuleSetReader.Read([Demo.Text(text)], Site.Value, TemplateLibrary.Empty).Findings;
}
