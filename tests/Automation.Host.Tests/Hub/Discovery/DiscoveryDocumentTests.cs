using System.Text.Json;
using System.Text.RegularExpressions;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Hub;
using Automation.Host.Tests.Hub.Commands;
using Automation.Host.Tests.Operations;
using Automation.Host.Tests.Validation;
using Automation.Host.Validation;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Hub.Discovery;

/// <summary>What Home Assistant is told of the demo site is true: topics, properties, commands.</summary>
public sealed class DiscoveryDocumentTests
{
    private static readonly string[] Platforms = ["alarm_control_panel", "binary_sensor", "button", "event", "image", "lock", "number", "select", "sensor", "siren", "switch"];

    private static readonly string[] Commands = ["payload_on", "payload_off", "payload_press", "payload_lock", "payload_unlock", "payload_arm_away", "payload_arm_home", "payload_disarm", "command_template", "command_off_template"];

    [Fact, Trait("Req", "HUB-2")]
    public void Every_device_and_the_rules_have_a_document_of_their_own()
    {
        Assert.Equal(
            ["automation_store_panel", "automation_store_nvr", .. DemoDocuments.Site.Devices.Single(d => d.Kind == "nvr").Resources.Where(r => r.Kind == "channel").Select(r => $"automation_store_nvr_channel_{r.Address.Number}"), "automation_store_gate", "automation_store_thermal", "automation_store_entrance", "automation_store_exit", "automation"],
            DemoDocuments.All.Select(d => d.Root.GetProperty("device").GetProperty("identifiers")[0].GetString()));
        Assert.All(DemoDocuments.All, d =>
        {
            Assert.Equal(DemoDocuments.Names.Config(d.Root.GetProperty("device").GetProperty("identifiers")[0].GetString()!), d.Topic);
            Assert.Equal("Automation", d.Root.GetProperty("origin").GetProperty("name").GetString());
            Assert.Equal("all", d.Root.GetProperty("availability_mode").GetString());
            Assert.Equal("automation/status", d.Root.GetProperty("availability")[0].GetProperty("topic").GetString());
            Assert.NotEmpty(d.Root.GetProperty("components").EnumerateObject());
        });
        Assert.Equal(Platforms, DemoDocuments.Entities.Select(e => e.Entity.GetProperty("platform").GetString()).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact, Trait("Req", "HUB-2")]
    public void Every_document_has_only_options_that_Home_Assistant_documents()
    {
        SchemaDocument schema = SchemaDocument.Parse("https://automation.example/tests/home-assistant.schema.json", File.ReadAllBytes(Path.Combine(ShippedSchemas.Root, "tests", "fixtures", "hub", "home-assistant.schema.json")));
        IJsonSchema whole = JsonSchema.Compile(schema);
        foreach ((string topic, JsonElement root) in DemoDocuments.All) Assert.True(whole.Validate(root).Count == 0, $"{topic}: {string.Join("; ", whole.Validate(root))}");
        Assert.NotEmpty(whole.Validate(JsonSerializer.Deserialize<JsonElement>("""{"device":{"identifiers":["a"]},"origin":{"name":"a"},"components":{"a":{"platform":"switch","unique_id":"a","command_topic":"a","stat_topic":"b"}}}""")));
    }

    [Fact, Trait("Req", "HUB-2")]
    public void A_camera_behind_a_recorder_is_a_device_that_hangs_on_it()
    {
        JsonElement camera = DemoDocuments.All.Single(d => d.Topic == "homeassistant/device/automation_store_nvr_channel_4/config").Root;
        Assert.Equal("automation_store_nvr", camera.GetProperty("device").GetProperty("via_device").GetString());
        Assert.Equal("Dome", camera.GetProperty("device").GetProperty("name").GetString());
        JsonElement motion = camera.GetProperty("components").GetProperty("motion");
        Assert.Equal(("Motion", "automation_store_nvr_channel_4_motion"), (motion.GetProperty("name").GetString(), motion.GetProperty("unique_id").GetString()));
    }

    [Fact, Trait("Req", "HUB-2")]
    public void Presets_are_chosen_by_name_also_where_names_are_awkward()
    {
        ResourceAddress address = ResourceAddress.Parse("store/dome");
        NamedNumber[] presets = [new(1, "Tom's door"), new(2, "Gate"), new(3, "Gate"), new(4, "")];
        var device = new Device
        {
            Address = address, Name = "Dome", Kind = "camera", Connection = new DeviceConnectionInfo { Url = new Uri("http://127.0.0.1/") },
            Resources = [new Resource { Address = address.Resource("channel", 1), Capabilities = ["ptz"], Presets = [.. presets] }],
        };
        Automation.Host.Hub.Discovery.DiscoveryDocument document = Assert.Single(Automation.Host.Hub.Discovery.DeviceEntities.Build(device, null, DemoDocuments.Names, "1", null));
        System.Text.Json.Nodes.JsonNode select = document.Components["channel_1_preset"]!;
        Assert.Equal(["Tom's door", "Gate", "Gate (3)", "Preset 4"], select["options"]!.AsArray().Select(o => (string)o!));
        Assert.Equal(@"{{ {'action':'callPreset','preset':{'Tom\'s door':1,'Gate':2,'Gate (3)':3,'Preset 4':4}[value]} | tojson }}", (string)select["command_template"]!);
    }

    [Fact, Trait("Req", "HUB-2")]
    public void Ids_are_unique_and_made_of_addresses()
    {
        string[] ids = [.. DemoDocuments.Entities.Select(e => e.Entity.GetProperty("unique_id").GetString()!)];
        Assert.Equal(ids.Length, ids.Distinct(StringComparer.Ordinal).Count());
        Assert.All(ids, i => Assert.Matches("^automation(_[a-z0-9-]+)+$", Regex.Replace(i, "[A-Z]", m => m.Value.ToLowerInvariant())));
        Assert.Equal("automation_store_panel_area_1", DemoDocuments.Entity("automation_store_panel", "area_1").GetProperty("unique_id").GetString());
        Assert.Equal("automation_rule_loitering", DemoDocuments.Entity("automation", "rule_loitering").GetProperty("unique_id").GetString());
    }

    [Fact, Trait("Req", "HUB-2")]
    public void Every_topic_of_every_document_is_one_the_program_publishes_or_obeys()
    {
        var published = new HashSet<string>(StringComparer.Ordinal) { DemoDocuments.Topics.Status };
        var obeyed = new HashSet<string>(StringComparer.Ordinal) { DemoDocuments.Topics.Request("groups/reset"), DemoDocuments.Topics.Request("rules/set") };
        foreach (ResourceAddress address in DemoDocuments.Site.Addresses)
        {
            published.UnionWith([DemoDocuments.Topics.State(address), DemoDocuments.Topics.Event(address)]);
            if (address.IsDevice) published.Add(DemoDocuments.Topics.Availability(address));
            if (address.Kind == "channel") published.Add(DemoDocuments.Topics.Snapshot(address));
            obeyed.Add(DemoDocuments.Topics.Set(address));
        }

        foreach (RuleDefinition rule in DemoDocuments.Rules.Definitions)
        {
            published.UnionWith([DemoDocuments.Topics.RuleState(rule.Id), DemoDocuments.Topics.RuleEnabled(rule.Id)]);
            if (rule is PeopleCountingRule counting) published.Add(DemoDocuments.Topics.State(counting.Group));
            obeyed.Add(DemoDocuments.Topics.RuleEnabledSet(rule.Id));
        }

        int count = 0;
        foreach ((string _, JsonElement root) in DemoDocuments.All)
        {
            foreach ((string option, string topic) in TopicsOf(root))
            {
                Assert.Contains(topic, option == "command_topic" ? obeyed : published);
                count++;
            }
        }

        Assert.True(count > 100, $"only {count} topics were seen");
    }

    [Fact, Trait("Req", "HUB-2")]
    public async Task Every_command_of_every_document_is_taken_and_asks_for_what_it_says()
    {
        var rules = new SiteInbox();
        await using CommandHouse house = await CommandHouse.StartAsync();
        FakeBus bus = house.Bus;
        SiteInbox devices = house.Inbox;
        await new RuleSwitchboard(DemoDocuments.Topics, rule => DemoDocuments.Rules.Definitions.Any(d => d.Id == rule) ? rules : null, bus, new ListedOperations(), NullLogger.Instance).SubscribeAsync(CancellationToken.None);
        int commands = 0;
        foreach ((string topic, string key, JsonElement entity) in DemoDocuments.Entities.Where(e => e.Entity.TryGetProperty("command_topic", out _)))
        {
            string target = entity.GetProperty("command_topic").GetString()!;
            if (target.StartsWith("automation/request/", StringComparison.Ordinal)) continue;
            bool rule = target.StartsWith("automation/rules/", StringComparison.Ordinal);
            if (entity.GetProperty("platform").GetString() == "select") continue; // Its template is Home Assistant's to fill in.
            string[] payloads = rule ? ["ON", "OFF"] : [.. Commands.Where(c => entity.TryGetProperty(c, out _)).Select(c => entity.GetProperty(c).GetString()!)];
            Assert.True(payloads.Length > 0, $"{topic} {key} has no payload");
            foreach (string payload in payloads)
            {
                await bus.PublishTextAsync(target, payload);
                SiteInput? input = null;
                Assert.True((rule ? rules : devices).Reader.TryRead(out input), $"{topic} {key}: {payload} was refused");
                if (rule) continue;
                SiteInput.Command command = Assert.IsType<SiteInput.Command>(input);
                Assert.Equal(target, DemoDocuments.Topics.Set(command.On));
                Assert.Null(ActionTypes.All[command.Action].Problem(command.Parameters));
                commands++;
            }
        }

        Assert.True(commands > 40, $"only {commands} commands were seen");
    }

    [Fact, Trait("Req", "HUB-2")]
    public void Every_property_a_template_reads_is_one_of_the_payload_it_reads()
    {
        JsonElement kinds = ShippedSchemas.TopicDocuments["state"].Root.GetProperty("$defs");
        JsonElement group = ShippedSchemas.TopicDocuments["group-state"].Root;
        JsonElement rule = ShippedSchemas.TopicDocuments["rule-state"].Root;
        JsonElement happening = ShippedSchemas.TopicDocuments["event"].Root;
        foreach ((string topic, string key, JsonElement entity) in DemoDocuments.Entities)
        {
            string? template = Text(entity, "value_template") ?? Text(entity, "state_value_template");
            if (template is null) continue;
            string from = entity.GetProperty("state_topic").GetString()!;
            string[] levels = from.Split('/');
            JsonElement schema = levels[^1] == "event" ? happening : levels[1] == "rules" ? rule : levels[2] == "groups" ? group : levels.Length == 4 ? kinds.GetProperty("device") : kinds.GetProperty(levels[3]);
            string[] read = [.. Regex.Matches(template, @"value_json\.(get\('(?<name>\w+)'\)|(?<name>type|state|at|cause|data))").Select(m => m.Groups["name"].Value)];
            Assert.NotEmpty(read);
            Assert.All(read, p => Assert.True(schema.GetProperty("properties").TryGetProperty(p, out _), $"{topic} {key} reads '{p}' of {from}"));
        }
    }

    [Fact, Trait("Req", "HUB-2")]
    public void Area_IsAPanelThatArmsAwayAndHome()
    {
        JsonElement panel = DemoDocuments.Entity("automation_store_panel", "area_1");
        Assert.Equal("alarm_control_panel", panel.GetProperty("platform").GetString());
        Assert.Equal("Shop", panel.GetProperty("name").GetString());
        Assert.Equal("""{"action":"arm","mode":"away"}""", panel.GetProperty("payload_arm_away").GetString());
        Assert.Equal("""{"action":"arm","mode":"stay"}""", panel.GetProperty("payload_arm_home").GetString());
        Assert.False(panel.GetProperty("code_arm_required").GetBoolean());
    }

    [Fact, Trait("Req", "HUB-2")]
    public void Connectivity_IsKnownWhileTheDeviceIsAway()
    {
        JsonElement connectivity = DemoDocuments.Entity("automation_store_nvr", "connectivity");
        Assert.Equal(1, connectivity.GetProperty("availability").GetArrayLength());
        Assert.Equal("automation/store/nvr/availability", connectivity.GetProperty("state_topic").GetString());
    }

    [Fact, Trait("Req", "HUB-2")]
    public void A_panel_with_many_zones_is_told_of_in_several_documents_of_one_device()
    {
        ResourceAddress address = ResourceAddress.Parse("store/big");
        var device = new Device { Address = address, Name = "Big", Kind = "security-panel", Resources = [.. Enumerable.Range(0, 150).Select(n => new Resource { Address = address.Resource("zone", n) })] };
        Automation.Host.Hub.Discovery.DiscoveryDocument[] documents = [.. Automation.Host.Hub.Discovery.DeviceEntities.Build(device, null, DemoDocuments.Names, "1", null)];
        Assert.Equal(["homeassistant/device/automation_store_big/config", "homeassistant/device/automation_store_big_2/config", "homeassistant/device/automation_store_big_3/config"], documents.Select(d => d.Topic));
        Assert.All(documents, d => Assert.InRange(d.Bytes().Length, 1, 256 * 1024));
        Assert.Single(documents.Select(d => (string)d.Root["device"]!["identifiers"]![0]!).Distinct());
        Assert.DoesNotContain(documents.SelectMany(d => d.Components), c => c.Value!["command_topic"] is not null);
    }

    [Fact, Trait("Req", "HUB-2"), Trait("Req", "PPL-3")]
    public void Capacity_and_bounds_are_numbers_that_can_be_set()
    {
        JsonElement capacity = DemoDocuments.Entity("automation", "rule_first-floor_maxPeople");
        Assert.Equal(("number", "1st Floor maximum", 1d, 100_000d, 1d), (Text(capacity, "platform"), Text(capacity, "name"), capacity.GetProperty("min").GetDouble(), capacity.GetProperty("max").GetDouble(), capacity.GetProperty("step").GetDouble()));
        Assert.Equal(("automation/rules/first-floor/state", "automation/request/rules/set"), (Text(capacity, "state_topic"), Text(capacity, "command_topic")));
        Assert.Equal("{{ {'rule':'first-floor','setting':'maxPeople','value':value|float} | tojson }}", Text(capacity, "command_template"));
        JsonElement above = DemoDocuments.Entity("automation", "rule_transformer-hot_above");
        Assert.Equal(("temperature", "°C", -273.15), (Text(above, "device_class"), Text(above, "unit_of_measurement"), above.GetProperty("min").GetDouble()));
        Assert.Equal("Transformer too hot over again at", Text(DemoDocuments.Entity("automation", "rule_transformer-hot_clearBelow"), "name"));
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static IEnumerable<(string Option, string Topic)> TopicsOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p =>
            p.Value.ValueKind == JsonValueKind.String ? p.Name == "topic" || p.Name.EndsWith("_topic", StringComparison.Ordinal) ? [(p.Name, p.Value.GetString()!)] : [] : TopicsOf(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(TopicsOf),
        _ => [],
    };
}
