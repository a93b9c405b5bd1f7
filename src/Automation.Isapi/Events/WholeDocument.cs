using System.Buffers;

namespace Automation.Isapi.Events;

/// <summary>Whether bytes end where a document ends.</summary>
internal static class WholeDocument
{
    private static readonly SearchValues<byte> NameEnds = SearchValues.Create(" \t\r\n>/"u8);

    public static bool IsWhole(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> text = bytes.Trim(" \t\r\n\0"u8);
        if (text.Length < 2) return false;
        return text[0] switch
        {
            (byte)'<' => text[^1] == '>' && EndsWithItsRoot(text),
            (byte)'{' => text[^1] == '}' && IsBalanced(text),
            (byte)'[' => text[^1] == ']' && IsBalanced(text),
            _ => false,
        };
    }

    /// <summary>XML that ends with the closing tag of its first element.</summary>
    private static bool EndsWithItsRoot(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (at < text.Length && text[at..].StartsWith("<?"u8))
        {
            int end = text[at..].IndexOf("?>"u8);
            if (end < 0) return false;
            at += end + 2;
            int next = text[at..].IndexOf((byte)'<');
            if (next < 0) return false;
            at += next;
        }

        ReadOnlySpan<byte> rest = text[(at + 1)..];
        int length = rest.IndexOfAny(NameEnds);
        if (length <= 0) return false;
        ReadOnlySpan<byte> name = rest[..length];
        return text.Length > name.Length + 3 && text[..^1].EndsWith(name) && text[..^(name.Length + 1)].EndsWith("</"u8);
    }

    private static bool IsBalanced(ReadOnlySpan<byte> text)
    {
        int depth = 0;
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            byte c = text[i];
            if (quoted)
            {
                if (c == '\\') i++;
                else if (c == '"') quoted = false;
                continue;
            }

            if (c == '"') quoted = true;
            else if (c is (byte)'{' or (byte)'[') depth++;
            else if (c is (byte)'}' or (byte)']') depth--;
        }

        return depth == 0 && !quoted;
    }
}
