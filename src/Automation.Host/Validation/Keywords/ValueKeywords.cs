using System.Text.Json;

namespace Automation.Host.Validation.Keywords;

[Flags]
internal enum JsonTypes : byte
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Object = 4,
    Array = 8,
    String = 16,
    Number = 32,
    Integer = 64,
}

/// <summary><c>type</c> (validation §6.1.1).</summary>
internal sealed class TypeKeyword(string location, JsonTypes types, string names, int maximumDigits) : SchemaKeyword("type", location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        bool fits = instance.ValueKind switch
        {
            JsonValueKind.Null => types.HasFlag(JsonTypes.Null),
            JsonValueKind.True or JsonValueKind.False => types.HasFlag(JsonTypes.Boolean),
            JsonValueKind.Object => types.HasFlag(JsonTypes.Object),
            JsonValueKind.Array => types.HasFlag(JsonTypes.Array),
            JsonValueKind.String => types.HasFlag(JsonTypes.String),
            _ => types.HasFlag(JsonTypes.Number) ||
                (types.HasFlag(JsonTypes.Integer) && ExactNumber.TryRead(instance, maximumDigits, out ExactNumber number) && number.IsInteger),
        };
        if (fits) return true;
        return !run.IsQuiet && run.Report(Name, Location, $"{Describe.Kind(instance)} where {names} is wanted");
    }
}

/// <summary><c>enum</c> and <c>const</c> (validation §6.1.2, §6.1.3).</summary>
internal sealed class EnumKeyword(string name, string location, JsonElement[] values, JsonEquality equality) : SchemaKeyword(name, location)
{
    private const int Shown = 12;

    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        foreach (JsonElement value in values)
        {
            if (equality.Equals(value, instance)) return true;
        }

        if (run.IsQuiet) return false;
        string wanted = string.Join(", ", values.Take(Shown).Select(Describe.Value));
        return run.Report(Name, Location, $"{Describe.Value(instance)} is not {(values.Length == 1 ? "" : "one of ")}{wanted}{(values.Length > Shown ? ", …" : "")}");
    }
}

internal enum NumberBound
{
    Minimum,
    ExclusiveMinimum,
    Maximum,
    ExclusiveMaximum,
    MultipleOf,
}

/// <summary>The numeric bounds (validation §6.2), compared exactly.</summary>
internal sealed class NumberKeyword(string name, string location, NumberBound bound, ExactNumber limit, string limitText, int maximumDigits) : SchemaKeyword(name, location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (instance.ValueKind != JsonValueKind.Number || !ExactNumber.TryRead(instance, maximumDigits, out ExactNumber number)) return true;
        bool fits = bound switch
        {
            NumberBound.Minimum => number >= limit,
            NumberBound.ExclusiveMinimum => number > limit,
            NumberBound.Maximum => number <= limit,
            NumberBound.ExclusiveMaximum => number < limit,
            _ => number.IsMultipleOf(limit),
        };
        if (fits) return true;
        if (run.IsQuiet) return false;
        string wanted = bound switch
        {
            NumberBound.Minimum => "at least",
            NumberBound.ExclusiveMinimum => "more than",
            NumberBound.Maximum => "at most",
            NumberBound.ExclusiveMaximum => "less than",
            _ => "a multiple of",
        };
        return run.Report(Name, Location, $"{Describe.Value(instance)} where {wanted} {limitText} is wanted");
    }
}

/// <summary><c>minLength</c> and <c>maxLength</c> (validation §6.3): characters are Unicode code points.</summary>
internal sealed class LengthKeyword(string name, string location, bool isMinimum, int limit) : SchemaKeyword(name, location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (instance.ValueKind != JsonValueKind.String) return true;
        string text = instance.GetString()!;
        int length = text.Length;
        foreach (char c in text)
        {
            if (char.IsLowSurrogate(c)) length--;
        }

        if (isMinimum ? length >= limit : length <= limit) return true;
        return !run.IsQuiet && run.Report(Name, Location, $"a text of {length} characters where {(isMinimum ? "at least" : "at most")} {limit} are wanted");
    }
}

/// <summary><c>pattern</c> (validation §6.3.3).</summary>
internal sealed class PatternKeyword(string location, SchemaPattern pattern) : SchemaKeyword("pattern", location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (instance.ValueKind != JsonValueKind.String) return true;
        return pattern.IsMatch(instance.GetString()!) switch
        {
            true => true,
            false => !run.IsQuiet && run.Report(Name, Location, $"{Describe.Value(instance)} does not fit the pattern {pattern.Source}"),
            null => run.Report(Name, Location, $"took too long to compare with the pattern {pattern.Source}"),
        };
    }
}

/// <summary><c>format</c> (validation §7), where it refuses.</summary>
internal sealed class FormatKeyword(string location, string format, Func<string, bool> fits) : SchemaKeyword("format", location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (instance.ValueKind != JsonValueKind.String || fits(instance.GetString()!)) return true;
        return !run.IsQuiet && run.Report(Name, Location, $"{Describe.Value(instance)} is not a valid {format}");
    }
}
