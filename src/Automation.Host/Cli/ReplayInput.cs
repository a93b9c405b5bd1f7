using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Host.Cli;

/// <summary>Reads a line of a replay file (design.md section 7).</summary>
internal static class ReplayInput
{
    /// <summary>Longest line, in characters.</summary>
    private const int MaximumLength = 65_536;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 8 };

    /// <summary>False with what is wrong and what to change.</summary>
    public static bool TryRead(string line, long sequence, out EngineInput input, [NotNullWhen(false)] out string? problem)
    {
        input = default;
        problem = null;
        if (line.Length > MaximumLength)
        {
            problem = $"the line is longer than {MaximumLength} characters";
            return false;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(line, Options);
            problem = Read(document.RootElement, sequence, out input);
        }
        catch (JsonException e)
        {
            problem = $"not a JSON object (column {e.BytePositionInLine + 1}): write one object a line";
        }

        return problem is null;
    }

    private static string? Read(JsonElement root, long sequence, out EngineInput input)
    {
        input = default;
        if (root.ValueKind != JsonValueKind.Object) return "not a JSON object: write one object a line";
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name is not ("at" or "resource" or "event" or "state" or "data" or "set" or "initial" or "rule" or "enabled")) return $"unknown property '{property.Name}': there are at, resource, event, state, data, set, initial, rule, enabled";
        }

        if (!root.TryGetProperty("at", out JsonElement at) || at.ValueKind != JsonValueKind.String ||
            !DateTimeOffset.TryParse(at.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTimeOffset instant))
        {
            return "'at' is missing or not an instant: write e.g. \"at\":\"2026-11-20T18:00:00+01:00\"";
        }

        if (root.TryGetProperty("rule", out JsonElement rule) && rule.ValueKind == JsonValueKind.String && root.TryGetProperty("enabled", out JsonElement enabled))
        {
            input = EngineInput.RuleToggle(sequence, instant, rule.GetString()!, enabled.ValueKind == JsonValueKind.True);
            return null;
        }

        if (!root.TryGetProperty("resource", out JsonElement resource))
        {
            input = EngineInput.Time(sequence, instant);
            return root.TryGetProperty("event", out _) || root.TryGetProperty("set", out _) ? "'resource' is missing: say which one" : null;
        }

        if (resource.ValueKind != JsonValueKind.String || !ResourceAddress.TryParse(resource.GetString(), out ResourceAddress address)) return $"'{resource}' is not a resource address such as store/panel/zone/3";
        if (root.TryGetProperty("event", out JsonElement type))
        {
            if (type.ValueKind != JsonValueKind.String) return "'event' is not a text";
            EventState state = EventState.Instant;
            if (root.TryGetProperty("state", out JsonElement word))
            {
                if (word.ValueKind != JsonValueKind.String || word.GetString() is not ("active" or "inactive")) return "'state' is neither \"active\" nor \"inactive\"";
                state = word.GetString() == "active" ? EventState.Active : EventState.Inactive;
            }

            DataObject data = DataObject.Empty;
            if (root.TryGetProperty("data", out JsonElement values) && !TryData(values, out data!)) return "'data' is not an object of plain values";
            input = EngineInput.Event(sequence, instant, address, type.GetString()!, state, data);
            return null;
        }

        if (!root.TryGetProperty("set", out JsonElement set)) return "neither 'event' nor 'set': say what happened to the resource";
        if (!TryData(set, out DataObject? properties)) return "'set' is not an object of plain values";
        input = EngineInput.State(sequence, instant, address, properties, root.TryGetProperty("initial", out JsonElement initial) && initial.ValueKind == JsonValueKind.True);
        return null;
    }

    private static bool TryData(JsonElement element, [NotNullWhen(true)] out DataObject? data)
    {
        data = null;
        if (element.ValueKind != JsonValueKind.Object) return false;
        var pairs = new List<KeyValuePair<string, DataValue>>();
        foreach (JsonProperty property in element.EnumerateObject())
        {
            DataValue value;
            switch (property.Value.ValueKind)
            {
                case JsonValueKind.True: value = true; break;
                case JsonValueKind.False: value = false; break;
                case JsonValueKind.Null: value = DataValue.Null; break;
                case JsonValueKind.String: value = property.Value.GetString(); break;
                case JsonValueKind.Number when property.Value.TryGetDouble(out double number) && double.IsFinite(number): value = number; break;
                default: return false;
            }

            pairs.Add(new(property.Name, value));
        }

        data = DataObject.From(pairs);
        return true;
    }
}
