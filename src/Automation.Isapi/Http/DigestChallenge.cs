using System.Collections.Frozen;

namespace Automation.Isapi.Http;

internal enum DigestAlgorithm : byte
{
    Md5,
    Md5Session,
    Sha256,
    Sha256Session,
}

/// <summary>One <c>WWW-Authenticate: Digest</c> (RFC 7616).</summary>
internal sealed record DigestChallenge(string Realm, string Nonce, string? Opaque, DigestAlgorithm Algorithm, string? AlgorithmName, bool OffersAuth, bool OffersAuthInt, bool Stale)
{
    /// <summary>Neither <c>auth</c> nor <c>auth-int</c>: the older form of RFC 2069.</summary>
    public bool IsLegacy => !OffersAuth && !OffersAuthInt;

    /// <summary>The strongest Digest of the headers; null when there is none that is understood.</summary>
    /// <param name="offersBasicOnly">True when Basic is offered and no Digest of any kind: only then is Basic used (ACT-9).</param>
    public static DigestChallenge? Choose(IEnumerable<string> headers, out bool offersBasicOnly)
    {
        DigestChallenge? best = null;
        bool basic = false;
        bool digest = false;
        foreach (string header in headers)
        {
            foreach ((string scheme, FrozenDictionary<string, string> parameters) in AuthenticateHeader.Read(header))
            {
                if (scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)) basic = true;
                if (!scheme.Equals("Digest", StringComparison.OrdinalIgnoreCase)) continue;
                digest = true;
                if (From(parameters) is { } challenge && (best is null || challenge.Algorithm > best.Algorithm)) best = challenge;
            }
        }

        offersBasicOnly = basic && !digest;
        return best;
    }

    private static DigestChallenge? From(FrozenDictionary<string, string> parameters)
    {
        if (!parameters.TryGetValue("nonce", out string? nonce)) return null;
        string? name = parameters.GetValueOrDefault("algorithm");
        DigestAlgorithm? algorithm = (name ?? "MD5").ToUpperInvariant() switch
        {
            "MD5" => DigestAlgorithm.Md5,
            "MD5-SESS" => DigestAlgorithm.Md5Session,
            "SHA-256" => DigestAlgorithm.Sha256,
            "SHA-256-SESS" => DigestAlgorithm.Sha256Session,
            _ => null,
        };
        if (algorithm is not { } known) return null;
        string[] qop = (parameters.GetValueOrDefault("qop") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        bool auth = qop.Contains("auth", StringComparer.OrdinalIgnoreCase);
        bool authInt = qop.Contains("auth-int", StringComparer.OrdinalIgnoreCase);
        if (qop.Length > 0 && !auth && !authInt) return null;
        bool stale = string.Equals(parameters.GetValueOrDefault("stale"), "true", StringComparison.OrdinalIgnoreCase);
        return new DigestChallenge(parameters.GetValueOrDefault("realm") ?? "", nonce, parameters.GetValueOrDefault("opaque"), known, name, auth, authInt, stale);
    }
}
