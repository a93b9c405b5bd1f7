using System.Buffers;
using System.Text;
using System.Text.Json;
using Automation.Core.Model;

namespace Automation.Host.Storage;

/// <summary>A <see cref="DataObject"/> as a flat JSON object, so that a row can be read by eye.</summary>
internal static class DataObjectJson
{
    public static string Write(DataObject data)
    {
        if (data.Count == 0) return "{}";
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach ((string name, DataValue value) in data)
            {
                switch (value.Kind)
                {
                    case DataKind.Boolean: writer.WriteBoolean(name, value.Boolean); break;
                    case DataKind.Number: writer.WriteNumber(name, value.Number); break;
                    case DataKind.Text: writer.WriteString(name, value.Text); break;
                    default: writer.WriteNull(name); break;
                }
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <exception cref="FormatException">The text is no flat JSON object.</exception>
    public static DataObject Read(string text)
    {
        if (text == "{}") return DataObject.Empty;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return DataObject.From([.. document.RootElement.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, Value(p.Value)))]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException("not a flat JSON object", e);
        }
    }

    private static DataValue Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Null => DataValue.Null,
        _ => throw new FormatException("a value is a structure"),
    };
}
