using System.Text.Json.Nodes;
using Automation.Core.Rules;

namespace Automation.Host.Hub.Discovery;

/// <summary>The device "Automation": a switch for each rule, and what people-counting groups have counted.</summary>
internal static class HubEntities
{
    /// <summary>Rules shown; about 400 bytes each, which keeps the document below the packet limit of common brokers.</summary>
    public const int MaximumRules = 2000;

    /// <summary>Numbers shown; about 600 bytes each.</summary>
    private const int MaximumSettings = 500;

    public static DiscoveryDocument Build(IEnumerable<RuleDefinition> rules, DiscoveryNames names, string version)
    {
        TopicNames topics = names.Topics;
        var document = new DiscoveryDocument(names.Config(names.HubId), names.HubId, new JsonObject { ["name"] = "Automation", ["model"] = "Rules engine" }, version, topics.Status);
        int settings = 0;
        foreach (RuleDefinition rule in rules.OrderBy(r => r.Id, StringComparer.Ordinal).Take(MaximumRules))
        {
            document.Add("switch", "rule_" + rule.Id, rule.Name)
                .With("state_topic", topics.RuleEnabled(rule.Id))
                .With("command_topic", topics.RuleEnabledSet(rule.Id))
                .With("json_attributes_topic", topics.RuleState(rule.Id))
                .With("icon", "mdi:robot");
            if (rule is PeopleCountingRule counting) AddGroup(document, counting, topics);
            foreach (RuleSetting setting in rule.Settings.Take(MaximumSettings - settings)) AddSetting(document, rule, setting, topics);
            settings = Math.Min(MaximumSettings, settings + rule.Settings.Length);
        }

        return document;
    }

    /// <summary>A number of the rule: reads what is in force, and asks for another.</summary>
    private static void AddSetting(DiscoveryDocument document, RuleDefinition rule, RuleSetting setting, TopicNames topics)
    {
        JsonObject number = document.Add("number", $"rule_{rule.Id}_{setting.Name}", $"{rule.Name} {setting.Title}").InSettings()
            .Reads(topics.RuleState(rule.Id), Templates.Setting(setting.Name))
            .With("command_topic", topics.Request("rules/set"))
            .With("command_template", Templates.SetSetting(rule.Id, setting.Name))
            .With("min", setting.Minimum).With("max", setting.Maximum).With("step", setting.Whole ? 1 : 0.1).With("mode", "box")
            .With("icon", setting.Whole ? "mdi:account-group" : "mdi:tune-variant");
        string? unit = setting.Unit switch { "celsius" => "°C", "fahrenheit" => "°F", "kelvin" => "K", _ => null };
        if (unit is not null) number.Class("temperature").With("unit_of_measurement", unit);
    }

    private static void AddGroup(DiscoveryDocument document, PeopleCountingRule rule, TopicNames topics)
    {
        string state = topics.State(rule.Group);
        string key = "group_" + rule.Id;
        document.Add("sensor", key + "_inside", rule.Name + " inside").Measures(null).With("icon", "mdi:account-group").Reads(state, Templates.Value("inside"));
        document.Add("sensor", key + "_remaining", rule.Name + " remaining").Measures(null).With("icon", "mdi:account-plus").Reads(state, Templates.Value("remaining"));
        document.Add("binary_sensor", key + "_reached", rule.Name + " full").Class("occupancy").Reads(state, Templates.Flag("reached"));
        document.Add("button", key + "_reset", rule.Name + " reset").InSettings()
            .Commands(topics.Request("groups/reset"), "payload_press", System.Text.Encoding.UTF8.GetString(Templates.Bytes(new JsonObject { ["group"] = rule.Group.Value })));
    }
}
