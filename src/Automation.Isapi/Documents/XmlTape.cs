using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Automation.Isapi.Documents;

/// <summary>Reads XML as devices write it onto a <see cref="Tape"/>: no namespaces to declare, bare ampersands, several documents in a row (isapi.md 1.6).</summary>
/// <remarks>
/// Takes elements, text, CDATA and character references; skips attributes, comments and processing instructions; refuses document types, so
/// nothing outside is ever read and nothing expands. A document counts when it is whole: one that breaks off is taken off the tape again.
/// </remarks>
internal ref struct XmlTape(Tape tape)
{
    private static readonly SearchValues<byte> NameEnds = SearchValues.Create(" \t\r\n/>=<\"'"u8);

    /// <summary>What text cannot be taken over with: references, and control characters that XML forbids.</summary>
    private static readonly SearchValues<byte> Odd = SearchValues.Create([(byte)'&', 0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]);

    private readonly ReadOnlySpan<byte> _bytes = tape.Source.Span;
    private int _at;

    public void Read()
    {
        Span<int> open = stackalloc int[Tape.MaxDepth];
        int depth = 0;
        string? problem = null;
        while (_at < _bytes.Length && problem is null)
        {
            int tag = _bytes[_at..].IndexOf((byte)'<');
            int end = tag < 0 ? _bytes.Length : _at + tag;
            if (depth > 0 && end > _at) TakeText(open[depth - 1], _at, end, literal: false);
            _at = end;
            if (_at < _bytes.Length) problem = TakeMarkup(open, ref depth);
        }

        if (problem is null && depth > 0) problem = "its XML ends too early";
        if (depth > 0) tape.Truncate(open[0]);
        tape.Problem = problem;
    }

    private string? TakeMarkup(scoped Span<int> open, scoped ref int depth)
    {
        ReadOnlySpan<byte> rest = _bytes[_at..];
        if (rest.StartsWith("</"u8)) return Close(open, ref depth);
        if (rest.StartsWith("<?"u8)) return Skip("?>"u8);
        if (rest.StartsWith("<!--"u8)) return Skip("-->"u8);
        if (rest.StartsWith("<![CDATA["u8))
        {
            int length = rest.IndexOf("]]>"u8);
            if (length < 0) return Broken();
            if (depth > 0) TakeText(open[depth - 1], _at + 9, _at + length, literal: true);
            _at += length + 3;
            return null;
        }

        return rest.Length > 1 && IsNameStart(rest[1]) ? Open(open, ref depth) : Broken();
    }

    private string? Open(scoped Span<int> open, scoped ref int depth)
    {
        (int name, int length) = TakeName(_at + 1);
        int after = name + length;
        // Past the attributes: a quoted value may hold the sign that ends the tag.
        byte quote = 0;
        int end = after;
        for (; end < _bytes.Length; end++)
        {
            byte c = _bytes[end];
            if (quote != 0)
            {
                if (c == quote) quote = 0;
                else if (c == '<') return Broken();
            }
            else if (c is (byte)'"' or (byte)'\'') quote = c;
            else if (c == '>') break;
            else if (c == '<') return Broken();
        }

        if (end >= _bytes.Length) return "its XML ends too early";
        if (depth >= Tape.MaxDepth) return "its XML is nested too deep";
        if (tape.Count >= Tape.MaxNodes) return "its XML has too many elements";
        int node = tape.Add(name, length);
        _at = end + 1;
        if (_bytes[end - 1] != '/' || end == after) open[depth++] = node;
        return null;
    }

    private string? Close(scoped Span<int> open, scoped ref int depth)
    {
        (int name, int length) = TakeName(_at + 2);
        int end = _bytes[(name + length)..].IndexOf((byte)'>');
        if (end < 0) return "its XML ends too early";
        if (depth == 0 || !_bytes.Slice(name, length).SequenceEqual(tape.NameOf(open[depth - 1])) || !_bytes.Slice(name + length, end).Trim(" \t\r\n"u8).IsEmpty) return Broken();
        depth--;
        tape[open[depth]].End = tape.Count;
        _at = name + length + end + 1;
        return null;
    }

    /// <summary>The local name: prefixes are cut by hand, so an undeclared one does not make a document unreadable.</summary>
    private readonly (int At, int Length) TakeName(int start)
    {
        ReadOnlySpan<byte> rest = _bytes[Math.Min(start, _bytes.Length)..];
        int length = rest.IndexOfAny(NameEnds);
        if (length < 0) length = rest.Length;
        int colon = rest[..length].LastIndexOf((byte)':');
        return (start + colon + 1, length - colon - 1);
    }

    private string? Skip(ReadOnlySpan<byte> ending)
    {
        int length = _bytes[(_at + 2)..].IndexOf(ending);
        if (length < 0) return "its XML ends too early";
        _at += 2 + length + ending.Length;
        return null;
    }

    private void TakeText(int node, int start, int end, bool literal)
    {
        ReadOnlySpan<byte> text = _bytes[start..end];
        if (!literal && text.IndexOfAnyExcept(" \t\r\n"u8) < 0) return;
        if (text.IsEmpty) return;
        if (text.IndexOfAny(Odd) < 0)
        {
            tape.Append(node, start, text.Length);
            return;
        }

        Span<byte> room = tape.Room(text.Length);
        int used = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte c = text[i];
            if (c == '&' && !literal && TakeReference(text[i..], room[used..], out int read, out int written))
            {
                used += written;
                i += read - 1;
            }
            else room[used++] = c < ' ' && c is not ((byte)'\t' or (byte)'\n' or (byte)'\r') ? (byte)' ' : c;
        }

        int at = tape.Commit(used);
        tape.Append(node, at, used);
    }

    /// <summary>A reference that XML knows; any other ampersand stands for itself (isapi.md, quirk 2).</summary>
    private static bool TakeReference(ReadOnlySpan<byte> text, Span<byte> room, out int read, out int written)
    {
        (read, written) = (0, 1);
        if (text.StartsWith("&amp;"u8)) (read, room[0]) = (5, (byte)'&');
        else if (text.StartsWith("&lt;"u8)) (read, room[0]) = (4, (byte)'<');
        else if (text.StartsWith("&gt;"u8)) (read, room[0]) = (4, (byte)'>');
        else if (text.StartsWith("&quot;"u8)) (read, room[0]) = (6, (byte)'"');
        else if (text.StartsWith("&apos;"u8)) (read, room[0]) = (6, (byte)'\'');
        if (read > 0) return true;
        if (!text.StartsWith("&#"u8)) return false;
        bool hex = text.Length > 2 && text[2] == 'x';
        ReadOnlySpan<byte> digits = text[(hex ? 3 : 2)..];
        int length = digits.IndexOf((byte)';');
        if (length is <= 0 or > 8 || !Utf8Parser.TryParse(digits[..length], out uint code, out int used, hex ? 'x' : default) || used != length) return false;
        // What XML allows; a character is never longer than its reference.
        if (code is < 32 and not (9 or 10 or 13) || code is 0xFFFE or 0xFFFF || !Rune.TryCreate(code, out Rune rune)) return false;
        read = (hex ? 3 : 2) + length + 1;
        written = rune.EncodeToUtf8(room);
        return true;
    }

    private readonly string Broken() => string.Create(CultureInfo.InvariantCulture, $"its XML breaks at line {_bytes[.._at].Count((byte)'\n') + 1}");

    private static bool IsNameStart(byte c) => char.IsAsciiLetter((char)c) || c is (byte)'_' or (byte)':' or >= 0x80;
}
