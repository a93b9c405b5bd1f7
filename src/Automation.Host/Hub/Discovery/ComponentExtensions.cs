using System.Text.Json.Nodes;
using Automation.Core.Model;

namespace Automation.Host.Hub.Discovery;

/// <summary>The options of an entity, by Home Assistant's names.</summary>
internal static class ComponentExtensions
{
    public static JsonObject Class(this JsonObject component, string deviceClass) => component.With("device_class", deviceClass);

    public static JsonObject Diagnostic(this JsonObject component) => component.With("entity_category", "diagnostic");

    public static JsonObject InSettings(this JsonObject component) => component.With("entity_category", "config");

    /// <summary>There for who wants it: most devices do not report it.</summary>
    public static JsonObject OffAtFirst(this JsonObject component) => component.With("enabled_by_default", false);

    public static JsonObject Measures(this JsonObject component, string? unit, string stateClass = "measurement")
    {
        component["state_class"] = stateClass;
        if (unit is not null) component["unit_of_measurement"] = unit;
        return component;
    }

    public static JsonObject Reads(this JsonObject component, string topic, string template, string templateOption = "value_template")
    {
        component["state_topic"] = topic;
        component[templateOption] = template;
        return component;
    }

    /// <summary>A command topic with one payload.</summary>
    public static JsonObject Commands(this JsonObject component, string topic, string option, string payload)
    {
        component["command_topic"] = topic;
        component[option] = payload;
        return component;
    }

    /// <summary>What is told on the event topic of a resource of this kind.</summary>
    public static JsonObject Happens(this JsonObject component, string topic, string kind)
    {
        IEnumerable<string> types = EventTypes.All.Values.Where(t => t.Kinds.Contains(kind)).Select(t => t.Name).Append(EventTypes.Unknown).Distinct().Order(StringComparer.Ordinal);
        component["event_types"] = new JsonArray([.. types.Select(t => (JsonNode)t)]);
        return component.Reads(topic, Templates.Event);
    }

    public static JsonObject Rings(this JsonObject component, string topic)
    {
        component["event_types"] = new JsonArray("ring");
        return component.Class("doorbell").Reads(topic, Templates.Ring);
    }

    public static JsonObject With(this JsonObject component, string option, JsonNode value)
    {
        component[option] = value;
        return component;
    }
}
