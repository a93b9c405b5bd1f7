using System.Collections.Immutable;
using Automation.Core.Compilation.Form;

namespace Automation.Core.Rules;

/// <summary>A number of a rule that a dashboard may change: the capacity of a counting group, a bound, a number a template asks for.</summary>
/// <param name="Name">E.g. <c>maxPeople</c>, <c>above</c>; for an instance the template's input.</param>
/// <param name="Value">What the document says, or the template's default; null: nothing.</param>
/// <param name="Unit">celsius, fahrenheit or kelvin; null: none, or not known.</param>
/// <param name="Whole">Only whole numbers.</param>
/// <param name="Path">Where it stands in the document.</param>
public sealed record RuleSetting(string Name, string Title, double? Value, double Minimum, double Maximum, string? Unit, bool Whole, ImmutableArray<string> Path)
{
    /// <summary>Whether the number may be written; the rule as a whole is checked besides.</summary>
    public bool Takes(double value) => double.IsFinite(value) && value >= Minimum && value <= Maximum && (!Whole || value == Math.Floor(value));
}

/// <summary>Finds the settings of a rule.</summary>
internal static class RuleSettings
{
    private const double Most = 1e9;

    /// <summary>Hotter than anything these devices measure.</summary>
    private const double HottestKelvin = 3300;

    private static readonly (string Name, string Title)[] Bounds = [("above", "above"), ("clearBelow", "over again at"), ("below", "below"), ("clearAbove", "well again at")];

    /// <param name="document">As its author wrote it.</param>
    /// <param name="template">The template it is an instance of; null: none.</param>
    public static ImmutableArray<RuleSetting> Of(JsonNode document, Template? template, RuleDefinition rule)
    {
        if (template is not null) return [.. template.Inputs.Where(i => i.Type == InputType.Number).Select(i => OfInput(document.Find("inputs"), i, rule))];
        return rule switch
        {
            PeopleCountingRule counting => [new RuleSetting("maxPeople", "maximum", counting.MaxPeople, 1, 100_000, null, true, ["maxPeople"])],
            TemperatureRule temperature => [.. Bounds.Where(b => document.Find("when")?.Find(b.Name) is not null).Select(b => OfBound(b.Name, b.Title, document.Find("when")!.Find(b.Name)!.Number, temperature.When))],
            _ => [],
        };
    }

    private static RuleSetting OfBound(string name, string title, double value, ThresholdTrigger when)
    {
        // A bound of the change within a time may be negative in every unit.
        (double lowest, double highest) = when.RatePer > TimeSpan.Zero ? (-Most, Most) : Range(when.Unit);
        return new RuleSetting(name, title, value, lowest, highest, when.Unit, false, ["when", name]);
    }

    private static RuleSetting OfInput(JsonNode? given, TemplateInput input, RuleDefinition rule)
    {
        double? value = given?.Find(input.Name) is { Kind: JsonKind.Number } own ? own.Number : input.Default is { Kind: JsonKind.Number } otherwise ? otherwise.Number : null;
        string? unit = rule is TemperatureRule temperature && Bounds.Any(b => b.Name == input.Name) ? temperature.When.Unit : null;
        bool whole = rule is PeopleCountingRule && input.Name == "maxPeople";
        return new RuleSetting(input.Name, input.Title ?? input.Name, value, Math.Max(input.Min, -Most), Math.Min(input.Max, Most), unit, whole, ["inputs", input.Name]);
    }

    private static (double Lowest, double Highest) Range(string? unit) => unit switch
    {
        "celsius" => (-273.15, Math.Round(HottestKelvin - 273.15)),
        "fahrenheit" => (-459.67, Math.Round((HottestKelvin * 1.8) - 459.67)),
        "kelvin" => (0, HottestKelvin),
        _ => (-Most, Most),
    };
}
