using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using System.Xml;

namespace Automation.Isapi.Documents;

/// <summary>What was read: the documents that were whole, and what stopped the reader, if something did.</summary>
/// <param name="Problem">Null when everything was read.</param>
internal readonly record struct DocumentReading(IReadOnlyList<DeviceElement> Documents, string? Problem);

/// <summary>Reads device documents of both dialects into <see cref="DeviceElement"/> trees. Bounded; bad input is an answer, never an exception.</summary>
internal static class DocumentReader
{
    /// <summary>Deepest nesting accepted; the deepest alert seen has 9 levels.</summary>
    public const int MaxDepth = 32;

    /// <summary>Most nodes of one document; the largest capability document seen has 6,000.</summary>
    public const int MaxElements = 50_000;

    public static DocumentReading Read(ReadOnlyMemory<byte> bytes) => Sniff(bytes.Span) switch
    {
        '<' => ReadXml(bytes.Span),
        '{' or '[' => ReadJson(bytes),
        '\0' => new([], "it is empty"),
        _ => new([], "it is neither XML nor JSON"),
    };

    /// <summary>The first byte that is not blank; 0 when there is none.</summary>
    public static char Sniff(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) bytes = bytes[3..];
        int at = bytes.IndexOfAnyExcept(" \t\r\n\0"u8);
        return at < 0 ? '\0' : (char)bytes[at];
    }

    public static DocumentReading ReadXml(ReadOnlySpan<byte> bytes)
    {
        var roots = new List<DeviceElement>();
        string text = DeviceText.RepairXml(DeviceText.Decode(bytes)).Trim();
        // Namespaces off: prefixes are cut by hand, so an undeclared one does not make a document unreadable (isapi.md, quirk 1).
        using var reader = new XmlTextReader(text, XmlNodeType.Element, null)
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            Namespaces = false,
            Normalization = false,
            EntityHandling = EntityHandling.ExpandCharEntities,
            WhitespaceHandling = WhitespaceHandling.None,
        };
        try
        {
            return new(roots, ReadElements(reader, roots));
        }
        catch (XmlException e)
        {
            return new(roots, string.Create(CultureInfo.InvariantCulture, $"its XML breaks at line {e.LineNumber}"));
        }
        catch (ArgumentException)
        {
            return new(roots, "its XML holds a character that is none");
        }
    }

    private static string? ReadElements(XmlTextReader reader, List<DeviceElement> roots)
    {
        var open = new Stack<DeviceElement>();
        int count = 0;
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (++count > MaxElements) return "its XML has too many elements";
                    if (open.Count >= MaxDepth) return "its XML is nested too deep";
                    var element = new DeviceElement(LocalName(reader.Name));
                    bool empty = reader.IsEmptyElement;
                    if (!empty) open.Push(element);
                    else if (open.Count == 0) roots.Add(element);
                    else open.Peek().Add(element);
                    break;
                case XmlNodeType.EndElement:
                    // A root counts when it is whole; an alert that breaks off is not an alert.
                    DeviceElement closed = open.Pop();
                    if (open.Count == 0) roots.Add(closed);
                    else open.Peek().Add(closed);
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace when open.Count > 0:
                    DeviceElement owner = open.Peek();
                    owner.Text = owner.Text.Length == 0 ? reader.Value : owner.Text + reader.Value;
                    break;
            }
        }

        return open.Count > 0 ? "its XML ends too early" : null;
    }

    private static string LocalName(string name)
    {
        int colon = name.LastIndexOf(':');
        return colon < 0 ? name : name[(colon + 1)..];
    }

    public static DocumentReading ReadJson(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> utf8 = bytes.Span;
        if (utf8.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) utf8 = utf8[3..];
        utf8 = utf8.Trim(" \t\r\n\0"u8);
        if (!Utf8.IsValid(utf8)) utf8 = Encoding.UTF8.GetBytes(DeviceText.Decode(utf8));
        var roots = new List<DeviceElement>();
        try
        {
            return new(roots, ReadValues(utf8, roots));
        }
        catch (JsonException e)
        {
            return new(roots, string.Create(CultureInfo.InvariantCulture, $"its JSON breaks at line {(e.LineNumber ?? 0) + 1}"));
        }
        catch (InvalidOperationException)
        {
            return new(roots, "its JSON holds text that is none");
        }
    }

    private static string? ReadValues(ReadOnlySpan<byte> utf8, List<DeviceElement> roots)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions
        {
            AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = MaxDepth, AllowMultipleValues = true,
        });
        // An array repeats the name of its property: the frame then is the owner once more, with that name as the one for its entries.
        var open = new Stack<(DeviceElement Owner, string EntryName, bool IsArray)>();
        string name = "";
        int count = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = reader.GetString()!;
                    break;
                case JsonTokenType.StartObject:
                    if (++count > MaxElements) return "its JSON has too many values";
                    open.Push((new DeviceElement(EntryName(open, name)), "", false));
                    break;
                case JsonTokenType.StartArray:
                    string entries = EntryName(open, name);
                    open.Push((open.Count == 0 ? new DeviceElement("") : open.Peek().Owner, entries, true));
                    break;
                case JsonTokenType.EndObject:
                    Close(open.Pop().Owner, open, roots);
                    break;
                case JsonTokenType.EndArray:
                    DeviceElement list = open.Pop().Owner;
                    if (open.Count == 0) roots.Add(list);
                    break;
                default:
                    if (++count > MaxElements) return "its JSON has too many values";
                    if (open.Count == 0) return "its JSON is a bare value";
                    open.Peek().Owner.Add(new DeviceElement(EntryName(open, name)) { Text = ScalarText(ref reader) });
                    break;
            }
        }

        return null;
    }

    private static string EntryName(Stack<(DeviceElement Owner, string EntryName, bool IsArray)> open, string name) =>
        open.Count > 0 && open.Peek().IsArray ? open.Peek().EntryName : name;

    private static void Close(DeviceElement closed, Stack<(DeviceElement Owner, string EntryName, bool IsArray)> open, List<DeviceElement> roots)
    {
        if (open.Count == 0) roots.Add(closed);
        else open.Peek().Owner.Add(closed);
    }

    private static string ScalarText(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString()!,
        JsonTokenType.Number => Encoding.ASCII.GetString(reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => "",
    };
}
