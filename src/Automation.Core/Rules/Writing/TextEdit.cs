using System.Text;
using System.Text.Json;

namespace Automation.Core.Rules;

/// <summary>Changes single values of a JSON text and leaves every other byte, comments included, as it is.</summary>
internal sealed class TextEdit(SourceText source)
{
    private readonly List<(int Start, int End, string Text)> _edits = [];

    /// <summary>Sets a member of an object, or adds it behind the others.</summary>
    public void SetMember(JsonNode owner, string name, string json)
    {
        if (owner.Find(name) is { } old) _edits.Add((old.Offset, EndOf(old), json));
        else AddMember(owner, name, json);
    }

    public void AddMember(JsonNode owner, string name, string json)
    {
        string member = $"{JsonText.Quote(name)}: {json}";
        if (owner.Children.Count == 0)
        {
            _edits.Add((owner.Offset + 1, owner.Offset + 1, $" {member} "));
            return;
        }

        // Behind the last value and before whatever comma or comment follows it.
        JsonNode last = owner.Children[^1];
        string gap = IndentOf(last) is { } indent ? "\n" + new string(' ', indent) : " ";
        int end = EndOf(last);
        _edits.Add((end, end, $",{gap}{member}"));
    }

    /// <summary>Adds items to the end of a list, each on a line of its own.</summary>
    public void AddItems(JsonNode list, IReadOnlyList<string> items, int indent)
    {
        string gap = "\n" + new string(' ', indent);
        int close = list.End - 1;
        if (list.Children.Count > 0)
        {
            int end = EndOf(list.Children[^1]);
            if (!HasComma(end, close)) _edits.Add((end, end, ","));
        }

        int before = close;
        while (before > 0 && source.Utf8.Span[before - 1] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r') before--;
        string tail = "\n" + new string(' ', Math.Max(indent - 2, 0));
        _edits.Add((before, close, gap + string.Join("," + gap, items) + tail));
    }

    /// <summary>The blanks before a node that begins its line; null when something else begins it.</summary>
    public int? IndentOf(JsonNode? node)
    {
        if (node is null) return null;
        ReadOnlySpan<byte> text = source.Utf8.Span;
        int at = node.NameOffset;
        int blanks = 0;
        while (at > 0 && text[at - 1] == ' ')
        {
            at--;
            blanks++;
        }

        return at > 0 && text[at - 1] == '\n' ? blanks : null;
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        int at = 0;
        foreach ((int start, int end, string replacement) in _edits.OrderBy(e => e.Start).ThenBy(e => e.End))
        {
            text.Append(Encoding.UTF8.GetString(source.Utf8.Span[at..start])).Append(replacement);
            at = end;
        }

        return text.Append(Encoding.UTF8.GetString(source.Utf8.Span[at..])).ToString();
    }

    private int EndOf(JsonNode node)
    {
        if (node.Kind is JsonKind.Object or JsonKind.Array) return node.End;
        var reader = new Utf8JsonReader(source.Utf8.Span[node.Offset..], isFinalBlock: false, default);
        reader.Read();
        return node.Offset + (int)reader.BytesConsumed;
    }

    /// <summary>Whether a comma stands between the two places, outside comments.</summary>
    private bool HasComma(int from, int to)
    {
        ReadOnlySpan<byte> text = source.Utf8.Span;
        for (int i = from; i < to; i++)
        {
            if (text[i] == ',') return true;
            if (text[i] != '/' || i + 1 >= to) continue;
            ReadOnlySpan<byte> rest = text[(i + 2)..to];
            int end = text[i + 1] == '/' ? rest.IndexOf((byte)'\n') : rest.IndexOf("*/"u8);
            if (end < 0) return false;
            i += end + 2;
        }

        return false;
    }
}
