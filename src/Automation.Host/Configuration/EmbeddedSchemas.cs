using System.Text.Json;
using Automation.Host.Validation;

namespace Automation.Host.Configuration;

/// <summary>The schemas that the program itself checks with; built into the assembly.</summary>
internal static class EmbeddedSchemas
{
    private const string Base = "https://automation.example/schemas/";

    private static readonly Lazy<IJsonSchema> ConfigurationSchema = new(() => JsonSchema.Compile(Load("configuration.schema.json"), [Load("broker.schema.json")]));

    private static readonly Lazy<IJsonSchema> BrokerSchema = new(() => JsonSchema.Compile(Load("broker.schema.json")));

    public static IJsonSchema Configuration => ConfigurationSchema.Value;

    public static IJsonSchema Broker => BrokerSchema.Value;

    /// <summary>The plugin's manifest, which comes with the program too.</summary>
    public static JsonElement Manifest()
    {
        using JsonDocument document = JsonDocument.Parse(Bytes("plugin.manifest.json"));
        return document.RootElement.Clone();
    }

    private static SchemaDocument Load(string name) => SchemaDocument.Parse(Base + name, Bytes("schemas/" + name));

    private static byte[] Bytes(string resource)
    {
        using Stream stream = typeof(EmbeddedSchemas).Assembly.GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"{resource} is not built in.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
