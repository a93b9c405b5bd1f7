using System.Text.Json;

namespace Automation.Host.Validation.Keywords;

/// <summary>Values in messages: short, and never a whole document.</summary>
internal static class Describe
{
    private const int Longest = 60;

    public static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => $"the text {Value(value)}",
        JsonValueKind.Number => $"the number {Value(value)}",
        JsonValueKind.Null => "null",
        _ => Value(value),
    };

    public static string Value(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object) return "an object";
        if (value.ValueKind == JsonValueKind.Array) return "an array";
        string raw = value.GetRawText();
        if (raw.Length <= Longest) return raw;
        int cut = char.IsHighSurrogate(raw[Longest - 1]) ? Longest - 1 : Longest;
        return raw[..cut] + "…";
    }
}
