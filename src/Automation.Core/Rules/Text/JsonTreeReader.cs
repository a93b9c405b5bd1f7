using System.Text.Json;
using System.Text.Unicode;

namespace Automation.Core.Rules;

/// <summary>Bytes to a tree with places, within bounds. Comments and trailing commas are allowed (design.md section 5).</summary>
internal static class JsonTreeReader
{
    /// <summary>The root, or null when the text cannot be read; then a finding says why.</summary>
    public static JsonNode? Read(SourceText source, ReadingLimits limits, FindingSink findings)
    {
        ReadOnlySpan<byte> text = source.Utf8.Span;
        if (text.Length > limits.FileBytes)
        {
            findings.AtOffset(Codes.FileTooLarge, source, 0, $"the file has {text.Length} bytes; at most {limits.FileBytes} are read", "split it into several files");
            return null;
        }

        if (!Utf8.IsValid(text))
        {
            findings.AtOffset(Codes.NotUtf8, source, FirstInvalid(text), "the bytes here are not UTF-8 text", "save the file with the encoding UTF-8");
            return null;
        }

        var reader = new Utf8JsonReader(text, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = limits.Depth + 2 });
        var builder = new Builder(source, limits, findings);
        try
        {
            JsonNode? root = builder.Read(ref reader);
            if (root is null && !builder.Stopped)
            {
                findings.AtOffset(Codes.EmptyFile, source, 0, "the file is empty", "write a rule, or remove the file");
            }

            return builder.Stopped ? null : root;
        }
        catch (JsonException e)
        {
            Report(e, source, reader, findings, builder.RootDone);
            return null;
        }
    }

    private static void Report(JsonException e, SourceText source, Utf8JsonReader reader, FindingSink findings, bool rootDone)
    {
        int offset = source.OffsetOfLineFeedLine(e.LineNumber ?? 0) + (int)(e.BytePositionInLine ?? 0);
        bool blank = source.Utf8.Span.Trim(" \t\r\n"u8).IsEmpty;
        if (blank || (!rootDone && reader.TokenType == JsonTokenType.None && offset >= source.Utf8.Length))
        {
            findings.AtOffset(Codes.EmptyFile, source, 0, "the file is empty", "write a rule, or remove the file");
        }
        else if (rootDone)
        {
            findings.AtOffset(Codes.SeveralDocuments, source, offset, "something follows the end of the document", "put several rules of one file into a list: [ {…}, {…} ]");
        }
        else
        {
            findings.AtOffset(Codes.Syntax, source, offset, "this is not JSON: " + Words(e.Message), "compare with the line before: a missing quote, comma or bracket is the usual cause");
        }
    }

    // The reader's own sentence, without the line and byte it counts differently from us.
    private static string Words(string message)
    {
        int end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        string words = end < 0 ? message : message[..end];
        return words.TrimEnd('.', ' ');
    }

    private static int FirstInvalid(ReadOnlySpan<byte> text)
    {
        int low = 0;
        while (low < text.Length)
        {
            if (System.Text.Rune.DecodeFromUtf8(text[low..], out _, out int used) != System.Buffers.OperationStatus.Done) return low;
            low += used;
        }

        return low;
    }

    private sealed class Builder(SourceText source, ReadingLimits limits, FindingSink findings)
    {
        private readonly Stack<Frame> _open = new();
        private int _nodes;
        private string? _name;
        private int _nameOffset;

        public bool Stopped { get; private set; }

        public bool RootDone { get; private set; }

        public JsonNode? Read(ref Utf8JsonReader reader)
        {
            JsonNode? root = null;
            while (!Stopped && reader.Read())
            {
                int offset = (int)reader.TokenStartIndex;
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        _name = Text(ref reader, offset);
                        _nameOffset = offset;
                        break;
                    case JsonTokenType.StartObject:
                    case JsonTokenType.StartArray:
                        if (_open.Count >= limits.Depth)
                        {
                            Stop(Codes.TooDeep, offset, $"values are nested deeper than {limits.Depth} levels", "make the document flatter");
                            break;
                        }

                        JsonNode opened = Add(new JsonNode
                        {
                            Kind = reader.TokenType == JsonTokenType.StartObject ? JsonKind.Object : JsonKind.Array,
                            Source = source, Offset = offset, NameOffset = _name is null ? offset : _nameOffset, Name = _name, Index = NextIndex, Children = [],
                        });
                        root ??= opened;
                        _open.Push(new Frame(opened));
                        break;
                    case JsonTokenType.EndObject:
                    case JsonTokenType.EndArray:
                        _open.Pop().Node.End = (int)reader.BytesConsumed;
                        break;
                    default:
                        JsonNode leaf = Add(Leaf(ref reader, offset));
                        root ??= leaf;
                        break;
                }

                RootDone = root is not null && _open.Count == 0;
            }

            return root;
        }

        private int NextIndex => _open.TryPeek(out Frame? frame) ? frame.Node.Children.Count : 0;

        private JsonNode Leaf(ref Utf8JsonReader reader, int offset)
        {
            string text = "";
            double number = 0;
            JsonKind kind;
            switch (reader.TokenType)
            {
                case JsonTokenType.String:
                    kind = JsonKind.Text;
                    text = Text(ref reader, offset);
                    break;
                case JsonTokenType.Number:
                    kind = JsonKind.Number;
                    if (reader.ValueSpan.Length > limits.NumberLength || !reader.TryGetDouble(out number) || !double.IsFinite(number))
                    {
                        number = 0;
                        findings.AtOffset(Codes.NumberTooLarge, source, offset, "this number is too large or too long to be kept", "write a number that a device could mean");
                    }

                    text = reader.ValueSpan.Length > limits.NumberLength ? "0" : System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
                    break;
                case JsonTokenType.True:
                case JsonTokenType.False:
                    kind = JsonKind.Boolean;
                    break;
                default:
                    kind = JsonKind.Null;
                    break;
            }

            return new JsonNode
            {
                Kind = kind, Source = source, Offset = offset, NameOffset = _name is null ? offset : _nameOffset, Name = _name, Index = NextIndex,
                Text = text, Number = number, Boolean = reader.TokenType == JsonTokenType.True,
            };
        }

        private JsonNode Add(JsonNode node)
        {
            _name = null;
            if (++_nodes > limits.Nodes)
            {
                Stop(Codes.TooManyValues, node.Offset, $"the file has more than {limits.Nodes} values", "split it into several files");
                return node;
            }

            if (!_open.TryPeek(out Frame? frame)) return node;
            node.Parent = frame.Node;
            if (node.Name is { } name && !frame.IsNew(name))
            {
                findings.AtOffset(Codes.DuplicateKey, source, node.NameOffset, $"the property '{Nearest.Shorten(name)}' is written twice in one object", "keep one of them");
            }
            else
            {
                frame.Node.Children.Add(node);
            }

            return node;
        }

        private string Text(ref Utf8JsonReader reader, int offset)
        {
            try
            {
                return reader.GetString()!;
            }
            catch (InvalidOperationException)
            {
                // The bytes are valid UTF-8, so only an escape such as "\ud800" without its partner leads here.
                findings.AtOffset(Codes.LoneSurrogate, source, offset, "the text holds half of a character: a \\u escape without its partner", "write the character itself, or both escapes");
                return "\uFFFD";
            }
        }

        private void Stop(string code, int offset, string message, string remedy)
        {
            findings.AtOffset(code, source, offset, message, remedy);
            Stopped = true;
        }
    }

    /// <summary>An open object or array; few names are compared one by one, many through a set, so that cost stays linear.</summary>
    private sealed class Frame(JsonNode node)
    {
        private const int Few = 12;
        private HashSet<string>? _names;

        public JsonNode Node => node;

        public bool IsNew(string name)
        {
            if (_names is null && node.Children.Count < Few) return !node.Has(name);
            _names ??= new HashSet<string>(node.Children.Select(c => c.Name!), StringComparer.Ordinal);
            return _names.Add(name);
        }
    }
}
