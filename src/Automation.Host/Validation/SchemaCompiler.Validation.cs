using System.Text.Json;
using Automation.Host.Validation.Keywords;

namespace Automation.Host.Validation;

/// <summary>The keywords of the validation and format vocabularies.</summary>
internal sealed partial class SchemaCompiler
{
    private SchemaKeyword? Validation(KeywordSource source)
    {
        string name = source.Name;
        string location = source.Location;
        switch (name)
        {
            case "type": return Type(source);
            case "const": return new EnumKeyword(name, location, [source.Value], _equality);
            case "enum":
                if (source.Value.ValueKind != JsonValueKind.Array) throw source.Wrong("wants a list of values");
                return new EnumKeyword(name, location, [.. source.Value.EnumerateArray()], _equality);
            case "minimum": return Number(source, NumberBound.Minimum);
            case "exclusiveMinimum": return Number(source, NumberBound.ExclusiveMinimum);
            case "maximum": return Number(source, NumberBound.Maximum);
            case "exclusiveMaximum": return Number(source, NumberBound.ExclusiveMaximum);
            case "multipleOf":
                if (source.Number().Mantissa.Sign <= 0) throw source.Wrong("wants a number above zero");
                return Number(source, NumberBound.MultipleOf);
            case "minLength": return new LengthKeyword(name, location, isMinimum: true, source.Count());
            case "maxLength": return new LengthKeyword(name, location, isMinimum: false, source.Count());
            case "pattern": return new PatternKeyword(location, source.Pattern(source.Text()));
            case "minItems": return new CountKeyword(name, location, JsonValueKind.Array, isMinimum: true, source.Count());
            case "maxItems": return new CountKeyword(name, location, JsonValueKind.Array, isMinimum: false, source.Count());
            case "minProperties": return new CountKeyword(name, location, JsonValueKind.Object, isMinimum: true, source.Count());
            case "maxProperties": return new CountKeyword(name, location, JsonValueKind.Object, isMinimum: false, source.Count());
            case "uniqueItems": return source.Value.ValueKind == JsonValueKind.True ? new UniqueItemsKeyword(location, _equality) : null;
            case "required": return new RequiredKeyword(location, source.Names(source.Value));
            case "dependentRequired":
                if (source.Value.ValueKind != JsonValueKind.Object) throw source.Wrong("wants an object of name lists");
                return new DependentRequiredKeyword(location, [.. source.Value.EnumerateObject().Select(p => (p.Name, source.Names(p.Value)))]);
            default: return null;
        }
    }

    private NumberKeyword Number(KeywordSource source, NumberBound bound) =>
        new(source.Name, source.Location, bound, source.Number(), source.Value.GetRawText(), options.Limits.NumberDigits);

    private TypeKeyword Type(KeywordSource source)
    {
        string[] names = source.Value.ValueKind == JsonValueKind.String ? [source.Value.GetString()!] : source.Names(source.Value);
        var types = JsonTypes.None;
        foreach (string name in names)
        {
            types |= name switch
            {
                "null" => JsonTypes.Null,
                "boolean" => JsonTypes.Boolean,
                "object" => JsonTypes.Object,
                "array" => JsonTypes.Array,
                "string" => JsonTypes.String,
                "number" => JsonTypes.Number,
                "integer" => JsonTypes.Integer,
                _ => throw source.Wrong($"{name} is no JSON type"),
            };
        }

        return new TypeKeyword(source.Location, types, string.Join(" or ", names), options.Limits.NumberDigits);
    }

    private static FormatKeyword? Format(KeywordSource source) =>
        source.Value.ValueKind == JsonValueKind.String && SchemaFormats.Find(source.Value.GetString()!) is { } fits
            ? new FormatKeyword(source.Location, source.Value.GetString()!, fits)
            : null;
}
