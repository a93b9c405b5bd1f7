using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads tests of event data and of states.</summary>
internal static class DataTests
{
    private const double Most = 1e15;
    private static readonly string[] Comparisons = ["is", "in", "isNot", "notIn", "above", "atLeast", "below", "atMost"];

    /// <summary>The comparison words, for the lists of known properties.</summary>
    public static ReadOnlySpan<string> Names => Comparisons;

    /// <summary><c>{ "target": "human", "count": { "above": 1 } }</c>: all must hold.</summary>
    public static ImmutableArray<DataTest> Where(ReadContext context, JsonNode? node)
    {
        if (node is null) return [];
        if (node.Kind != JsonKind.Object)
        {
            context.Error(Codes.WrongType, node, $"'where' is an object, not {node.KindWord}", "write { \"target\": \"human\" }");
            return [];
        }

        var tests = ImmutableArray.CreateBuilder<DataTest>();
        foreach (JsonNode child in node.Children)
        {
            if (child.Kind == JsonKind.Object)
            {
                if (ObjectReader.TryOpen(context, child, $"the test of '{Nearest.Shorten(child.Name!)}'", Comparisons, out _)) tests.AddRange(Compared(context, child, child.Name!));
            }
            else if (DataValues(context, child, child.Name!) is { Length: > 0 } values)
            {
                tests.Add(new DataTest(child.Name!, Comparison.In, values));
            }
        }

        return tests.ToImmutable();
    }

    /// <summary>The comparisons an object holds, e.g. <c>"in": ["away","stay"]</c> or <c>"above": 3, "below": 9</c>; a finding when there is none.</summary>
    public static ImmutableArray<DataTest> Compared(ReadContext context, JsonNode node, string property)
    {
        var tests = ImmutableArray.CreateBuilder<DataTest>();
        bool any = false;
        foreach (string word in Comparisons)
        {
            if (node.Find(word) is not { } value) continue;
            any = true;
            if (word is "is" or "in" or "isNot" or "notIn")
            {
                if (DataValues(context, value, word) is { Length: > 0 } values) tests.Add(new DataTest(property, word is "is" or "in" ? Comparison.In : Comparison.NotIn, values));
            }
            else if (Values.Number(context, value, word, -Most, Most) is { } number)
            {
                Comparison comparison = word switch { "above" => Comparison.Above, "atLeast" => Comparison.AtLeast, "below" => Comparison.Below, _ => Comparison.AtMost };
                tests.Add(new DataTest(property, comparison, [number]));
            }
        }

        if (!any) context.Error(Codes.PropertyMissing, node, "nothing is compared", "add one of " + string.Join(", ", Comparisons));
        return tests.ToImmutable();
    }

    public static ImmutableArray<DataValue> DataValues(ReadContext context, JsonNode node, string what)
    {
        var values = ImmutableArray.CreateBuilder<DataValue>();
        foreach (JsonNode item in Values.List(context, node, what, 1, 100, single: true) ?? [])
        {
            if (Values.Data(context, item, what) is { } value) values.Add(value);
        }

        return values.ToImmutable();
    }
}
