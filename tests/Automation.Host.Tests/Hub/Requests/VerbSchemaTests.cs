using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Automation.Host.Tests.Validation;

namespace Automation.Host.Tests.Hub.Requests;

/// <summary>What the schemas say of each verb is what the program takes.</summary>
[Trait("Req", "HUB-5"), Trait("Req", "DEV-5")]
public sealed class VerbSchemaTests(RequestHouse house) : IClassFixture<RequestHouse>
{
    public static TheoryData<string> Verbs => [.. Defs("request").EnumerateObject().Select(v => v.Name)];

    [Fact]
    public async Task Every_verb_has_a_schema_of_its_members_and_of_its_data_and_is_named_to_machines()
    {
        string said = await house.ErrorAsync("no/such", "{}");
        string[] verbs = said[(said.IndexOf("there are ", StringComparison.Ordinal) + "there are ".Length)..].Split(", ");
        Assert.True(verbs.Length > 30, said);
        Assert.Equal(verbs, Defs("request").EnumerateObject().Select(v => v.Name).Order(StringComparer.Ordinal));
        Assert.All(verbs, v => Assert.True(Defs("response").TryGetProperty(v, out _), v));
        JsonElement channels = ShippedSchemas.Read("schemas", "topics", "asyncapi.json").GetProperty("channels");
        foreach (string channel in (string[])["request", "response"])
        {
            Assert.Equal(verbs, channels.GetProperty(channel).GetProperty("parameters").GetProperty("verb").GetProperty("enum").EnumerateArray().Select(v => v.GetString()));
        }
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task The_members_of_a_verb_are_those_the_program_reads(string verb)
    {
        JsonElement schema = Defs("request").GetProperty(verb);
        JsonElement example = schema.GetProperty("examples")[0];
        Assert.Empty(ShippedSchemas.Part("request", "/$defs/" + verb.Replace("/", "~1", StringComparison.Ordinal)).Validate(example));
        JsonObject request = JsonNode.Parse(example.GetRawText())!.AsObject();
        request["nobodyReadsThis"] = 1;
        string said = await house.ErrorAsync(verb, request.ToJsonString());
        Assert.StartsWith("\"nobodyReadsThis\" means nothing here", said, StringComparison.Ordinal);
        string[] read = [.. Regex.Matches(said[said.IndexOf("takes ", StringComparison.Ordinal)..], "\"(\\w+)\"").Select(m => m.Groups[1].Value)];
        Assert.Equal(read.Order(StringComparer.Ordinal), schema.GetProperty("properties").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    private static JsonElement Defs(string schema) => ShippedSchemas.TopicDocuments[schema].Root.GetProperty("$defs");
}
