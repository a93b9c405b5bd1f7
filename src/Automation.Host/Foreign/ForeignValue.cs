using System.Globalization;
using System.Text;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Core.Thresholds;

namespace Automation.Host.Foreign;

/// <summary>Reads payloads of other bridges: JSON, or a plain word or number.</summary>
internal static class ForeignValue
{
    /// <summary>Frigate's largest events are a few kilobytes; pictures are no values.</summary>
    public const int MaximumBytes = 256 * 1024;

    /// <summary>A word or a sentence; a longer text is no state.</summary>
    private const int MaximumText = 1024;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    /// <summary>The payload as a document; a plain word counts as a text. Null with the reason when it is neither.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> payload, out string? reason)
    {
        reason = null;
        if (payload.Length > MaximumBytes)
        {
            reason = $"the payload is longer than {MaximumBytes} bytes";
            return null;
        }

        ReadOnlySpan<byte> text = payload.Span.Trim(" \t\r\n"u8);
        if (text.IsEmpty) return JsonDocument.Parse("null");
        try
        {
            return JsonDocument.Parse(payload, Options);
        }
        catch (JsonException e)
        {
            // ON, open, 21,5: words of bridges that publish plain values. What begins like a structure is a broken one.
            if (text[0] is not ((byte)'{' or (byte)'[' or (byte)'"') && text.Length <= MaximumText && IsText(text)) return JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(Encoding.UTF8.GetString(text)));
            reason = $"the payload is not JSON (byte {e.BytePositionInLine + 1} of line {e.LineNumber + 1})";
            return null;
        }
    }

    /// <summary>The value of a feed; false with the reason when the payload has none that can be used.</summary>
    public static bool TryRead(JsonElement root, ForeignFeed feed, out DataValue value, out string? reason)
    {
        value = default;
        reason = null;
        if (!feed.Path.TryFind(root, out JsonElement found))
        {
            reason = $"the payload has nothing at {feed.Path}";
            return false;
        }

        if (!TryConvert(found, out value))
        {
            reason = $"what is at {feed.Path} is not a single value";
            return false;
        }

        if (feed.Values.TryGetValue(value.ToString(), out DataValue meant)) value = meant;
        if (feed.Unit is not { } unit || value.IsNull) return true;
        double number = value.Kind == DataKind.Text && double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed) ? parsed : value.Number;
        if (!double.IsFinite(number))
        {
            reason = $"what is at {feed.Path} is not a temperature";
            return false;
        }

        value = TemperatureUnits.Convert(number, unit, TemperatureUnit.Celsius);
        return true;
    }

    /// <summary>A single value as the engine knows it; false for lists, objects and texts without end.</summary>
    public static bool TryConvert(JsonElement element, out DataValue value)
    {
        value = DataValue.Null;
        switch (element.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                value = element.GetBoolean();
                return true;
            case JsonValueKind.Number when element.TryGetDouble(out double number) && double.IsFinite(number):
                value = number;
                return true;
            case JsonValueKind.String when element.GetString() is { Length: <= MaximumText } text:
                value = text;
                return true;
            case JsonValueKind.Null:
                return true;
            default:
                return false;
        }
    }

    private static bool IsText(ReadOnlySpan<byte> text) => System.Text.Unicode.Utf8.IsValid(text) && text.IndexOfAnyInRange((byte)0, (byte)31) < 0;
}
