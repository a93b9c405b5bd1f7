using System.Globalization;
using System.Text;

namespace Automation.Core.Rules;

internal enum JsonKind : byte
{
    Null,
    Boolean,
    Number,
    Text,
    Array,
    Object,
}

/// <summary>A value of a document with its place: what <c>JsonDocument</c> does not keep.</summary>
internal sealed class JsonNode
{
    public required JsonKind Kind { get; init; }

    public required SourceText Source { get; init; }

    /// <summary>Byte offset of the value in <see cref="Source"/>.</summary>
    public required int Offset { get; init; }

    /// <summary>Byte offset of the property's name, or of the value when it has none.</summary>
    public int NameOffset { get; init; }

    /// <summary>Byte offset behind the value; only kept for objects and arrays.</summary>
    public int End { get; set; }

    public JsonNode? Parent { get; set; }

    /// <summary>The property's name, when the parent is an object.</summary>
    public string? Name { get; init; }

    /// <summary>The position in the parent, when that is an array.</summary>
    public int Index { get; init; }

    /// <summary>The text of a text; of a number, as it was written.</summary>
    public string Text { get; init; } = "";

    public double Number { get; init; }

    public bool Boolean { get; init; }

    /// <summary>Members of an object or items of an array.</summary>
    public List<JsonNode> Children { get; init; } = Empty;

    /// <summary>For a value that a template's rule put here: the pointer within the instance that stands for it.</summary>
    public string? PointerInstead { get; init; }

    /// <summary>For a value that a template's rule put here: where in the template it came from.</summary>
    public string? Origin { get; init; }

    private static readonly List<JsonNode> Empty = [];

    /// <summary>What the author calls this kind of value.</summary>
    public string KindWord => Kind switch
    {
        JsonKind.Null => "null",
        JsonKind.Boolean => "true or false",
        JsonKind.Number => "a number",
        JsonKind.Text => "a text",
        JsonKind.Array => "a list",
        _ => "an object",
    };

    public JsonNode? Find(string name)
    {
        if (Kind != JsonKind.Object) return null;
        foreach (JsonNode child in Children)
        {
            if (string.Equals(child.Name, name, StringComparison.Ordinal)) return child;
        }

        return null;
    }

    /// <summary>Which of the names the object has: the first two, in the order of the names.</summary>
    public (string? First, string? Second) Among(ReadOnlySpan<string> names)
    {
        string? first = null;
        foreach (string name in names)
        {
            if (!Has(name)) continue;
            if (first is not null) return (first, name);
            first = name;
        }

        return (first, null);
    }

    public bool Has(string name) => Find(name) is not null;

    /// <summary>RFC 6901 pointer from the file's root.</summary>
    public string Pointer
    {
        get
        {
            if (PointerInstead is { } instead) return instead;
            if (Parent is null) return "";
            var levels = new Stack<string>();
            JsonNode node = this;
            for (; node.Parent is not null && node.PointerInstead is null; node = node.Parent)
            {
                levels.Push(node.Name is { } name ? name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal) : node.Index.ToString(CultureInfo.InvariantCulture));
            }

            var text = new StringBuilder(node.PointerInstead);
            foreach (string level in levels) text.Append('/').Append(level);
            return text.ToString();
        }
    }
}
