using System.Globalization;

namespace Automation.Core.Rules;

/// <summary>Whether a text has the five fields of a cron expression, each within its range.</summary>
internal static class CronShape
{
    private static readonly (string Name, int Min, int Max, string[] Words)[] Fields =
    [
        ("minute", 0, 59, []),
        ("hour", 0, 23, []),
        ("day of month", 1, 31, []),
        ("month", 1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        ("day of week", 0, 7, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ];

    /// <summary>Null when it is one; otherwise which field and why.</summary>
    public static string? Problem(string text)
    {
        string[] fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != Fields.Length) return string.Create(CultureInfo.InvariantCulture, $"it has {fields.Length} fields, not 5");
        for (int i = 0; i < fields.Length; i++)
        {
            foreach (string part in fields[i].Split(','))
            {
                if (!Part(part, i)) return $"the {Fields[i].Name} '{Nearest.Shorten(part)}' is not from {Fields[i].Min} to {Fields[i].Max}";
            }
        }

        return null;
    }

    private static bool Part(string part, int field)
    {
        string[] step = part.Split('/');
        if (step.Length > 2 || (step.Length == 2 && (!int.TryParse(step[1], NumberStyles.None, CultureInfo.InvariantCulture, out int every) || every is < 1 or > 59))) return false;
        if (step[0] == "*") return true;
        string[] ends = step[0].Split('-');
        if (ends.Length > 2 || Value(ends[0], field) is not { } first) return false;
        return ends.Length == 1 || (Value(ends[1], field) is { } last && first <= last);
    }

    private static int? Value(string text, int field)
    {
        (_, int min, int max, string[] words) = Fields[field];
        int word = Array.FindIndex(words, w => w.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (word >= 0) return word + min;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max ? value : null;
    }
}
