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

    private static SchemaDocument Load(string name)
    {
        using Stream stream = typeof(EmbeddedSchemas).Assembly.GetManifestResourceStream("schemas/" + name) ?? throw new InvalidOperationException($"The schema {name} is not built in.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return SchemaDocument.Parse(Base + name, bytes.ToArray());
    }
}
