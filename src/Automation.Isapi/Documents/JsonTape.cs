using System.Globalization;
using System.Text.Json;

namespace Automation.Isapi.Documents;

/// <summary>Reads JSON onto a <see cref="Tape"/>: trailing commas and several values in a row are taken.</summary>
internal static class JsonTape
{
    private static readonly JsonReaderOptions Options = new()
    {
        AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = Tape.MaxDepth, AllowMultipleValues = true,
    };

    /// <summary>An object, or an array: its entries are children of the object around it and carry its property's name.</summary>
    private readonly record struct Frame(int Node, int EntryAt, int EntryLength, bool IsArray);

    /// <param name="start">Where the text begins in the tape's source.</param>
    public static void Read(Tape tape, int start)
    {
        int root = 0;
        try
        {
            tape.Problem = ReadValues(tape, start, ref root);
        }
        catch (JsonException e)
        {
            tape.Problem = string.Create(CultureInfo.InvariantCulture, $"its JSON breaks at line {(e.LineNumber ?? 0) + 1}");
        }
        catch (InvalidOperationException)
        {
            tape.Problem = "its JSON holds text that is none";
        }

        // What broke off is no document.
        if (tape.Problem is not null) tape.Truncate(root);
    }

    private static string? ReadValues(Tape tape, int start, ref int root)
    {
        var reader = new Utf8JsonReader(tape.Source.Span[start..].TrimEnd(" \t\r\n\0"u8), Options);
        Span<Frame> open = stackalloc Frame[Tape.MaxDepth + 1];
        int depth = 0;
        (int At, int Length) name = default;
        while (reader.Read())
        {
            (int At, int Length) own = depth > 0 && open[depth - 1].IsArray ? (open[depth - 1].EntryAt, open[depth - 1].EntryLength) : name;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = Take(tape, ref reader, start);
                    continue;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    if (tape.Count >= Tape.MaxNodes) return "its JSON has too many values";
                    bool array = reader.TokenType == JsonTokenType.StartArray;
                    // Only an array at the top has a node of its own.
                    int node = array && depth > 0 ? open[depth - 1].Node : tape.Add(depth == 0 ? 0 : own.At, depth == 0 ? 0 : own.Length);
                    open[depth++] = new Frame(node, depth == 1 ? 0 : own.At, depth == 1 ? 0 : own.Length, array);
                    continue;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    depth--;
                    if (depth == 0 || !open[depth].IsArray) tape[open[depth].Node].End = tape.Count;
                    if (depth == 0) root = tape.Count;
                    continue;
                default:
                    if (depth == 0) return "its JSON is a bare value";
                    if (tape.Count >= Tape.MaxNodes) return "its JSON has too many values";
                    int leaf = tape.Add(own.At, own.Length);
                    if (reader.TokenType != JsonTokenType.Null) (tape[leaf].TextAt, tape[leaf].TextLength) = Take(tape, ref reader, start);
                    continue;
            }
        }

        return null;
    }

    private static (int At, int Length) Take(Tape tape, ref Utf8JsonReader reader, int start)
    {
        ReadOnlySpan<byte> value = reader.ValueSpan;
        bool quoted = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
        if (!quoted || !reader.ValueIsEscaped) return (start + (int)reader.TokenStartIndex + (quoted ? 1 : 0), value.Length);
        Span<byte> room = tape.Room(value.Length);
        int length = reader.CopyString(room);
        return (tape.Commit(length), length);
    }
}
