using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads the bounded language of conditions (design.md section 5).</summary>
internal static class ConditionReader
{
    private const int MaxParts = 100;
    private static readonly string[] Forms = ["all", "any", "not", "state", "data", "schedule", "rule", "script"];
    private static readonly string[] StateNames = ["state", "property", "match", .. DataTests.Names];
    private static readonly string[] DataNames = ["data", .. DataTests.Names];
    private static readonly string[] RuleNames = ["rule", "enabled"];

    /// <summary>A condition, or a list of which all must hold; null when absent or after a finding.</summary>
    public static Condition? Read(ReadContext context, JsonNode? node)
    {
        if (node is null) return null;
        if (node.Kind == JsonKind.Array) return Several(context, node, "conditions") is { Length: > 0 } all ? new AllOf(all) : null;
        if (node.Kind != JsonKind.Object)
        {
            context.Error(Codes.WrongType, node, $"a condition is an object, not {node.KindWord}", "write { \"state\": …, \"property\": …, \"in\": [ … ] }");
            return null;
        }

        (string? form, string? second) = node.Among(Forms);
        if (form is not null && second is null) return One(context, node, form);
        string message = form is null ? "this condition says nothing" : $"this condition is both '{form}' and '{second}'";
        string? first = node.Children.FirstOrDefault()?.Name;
        string otherwise = "give one of " + string.Join(", ", Forms) + "; several go into { \"all\": [ … ] }";
        context.Error(Codes.Ambiguous, node, message, form is null && first is not null ? context.DidYouMean(first, Forms, otherwise) : otherwise);
        return null;
    }

    private static Condition? One(ReadContext context, JsonNode node, string form)
    {
        JsonNode value = node.Find(form)!;
        switch (form)
        {
            case "all":
                return Open(context, node, "all") && Several(context, value, "all") is { Length: > 0 } all ? new AllOf(all) : null;
            case "any":
                return Open(context, node, "any") && Several(context, value, "any") is { Length: > 0 } any ? new AnyOf(any) : null;
            case "not":
                return Open(context, node, "not") && Read(context, value) is { } inner ? new NotCondition(inner) : null;
            case "state":
                return State(context, node);
            case "data":
                return Data(context, node);
            case "schedule":
                return Open(context, node, "schedule") && ScheduleReader.Windows(context, value, "schedule") is { } windows ? new ScheduleCondition(windows) : null;
            case "rule":
                return ObjectReader.TryOpen(context, node, "this condition", RuleNames, out ObjectReader reader) && References.Rule(context, value, "rule") is { } rule
                    ? new RuleEnabledCondition(rule, reader.Flag("enabled", true))
                    : null;
            default:
                return Open(context, node, "script") && Values.Text(context, value, "script", StepReader.MaxScript) is { } script ? new ScriptCondition(script) : null;
        }
    }

    private static bool Open(ReadContext context, JsonNode node, string only)
    {
        Span<string> known = [only];
        return ObjectReader.TryOpen(context, node, "this condition", known, out _);
    }

    private static ImmutableArray<Condition> Several(ReadContext context, JsonNode node, string what)
    {
        var parts = ImmutableArray.CreateBuilder<Condition>();
        foreach (JsonNode item in Values.List(context, node, what, 1, MaxParts) ?? [])
        {
            if (Read(context, item) is { } condition) parts.Add(condition);
        }

        return parts.ToImmutable();
    }

    // Of several resources that a wildcard or tag selects, all must meet the test unless "match" says any.
    private static Condition? State(ReadContext context, JsonNode node)
    {
        if (!ObjectReader.TryOpen(context, node, "this condition", StateNames, out ObjectReader reader)) return null;
        ImmutableArray<ResourceAddress> resources = Selections.Read(context, node.Find("state")!, "state", Selections.Wanted.Anything);
        string? property = reader.Require("property", "this condition") is { } named ? Values.Text(context, named, "property", 64) : null;
        bool any = reader.Choice("match", ["all", "any"]) == "any";
        ImmutableArray<DataTest> tests = DataTests.Compared(context, node, property ?? "");
        if (property is null || tests.IsEmpty || resources.IsEmpty) return null;
        ImmutableArray<Condition> each = [.. resources.Select(r => Join([.. tests.Select(t => new StateCondition(r, t))], any: false))];
        return Join(each, any);
    }

    private static Condition? Data(ReadContext context, JsonNode node)
    {
        if (!ObjectReader.TryOpen(context, node, "this condition", DataNames, out _)) return null;
        if (Values.Text(context, node.Find("data")!, "data", 64) is not { } property) return null;
        ImmutableArray<DataTest> tests = DataTests.Compared(context, node, property);
        return tests.IsEmpty ? null : Join([.. tests.Select(t => new EventDataCondition(t))], any: false);
    }

    private static Condition Join(ImmutableArray<Condition> parts, bool any) => parts.Length == 1 ? parts[0] : any ? new AnyOf(parts) : new AllOf(parts);
}
