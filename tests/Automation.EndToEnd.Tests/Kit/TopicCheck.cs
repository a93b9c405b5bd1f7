using System.Text.Json;
using System.Text.RegularExpressions;
using Automation.Host.Validation;

namespace Automation.EndToEnd.Tests.Kit;

/// <summary>Holds what was heard in a run against <c>asyncapi.json</c> and the schemas beside it.</summary>
internal static class TopicCheck
{
    private const string Base = "https://automation.example/schemas/topics/";

    private static readonly string Folder = FindFolder();
    private static readonly SchemaDocument[] Documents = [.. Directory.GetFiles(Folder, "*.schema.json").Select(f => SchemaDocument.Parse(Base + Path.GetFileName(f), File.ReadAllBytes(f)))];

    /// <summary>Every topic must be one of the document's channels, and every payload fit its schema. Cleared topics have no payload.</summary>
    /// <returns>The channels that were heard.</returns>
    public static IReadOnlyCollection<string> Holds(IEnumerable<(string Topic, string Payload)> heard)
    {
        using JsonDocument api = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "asyncapi.json")));
        (string Name, Regex Topic, string? Schema, bool Text)[] channels = 
            [.. api.RootElement.GetProperty("channels").EnumerateObject().OrderBy(c => c.Value.GetProperty("address").GetString()!.Count(l => l == '{')).Select(c => Channel(api.RootElement, c))];
        // The more is said word for word the sooner: rules and groups are not devices.
        var schemas = new Dictionary<string, IJsonSchema>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string topic, string payload) in heard.Where(h => h.Topic.StartsWith("automation/", StringComparison.Ordinal)).Distinct())
        {
            (string name, _, string? schema, bool text) = channels.FirstOrDefault(c => c.Topic.IsMatch(topic));
            Assert.True(name is not null, $"{topic} is no channel of asyncapi.json");
            seen.Add(name);
            if (payload.Length == 0 || schema is null) continue;
            if (!schemas.TryGetValue(schema, out IJsonSchema? compiled)) schemas.Add(schema, compiled = JsonSchema.Compile(Documents.Single(d => d.Root.GetProperty("$id").GetString() == Base + schema), Documents));
            using JsonDocument value = JsonDocument.Parse(text ? JsonSerializer.Serialize(payload) : payload);
            IReadOnlyList<SchemaFinding> findings = compiled.Validate(value.RootElement);
            Assert.True(findings.Count == 0, $"{topic}: {string.Join("; ", findings)} in {payload}");
        }

        return seen;
    }

    private static (string Name, Regex Topic, string? Schema, bool Text) Channel(JsonElement api, JsonProperty channel)
    {
        string pattern = Regex.Replace(Regex.Escape(channel.Value.GetProperty("address").GetString()!).Replace("\\{", "{", StringComparison.Ordinal), "{(verb)}|{[a-z]+}", m => m.Groups[1].Success ? ".+" : "[^/]+");
        string reference = channel.Value.GetProperty("messages").EnumerateObject().First().Value.GetProperty("$ref").GetString()!;
        JsonElement message = api.GetProperty("components").GetProperty("messages").GetProperty(reference[(reference.LastIndexOf('/') + 1)..]);
        string? schema = message.GetProperty("payload").TryGetProperty("$ref", out JsonElement file) ? file.GetString()![2..] : null;

        return (channel.Name, new Regex($"^{pattern}$"), schema, message.GetProperty("contentType").GetString() == "text/plain");
    }

    private static string FindFolder()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string folder = Path.Combine(at.FullName, "schemas", "topics");
            if (File.Exists(Path.Combine(folder, "asyncapi.json"))) return folder;
        }

        throw new DirectoryNotFoundException("schemas/topics is not above the tests");
    }
}
