using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Automation.Isapi.Documents;

/// <summary>Turns what a device sent into text that a parser takes.</summary>
internal static class DeviceText
{
    private static readonly string[] Entities = ["amp;", "lt;", "gt;", "quot;", "apos;"];

    /// <summary>UTF-8; Latin-1 where it is not, because names are often written so although the part says UTF-8 (isapi.md, quirk 2).</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) bytes = bytes[3..];
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);
    }

    /// <summary>
    /// XML as a strict parser takes it: bare ampersands escaped (and only those, so that good input is not escaped twice), XML declarations
    /// taken out (a part may hold several documents), control characters that XML forbids made blanks.
    /// </summary>
    public static string RepairXml(string text)
    {
        int from = Follows(text, 0, "<?xml") ? text.IndexOf("?>", StringComparison.Ordinal) + 2 : 0;
        // Nearly every document is good as it stands, but for its declaration.
        if (from != 1 && text.AsSpan(from).IndexOfAny(Suspicious) < 0) return from == 0 ? text : text[from..];
        var result = new StringBuilder(text.Length + 64);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            switch (c)
            {
                case '<' when Follows(text, i, "<![CDATA["):
                    i = CopyThrough(text, i, "]]>", result);
                    break;
                case '<' when Follows(text, i, "<?xml"):
                    int end = text.IndexOf("?>", i, StringComparison.Ordinal);
                    if (end < 0) return result.ToString();
                    i = end + 1;
                    break;
                case '&' when !IsReference(text, i + 1):
                    result.Append("&amp;");
                    break;
                case < ' ' when c is not ('\t' or '\n' or '\r'):
                case '\uFFFE' or '\uFFFF':
                    result.Append(' ');
                    break;
                default:
                    result.Append(c);
                    break;
            }
        }

        return result.ToString();
    }

    private static int CopyThrough(string text, int start, string ending, StringBuilder result)
    {
        int end = text.IndexOf(ending, start, StringComparison.Ordinal);
        int last = end < 0 ? text.Length : end + ending.Length;
        result.Append(text, start, last - start);
        return last - 1;
    }

    private static bool Follows(string text, int at, string what) => string.CompareOrdinal(text, at, what, 0, what.Length) == 0;

    /// <summary>What a repair may be needed for: ampersands, further declarations, control characters.</summary>
    private static readonly SearchValues<char> Suspicious = SearchValues.Create("&?\0\u0001\u0002\u0003\u0004\u0005\u0006\a\b\v\f\u000E\u000F\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F\uFFFE\uFFFF");

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private static bool IsReference(string text, int at)
    {
        foreach (string entity in Entities)
        {
            if (Follows(text, at, entity)) return true;
        }

        if (at >= text.Length || text[at] != '#') return false;
        ReadOnlySpan<char> rest = text.AsSpan(at + 1);
        bool hex = rest.StartsWith("x");
        if (hex) rest = rest[1..];
        int length = rest.IndexOfAnyExcept(hex ? HexDigits : Digits);
        return length is > 0 and < 8 && rest[length] == ';';
    }
}
