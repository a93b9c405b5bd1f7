using System.Collections.Frozen;
using System.Text;

namespace Automation.Isapi.Http;

/// <summary>Reads <c>WWW-Authenticate</c>: one or several challenges in a header, as devices send both forms.</summary>
internal static class AuthenticateHeader
{
    /// <summary>Challenges and parameters beyond these are not a login form.</summary>
    private const int MaxChallenges = 8;

    public static IReadOnlyList<(string Scheme, FrozenDictionary<string, string> Parameters)> Read(string header)
    {
        var found = new List<(string, FrozenDictionary<string, string>)>();
        int at = 0;
        string? scheme = null;
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (at < header.Length && found.Count < MaxChallenges)
        {
            at = SkipBlanks(header, at);
            int start = at;
            while (at < header.Length && header[at] is not (' ' or '\t' or '=' or ',')) at++;
            string word = header[start..at];
            int next = SkipSpaces(header, at);
            if (next < header.Length && header[next] == '=' && scheme is not null)
            {
                at = SkipSpaces(header, next + 1);
                parameters.TryAdd(word, ReadValue(header, ref at));
                continue;
            }

            if (word.Length > 0)
            {
                if (scheme is not null) found.Add((scheme, parameters.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase)));
                scheme = word;
                parameters.Clear();
            }

            at = Math.Max(next, start + 1);
        }

        if (scheme is not null && found.Count < MaxChallenges) found.Add((scheme, parameters.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase)));
        return found;
    }

    private static string ReadValue(string header, ref int at)
    {
        if (at >= header.Length || header[at] != '"')
        {
            int start = at;
            while (at < header.Length && header[at] is not (',' or ' ' or '\t')) at++;
            return header[start..at];
        }

        var text = new StringBuilder();
        for (at++; at < header.Length && header[at] != '"'; at++)
        {
            if (header[at] == '\\' && at + 1 < header.Length) at++;
            text.Append(header[at]);
        }

        at = Math.Min(at + 1, header.Length);
        return text.ToString();
    }

    private static int SkipBlanks(string header, int at)
    {
        while (at < header.Length && header[at] is (' ' or '\t' or ',')) at++;
        return at;
    }

    private static int SkipSpaces(string header, int at)
    {
        while (at < header.Length && header[at] is (' ' or '\t')) at++;
        return at;
    }
}
