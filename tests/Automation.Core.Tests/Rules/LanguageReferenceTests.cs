using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

/// <summary><c>docs/rules.md</c> says what is so.</summary>
public sealed class LanguageReferenceTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Demo.Root, "docs", "rules.md"));

    [Fact, Trait("Req", "LNK-2")]
    public void Page_ListsEveryEventWithWhatRaisesIt()
    {
        foreach (EventTypeInfo type in EventTypes.All.Values) Assert.Contains($"| `{type.Name}` | {type.Title} | {(type.Lasts ? "lasts" : "instant")} | {string.Join(", ", type.Kinds)} |", Page, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "LNK-3")]
    public void Page_ListsEveryActionWithItsParameters()
    {
        foreach (ActionTypeInfo type in ActionTypes.All.Values)
        {
            string parameters = type.Parameters.IsEmpty ? "–" : string.Join(", ", type.Parameters);
            string worth = type.WorthDoing < TimeSpan.FromMinutes(1) ? $"{type.WorthDoing.TotalSeconds} s" : $"{type.WorthDoing.TotalMinutes} min";
            Assert.Contains($"| `{type.Name}` | {type.Title} | {string.Join(", ", type.Kinds)} | {parameters} | {(type.Repeatable ? "yes" : "no")} | {worth} |", Page, StringComparison.Ordinal);
        }
    }

    [Fact, Trait("Req", "LNK-12")]
    public void Page_ExamplesAreSound()
    {
        TemplateLibrary library = TemplateLibrary.Read(TemplateTests.Shipped()).Library;
        MatchCollection examples = Regex.Matches(Page, "```jsonc\n(.*?)```", RegexOptions.Singleline);
        Assert.NotEmpty(examples);
        foreach (Match example in examples)
        {
            ImmutableArray<Finding> findings = RuleSetReader.Read([Demo.Text(example.Groups[1].Value)], Demo.Site, library).Findings;
            Assert.Empty(findings);
        }
    }
}
