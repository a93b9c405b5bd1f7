namespace Automation.Core.Rules;

/// <summary>Changes one document of a rule file and leaves the rest of the text as its author wrote it: comments, order, spaces.</summary>
public static class RuleFileEditor
{
    /// <summary>The bytes of the document with this id; null when the file has none, or is not JSON.</summary>
    public static ReadOnlyMemory<byte>? Find(SourceFile file, string id) => Locate(file, id) is { } node ? node.Source.Utf8[node.Offset..node.End] : (ReadOnlyMemory<byte>?)null;

    /// <summary>The file with another document in the place of this one.</summary>
    /// <exception cref="KeyNotFoundException">The file has no document with this id.</exception>
    public static byte[] Replace(SourceFile file, string id, ReadOnlySpan<byte> document)
    {
        JsonNode node = Require(file, id);
        ReadOnlySpan<byte> text = node.Source.Utf8.Span;
        return [.. text[..node.Offset], .. document, .. text[node.End..]];
    }

    /// <summary>The file without this document; null when it was the file's only one, so that the file can go.</summary>
    /// <exception cref="KeyNotFoundException">The file has no document with this id.</exception>
    public static byte[]? Remove(SourceFile file, string id)
    {
        JsonNode node = Require(file, id);
        return node.Parent is not { Kind: JsonKind.Array } list || list.Children.Count == 1 ? null : WithoutItem(node);
    }

    /// <summary>The text without an item of a list.</summary>
    internal static byte[] WithoutItem(JsonNode node)
    {
        ReadOnlySpan<byte> text = node.Source.Utf8.Span;

        // The comma behind it goes with it. The last one leaves the comma before it: a trailing comma is allowed.
        int end = node.End;
        int next = SkipSpace(text, end);
        if (next < text.Length && text[next] == (byte)',') end = next + 1;

        // Its line goes too, when nothing else stands on it.
        int start = node.Offset;
        int lineStart = start;
        while (lineStart > 0 && text[lineStart - 1] is (byte)' ' or (byte)'\t') lineStart--;
        int lineEnd = end;
        while (lineEnd < text.Length && text[lineEnd] is (byte)' ' or (byte)'\t' or (byte)'\r') lineEnd++;
        bool alone = (lineStart == 0 || text[lineStart - 1] == (byte)'\n') && lineEnd < text.Length && text[lineEnd] == (byte)'\n';
        return alone ? [.. text[..lineStart], .. text[(lineEnd + 1)..]] : [.. text[..start], .. text[end..]];
    }

    /// <summary>The file with a number of this document changed; nothing else of it.</summary>
    /// <exception cref="KeyNotFoundException">The file has no document with this id.</exception>
    public static byte[] Set(SourceFile file, string id, RuleSetting setting, double value)
    {
        JsonNode node = Require(file, id);
        var edit = new TextEdit(node.Source);
        string json = value.ToString(System.Globalization.CultureInfo.InvariantCulture);
        for (int i = 0; i < setting.Path.Length - 1; i++)
        {
            if (node.Find(setting.Path[i]) is not { Kind: JsonKind.Object } inner)
            {
                // An instance that took every default has no inputs yet.
                for (int j = setting.Path.Length - 1; j > i; j--) json = $"{{ {JsonText.Quote(setting.Path[j])}: {json} }}";
                edit.AddMember(node, setting.Path[i], json);
                return System.Text.Encoding.UTF8.GetBytes(edit.ToString());
            }

            node = inner;
        }

        edit.SetMember(node, setting.Path[^1], json);
        return System.Text.Encoding.UTF8.GetBytes(edit.ToString());
    }

    private static JsonNode Require(SourceFile file, string id) => Locate(file, id) ?? throw new KeyNotFoundException($"{file.Path} has no document with the id '{id}'.");

    private static JsonNode? Locate(SourceFile file, string id)
    {
        var findings = new FindingSink(ReadingLimits.Default);
        if (JsonTreeReader.Read(new SourceText(file), ReadingLimits.Default, findings) is not { } root) return null;
        return RuleSetReader.Documents(root, findings).FirstOrDefault(d => d.Find("id") is { Kind: JsonKind.Text } own && own.Text == id);
    }

    /// <summary>Past spaces and comments.</summary>
    private static int SkipSpace(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length)
        {
            if (text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') at++;
            else if (text[at..].StartsWith("//"u8)) at = text[at..].IndexOf((byte)'\n') is >= 0 and var line ? at + line : text.Length;
            else if (text[at..].StartsWith("/*"u8)) at = text[(at + 2)..].IndexOf("*/"u8) is >= 0 and var close ? at + close + 4 : text.Length;
            else break;
        }

        return at;
    }
}
