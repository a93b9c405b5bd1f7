using System.Text.Json.Nodes;

namespace Automation.Simulator.Control;

/// <summary>One order (an event, a fault) as JSON; every property must be read, so that a misspelt one is noticed.</summary>
internal sealed class Order(JsonObject json)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public bool Has(string key) => Node(key) is not null;

    public string Text(string key, string? otherwise = null) => Node(key) switch
    {
        JsonValue value when value.TryGetValue(out string? text) => text,
        null when otherwise is not null => otherwise,
        null => throw new OrderException($"\"{key}\" is missing; give a text."),
        _ => throw Wrong(key, "a text"),
    };

    public string OneOf(string key, string? otherwise, params string[] known)
    {
        string word = Text(key, otherwise);
        return known.Contains(word) ? word : throw Wrong(key, "one of " + string.Join(", ", known));
    }

    public int Int(string key, int? otherwise, int least, int most) => Node(key) switch
    {
        JsonValue value when value.TryGetValue(out int number) && number >= least && number <= most => number,
        null when otherwise is { } number => number,
        null => throw new OrderException($"\"{key}\" is missing; give a whole number from {least} to {most}."),
        _ => throw Wrong(key, $"a whole number from {least} to {most}"),
    };

    public double Number(string key, double? otherwise, double least, double most) => Node(key) switch
    {
        JsonValue value when TryNumber(value, out double number) && number >= least && number <= most => number,
        null when otherwise is { } number => number,
        null => throw new OrderException($"\"{key}\" is missing; give a number."),
        _ => throw Wrong(key, FormattableString.Invariant($"a number from {least} to {most}")),
    };

    public bool Flag(string key, bool otherwise) => Node(key) switch
    {
        JsonValue value when value.TryGetValue(out bool flag) => flag,
        null => otherwise,
        _ => throw Wrong(key, "true or false"),
    };

    /// <summary>What is left when everything known has been read is a mistake.</summary>
    public void Done()
    {
        string? unread = json.Select(p => p.Key).FirstOrDefault(k => !_read.Contains(k));
        if (unread is not null) throw new OrderException($"\"{Short(unread)}\" is not known here; known: {string.Join(", ", _read)}.");
    }

    // A node made in the process from a whole number gives no double of itself; one read from text does.
    private static bool TryNumber(JsonValue value, out double number)
    {
        if (value.TryGetValue(out number)) return true;
        bool whole = value.TryGetValue(out int integer);
        number = integer;
        return whole;
    }

    private JsonNode? Node(string key)
    {
        _read.Add(key);
        return json[key];
    }

    private OrderException Wrong(string key, string wanted) => new($"\"{key}\" is {Short(json[key]!.ToJsonString())}; it must be {wanted}.");

    private static string Short(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
