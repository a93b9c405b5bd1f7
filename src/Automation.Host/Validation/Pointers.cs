using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Automation.Host.Validation;

/// <summary>JSON pointers (RFC 6901).</summary>
internal static class Pointers
{
    public static string Escape(string name) =>
        name.AsSpan().IndexOfAny('~', '/') < 0 ? name : name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    public static string Unescape(string level) =>
        level.Contains('~', StringComparison.Ordinal) ? level.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal) : level;

    /// <summary>One level down; false where there is nothing.</summary>
    public static bool TryStep(JsonElement element, string name, out JsonElement child)
    {
        child = default;
        if (element.ValueKind == JsonValueKind.Object) return element.TryGetProperty(name, out child);
        if (element.ValueKind != JsonValueKind.Array || !IsIndex(name, out int index) || index >= element.GetArrayLength()) return false;
        child = element[index];
        return true;
    }

    /// <summary>Whether the text is a JSON pointer: empty, or levels that each start with a slash, where <c>~</c> is <c>~0</c> or <c>~1</c>.</summary>
    public static bool IsPointer([NotNullWhen(true)] string? text)
    {
        if (text is null || (text.Length > 0 && text[0] != '/')) return false;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '~' && (i + 1 == text.Length || text[i + 1] is not ('0' or '1'))) return false;
        }

        return true;
    }

    private static bool IsIndex(string name, out int index)
    {
        index = -1;
        return (name.Length == 1 || !name.StartsWith('0')) && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }
}
