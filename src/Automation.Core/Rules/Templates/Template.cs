using System.Collections.Immutable;

namespace Automation.Core.Rules;

/// <summary>A rule with blanks: typed inputs, a version, and timelines that prove it (LNK-11).</summary>
public sealed class Template
{
    internal Template(JsonNode document) => Document = document;

    /// <summary>A slug; what instances name.</summary>
    public required string Id { get; init; }

    /// <summary>Semantic version, e.g. <c>1.0.0</c>.</summary>
    public required TemplateVersion Version { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    /// <summary>The kind of rule it makes.</summary>
    public required string Kind { get; init; }

    public required ImmutableArray<TemplateInput> Inputs { get; init; }

    /// <summary>The file it was read from.</summary>
    public string File => Document.Source.Path;

    /// <summary>How many timelines it proves itself with; see <see cref="TemplateProof"/>.</summary>
    public int Tests => Document.Find("tests")?.Children.Count ?? 0;

    internal JsonNode Document { get; }

    internal JsonNode Rule => Document.Find("rule")!;

    public override string ToString() => $"{Id} {Version}";
}

public enum InputType : byte
{
    Resource,
    Schedule,
    Text,
    Number,
    Duration,
    Time,
    Flag,
    Choice,
    Calendars,
}

/// <summary>A blank of a template.</summary>
public sealed record TemplateInput
{
    public required string Name { get; init; }

    public required InputType Type { get; init; }

    public string? Title { get; init; }

    public string? Description { get; init; }

    /// <summary>May be left out; then what needs it is left out of the rule.</summary>
    public bool Optional { get; init; }

    /// <summary>Whether there is a default, so that it may be left out.</summary>
    public bool HasDefault { get; init; }

    /// <summary>Resources: the kinds that fit.</summary>
    public ImmutableArray<string> Kinds { get; init; } = [];

    /// <summary>Resources: what they must be able to do, e.g. <c>ptz</c>; null: nothing special.</summary>
    public string? Capability { get; init; }

    /// <summary>Resources: the events they must be able to raise.</summary>
    public ImmutableArray<string> Events { get; init; } = [];

    /// <summary>Resources: more than one may be given.</summary>
    public bool Many { get; init; }

    /// <summary>Resources: how many at most, 1 to 500. Numbers: the largest.</summary>
    public double Max { get; init; }

    /// <summary>Numbers: the smallest.</summary>
    public double Min { get; init; }

    /// <summary>Choices: the words.</summary>
    public ImmutableArray<string> Words { get; init; } = [];

    internal JsonNode? Default { get; init; }
}

/// <summary>A semantic version without pre-release parts. An instance of 1.2.0 works with 1.2.0 up to, not including, 2.0.0.</summary>
public readonly record struct TemplateVersion(int Major, int Minor, int Patch)
{
    public static bool TryParse(string text, out TemplateVersion version)
    {
        version = default;
        string[] parts = text.Split('.');
        if (parts.Length != 3) return false;
        Span<int> numbers = stackalloc int[3];
        for (int i = 0; i < 3; i++)
        {
            if (parts[i].Length is 0 or > 6 || (parts[i].Length > 1 && parts[i][0] == '0') || !parts[i].All(char.IsAsciiDigit)) return false;
            numbers[i] = int.Parse(parts[i], System.Globalization.CultureInfo.InvariantCulture);
        }

        version = new TemplateVersion(numbers[0], numbers[1], numbers[2]);
        return true;
    }

    /// <summary>Whether an instance written for the other version works with this one.</summary>
    public bool Serves(TemplateVersion wanted) =>
        Major == wanted.Major && (Minor > wanted.Minor || (Minor == wanted.Minor && Patch >= wanted.Patch));

    public override string ToString() => FormattableString.Invariant($"{Major}.{Minor}.{Patch}");
}
