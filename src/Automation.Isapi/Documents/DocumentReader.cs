using System.Text;
using System.Text.Unicode;

namespace Automation.Isapi.Documents;

/// <summary>What was read: the documents that were whole, and what stopped the reader, if something did.</summary>
/// <param name="Problem">Null when everything was read.</param>
internal readonly record struct DocumentReading(IReadOnlyList<DeviceElement> Documents, string? Problem);

/// <summary>Reads device documents of both dialects. Bounded (<see cref="Tape"/>); bad input is an answer, never an exception.</summary>
internal static class DocumentReader
{
    /// <summary>Reads onto a tape that is used again and again: for what comes often.</summary>
    public static void Read(ReadOnlyMemory<byte> bytes, Tape tape)
    {
        if (bytes.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) bytes = bytes[3..];
        tape.Reset(bytes);
        int start = bytes.Span.IndexOfAnyExcept(" \t\r\n\0"u8);
        if (start < 0)
        {
            tape.Problem = "it is empty";
            return;
        }

        // Names are often written as Latin-1 although the part says UTF-8 (isapi.md, quirk 2).
        if (!Utf8.IsValid(bytes.Span)) tape.Transcode();
        switch (bytes.Span[start])
        {
            case (byte)'<':
                new XmlTape(tape).Read();
                break;
            case (byte)'{' or (byte)'[':
                JsonTape.Read(tape, start);
                break;
            default:
                tape.Problem = "it is neither XML nor JSON";
                break;
        }
    }

    /// <summary>Reads into trees that live on: for answers.</summary>
    public static DocumentReading Read(ReadOnlyMemory<byte> bytes)
    {
        var tape = new Tape();
        Read(bytes, tape);
        var roots = new List<DeviceElement>();
        foreach (TapeNode root in tape.Roots) roots.Add(Grow(root));
        return new(roots, tape.Problem);
    }

    /// <summary>The first byte that is not blank; 0 when there is none.</summary>
    public static char Sniff(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) bytes = bytes[3..];
        int at = bytes.IndexOfAnyExcept(" \t\r\n\0"u8);
        return at < 0 ? '\0' : (char)bytes[at];
    }

    private static DeviceElement Grow(TapeNode node)
    {
        var element = new DeviceElement(Encoding.UTF8.GetString(node.Name)) { Text = Encoding.UTF8.GetString(node.RawText) };
        foreach (TapeNode child in node.Children) element.Add(Grow(child));
        return element;
    }
}
