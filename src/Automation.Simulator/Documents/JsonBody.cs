using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Automation.Simulator.Documents;

/// <summary>JSON bodies as devices take them: numbers may come as strings (002 A.40).</summary>
internal static class JsonBody
{
    /// <summary>Null when this is not a JSON object.</summary>
    public static JsonObject? TryRead(byte[] body)
    {
        // Text that is no UTF-8 would only be noticed later, when a string is read.
        if (!Utf8.IsValid(body)) return null;
        try
        {
            return JsonNode.Parse(body, documentOptions: new() { MaxDepth = 32, AllowDuplicateProperties = false }) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>As devices write it: a plus sign of a time is a plus sign.</summary>
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] ToUtf8(JsonNode json) => JsonSerializer.SerializeToUtf8Bytes(json, Plain);

    public static int? Int(JsonNode? node) => node switch
    {
        JsonValue value when value.TryGetValue(out int number) => number,
        JsonValue value when value.TryGetValue(out string? text) && int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out int number) => number,
        _ => null,
    };

    public static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static bool? Flag(JsonNode? node) => node is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    /// <summary>A member of an object; null when the node is no object or has no such member.</summary>
    public static JsonNode? Member(JsonNode? node, string name) => node is JsonObject o && o.TryGetPropertyValue(name, out JsonNode? value) ? value : null;

    /// <summary>The items of a list; a single object counts as a list of one.</summary>
    public static IEnumerable<JsonNode> Items(JsonNode? node) => node switch
    {
        JsonArray list => list.OfType<JsonNode>(),
        JsonObject one => [one],
        _ => [],
    };
}
