using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Automation.Core.Model;

namespace Automation.Isapi.Http;

/// <summary>Answers one challenge for as long as its nonce lives: counts its uses and signs each request (RFC 7616 §3.4, RFC 2617).</summary>
/// <remarks>A nonce belongs to one loop, so that its count arrives in order; devices refuse a count that goes back.</remarks>
internal sealed class DigestSession(DigestChallenge challenge, string user, Secret password, Random random)
{
    private readonly string _cnonce = NewCnonce(random);
    private uint _count;

    public DigestChallenge Challenge => challenge;

    /// <summary>The device has accepted an answer to this nonce: a later refusal means that it expired, not that the password is wrong.</summary>
    public bool Proven { get; set; }

    /// <summary>The value of the Authorization header.</summary>
    /// <param name="uri">Path and query, as in the request line.</param>
    /// <param name="body">What will be sent; signed only where the device asks for that.</param>
    public string Authorize(string method, string uri, ReadOnlySpan<byte> body)
    {
        string? qop = challenge.OffersAuth ? "auth" : challenge.OffersAuthInt ? "auth-int" : null;
        string nc = (++_count).ToString("x8", CultureInfo.InvariantCulture);
        string a1 = Hash($"{user}:{challenge.Realm}:{password.Reveal()}");
        if (challenge.Algorithm is DigestAlgorithm.Md5Session or DigestAlgorithm.Sha256Session) a1 = Hash($"{a1}:{challenge.Nonce}:{_cnonce}");
        string a2 = Hash(qop == "auth-int" ? $"{method}:{uri}:{HashBytes(body)}" : $"{method}:{uri}");
        string response = Hash(qop is null ? $"{a1}:{challenge.Nonce}:{a2}" : $"{a1}:{challenge.Nonce}:{nc}:{_cnonce}:{qop}:{a2}");

        var text = new StringBuilder(256);
        text.Append(CultureInfo.InvariantCulture, $"Digest username=\"{Quote(user)}\", realm=\"{Quote(challenge.Realm)}\", nonce=\"{Quote(challenge.Nonce)}\", uri=\"{uri}\", response=\"{response}\"");
        if (challenge.AlgorithmName is { } algorithm) text.Append(CultureInfo.InvariantCulture, $", algorithm={algorithm}");
        if (challenge.Opaque is { } opaque) text.Append(CultureInfo.InvariantCulture, $", opaque=\"{Quote(opaque)}\"");
        if (qop is not null) text.Append(CultureInfo.InvariantCulture, $", qop={qop}, nc={nc}, cnonce=\"{_cnonce}\"");
        else if (challenge.Algorithm is DigestAlgorithm.Md5Session or DigestAlgorithm.Sha256Session) text.Append(CultureInfo.InvariantCulture, $", cnonce=\"{_cnonce}\"");
        return text.ToString();
    }

    private static string Quote(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private string Hash(string text) => HashBytes(Encoding.UTF8.GetBytes(text));

    [SuppressMessage("Security", "CA5351", Justification = "The device chooses the algorithm; most know nothing but MD5.")]
    private string HashBytes(ReadOnlySpan<byte> bytes) => challenge.Algorithm is DigestAlgorithm.Sha256 or DigestAlgorithm.Sha256Session
        ? Convert.ToHexStringLower(SHA256.HashData(bytes))
        : Convert.ToHexStringLower(MD5.HashData(bytes));

    [SuppressMessage("Security", "CA5394", Justification = "A cnonce only has to differ; it protects the device's user no better when it is secret.")]
    private static string NewCnonce(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (random) random.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
