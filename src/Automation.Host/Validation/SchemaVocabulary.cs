using System.Text.Json;

namespace Automation.Host.Validation;

/// <summary>Which keywords a schema's metaschema gives a meaning (core §8.1.2).</summary>
/// <param name="FormatAssertion">The metaschema asks for <c>format</c> to refuse.</param>
internal sealed record SchemaVocabulary(bool Applicator, bool Unevaluated, bool Validation, bool FormatAssertion)
{
    private const string Prefix = "https://json-schema.org/draft/2020-12/vocab/";

    private static readonly string[] Known = ["core", "applicator", "unevaluated", "validation", "meta-data", "format-annotation", "format-assertion", "content"];

    /// <summary>A schema without <c>$schema</c>, or with one that was not handed in, is plain 2020-12.</summary>
    public static SchemaVocabulary Standard { get; } = new(true, true, true, false);

    /// <exception cref="JsonSchemaException">The metaschema needs a vocabulary that is unknown.</exception>
    public static SchemaVocabulary Of(SchemaLocation? metaschema)
    {
        if (metaschema is null || metaschema.Element.ValueKind != JsonValueKind.Object ||
            !metaschema.Element.TryGetProperty("$vocabulary", out JsonElement list) || list.ValueKind != JsonValueKind.Object) return Standard;
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonProperty entry in list.EnumerateObject())
        {
            string name = entry.Name.StartsWith(Prefix, StringComparison.Ordinal) ? entry.Name[Prefix.Length..] : entry.Name;
            if (Known.Contains(name)) named.Add(name);
            else if (entry.Value.ValueKind == JsonValueKind.True) throw new JsonSchemaException(metaschema.Absolute, $"needs the vocabulary {entry.Name}, which is not known here");
        }

        return new(named.Contains("applicator"), named.Contains("unevaluated"), named.Contains("validation"), named.Contains("format-assertion"));
    }
}
