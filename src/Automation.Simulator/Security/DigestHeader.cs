namespace Automation.Simulator.Security;

/// <summary>The parameters of an <c>Authorization: Digest</c> header. RFC 7616 §3.4.</summary>
internal static class DigestHeader
{
    private const int MaxParameters = 32;

    /// <summary>Null when the header is not well formed or names a parameter twice.</summary>
    public static Dictionary<string, string>? TryRead(string header)
    {
        const string scheme = "Digest ";
        if (header.Length > 8192 || !header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return null;
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        ReadOnlySpan<char> rest = header.AsSpan(scheme.Length).Trim();
        while (rest.Length > 0)
        {
            int equals = rest.IndexOf('=');
            if (equals <= 0 || parameters.Count == MaxParameters) return null;
            string name = rest[..equals].Trim().ToString();
            rest = rest[(equals + 1)..].TrimStart();
            string? value = rest.Length > 0 && rest[0] == '"' ? Quoted(ref rest) : Token(ref rest);
            if (value is null || !parameters.TryAdd(name, value)) return null;
            rest = rest.TrimStart();
            if (rest.Length == 0) break;
            if (rest[0] != ',') return null;
            rest = rest[1..].TrimStart();
        }

        return parameters;
    }

    private static string Token(ref ReadOnlySpan<char> rest)
    {
        int end = rest.IndexOf(',');
        if (end < 0) end = rest.Length;
        string token = rest[..end].Trim().ToString();
        rest = rest[end..];
        return token;
    }

    private static string? Quoted(ref ReadOnlySpan<char> rest)
    {
        var text = new System.Text.StringBuilder();
        for (int i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                rest = rest[(i + 1)..];
                return text.ToString();
            }

            if (rest[i] == '\\' && ++i == rest.Length) return null;
            text.Append(rest[i]);
        }

        return null;
    }
}
