using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Automation.Core.Model;

namespace Automation.Host.Devices;

/// <summary>Checks the login of a push: Digest (RFC 7616: MD5 as devices know it, SHA-256 where they do), or Basic. Any thread.</summary>
/// <remarks>A nonce is an instant with a hash that only we can make, so none is kept until it is used; each use of one counts once.</remarks>
internal sealed partial class PushLogin(PushSettings settings, TimeProvider time)
{
    private const string Realm = "automation";

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>The challenges of a 401, the strongest first.</summary>
    /// <param name="stale">The login was right but for its nonce: the device need not ask anybody.</param>
    public string[] Challenges(bool stale)
    {
        string nonce = NewNonce();
        string suffix = stale ? ", stale=true" : "";
        return
        [
            $"Digest realm=\"{Realm}\", qop=\"auth\", algorithm=SHA-256, nonce=\"{nonce}\"{suffix}",
            $"Digest realm=\"{Realm}\", qop=\"auth\", algorithm=MD5, nonce=\"{nonce}\"{suffix}",
            $"Basic realm=\"{Realm}\"",
        ];
    }

    /// <summary>Whether the request may come in.</summary>
    /// <param name="target">Path and query, as the request line has them.</param>
    public bool Accepts(string method, string target, string? authorization, out bool stale)
    {
        stale = false;
        if (authorization is null) return false;
        if (authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return IsBasic(authorization[6..].Trim());
        return authorization.StartsWith("Digest ", StringComparison.OrdinalIgnoreCase) && IsDigest(method, target, authorization, out stale);
    }

    private bool IsBasic(string credentials)
    {
        Span<byte> given = new byte[512];
        if (!Convert.TryFromBase64String(credentials, given, out int length)) return false;
        return SameText(given[..length], Encoding.UTF8.GetBytes($"{settings.User}:{settings.Password.Reveal()}"));
    }

    private bool IsDigest(string method, string target, string authorization, out bool stale)
    {
        stale = false;
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Field().Matches(authorization)) fields[match.Groups["name"].Value] = match.Groups["quoted"].Success ? Unescape(match.Groups["quoted"].Value) : match.Groups["bare"].Value;
        string field(string name) => fields.GetValueOrDefault(name, "");
        bool sha = field("algorithm").Equals("SHA-256", StringComparison.OrdinalIgnoreCase);
        if (!sha && field("algorithm") is not ("" or "MD5") && !field("algorithm").Equals("md5", StringComparison.OrdinalIgnoreCase)) return false;
        if (field("username") != settings.User || field("realm") != Realm || field("uri") != target) return false;
        string a1 = Hash(sha, $"{settings.User}:{Realm}:{settings.Password.Reveal()}");
        string a2 = Hash(sha, $"{method}:{field("uri")}");
        string wanted = field("qop").Length == 0
            ? Hash(sha, $"{a1}:{field("nonce")}:{a2}")
            : Hash(sha, $"{a1}:{field("nonce")}:{field("nc")}:{field("cnonce")}:{field("qop")}:{a2}");
        if (!SameText(Encoding.ASCII.GetBytes(field("response").ToLowerInvariant()), Encoding.ASCII.GetBytes(wanted))) return false;

        // Right; now whether it is fresh: ours, not too old, and counted higher than before.
        if (IsFresh(field("nonce"), field("nc"))) return true;
        stale = true;
        return false;
    }

    private string NewNonce()
    {
        string instant = time.GetUtcNow().UtcTicks.ToString("x16", CultureInfo.InvariantCulture);
        return instant + Sign(instant);
    }

    private string Sign(string instant) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes(instant))[..16]);

    private bool IsFresh(string nonce, string count)
    {
        if (nonce.Length != 48 || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(nonce[16..]), Encoding.ASCII.GetBytes(Sign(nonce[..16])))) return false;
        if (!long.TryParse(nonce[..16], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out long ticks)) return false;
        if (Math.Abs(time.GetUtcNow().UtcTicks - ticks) > settings.Limits.NonceLifetime.Ticks) return false;
        if (_counts.Count >= settings.Limits.MaxNonces) _counts.Clear();
        long given = long.TryParse(count, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out long n) ? n : 1;
        while (true)
        {
            if (_counts.TryAdd(nonce, given)) return true;
            if (!_counts.TryGetValue(nonce, out long last)) continue;
            if (given <= last) return false;
            if (_counts.TryUpdate(nonce, given, last)) return true;
        }
    }

    [SuppressMessage("Security", "CA5351", Justification = "Most devices know no other algorithm.")]
    private static string Hash(bool sha, string text) => Convert.ToHexStringLower(sha ? SHA256.HashData(Encoding.UTF8.GetBytes(text)) : MD5.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>In a time that tells nothing of where they differ, nor of their lengths.</summary>
    private static bool SameText(ReadOnlySpan<byte> given, ReadOnlySpan<byte> wanted) => CryptographicOperations.FixedTimeEquals(SHA256.HashData(given), SHA256.HashData(wanted));

    private static string Unescape(string text) => text.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);

    [GeneratedRegex("(?<name>[A-Za-z]+)\\s*=\\s*(?:\"(?<quoted>(?:[^\"\\\\]|\\\\.)*)\"|(?<bare>[^,\\s\"]+))", RegexOptions.CultureInvariant, 100)]
    private static partial Regex Field();
}
