using System.Text.Json;
using System.Text.RegularExpressions;
using Automation.Core.Model;
using Automation.Host.Validation;

namespace Automation.Host.Tests.Validation;

public sealed class TopicSchemaTests
{
    public static TheoryData<string> Names => [.. ShippedSchemas.TopicDocuments.Keys.Order(StringComparer.Ordinal)];

    [Theory, Trait("Req", "HUB-5")]
    [MemberData(nameof(Names))]
    public void Schema_IsValid_AndItsExamplesFit(string name)
    {
        SchemaDocument document = ShippedSchemas.TopicDocuments[name];
        Assert.Empty(JsonSchema.Compile(MetaSchemas.All[0]).Validate(document.Root));
        Assert.Equal($"{ShippedSchemas.Topics}{name}.schema.json", document.Root.GetProperty("$id").GetString());
        if (name == "common") return;
        JsonElement[] examples = [.. document.Root.GetProperty("examples").EnumerateArray()];
        Assert.NotEmpty(examples);
        IJsonSchema schema = ShippedSchemas.Topic(name);
        Assert.All(examples, e => Assert.Empty(schema.Validate(e)));
    }

    [Theory, Trait("Req", "HUB-5")]
    [InlineData("status", "\"on\"")]
    [InlineData("availability", "{}")]
    [InlineData("rule-enabled", "\"on\"")]
    [InlineData("info", """{"version":"0.1.0","topicVersion":"2","started":"2026-11-20T17:00:00Z","sites":[]}""")]
    [InlineData("state", """{"arming":{"value":"away"}}""")]
    [InlineData("state", """{"open":"yes"}""")]
    [InlineData("state", """[]""")]
    [InlineData("group-state", """{"inside":-1,"remaining":2,"max":120,"reached":false}""")]
    [InlineData("event", """{"type":"zoneAlarm","state":"active","at":"2026-11-20T18:00:00+01:00","count":1,"data":{},"cause":"store-1"}""")]
    [InlineData("event", """{"type":"zoneAlarm","state":"begin","at":"2026-11-20T18:00:00","count":1,"data":{},"cause":"store-1"}""")]
    [InlineData("event", """{"type":"zoneAlarm","state":"begin","at":"2026-11-20T18:00:00Z","count":1,"data":{"a":[]},"cause":"store-1"}""")]
    [InlineData("event", """{"type":"zoneAlarm","state":"begin","at":"2026-11-20T18:00:00Z","count":1,"data":{},"cause":"store"}""")]
    [InlineData("firing", """{"rule":"r","kind":"linkage","name":"R","trigger":"t","at":"2026-11-20T18:00:00Z","cause":"store-1","firings":0}""")]
    [InlineData("action", """{"id":"store-1.0","rule":"r","action":"arm","on":"store/panel","parameters":{},"at":"2026-11-20T18:00:00Z","outcome":"failed","attempts":1,"cause":"store-1"}""")]
    [InlineData("action", """{"id":"store-1.0","rule":"r","action":"arm","on":"store/panel","parameters":{},"at":"2026-11-20T18:00:00Z","outcome":"succeeded","reason":"busy","attempts":1,"cause":"store-1"}""")]
    [InlineData("action", """{"id":"store-1.0","rule":"r","action":"arm","on":"store","parameters":{},"at":"2026-11-20T18:00:00Z","outcome":"succeeded","attempts":1,"cause":"store-1"}""")]
    [InlineData("exception", """{"type":"offline","state":"begin","at":"2026-11-20T18:00:00Z","message":"m","receivedBy":["pager"]}""")]
    [InlineData("rule-state", """{"enabled":true,"kind":"linkage","name":"R","lastFired":"never","firings":0,"nextRun":null,"health":"ok"}""")]
    [InlineData("set", "\"selfDestruct\"")]
    [InlineData("set", """{"mode":"away"}""")]
    [InlineData("response", """{"status":"error"}""")]
    [InlineData("response", """{"status":"ok","error":"x"}""")]
    public void Schema_WrongPayload_IsRefused(string name, string payload)
    {
        using JsonDocument document = JsonDocument.Parse(payload);
        Assert.NotEmpty(ShippedSchemas.Topic(name).Validate(document.RootElement));
    }

    [Fact, Trait("Req", "DEV-6")]
    public void State_EachKind_HasAnExampleThatFits()
    {
        string[] peripherals = ["keypad", "keyfob", "card-reader", "repeater", "output-module", "extension-module", "transmitter"];
        JsonElement kinds = ShippedSchemas.TopicDocuments["state"].Root.GetProperty("$defs");
        foreach (JsonProperty kind in kinds.EnumerateObject())
        {
            IJsonSchema part = ShippedSchemas.Part("state", "/$defs/" + kind.Name);
            Assert.All(kind.Value.GetProperty("examples").EnumerateArray(), e => Assert.Empty(part.Validate(e)));
            Assert.True(kind.Name is "device" or "peripheral" || ResourceKinds.All.Contains(kind.Name), kind.Name);
        }

        Assert.All(peripherals, p => Assert.True(ResourceKinds.All.Contains(p), p));
    }

    [Fact, Trait("Req", "ACT-8")]
    public void Action_reasons_and_the_actions_of_commands_are_those_of_the_model()
    {
        JsonElement reasons = ShippedSchemas.TopicDocuments["action"].Root.GetProperty("properties").GetProperty("reason").GetProperty("enum");
        Assert.Equal(
            Enum.GetNames<ActionReason>().Where(n => n != nameof(ActionReason.None)).Select(n => char.ToLowerInvariant(n[0]) + n[1..]).Order(StringComparer.Ordinal),
            reasons.EnumerateArray().Select(r => r.GetString()!).Order(StringComparer.Ordinal));
        JsonElement actions = ShippedSchemas.TopicDocuments["common"].Root.GetProperty("$defs").GetProperty("action").GetProperty("enum");
        Assert.Equal(ActionTypes.All.Keys.Order(StringComparer.Ordinal), actions.EnumerateArray().Select(a => a.GetString()!).Order(StringComparer.Ordinal));
    }

    [Fact, Trait("Req", "DEV-5")]
    public void AsyncApi_references_lead_somewhere_and_every_schema_is_used()
    {
        JsonElement api = ShippedSchemas.Read("schemas", "topics", "asyncapi.json");
        Assert.Equal("3.0.0", api.GetProperty("asyncapi").GetString());
        var used = new HashSet<string>(StringComparer.Ordinal) { "common" };
        foreach (string reference in References(api))
        {
            if (reference.StartsWith("./", StringComparison.Ordinal))
            {
                string name = reference[2..^".schema.json".Length];
                Assert.Contains(name, ShippedSchemas.TopicDocuments.Keys);
                used.Add(name);
                continue;
            }

            JsonElement target = api;
            foreach (string level in reference.Split('/').Skip(1)) Assert.True(Pointers.TryStep(target, Pointers.Unescape(level), out target), reference);
        }

        Assert.Equal(ShippedSchemas.TopicDocuments.Keys.Order(StringComparer.Ordinal), used.Order(StringComparer.Ordinal));
        foreach (JsonProperty channel in api.GetProperty("channels").EnumerateObject())
        {
            IEnumerable<string> inAddress = Regex.Matches(channel.Value.GetProperty("address").GetString()!, "{([a-z]+)}").Select(m => m.Groups[1].Value);
            IEnumerable<string> described = channel.Value.TryGetProperty("parameters", out JsonElement p) ? p.EnumerateObject().Select(x => x.Name) : [];
            Assert.Equal(inAddress, described);
        }
    }

    [Fact, Trait("Req", "DEV-5")]
    public void The_page_on_topics_names_every_channel_and_its_examples_fit()
    {
        string page = File.ReadAllText(Path.Combine(ShippedSchemas.Root, "docs", "topic-model.md"));
        foreach (JsonProperty channel in ShippedSchemas.Read("schemas", "topics", "asyncapi.json").GetProperty("channels").EnumerateObject())
        {
            string topic = Regex.Replace(channel.Value.GetProperty("address").GetString()!, "{([a-z]+)}", m => m.Groups[1].Value.ToUpperInvariant());
            bool named = page.Contains($"`{topic}`", StringComparison.Ordinal) ||
                page.Contains($"`{topic.Replace("/KIND/NUMBER/", "[/KIND/NUMBER]/", StringComparison.Ordinal)}`", StringComparison.Ordinal) ||
                page.Contains($"`{topic.Replace("DEVICE/", "DEVICE[/KIND/NUMBER]/", StringComparison.Ordinal)}`", StringComparison.Ordinal);
            Assert.True(named, topic);
        }

        foreach ((string end, string schema) in new[] { ("/event", "event"), ("/firings", "firing"), ("/actions", "action") })
        {
            Match line = Regex.Match(page, $"^automation/[a-z0-9/]+{end} +(?<json>{{.*}})$", RegexOptions.Multiline);
            Assert.True(line.Success, end);
            using JsonDocument document = JsonDocument.Parse(line.Groups["json"].Value);
            Assert.Empty(ShippedSchemas.Topic(schema).Validate(document.RootElement));
        }
    }

    [Fact, Trait("Req", "HUB-1")]
    public void The_manifest_fits_its_schema_and_names_this_version()
    {
        JsonElement schema = ShippedSchemas.Read("schemas", "plugin-manifest.schema.json");
        JsonElement manifest = ShippedSchemas.Read("plugin.manifest.json");
        Assert.Empty(JsonSchema.Compile(MetaSchemas.All[0]).Validate(schema));
        Assert.Empty(JsonSchema.Compile(new(schema.GetProperty("$id").GetString()!, schema)).Validate(manifest));
        string properties = File.ReadAllText(Path.Combine(ShippedSchemas.Root, "Directory.Build.props"));
        Assert.Contains($"<Version>{manifest.GetProperty("version").GetString()}</Version>", properties, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(ShippedSchemas.Root, manifest.GetProperty("topics").GetProperty("asyncapi").GetString()!)));
        Assert.All(manifest.GetProperty("documentation").EnumerateObject(), d => Assert.True(File.Exists(Path.Combine(ShippedSchemas.Root, d.Value.GetString()!))));
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => p.Name == "$ref" ? [p.Value.GetString()!] : References(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
