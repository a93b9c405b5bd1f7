using System.Text;

namespace Automation.Core.Rules;

/// <summary>The blanks <c>{{name}}</c> of a template's texts.</summary>
internal static class Placeholder
{
    /// <summary>The names in a text, in order.</summary>
    public static IEnumerable<string> In(string text)
    {
        for (int at = 0; (at = text.IndexOf("{{", at, StringComparison.Ordinal)) >= 0;)
        {
            int end = text.IndexOf("}}", at, StringComparison.Ordinal);
            if (end < 0) yield break;
            yield return text[(at + 2)..end].Trim();
            at = end + 2;
        }
    }

    /// <summary>The name, when the text is one blank and nothing else.</summary>
    public static string? Only(string text)
    {
        if (!text.StartsWith("{{", StringComparison.Ordinal) || !text.EndsWith("}}", StringComparison.Ordinal)) return null;
        string name = text[2..^2].Trim();
        return name.Contains("{{", StringComparison.Ordinal) ? null : name;
    }

    /// <summary>The text with each blank replaced.</summary>
    public static string Fill(string text, Func<string, string> value)
    {
        var filled = new StringBuilder();
        int at = 0;
        while (true)
        {
            int start = text.IndexOf("{{", at, StringComparison.Ordinal);
            int end = start < 0 ? -1 : text.IndexOf("}}", start, StringComparison.Ordinal);
            if (end < 0) return filled.Append(text, at, text.Length - at).ToString();
            filled.Append(text, at, start - at).Append(value(text[(start + 2)..end].Trim()));
            at = end + 2;
        }
    }
}
