using System.Text.Json;
using Automation.Host.Validation;

namespace Automation.Host.Tests.Validation;

/// <summary>The files of <c>schemas/</c>, read from the repository the tests run in.</summary>
internal static class ShippedSchemas
{
    public const string Topics = "https://automation.example/schemas/topics/";

    public static string Root { get; } = FindRoot();

    private static readonly Lazy<IReadOnlyDictionary<string, SchemaDocument>> All = new(() =>
        Directory.GetFiles(Path.Combine(Root, "schemas", "topics"), "*.schema.json").ToDictionary(
            f => Path.GetFileName(f)[..^".schema.json".Length],
            f => SchemaDocument.Parse(Topics + Path.GetFileName(f), File.ReadAllBytes(f))));

    public static IReadOnlyDictionary<string, SchemaDocument> TopicDocuments => All.Value;

    public static IJsonSchema Topic(string name) => JsonSchema.Compile(All.Value[name], All.Value.Values);

    /// <summary>A schema inside a topic schema, e.g. <c>state#/$defs/area</c>.</summary>
    public static IJsonSchema Part(string name, string pointer) =>
        JsonSchema.Compile(new("https://automation.example/part.json", JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["$ref"] = $"{Topics}{name}.schema.json#{pointer}" })), All.Value.Values);

    public static JsonElement Read(params string[] path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine([Root, .. path])));
        return document.RootElement.Clone();
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Automation.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
