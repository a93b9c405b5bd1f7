using System.Globalization;
using System.Text.Json;
using Automation.Host.Hub.Commands;

namespace Automation.Host.Hub.Requests;

/// <summary>Reads what a verb needs from a request's object; keeps the first thing that is wrong.</summary>
internal sealed class RequestArguments(JsonElement root)
{
    /// <summary>How the request came.</summary>
    public CommandOrigin Origin { get; init; } = new("", IsRedelivered: false, null);

    /// <summary>The caller's own name for the request, as JSON; null: none.</summary>
    public string? Transaction { get; init; }

    /// <summary>Names and ids are short; longer texts are not looked at.</summary>
    private const int MaximumText = 256;

    private const int MaximumLongText = 2048;

    private readonly HashSet<string> _known = new(StringComparer.Ordinal) { "transaction" };

    private string? _error;

    /// <summary>What is wrong, when all members have been read; null: nothing. A member that nobody asked for is a spelling mistake.</summary>
    public string? Error
    {
        get
        {
            if (_error is not null) return _error;
            string? other = root.EnumerateObject().Select(p => p.Name).FirstOrDefault(n => !_known.Contains(n));
            return other is null ? null : $"\"{Cut(other)}\" means nothing here: this request takes {string.Join(", ", _known.Order(StringComparer.Ordinal).Select(k => $"\"{k}\""))}";
        }
    }

    /// <summary>A text that must be there; empty when it is not.</summary>
    public string Text(string name, string example)
    {
        if (OptionalText(name) is { Length: > 0 } text) return text;
        _error ??= $"\"{name}\" is missing: give it as a text, e.g. \"{example}\"";
        return "";
    }

    public string? OptionalText(string name) => OptionalText(name, MaximumText);

    /// <summary>Like <see cref="Text"/> for what may be longer, e.g. an address.</summary>
    public string LongText(string name, string example)
    {
        if (OptionalText(name, MaximumLongText) is { Length: > 0 } text) return text;
        _error ??= $"\"{name}\" is missing: give it as a text, e.g. \"{example}\"";
        return "";
    }

    private string? OptionalText(string name, int maximum)
    {
        if (!Find(name, out JsonElement value)) return null;
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.Length <= maximum) return text;
        _error ??= $"\"{name}\" is not a text of at most {maximum} characters";
        return null;
    }

    public bool Flag(string name)
    {
        if (Find(name, out JsonElement value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        _error ??= $"\"{name}\" is neither true nor false";
        return false;
    }

    /// <summary>Null: not given.</summary>
    public bool? OptionalFlag(string name)
    {
        if (!Find(name, out JsonElement value)) return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        _error ??= $"\"{name}\" is neither true nor false";
        return null;
    }

    /// <summary>A whole number within the bounds; <paramref name="otherwise"/> when it is not given, null when it must be.</summary>
    public int Number(string name, int minimum, int maximum, int? otherwise)
    {
        if (!Find(name, out JsonElement value) && otherwise is { } number) return number;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int given) && given >= minimum && given <= maximum) return given;
        _error ??= string.Create(CultureInfo.InvariantCulture, $"\"{name}\" is not a whole number from {minimum} to {maximum}");
        return otherwise ?? minimum;
    }

    /// <summary>A number that must be there.</summary>
    public double Number(string name)
    {
        if (Find(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double given) && double.IsFinite(given)) return given;
        _error ??= $"\"{name}\" is not a number";
        return 0;
    }

    /// <summary>An instant in ISO 8601; without an offset it is UTC.</summary>
    public DateTimeOffset? OptionalInstant(string name)
    {
        if (OptionalText(name) is not { } text) return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)) return at;
        _error ??= $"\"{name}\" is not an instant such as 2026-11-20T18:00:00+01:00";
        return null;
    }

    /// <summary>An object; an empty one when it is not given.</summary>
    public IEnumerable<JsonProperty> Members(string name)
    {
        if (!Find(name, out JsonElement value)) return [];
        if (value.ValueKind == JsonValueKind.Object) return value.EnumerateObject();
        _error ??= $"\"{name}\" is not an object";
        return [];
    }

    /// <summary>An object that must be there; undefined when it is not.</summary>
    public JsonElement Object(string name)
    {
        if (OptionalObject(name) is { } value) return value;
        _error ??= $"\"{name}\" is missing: give it as an object";
        return default;
    }

    public JsonElement? OptionalObject(string name)
    {
        if (!Find(name, out JsonElement value)) return null;

        // Kept beyond the request's own life: an answer may come later.
        if (value.ValueKind == JsonValueKind.Object) return value.Clone();
        _error ??= $"\"{name}\" is not an object";
        return null;
    }

    /// <summary>The items of a list that must be there.</summary>
    public IEnumerable<JsonElement> Items(string name, int minimum, int maximum)
    {
        if (Find(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() >= minimum && value.GetArrayLength() <= maximum) return value.EnumerateArray();
        _error ??= string.Create(CultureInfo.InvariantCulture, $"\"{name}\" is not a list of {minimum} to {maximum}");
        return [];
    }

    public static string Cut(string text) => text.Length <= 64 ? text : text[..64] + "…";

    private bool Find(string name, out JsonElement value)
    {
        _known.Add(name);
        return root.TryGetProperty(name, out value);
    }
}
