using System.Collections.Immutable;
using System.Globalization;
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
            string parameters = type.Parameters.IsEmpty ? "–" : string.Join("; ", type.Parameters.Select(Of));
            string worth = Time(type.WorthDoing);
            string effect = type.Effect is { } seen ? $"{seen.Seen}, {Time(seen.Within)}" : "–";
            Assert.Contains($"| `{type.Name}` | {type.Title} | {string.Join(", ", type.Kinds)} | {parameters} | {(type.Repeatable ? "yes" : "no")} | {worth} | {effect} |", Page, StringComparison.Ordinal);
        }

        static string Time(TimeSpan time) => time < TimeSpan.FromMinutes(1) ? $"{time.TotalSeconds} s" : $"{time.TotalMinutes} min";
        static string Of(ActionParameterInfo p) => $"`{p.Name}`{(p.Required ? "*" : "")}" + p.Kind switch
        {
            DataKind.Boolean => " true, false",
            DataKind.Number => string.Create(CultureInfo.InvariantCulture, $" {p.Min}–{p.Max}"),
            _ => p.Words.IsEmpty ? "" : " " + string.Join(", ", p.Words),
        };
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
