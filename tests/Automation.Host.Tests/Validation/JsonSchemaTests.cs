using System.Text;
using System.Text.Json;
using Automation.Host.Validation;

namespace Automation.Host.Tests.Validation;

public sealed class JsonSchemaTests
{
    private const string Home = "https://automation.example/test.schema.json";

    [Fact, Trait("Req", "LNK-12")]
    public void Validate_SeveralMistakes_AllAreFoundWithTheirPlace()
    {
        IReadOnlyList<SchemaFinding> findings = Compile("""
            { "type": "object", "required": ["id"], "additionalProperties": false,
              "properties": { "id": { "type": "string" }, "source": { "type": "string" }, "list": { "items": { "maximum": 5 } } } }
            """).Validate(Bytes("""{ "sourse": "x", "list": [1, 9, 7.5] }"""));

        Assert.Equal(["", "/sourse", "/list/1", "/list/2"], findings.Select(f => f.InstancePointer).OrderBy(p => p.Length == 0 ? 0 : p[1] == 's' ? 1 : 2));
        Assert.Contains(findings, f => f.Message == "\"id\" is missing" && f.SchemaPointer == Home + "#/required");
        Assert.Contains(findings, f => f.Message.Contains("did you mean \"source\"?", StringComparison.Ordinal) && f.Keyword == "additionalProperties");
        Assert.Contains(findings, f => f.Message == "9 where at most 5 is wanted" && f.SchemaPointer == Home + "#/properties/list/items/maximum");
    }

    [Fact, Trait("Req", "LNK-12")]
    public void Validate_NoFormFits_TheNearestFormSpeaks()
    {
        IJsonSchema schema = Compile("""
            { "oneOf": [
                { "properties": { "action": { "const": "arm" }, "mode": { "enum": ["away", "stay"] } }, "required": ["action", "mode"] },
                { "properties": { "action": { "const": "callPreset" }, "preset": { "type": "integer" } }, "required": ["action", "preset"] } ] }
            """);

        IReadOnlyList<SchemaFinding> findings = schema.Validate(Bytes("""{ "action": "arm", "mode": "awey" }"""));

        Assert.Equal(["oneOf", "enum"], findings.Select(f => f.Keyword));
        Assert.Equal("/mode", findings[1].InstancePointer);
        Assert.Contains("\"away\", \"stay\"", findings[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_NamesWithSlashesAndTildes_AreEscapedInPointers() =>
        Assert.Equal("/a~1b/c~0d/0", Assert.Single(Compile("""{ "properties": { "a/b": { "properties": { "c~d": { "items": false } } } } }""")
            .Validate(Bytes("""{ "a/b": { "c~d": [1] } }"""))).InstancePointer);

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("{ \"a\": 01 }")]
    [InlineData("\u0000")]
    public void Validate_NoJson_IsOneFinding(string text) =>
        Assert.Equal("json", Assert.Single(Compile("true").Validate(Bytes(text))).Keyword);

    [Theory]
    [InlineData("\"\\ud800\"", "")]
    [InlineData("[ { \"a\": [ 0, \"\\udc00 x\" ] } ]", "/0/a/1")]
    [InlineData("[ { \"\\ud800\": 1 } ]", "/0")]
    public void Validate_HalfASurrogatePair_IsAFindingNotAnException(string text, string pointer)
    {
        SchemaFinding finding = Assert.Single(Compile("""{ "maxLength": 3 }""").Validate(Bytes(text)));
        Assert.Equal(("json", pointer), (finding.Keyword, finding.InstancePointer));
    }

    [Fact]
    public void Validate_TooLargeTooDeepTooLong_AreFindings()
    {
        IJsonSchema schema = Compile("true", new SchemaLimits { DocumentBytes = 1_000, Depth = 10 });
        Assert.Equal("limit", Assert.Single(schema.Validate(Bytes("\"" + new string('x', 1_000) + "\""))).Keyword);
        Assert.Equal("json", Assert.Single(schema.Validate(Bytes(new string('[', 11) + new string(']', 11)))).Keyword);
        Assert.Equal("limit", Assert.Single(schema.Validate(Bytes(new string('9', 401)))).Keyword);
        Assert.Equal("limit", Assert.Single(schema.Validate(Bytes("[1e99999999999999999999]"))).Keyword);
        Assert.Empty(schema.Validate(Bytes("[" + new string('9', 400) + ", 1e39000, -1e-39000]")));
    }

    [Theory]
    [InlineData("""{ "$ref": "#" }""")]
    [InlineData("""{ "allOf": [ { "$ref": "#/$defs/a" } ], "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "not": { "$ref": "#/$defs/a" } } } }""")]
    [InlineData("""{ "anyOf": [ { "$ref": "#" }, { "$ref": "#" }, { "$ref": "#" } ] }""")]
    public void Validate_ReferencesInACircle_EndAtALimit(string schema)
    {
        IReadOnlyList<SchemaFinding> findings = Compile(schema).Validate(Bytes("1"));
        Assert.Contains(findings, f => f.Keyword == "limit");
    }

    [Fact]
    public void Validate_AnExplosionOfForms_EndsAtALimit()
    {
        IJsonSchema schema = Compile("""
            { "$ref": "#/$defs/node", "$defs": { "node": {
                "anyOf": [ { "items": { "$ref": "#/$defs/node" }, "minItems": 2 }, { "items": { "$ref": "#/$defs/node" }, "minItems": 3 } ], "type": "array" } } }
            """, new SchemaLimits { Steps = 20_000 });
        string text = "0";
        for (int i = 0; i < 40; i++) text = $"[{text}]";

        Assert.Contains(schema.Validate(Bytes(text)), f => f.Keyword == "limit");
    }

    [Fact]
    public void Validate_ManyMistakes_KeepsABoundedNumber() =>
        Assert.Equal(200, Compile("""{ "items": false }""").Validate(Bytes("[" + string.Join(',', Enumerable.Repeat("1", 5_000)) + "]")).Count);

    [Fact]
    public void Validate_ABacktrackingPattern_StopsInsteadOfRunningAway()
    {
        // The look-ahead forces backtracking; the rest is the classic catastrophe.
        IJsonSchema schema = Compile("""{ "pattern": "^(?=a)(a+)+$" }""", new SchemaLimits { PatternTime = TimeSpan.FromMilliseconds(20) });
        SchemaFinding finding = Assert.Single(schema.Validate(Bytes("\"" + new string('a', 60) + "!\"")));
        Assert.Contains("too long", finding.Message, StringComparison.Ordinal);
        Assert.Single(Compile("""{ "pattern": "^(a+)+$" }""").Validate(Bytes("\"" + new string('a', 20_000) + "!\"")));
    }

    [Theory]
    [InlineData("""{ "$ref": "#/$defs/nowhere" }""", "leads nowhere")]
    [InlineData("""{ "$ref": "https://elsewhere.example/x.json" }""", "leads nowhere")]
    [InlineData("""{ "pattern": "(" }""", "pattern")]
    [InlineData("""{ "pattern": "\\Z" }""", "escape")]
    [InlineData("""{ "type": "text" }""", "no JSON type")]
    [InlineData("""{ "minLength": -1 }""", "whole number")]
    [InlineData("""{ "multipleOf": 0 }""", "above zero")]
    [InlineData("""{ "required": "id" }""", "list of names")]
    [InlineData("""{ "allOf": [] }""", "at least one")]
    [InlineData("""{ "items": 3 }""", "a schema is")]
    [InlineData("""{ "properties": 3 }""", "object of schemas")]
    public void Compile_ASchemaThatMakesNoSense_SaysWhere(string schema, string words)
    {
        JsonSchemaException e = Assert.Throws<JsonSchemaException>(() => Compile(schema));
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        Assert.StartsWith(Home + "#", e.Location, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_FromManyThreads_AgreesWithItself()
    {
        IJsonSchema schema = Compile("""{ "$dynamicAnchor": "n", "properties": { "a": { "$dynamicRef": "#n" }, "b": { "type": "integer" } }, "unevaluatedProperties": false }""");
        byte[] good = Bytes("""{ "a": { "a": { "b": 1 } } }""");
        byte[] bad = Bytes("""{ "a": { "a": { "c": 1 } } }""");
        Parallel.For(0, 200, _ =>
        {
            Assert.Empty(schema.Validate(good));
            Assert.Single(schema.Validate(bad), f => f.InstancePointer == "/a/a/c");
        });
    }

    [Fact]
    public void Our_metaschemas_accept_themselves()
    {
        IJsonSchema schema = JsonSchema.Compile(MetaSchemas.All[0]);
        foreach (SchemaDocument meta in MetaSchemas.All) Assert.Empty(schema.Validate(meta.Root));
    }

    private static IJsonSchema Compile(string schema, SchemaLimits? limits = null) =>
        JsonSchema.Compile(SchemaDocument.Parse(Home, Bytes(schema)), options: new SchemaOptions { Limits = limits ?? SchemaLimits.Default });

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
