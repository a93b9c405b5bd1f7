using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Automation.Core.Rules;

/// <summary>Writes a tree as compact JSON.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A text as JSON, in quotes.</summary>
    public static string Quote(string text) => '"' + JsonEncodedText.Encode(text, Options.Encoder).ToString() + '"';

    public static string Write(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options)) Write(writer, node);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static void Write(Utf8JsonWriter writer, JsonNode node)
    {
        switch (node.Kind)
        {
            case JsonKind.Null: writer.WriteNullValue(); break;
            case JsonKind.Boolean: writer.WriteBooleanValue(node.Boolean); break;
            case JsonKind.Number: writer.WriteRawValue(node.Text); break;
            case JsonKind.Text: writer.WriteStringValue(node.Text); break;
            case JsonKind.Array:
                writer.WriteStartArray();
                foreach (JsonNode child in node.Children) Write(writer, child);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStartObject();
                foreach (JsonNode child in node.Children)
                {
                    writer.WritePropertyName(child.Name!);
                    Write(writer, child);
                }

                writer.WriteEndObject();
                break;
        }
    }
}
