using System.Reflection;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

/// <summary>The schemas know what the readers know: the same properties, events, actions and kinds.</summary>
public sealed class SchemaTests
{
    private static string Folder => Path.Combine(Demo.Root, "schemas");

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Path.Combine(Folder, "rules"), "*.json").Select(f => "rules/" + Path.GetFileName(f)).Append("site.schema.json").Order(StringComparer.Ordinal)];

    [Theory, Trait("Req", "HUB-3")]
    [MemberData(nameof(Files))]
    public void Schema_SaysWhatItIsAndShowsAnExample(string file)
    {
        JsonElement schema = Read(file);
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.GetProperty("$schema").GetString());
        Assert.EndsWith(file, schema.GetProperty("$id").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(schema.GetProperty("title").GetString()!);
        if (file.Contains("common", StringComparison.Ordinal)) return;
        Assert.NotEmpty(schema.GetProperty("description").GetString()!);
        Assert.NotEmpty(schema.GetProperty("examples").EnumerateArray());
    }

    [Theory, Trait("Req", "LNK-12")]
    [InlineData("linkage", nameof(LinkageReader), "Names")]
    [InlineData("exception", nameof(ExceptionReader), "Names")]
    [InlineData("schedule", nameof(ScheduleRuleReader), "Names")]
    [InlineData("armingSchedule", nameof(ScheduleRuleReader), "ArmingNames")]
    [InlineData("peopleCounting", nameof(PeopleCountingReader), "Names")]
    [InlineData("temperature", nameof(TemperatureReader), "Names")]
    [InlineData("automation", nameof(AutomationReader), "Names")]
    [InlineData("template", nameof(TemplateReader), "Names")]
    [InlineData("instance", nameof(InstanceReader), "Names")]
    [InlineData("../site", nameof(SiteReader), "Names")]
    public void Schema_HasThePropertiesThatAreRead(string kind, string reader, string field)
    {
        Type type = typeof(RuleSetReader).Assembly.GetType("Automation.Core.Rules." + reader)!;
        string[] known = (string[])type.GetField(field, BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
        Assert.Equal(known.Order(StringComparer.Ordinal), Read($"rules/{kind}.schema.json").GetProperty("properties").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    [Fact, Trait("Req", "LNK-2")]
    public void Schema_ListsEveryEventActionAndException()
    {
        JsonElement parts = Read("rules/common.schema.json").GetProperty("$defs");
        Assert.Equal(EventTypes.All.Keys.Order(StringComparer.Ordinal), Words(parts.GetProperty("event").GetProperty("enum")));
        Assert.Equal(ActionTypes.All.Keys.Order(StringComparer.Ordinal), Words(parts.GetProperty("step").GetProperty("oneOf")[0].GetProperty("properties").GetProperty("action").GetProperty("enum")));
        JsonElement exceptions = Read("rules/exception.schema.json").GetProperty("properties").GetProperty("exceptions").GetProperty("oneOf")[1].GetProperty("items").GetProperty("oneOf")[0].GetProperty("enum");
        Assert.Equal(ExceptionReader.Types.Order(StringComparer.Ordinal), Words(exceptions));
    }

    [Fact, Trait("Req", "LNK-3"), Trait("Req", "ACT-1")]
    public void Schema_TakesOfEachActionWhatTheModelTakes()
    {
        JsonElement action = Read("rules/common.schema.json").GetProperty("$defs").GetProperty("step").GetProperty("oneOf")[0];
        JsonElement common = action.GetProperty("properties");
        string[] parameters = [.. common.EnumerateObject().Select(p => p.Name).Except(["action", "on", "expiresAfter"])];
        Dictionary<string, JsonElement> cases = action.GetProperty("allOf").EnumerateArray().ToDictionary(c => c.GetProperty("if").GetProperty("properties").GetProperty("action").GetProperty("const").GetString()!, c => c.GetProperty("then"));
        foreach (ActionTypeInfo type in ActionTypes.All.Values)
        {
            JsonElement then = cases[type.Name];
            Assert.Equal(type.Parameters.Where(p => p.Required).Select(p => p.Name).Order(StringComparer.Ordinal), Words(then.GetProperty("required")));
            foreach (string name in parameters)
            {
                bool own = then.GetProperty("properties").TryGetProperty(name, out JsonElement narrowed);
                if (type.Parameter(name) is not { } parameter)
                {
                    Assert.True(own && narrowed.ValueKind == JsonValueKind.False, $"{type.Name} does not take {name}");
                    continue;
                }

                JsonElement schema = own ? narrowed : common.GetProperty(name);
                if (!parameter.Words.IsEmpty) Assert.Equal(parameter.Words.Order(StringComparer.Ordinal), Words(schema.GetProperty("enum")));
                else if (parameter.Kind == DataKind.Number) Assert.Equal((parameter.Min, parameter.Max, parameter.Whole ? "integer" : "number"), (schema.GetProperty("minimum").GetDouble(), schema.GetProperty("maximum").GetDouble(), schema.GetProperty("type").GetString()));
                else if (parameter.Kind == DataKind.Null) Assert.Equal(["boolean", "number", "string"], Words(schema.GetProperty("type")));
                else Assert.Equal(parameter.Kind == DataKind.Boolean ? "boolean" : "string", schema.GetProperty("type").GetString());
            }
        }
    }

    [Theory, Trait("Req", "LNK-1")]
    [InlineData("linkage")]
    [InlineData("exception")]
    [InlineData("schedule")]
    [InlineData("armingSchedule")]
    [InlineData("peopleCounting")]
    [InlineData("temperature")]
    [InlineData("automation")]
    public void Schema_ExampleIsASoundRule(string kind)
    {
        foreach (JsonElement example in Read($"rules/{kind}.schema.json").GetProperty("examples").EnumerateArray()) Assert.Empty(Demo.Rules(example.GetRawText()).Findings);
    }

    [Fact, Trait("Req", "LNK-2")]
    public void ExceptionTypes_AreEvents()
    {
        Assert.All(ExceptionReader.Types, t => Assert.True(EventTypes.IsKnown(t), t));
    }

    private static IEnumerable<string> Words(JsonElement list) => list.EnumerateArray().Select(w => w.GetString()!).Order(StringComparer.Ordinal);

    private static JsonElement Read(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, file)));
        return document.RootElement.Clone();
    }
}
