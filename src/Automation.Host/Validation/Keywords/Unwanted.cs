using System.Text.Json;

namespace Automation.Host.Validation.Keywords;

/// <summary>A property that a schema does not name: where nothing is allowed, the message says what may have been meant.</summary>
internal static class Unwanted
{
    public static bool Apply(SchemaKeyword keyword, SchemaNode schema, JsonElement value, string name, SchemaRun run, IReadOnlySet<string> known)
    {
        if (schema.Constant is not false) return run.ApplyBelow(schema, value, name);
        if (run.IsQuiet) return false;
        string? meant = known.Select(k => (Name: k, Distance: Distance(k, name))).Where(k => k.Distance <= 2).OrderBy(k => k.Distance).ThenBy(k => k.Name, StringComparer.Ordinal).FirstOrDefault().Name;
        return run.ReportBelow(keyword.Name, keyword.Location, name, $"\"{name}\" is not known here" + (meant is null ? "" : $"; did you mean \"{meant}\"?"));
    }

    // Levenshtein, for names of a readable length; anything longer is no slip of the finger.
    private static int Distance(string a, string b)
    {
        if (a.Length > 40 || b.Length > 40 || Math.Abs(a.Length - b.Length) > 2) return int.MaxValue;
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
