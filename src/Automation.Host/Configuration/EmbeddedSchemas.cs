using Automation.Host.Validation;

namespace Automation.Host.Configuration;

/// <summary>The schemas that the program itself checks with; built into the assembly.</summary>
internal static class EmbeddedSchemas
{
    private static readonly Lazy<IJsonSchema> ConfigurationSchema = new(() => Load("configuration.schema.json"));

    public static IJsonSchema Configuration => ConfigurationSchema.Value;

    private static IJsonSchema Load(string name)
    {
        using Stream stream = typeof(EmbeddedSchemas).Assembly.GetManifestResourceStream("schemas/" + name) ?? throw new InvalidOperationException($"The schema {name} is not built in.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return JsonSchema.Compile(SchemaDocument.Parse("https://automation.example/schemas/" + name, bytes.ToArray()));
    }
}
