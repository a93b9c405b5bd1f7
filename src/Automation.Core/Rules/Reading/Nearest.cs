namespace Automation.Core.Rules;

/// <summary>Finds the name an author probably meant.</summary>
internal static class Nearest
{
    private const int LongestCompared = 80;

    /// <summary>The candidate with the fewest changed characters, if it is near enough to be meant; the first of equals.</summary>
    public static string? Of(string written, IEnumerable<string> candidates)
    {
        if (written.Length is 0 or > LongestCompared) return null;
        int best = Math.Max(1, written.Length / 3) + 1;
        string? nearest = null;
        Span<int> row = stackalloc int[LongestCompared + 1];
        foreach (string candidate in candidates)
        {
            if (candidate.Length > LongestCompared || Math.Abs(candidate.Length - written.Length) >= best) continue;
            int distance = Distance(written, candidate, row, best);
            if (distance >= best) continue;
            best = distance;
            nearest = candidate;
            if (best == 0) break;
        }

        return nearest;
    }

    /// <summary>A text of outside as it may appear in a message.</summary>
    public static string Shorten(string text)
    {
        const int longest = 80;
        ReadOnlySpan<char> shown = text.AsSpan(0, Math.Min(text.Length, longest));
        if (shown.Length > 0 && char.IsHighSurrogate(shown[^1])) shown = shown[..^1];
        string plain = shown.ContainsAnyInRange('\0', '\u001f') ? string.Concat(shown.ToString().Select(c => c < ' ' ? '\uFFFD' : c)) : shown.ToString();
        return text.Length > longest ? plain + "…" : plain;
    }

    // Optimal string alignment without the transposition row: insertions, deletions, changes; letters' case is half forgiven by being compared without it.
    private static int Distance(string a, string b, Span<int> row, int bound)
    {
        for (int j = 0; j <= b.Length; j++) row[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            int smallest = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int change = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
                smallest = Math.Min(smallest, row[j]);
            }

            if (smallest >= bound) return bound;
        }

        return row[b.Length];
    }
}
