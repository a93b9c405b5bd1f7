using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads the properties of one object; every property that is missing, unknown or of another type becomes a finding.</summary>
internal readonly struct ObjectReader
{
    private readonly ReadContext _context;

    private ObjectReader(ReadContext context, JsonNode node)
    {
        _context = context;
        Node = node;
    }

    public JsonNode Node { get; }

    /// <summary>Opens an object whose properties are all among the known names; false when it is no object.</summary>
    public static bool TryOpen(ReadContext context, JsonNode node, string what, ReadOnlySpan<string> known, out ObjectReader reader)
    {
        reader = new ObjectReader(context, node);
        if (node.Kind != JsonKind.Object)
        {
            context.Error(Codes.WrongType, node, $"{what} is an object, not {node.KindWord}", "write { … }");
            return false;
        }

        foreach (JsonNode child in node.Children)
        {
            if (known.Contains(child.Name!)) continue;
            string[] names = known.ToArray();
            string remedy = context.DidYouMean(child.Name!, names, "remove it; known are " + string.Join(", ", names.Order(StringComparer.Ordinal)));
            context.Findings.AtName(Codes.PropertyUnknown, child, $"{what} has no property '{Nearest.Shorten(child.Name!)}'", remedy);
        }

        return true;
    }

    public JsonNode? Find(string name) => Node.Find(name);

    /// <summary>The property, or null after a finding.</summary>
    public JsonNode? Require(string name, string what)
    {
        JsonNode? node = Node.Find(name);
        if (node is null) _context.Error(Codes.PropertyMissing, Node, $"{what} lacks the property '{name}'", $"add \"{name}\"");
        return node;
    }

    public string? Text(string name, int maxLength) => Node.Find(name) is { } node ? Values.Text(_context, node, name, maxLength) : null;

    public bool Flag(string name, bool otherwise)
    {
        if (Node.Find(name) is not { } node) return otherwise;
        if (node.Kind == JsonKind.Boolean) return node.Boolean;
        _context.Error(Codes.WrongType, node, $"'{name}' is true or false, not {node.KindWord}", "write true or false without quotes");
        return otherwise;
    }

    public int? Whole(string name, int min, int max) => Node.Find(name) is { } node ? Values.Whole(_context, node, name, min, max) : null;

    public double? Number(string name, double min, double max) => Node.Find(name) is { } node ? Values.Number(_context, node, name, min, max) : null;

    public TimeSpan? Duration(string name, TimeSpan min, TimeSpan max) => Node.Find(name) is { } node ? Values.Duration(_context, node, name, min, max) : null;

    public TimeOnly? Time(string name) => Node.Find(name) is { } node ? Values.Time(_context, node, name) : null;

    /// <summary>One of the given words; null when absent or after a finding.</summary>
    public string? Choice(string name, ReadOnlySpan<string> words) => Node.Find(name) is { } node ? Values.Choice(_context, node, name, words) : null;
}

/// <summary>Reads single values; null after a finding.</summary>
internal static class Values
{
    public static string? Text(ReadContext context, JsonNode node, string what, int maxLength, int minLength = 1)
    {
        if (node.Kind != JsonKind.Text)
        {
            context.Error(Codes.WrongType, node, $"'{what}' is a text, not {node.KindWord}", "write it in quotes");
            return null;
        }

        if (node.Text.Length >= minLength && node.Text.Length <= maxLength) return node.Text;
        context.Error(Codes.TextLength, node, $"'{what}' has {node.Text.Length} characters", minLength == 1 ? $"write 1 to {maxLength}" : $"write {minLength} to {maxLength}");
        return null;
    }

    public static string? Slug(ReadContext context, JsonNode node, string what)
    {
        if (Text(context, node, what, 64) is not { } text) return null;
        if (ResourceAddress.IsSlug(text)) return text;
        context.Error(Codes.NotASlug, node, $"'{Nearest.Shorten(text)}' is not an id", "use lower-case letters, digits and dashes, beginning with a letter or digit, such as " + SlugFrom(text));
        return null;
    }

    public static int? Whole(ReadContext context, JsonNode node, string what, int min, int max)
    {
        if (Number(context, node, what, min, max) is not { } number) return null;
        if (number == Math.Truncate(number)) return (int)number;
        context.Error(Codes.NotWhole, node, $"'{what}' is a whole number, not {node.Text}", string.Create(CultureInfo.InvariantCulture, $"write {Math.Round(number)}"));
        return null;
    }

    public static double? Number(ReadContext context, JsonNode node, string what, double min, double max)
    {
        if (node.Kind != JsonKind.Number)
        {
            context.Error(Codes.WrongType, node, $"'{what}' is a number, not {node.KindWord}", "write a number without quotes");
            return null;
        }

        if (node.Number >= min && node.Number <= max) return node.Number;
        context.Error(Codes.NumberRange, node, $"'{what}' is {node.Text}", string.Create(CultureInfo.InvariantCulture, $"write a number from {min} to {max}"));
        return null;
    }

    public static string? Choice(ReadContext context, JsonNode node, string what, ReadOnlySpan<string> words)
    {
        if (node.Kind == JsonKind.Text && words.Contains(node.Text)) return node.Text;
        string all = string.Join(", ", words.ToArray());
        if (node.Kind != JsonKind.Text)
        {
            context.Error(Codes.WrongType, node, $"'{what}' is a word, not {node.KindWord}", "write one of " + all);
            return null;
        }

        context.Error(Codes.NotAChoice, node, $"'{Nearest.Shorten(node.Text)}' is no value of '{what}'", context.DidYouMean(node.Text, words.ToArray(), "write one of " + all));
        return null;
    }

    /// <summary><c>hh:mm:ss</c>, <c>d.hh:mm:ss</c>, with fractions of a second.</summary>
    public static TimeSpan? Duration(ReadContext context, JsonNode node, string what, TimeSpan min, TimeSpan max)
    {
        const string remedy = "write hours, minutes and seconds: \"00:05:00\" is five minutes";
        if (node.Kind != JsonKind.Text)
        {
            context.Error(Codes.WrongType, node, $"'{what}' is a duration in quotes, not {node.KindWord}", remedy);
            return null;
        }

        if (!DurationText.TryParse(node.Text, out TimeSpan value))
        {
            context.Error(Codes.DurationShape, node, $"'{Nearest.Shorten(node.Text)}' is not a duration", remedy);
            return null;
        }

        if (value >= min && value <= max) return value;
        context.Error(Codes.DurationRange, node, $"'{what}' is {node.Text}", $"write a duration from {DurationText.Write(min)} to {DurationText.Write(max)}");
        return null;
    }

    public static TimeOnly? Time(ReadContext context, JsonNode node, string what)
    {
        const string remedy = "write hours and minutes from \"00:00\" to \"23:59\"";
        if (node.Kind != JsonKind.Text)
        {
            context.Error(Codes.WrongType, node, $"'{what}' is a time of day in quotes, not {node.KindWord}", remedy);
            return null;
        }

        if (TimeOnly.TryParseExact(node.Text, ["HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time)) return time;
        context.Error(Codes.TimeShape, node, $"'{Nearest.Shorten(node.Text)}' is not a time of day", remedy);
        return null;
    }

    public static DateOnly? Date(ReadContext context, JsonNode node, string what)
    {
        if (Text(context, node, what, 32) is not { } text) return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)) return date;
        context.Error(Codes.DateShape, node, $"'{Nearest.Shorten(text)}' is not a date", "write year, month and day: \"2026-12-25\"");
        return null;
    }

    /// <summary>The items of a list; a single value counts as a list of one where <paramref name="single"/> says so. Null after a finding.</summary>
    public static IReadOnlyList<JsonNode>? List(ReadContext context, JsonNode node, string what, int min, int max, bool single = false)
    {
        if (node.Kind != JsonKind.Array)
        {
            if (single) return [node];
            context.Error(Codes.WrongType, node, $"'{what}' is a list, not {node.KindWord}", "put it in brackets: [ … ]");
            return null;
        }

        if (node.Children.Count >= min && node.Children.Count <= max) return node.Children;
        context.Error(Codes.ListLength, node, node.Children.Count == 0 ? $"'{what}' is empty" : $"'{what}' has {node.Children.Count} entries", min == max ? $"write {min}" : $"write {min} to {max}");
        return null;
    }

    public static ImmutableArray<string> Words(ReadContext context, JsonNode node, string what, string[] words, int max = 32)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        foreach (JsonNode item in List(context, node, what, 1, max, single: true) ?? [])
        {
            if (Choice(context, item, what, words) is { } word && !found.Contains(word)) found.Add(word);
        }

        return found.ToImmutable();
    }

    /// <summary>A value of data or state: anything but a list or an object.</summary>
    public static DataValue? Data(ReadContext context, JsonNode node, string what)
    {
        switch (node.Kind)
        {
            case JsonKind.Boolean: return node.Boolean;
            case JsonKind.Number: return node.Number;
            case JsonKind.Text: return node.Text;
            default:
                context.Error(Codes.WrongType, node, $"'{what}' is a text, a number, true or false, not {node.KindWord}", "write a single value");
                return null;
        }
    }

    private static string SlugFrom(string text)
    {
        var slug = new System.Text.StringBuilder();
        foreach (char c in text.ToLowerInvariant())
        {
            if (slug.Length >= 32) break;
            if (c is (>= 'a' and <= 'z') or (>= '0' and <= '9')) slug.Append(c);
            else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
        }

        string made = slug.ToString().TrimEnd('-');
        return made.Length == 0 ? "'front-door'" : $"'{made}'";
    }
}
