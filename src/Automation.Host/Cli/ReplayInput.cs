using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Host.Cli;

/// <summary>Reads lines of a replay file (design.md section 7). One reader a file: it remembers the texts that come again.</summary>
internal sealed class ReplayInput
{
    /// <summary>Longest line, in bytes.</summary>
    public const int MaximumLength = 65_536;

    private const string Names = "at, resource, event, state, data, set, initial, rule, enabled";

    private static readonly JsonReaderOptions Options = new() { MaxDepth = 8 };

    private readonly InternTable<ResourceAddress> _resources = new(static text => ResourceAddress.TryParse(text, out ResourceAddress address) ? address : default);
    private readonly InstantReader _instants = new();
    private readonly InternTable<string> _texts = new(static text => text);

    /// <summary>False with what is wrong and what to change.</summary>
    public bool TryRead(ReadOnlySpan<byte> line, long sequence, out EngineInput input, [NotNullWhen(false)] out string? problem)
    {
        input = default;
        if (line.Length > MaximumLength)
        {
            problem = $"the line is longer than {MaximumLength} bytes";
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(line, Options);
            problem = Read(ref reader, sequence, out input);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperation: a text with half a surrogate.
            problem = e is JsonException json ? $"not a JSON object (column {json.BytePositionInLine + 1}): write one object a line" : "a text is not UTF-8";
        }

        return problem is null;
    }

    private string? Read(ref Utf8JsonReader reader, long sequence, out EngineInput input)
    {
        input = default;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return "not a JSON object: write one object a line";
        var parts = default(Parts);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Property(ref reader, ref parts) is { } problem) return problem;
        }

        if (reader.Read()) return "something follows the object: write one object a line";
        return Make(in parts, sequence, out input);
    }

    private string? Property(ref Utf8JsonReader reader, ref Parts parts)
    {
        // By length first: a line is read in fractions of a microsecond, and nine comparisons would be a third of it.
        ReadOnlySpan<byte> name = reader.ValueIsEscaped ? [] : reader.ValueSpan;
        switch (name.Length)
        {
            case 2 when name.SequenceEqual("at"u8):
                reader.Read();
                parts.HasAt = reader.TokenType == JsonTokenType.String && _instants.TryRead(reader.ValueSpan, out parts.At);
                return parts.HasAt ? null : "'at' is missing or not an instant: write e.g. \"at\":\"2026-11-20T18:00:00+01:00\"";
            case 8 when name.SequenceEqual("resource"u8):
                reader.Read();
                if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped) parts.Resource = _resources.Get(reader.ValueSpan);
                return parts.Resource.IsEmpty ? "'resource' is not a resource address such as store/panel/zone/3" : null;
            case 5 when name.SequenceEqual("event"u8):
                return Text(ref reader, "event", out parts.Event);
            case 5 when name.SequenceEqual("state"u8):
                return State(ref reader, ref parts);
            case 4 when name.SequenceEqual("data"u8):
                return Data(ref reader, "data", out parts.Data);
            case 3 when name.SequenceEqual("set"u8):
                return Data(ref reader, "set", out parts.Set);
            case 7 when name.SequenceEqual("initial"u8):
                return Flag(ref reader, "initial", out parts.Initial);
            case 7 when name.SequenceEqual("enabled"u8):
                return Flag(ref reader, "enabled", out parts.Enabled);
            case 4 when name.SequenceEqual("rule"u8):
                return Text(ref reader, "rule", out parts.Rule);
            default:
                return $"unknown property '{reader.GetString()}': there are {Names}";
        }
    }

    private static string? State(ref Utf8JsonReader reader, ref Parts parts)
    {
        reader.Read();
        bool active = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("active"u8);
        parts.State = active ? EventState.Active : EventState.Inactive;
        return active || (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("inactive"u8)) ? null : "'state' is neither \"active\" nor \"inactive\"";
    }

    private static string? Make(in Parts parts, long sequence, out EngineInput input)
    {
        input = default;
        if (!parts.HasAt) return "'at' is missing or not an instant: write e.g. \"at\":\"2026-11-20T18:00:00+01:00\"";
        if (parts.Rule is not null)
        {
            if (parts.Enabled is null) return "'enabled' is missing: say whether the rule is switched on";
            input = EngineInput.RuleToggle(sequence, parts.At, parts.Rule, parts.Enabled.Value);
            return null;
        }

        if (parts.Resource.IsEmpty)
        {
            if (parts.Event is not null || parts.Set is not null) return "'resource' is missing: say which one";
            input = EngineInput.Time(sequence, parts.At);
            return null;
        }

        if (parts.Event is not null)
        {
            input = EngineInput.Event(sequence, parts.At, parts.Resource, parts.Event, parts.State, parts.Data ?? DataObject.Empty);
            return null;
        }

        if (parts.Set is null) return "neither 'event' nor 'set': say what happened to the resource";
        input = EngineInput.State(sequence, parts.At, parts.Resource, parts.Set, parts.Initial ?? false);
        return null;
    }

    private string? Text(ref Utf8JsonReader reader, string name, out string? text)
    {
        reader.Read();
        text = reader.TokenType != JsonTokenType.String ? null : reader.ValueIsEscaped ? reader.GetString() : _texts.Get(reader.ValueSpan);
        return text is null ? $"'{name}' is not a text" : null;
    }

    private static string? Flag(ref Utf8JsonReader reader, string name, out bool? flag)
    {
        reader.Read();
        flag = reader.TokenType switch { JsonTokenType.True => true, JsonTokenType.False => false, _ => null };
        return flag is null ? $"'{name}' is neither true nor false" : null;
    }

    private string? Data(ref Utf8JsonReader reader, string name, out DataObject? data)
    {
        data = null;
        string problem = $"'{name}' is not an object of plain values";
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return problem;
        List<KeyValuePair<string, DataValue>>? pairs = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.ValueIsEscaped ? reader.GetString()! : _texts.Get(reader.ValueSpan);
            reader.Read();
            DataValue value;
            switch (reader.TokenType)
            {
                case JsonTokenType.True: value = true; break;
                case JsonTokenType.False: value = false; break;
                case JsonTokenType.Null: value = DataValue.Null; break;
                case JsonTokenType.String: value = reader.ValueIsEscaped ? reader.GetString() : _texts.Get(reader.ValueSpan); break;
                case JsonTokenType.Number when reader.TryGetDouble(out double number) && double.IsFinite(number): value = number; break;
                default: return problem;
            }

            (pairs ??= []).Add(new(key, value));
        }

        data = pairs is null ? DataObject.Empty : DataObject.From(pairs);
        return null;
    }

    private struct Parts
    {
        public bool HasAt;
        public DateTimeOffset At;
        public ResourceAddress Resource;
        public string? Event;
        public EventState State;
        public DataObject? Data;
        public DataObject? Set;
        public bool? Initial;
        public bool? Enabled;
        public string? Rule;
    }
}
