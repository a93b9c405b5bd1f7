using System.Text.Json;
using Automation.Host.Validation.Keywords;

namespace Automation.Host.Validation;

/// <summary>A keyword as it stands in a schema, and the readers of its value that say what is wrong with it.</summary>
internal readonly record struct KeywordSource(SchemaLocation Owner, string Name, JsonElement Value, SchemaLimits Limits)
{
    public string Location => $"{Owner.Absolute}/{Pointers.Escape(Name)}";

    public JsonSchemaException Wrong(string problem) => new(Location, problem);

    public string Text() => Value.ValueKind == JsonValueKind.String ? Value.GetString()! : throw Wrong($"wants a text, not {Describe.Kind(Value)}");

    public ExactNumber Number() =>
        Value.ValueKind == JsonValueKind.Number && ExactNumber.TryRead(Value, Limits.NumberDigits, out ExactNumber number)
            ? number
            : throw Wrong($"wants a number of at most {Limits.NumberDigits} digits, not {Describe.Kind(Value)}");

    public int Count()
    {
        ExactNumber number = Number();
        return number.IsInteger && number.Mantissa.Sign >= 0 ? number.ToCount() : throw Wrong("wants a whole number from 0");
    }

    public string[] Names(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array || list.EnumerateArray().Any(n => n.ValueKind != JsonValueKind.String)) throw Wrong("wants a list of names");
        return [.. list.EnumerateArray().Select(n => n.GetString()!)];
    }

    public SchemaPattern Pattern(string source) =>
        SchemaPattern.TryCreate(source, Limits.PatternTime, out string problem) ?? throw Wrong($"the pattern {source} cannot be used: {problem}");

    public bool Beside(string name, out JsonElement value) => Owner.Element.TryGetProperty(name, out value);

    public int? BesideCount(string name) => Beside(name, out JsonElement value) ? (this with { Name = name, Value = value }).Count() : null;

    public IEnumerable<string> BesideNames(string name) =>
        Beside(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object ? value.EnumerateObject().Select(p => p.Name) : [];
}
