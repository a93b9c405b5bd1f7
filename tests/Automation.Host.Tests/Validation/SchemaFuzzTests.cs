using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Automation.Host.Validation;
using Automation.TestKit;

namespace Automation.Host.Tests.Validation;

/// <summary>Schemas and instances that nobody would write: refused by message, never by another exception, never by a hang.</summary>
public sealed class SchemaFuzzTests
{
    private static readonly string[] Awkward =
    [
        "null", "true", "false", "0", "-1", "1.5", "1e400", "1e-400", "\"\"", "\"#\"", "\"#/\"", "\"#/$defs/~2\"", "\"#/properties/a/%\"", "\"http://[\"", "\"urn:x\"", "\"..\"",
        "\"(?<a>b)\"", "\"[\"", "\"\\\\u{110000}\"", "\"[^\\ud83d\\udc32]\"", "[]", "[null]", "[[]]", "{}", "{\"$ref\":\"#\"}", "{\"$dynamicRef\":\"#x\"}", "{\"items\":{\"$ref\":\"#\"}}",
        "{\"not\":{\"$ref\":\"#\"}}", "{\"$id\":\"x\"}", "{\"$anchor\":\"x\",\"$ref\":\"#x\"}",
    ];

    private static readonly string[] Keywords =
    [
        "$ref", "$dynamicRef", "$id", "$anchor", "$dynamicAnchor", "$schema", "items", "prefixItems", "properties", "patternProperties", "pattern", "format", "type", "enum", "minLength", "multipleOf",
        "uniqueItems", "contains", "minContains", "if", "then", "unevaluatedProperties", "unevaluatedItems", "dependentSchemas", "required", "oneOf",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(77)]
    [InlineData(20261121)]
    public void Broken_schemas_and_odd_instances_never_escape(int seed)
    {
        var random = new Random(seed);
        List<JsonNode> schemas = [.. Schemas()];
        var limits = new SchemaLimits { Steps = 5_000, PatternTime = TimeSpan.FromMilliseconds(5) };
        var options = new SchemaOptions { Limits = limits };
        int compiled = 0;
        for (int i = 0; i < 600; i++)
        {
            JsonNode schema = schemas[random.Next(schemas.Count)].DeepClone();
            for (int m = random.Next(1, 4); m > 0; m--) Mutate(schema, random);
            string text = schema.ToJsonString();
            try
            {
                IJsonSchema usable = JsonSchema.Compile(SchemaDocument.Parse("https://fuzz.example/schema.json", Encoding.UTF8.GetBytes(text)), options: options);
                compiled++;
                foreach (string instance in Awkward) Assert.True(usable.Validate(Encoding.UTF8.GetBytes(instance)).Count >= 0);
                Assert.True(usable.Validate(Encoding.UTF8.GetBytes(text)).Count >= 0);
            }
            catch (JsonSchemaException)
            {
                // The one way in which a schema is refused.
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}, round {i}: {e.GetType().Name} {e.Message} for {text}\n{e.StackTrace}");
            }
        }

        Assert.True(compiled > 50, $"seed {seed}: only {compiled} compiled");
    }

    [Fact]
    public void Texts_cut_short_or_changed_by_a_byte_never_escape()
    {
        IJsonSchema schema = ShippedSchemas.Topic("event");
        byte[] good = Encoding.UTF8.GetBytes(ShippedSchemas.TopicDocuments["event"].Root.GetProperty("examples")[0].GetRawText());
        Assert.Empty(schema.Validate(good));
        for (int length = 0; length < good.Length; length++) Assert.NotEmpty(schema.Validate(good.AsMemory(0, length)));
        for (int at = 0; at < good.Length; at++)
        {
            foreach (byte value in new byte[] { 0x00, 0x22, 0x5C, 0x7B, 0xC3, 0xFF })
            {
                byte[] changed = (byte[])good.Clone();
                changed[at] = value;
                Assert.True(schema.Validate(changed).Count >= 0);
            }
        }
    }

    private static IEnumerable<JsonNode> Schemas()
    {
        foreach (string file in Directory.GetFiles(Peer.SharedFolder("conformance", "json-schema", "tests", "draft2020-12"), "*.json").Order(StringComparer.Ordinal))
        {
            foreach (JsonNode? group in JsonNode.Parse(File.ReadAllBytes(file))!.AsArray())
            {
                if (group!["schema"] is JsonObject schema) yield return schema.DeepClone();
            }
        }
    }

    private static void Mutate(JsonNode node, Random random)
    {
        JsonNode odd = JsonNode.Parse(Awkward[random.Next(1, Awkward.Length)])!;
        switch (node)
        {
            case JsonObject o when o.Count > 0:
                string name = o.ElementAt(random.Next(o.Count)).Key;
                if (o[name] is { } child and (JsonObject or JsonArray) && random.Next(3) > 0) Mutate(child, random);
                else if (random.Next(4) == 0) o[Keywords[random.Next(Keywords.Length)]] = odd;
                else o[name] = odd;
                break;
            case JsonArray a when a.Count > 0:
                int index = random.Next(a.Count);
                if (a[index] is { } item and (JsonObject or JsonArray) && random.Next(3) > 0) Mutate(item, random);
                else a[index] = odd;
                break;
        }
    }
}
