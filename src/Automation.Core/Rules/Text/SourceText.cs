using System.Text;

namespace Automation.Core.Rules;

/// <summary>The bytes of one file, and lines and columns for their offsets. Lines are only looked for when a finding needs one.</summary>
internal sealed class SourceText(SourceFile file)
{
    private int[]? _lineStarts;

    public string Path { get; } = file.Path;

    /// <summary>Without the byte order mark.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; } = file.Utf8.Span.StartsWith("\uFEFF"u8) ? file.Utf8[3..] : file.Utf8;

    /// <summary>1-based line and column (UTF-16 units) of a byte offset.</summary>
    public (int Line, int Column) Place(int offset)
    {
        int[] starts = _lineStarts ??= FindLines(Utf8.Span);
        offset = Math.Clamp(offset, 0, Utf8.Length);
        int index = Array.BinarySearch(starts, offset);
        if (index < 0) index = ~index - 1;
        return (index + 1, 1 + Utf16Length(Utf8.Span[starts[index]..offset]));
    }

    /// <summary>Where the 0-based line begins when, as the JSON reader does, only LF ends a line.</summary>
    public int OffsetOfLineFeedLine(long line)
    {
        ReadOnlySpan<byte> text = Utf8.Span;
        int offset = 0;
        for (; line > 0; line--)
        {
            int next = text[offset..].IndexOf((byte)'\n');
            if (next < 0) break;
            offset += next + 1;
        }

        return offset;
    }

    // CR LF, LF and CR each end a line, as in editors.
    private static int[] FindLines(ReadOnlySpan<byte> text)
    {
        var starts = new List<int> { 0 };
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n'))) starts.Add(i + 1);
        }

        return [.. starts];
    }

    // Invalid bytes count one unit each, as the replacement character that an editor shows.
    private static int Utf16Length(ReadOnlySpan<byte> text) => Encoding.UTF8.GetCharCount(text);
}
