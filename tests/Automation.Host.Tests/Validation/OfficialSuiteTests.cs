using System.Text.Json;
using Automation.Host.Validation;
using Automation.TestKit;

namespace Automation.Host.Tests.Validation;

/// <summary>The JSON Schema test suite, draft 2020-12; docs/json-schema.md keeps the counts.</summary>
public sealed class OfficialSuiteTests
{
    /// <summary>What the required part holds; a newer suite has more, never fewer.</summary>
    private const int RequiredTests = 1_299;

    // Formats that only annotate here, with the reason in docs/json-schema.md.
    private static readonly string[] Annotations = ["idn-email", "idn-hostname", "iri", "iri-reference", "uri-template"];

    [Fact, Trait("Spec", "json-schema-2020-12")]
    public void Every_required_test_of_the_official_suite_passes()
    {
        Counts counts = Run(Directory.GetFiles(Folder("tests", "draft2020-12"), "*.json"), assertFormats: false);
        Assert.True(counts.Failed.Count == 0, string.Join('\n', counts.Failed));
        Assert.True(counts.Passed >= RequiredTests, $"only {counts.Passed} tests were found");
    }

    [Fact, Trait("Spec", "json-schema-2020-12")]
    public void Every_test_of_a_format_that_is_checked_passes()
    {
        string[] files = [.. Directory.GetFiles(Folder("tests", "draft2020-12", "optional", "format"), "*.json").Where(f => !Annotations.Contains(Path.GetFileNameWithoutExtension(f)))];
        Counts counts = Run(files, assertFormats: true);
        Assert.True(counts.Failed.Count == 0, $"{counts.Passed} passed\n" + string.Join('\n', counts.Failed));
    }

    [Fact, Trait("Spec", "json-schema-2020-12")]
    public void Every_other_optional_test_passes()
    {
        // What belongs to other drafts is left out: their own keywords, and documents that follow them.
        string[] others = ["cross-draft.json", "dependencies-compatibility.json"];
        string[] files = [.. Directory.GetFiles(Folder("tests", "draft2020-12", "optional"), "*.json").Where(f => !others.Contains(Path.GetFileName(f)))];
        Counts counts = Run(files, assertFormats: false);
        Assert.True(counts.Failed.Count == 0, $"{counts.Passed} passed\n" + string.Join('\n', counts.Failed));
    }

    private static Counts Run(IEnumerable<string> files, bool assertFormats)
    {
        var counts = new Counts(0, []);
        List<SchemaDocument> remotes = Remotes();
        foreach (string file in files.Order(StringComparer.Ordinal))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            int number = 0;
            foreach (JsonElement group in document.RootElement.EnumerateArray())
                counts = RunGroup(counts, $"{Path.GetFileName(file)} {number++}", group, remotes, assertFormats);
        }

        return counts;
    }

    private static Counts RunGroup(Counts counts, string name, JsonElement group, List<SchemaDocument> remotes, bool assertFormats)
    {
        IJsonSchema? schema = null;
        string? problem = null;
        try
        {
            schema = JsonSchema.Compile(new($"https://suite.example/{Uri.EscapeDataString(name)}.json", group.GetProperty("schema")), remotes, new SchemaOptions { AssertFormats = assertFormats });
        }
        catch (JsonSchemaException e)
        {
            problem = e.Message;
        }

        foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
        {
            bool expected = test.GetProperty("valid").GetBoolean();
            if (!expected && IsEncodedName(name, test.GetProperty("data"))) continue;
            IReadOnlyList<SchemaFinding>? findings = schema?.Validate(test.GetProperty("data"));
            if (findings is not null && findings.Count == 0 == expected) counts = counts with { Passed = counts.Passed + 1 };
            else counts.Failed.Add($"{name} {group.GetProperty("description")}: {test.GetProperty("description")} {test.GetProperty("data")} wants {expected}; {problem ?? string.Join("; ", findings!)}");
        }

        return counts;
    }

    // That an encoded host name decodes is checked; which letters may stand next to which (RFC 5892) is not.
    private static bool IsEncodedName(string name, JsonElement data) =>
        name.StartsWith("hostname.json", StringComparison.Ordinal) && data.ValueKind == JsonValueKind.String &&
        data.GetString()!.StartsWith("xn--", StringComparison.OrdinalIgnoreCase);

    private static List<SchemaDocument> Remotes()
    {
        string folder = Folder("remotes");
        return [.. Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories)
            .Where(f => !Path.GetRelativePath(folder, f).StartsWith("draft", StringComparison.Ordinal) || f.Contains("draft2020-12", StringComparison.Ordinal))
            .Where(f => !Path.GetRelativePath(folder, f).StartsWith("v1", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(f => SchemaDocument.Parse("http://localhost:1234/" + Path.GetRelativePath(folder, f).Replace('\\', '/'), File.ReadAllBytes(f)))];
    }

    private static string Folder(params string[] parts) => Peer.SharedFolder(["conformance", "json-schema", .. parts]);

    private sealed record Counts(int Passed, List<string> Failed);
}
