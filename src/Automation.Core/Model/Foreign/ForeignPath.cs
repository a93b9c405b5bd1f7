using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Automation.Core.Model;

/// <summary>The way to one value of a JSON document: <c>$</c>, <c>$.battery</c>, <c>$.after.box[2]</c>, <c>$['battery low']</c>.</summary>
/// <remarks>The singular paths of JSONPath (RFC 9535 §2.3.5.1): names and indexes, nothing that finds several values. At most <see cref="MaxSteps"/> steps.</remarks>
public sealed class ForeignPath : IEquatable<ForeignPath>
{
    /// <summary>Payloads of other bridges are a few levels deep.</summary>
    public const int MaxSteps = 16;

    private readonly ImmutableArray<Step> _steps;
    private readonly string _text;

    private ForeignPath(string text, ImmutableArray<Step> steps)
    {
        _text = text;
        _steps = steps;
    }

    /// <summary>The whole payload.</summary>
    public static ForeignPath Whole { get; } = new("$", []);

    public bool IsWhole => _steps.IsEmpty;

    public static bool TryParse(string text, [NotNullWhen(true)] out ForeignPath? path)
    {
        path = null;
        if (!text.StartsWith('$')) return false;
        var steps = ImmutableArray.CreateBuilder<Step>();
        int at = 1;
        while (at < text.Length)
        {
            Step? step = text[at] switch
            {
                '.' => NameStep(text, ref at),
                '[' when at + 1 < text.Length && text[at + 1] is '\'' or '"' => QuotedStep(text, ref at),
                '[' => IndexStep(text, ref at),
                _ => null,
            };
            if (step is not { } found || steps.Count == MaxSteps) return false;
            steps.Add(found);
        }

        path = new ForeignPath(text, steps.ToImmutable());
        return true;
    }

    /// <summary>The value there; false when there is none.</summary>
    public bool TryFind(JsonElement root, out JsonElement value)
    {
        value = root;
        foreach (Step step in _steps)
        {
            if (step.Name is { } name)
            {
                if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value)) return false;
            }
            else
            {
                if (value.ValueKind != JsonValueKind.Array || step.Index >= value.GetArrayLength()) return false;
                value = value[step.Index];
            }
        }

        return true;
    }

    public bool Equals(ForeignPath? other) => other is not null && _steps.SequenceEqual(other._steps);

    public override bool Equals(object? obj) => Equals(obj as ForeignPath);

    public override int GetHashCode() => _steps.Length == 0 ? 0 : HashCode.Combine(_steps.Length, _steps[^1]);

    public override string ToString() => _text;

    private static Step? NameStep(string text, ref int at)
    {
        int start = at + 1;
        int end = start;
        while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '_' or '-')) end++;
        at = end;
        return end == start ? null : new Step(text[start..end], 0);
    }

    private static Step? QuotedStep(string text, ref int at)
    {
        char quote = text[at + 1];
        int end = text.IndexOf(quote, at + 2);
        if (end < 0 || end + 1 >= text.Length || text[end + 1] != ']') return null;
        string name = text[(at + 2)..end];
        at = end + 2;
        // Escapes are rare in names; a name that needs one is refused rather than misread.
        return name.Contains('\\', StringComparison.Ordinal) ? null : new Step(name, 0);
    }

    private static Step? IndexStep(string text, ref int at)
    {
        int end = text.IndexOf(']', at);
        if (end < 0 || !int.TryParse(text.AsSpan(at + 1, end - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int index)) return null;
        at = end + 1;
        return new Step(null, index);
    }

    private readonly record struct Step(string? Name, int Index);
}
