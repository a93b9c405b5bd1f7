using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Automation.Host.Configuration;

/// <summary>Finds where in a JSON text the value of a pointer stands.</summary>
internal static class JsonPlaces
{
    /// <summary>Line and column, from 1, columns in UTF-16 units; 1, 1 when the pointer leads nowhere.</summary>
    public static (int Line, int Column) Find(ReadOnlySpan<byte> utf8, string pointer)
    {
        string[] wanted = pointer.Length == 0 ? [] : [.. pointer.Split('/').Skip(1).Select(t => t.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        if (!reader.Read()) return (1, 1);
        foreach (string token in wanted)
        {
            if (!Descend(ref reader, token)) return (1, 1);
        }

        return PlaceOf(utf8, (int)reader.TokenStartIndex);
    }

    private static bool Descend(ref Utf8JsonReader reader, string token)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool found = reader.ValueTextEquals(token);
                reader.Read();
                if (found) return true;
                reader.Skip();
            }

            return false;
        }

        if (reader.TokenType != JsonTokenType.StartArray || !int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out int index)) return false;
        for (int i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            if (i == index) return true;
            reader.Skip();
        }

        return false;
    }

    private static (int Line, int Column) PlaceOf(ReadOnlySpan<byte> utf8, int offset)
    {
        ReadOnlySpan<byte> before = utf8[..offset];
        int lineStart = before.LastIndexOf((byte)'\n') + 1;
        return (before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[lineStart..]) + 1);
    }
}
