using System.Text.Json;

namespace Automation.Host.Validation;

/// <summary>A JSON document that is a schema, or holds some.</summary>
/// <param name="Uri">Absolute: where it would be retrieved from. Its own <c>$id</c> wins over this.</param>
internal sealed record SchemaDocument(string Uri, JsonElement Root)
{
    /// <exception cref="JsonSchemaException">The text is no JSON.</exception>
    public static SchemaDocument Parse(string uri, ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, JsonSchema.Reading);
            return new SchemaDocument(uri, document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            throw new JsonSchemaException(uri, "is no JSON: " + e.Message);
        }
    }
}

/// <summary>A schema that cannot be used. A schema of ours that raises this is a bug; one from outside is refused with the message.</summary>
internal sealed class JsonSchemaException : Exception
{
    public JsonSchemaException(string location, string problem)
        : base($"{location}: {problem}") => Location = location;

    /// <summary>The absolute place in the schema.</summary>
    public string Location { get; }
}

/// <summary>How a schema is compiled.</summary>
internal sealed record SchemaOptions
{
    public static SchemaOptions Default { get; } = new();

    /// <summary>Whether <c>format</c> refuses (true) or only annotates, as the specification has it by default.</summary>
    public bool AssertFormats { get; init; } = true;

    public SchemaLimits Limits { get; init; } = SchemaLimits.Default;
}

/// <summary>JSON Schema draft 2020-12, whole: every keyword of the core, applicator, unevaluated, validation and format vocabularies.</summary>
/// <remarks>docs/json-schema.md says what passes of the official test suite. Nothing is ever fetched: what is referred to is handed in.</remarks>
internal static class JsonSchema
{
    internal static JsonDocumentOptions Reading { get; } = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Compiles the root schema of a document; <paramref name="others"/> are what it may refer to, next to the metaschemas of 2020-12.</summary>
    /// <exception cref="JsonSchemaException">A reference leads nowhere, a pattern or a keyword's value makes no sense, a needed vocabulary is unknown.</exception>
    public static IJsonSchema Compile(SchemaDocument root, IEnumerable<SchemaDocument>? others = null, SchemaOptions? options = null)
    {
        options ??= SchemaOptions.Default;
        var registry = new SchemaRegistry();
        SchemaLocation location = registry.Add(root);
        foreach (SchemaDocument other in others ?? []) registry.Add(other);
        foreach (SchemaDocument meta in MetaSchemas.All) registry.Add(meta);
        return new CompiledSchema(new SchemaCompiler(registry, options).NodeOf(location), options.Limits);
    }
}
