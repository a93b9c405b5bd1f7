using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Automation.Simulator.Security;

/// <summary>Digest authentication of one device. RFC 7616; isapi.md 1.5. Thread-safe.</summary>
internal sealed class DigestGate
{
    private readonly Lock _gate = new();
    private readonly SimulatedDevice _device;
    private readonly string _password;
    private readonly LoginGuard _guard;
    private readonly NonceBook _nonces;
    private readonly string _realm;
    private readonly string _opaque;

    public DigestGate(SimulatedDevice device, string password, LoginGuard guard, TimeProvider time, Random random)
    {
        _device = device;
        _password = password;
        _guard = guard;
        _nonces = new(TimeSpan.FromSeconds(device.NonceSeconds), time, random);
        _realm = "IP Device(" + device.Id + ")";
        _opaque = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(device.Id)))[..16];
    }

    /// <param name="target">The request-target as it stood in the request line.</param>
    public Verdict Judge(string? authorization, string method, string target, ReadOnlySpan<byte> body, out string? user)
    {
        user = null;
        if (string.IsNullOrEmpty(authorization)) return Verdict.NoCredentials;
        Dictionary<string, string>? header = DigestHeader.TryRead(authorization);
        if (header is null || !TryRead(header, out Offer offer)) return Verdict.Malformed;
        user = offer.User;
        string bodyHash = offer.Qop == "auth-int" ? Hash(offer.Algorithm, body) : "";
        lock (_gate)
        {
            if (_guard.IsLocked) return Verdict.Locked;
            if (!string.Equals(offer.Uri, target, StringComparison.Ordinal)) return Verdict.UriMismatch;
            string expected = Response(offer, method, bodyHash);
            bool right = CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.UTF8.GetBytes(offer.Response.ToLowerInvariant()));
            if (!right || !string.Equals(offer.User, _device.User, StringComparison.Ordinal))
            {
                _guard.Wrong();
                return Verdict.WrongPassword;
            }

            // Only who knows the password hears that the nonce is stale (RFC 7616 §3.3).
            if (!_nonces.TryUse(offer.Nonce, offer.Count)) return Verdict.Stale;
            _guard.Right();
            return Verdict.Accepted;
        }
    }

    /// <summary>One WWW-Authenticate value for each algorithm offered, best first as configured.</summary>
    public string[] Challenges(bool stale)
    {
        lock (_gate)
        {
            return [.. _device.Digest.Select(a =>
                $"Digest qop=\"{string.Join(',', _device.Qop)}\", realm=\"{_realm}\", nonce=\"{_nonces.Issue()}\", opaque=\"{_opaque}\", algorithm={a}, stale={(stale ? "true" : "false")}")];
        }
    }

    private bool TryRead(Dictionary<string, string> header, out Offer offer)
    {
        offer = default;
        string Get(string name) => header.GetValueOrDefault(name, "");
        string algorithm = header.GetValueOrDefault("algorithm", "MD5"), qop = Get("qop"), count = Get("nc");
        string? offered = _device.Digest.FirstOrDefault(a => string.Equals(a, algorithm, StringComparison.OrdinalIgnoreCase));
        if (offered is null || !_device.Qop.Contains(qop) || count.Length != 8 || Get("cnonce").Length == 0 || Get("response").Length == 0) return false;
        if (!uint.TryParse(count, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint number)) return false;
        if (!string.Equals(Get("realm"), _realm, StringComparison.Ordinal) || (header.TryGetValue("opaque", out string? opaque) && opaque != _opaque)) return false;
        offer = new(Get("username"), Get("uri"), Get("nonce"), count, number, Get("cnonce"), qop, offered, Get("response"));
        return true;
    }

    private string Response(Offer offer, string method, string bodyHash)
    {
        string a = offer.Algorithm;
        string ha1 = Hash(a, $"{offer.User}:{_realm}:{_password}");
        if (a.EndsWith("-sess", StringComparison.Ordinal)) ha1 = Hash(a, $"{ha1}:{offer.Nonce}:{offer.ClientNonce}");
        string ha2 = Hash(a, offer.Qop == "auth-int" ? $"{method}:{offer.Uri}:{bodyHash}" : $"{method}:{offer.Uri}");
        return Hash(a, $"{ha1}:{offer.Nonce}:{offer.CountText}:{offer.ClientNonce}:{offer.Qop}:{ha2}");
    }

    private static string Hash(string algorithm, string text) => Hash(algorithm, Encoding.UTF8.GetBytes(text));

    private static string Hash(string algorithm, ReadOnlySpan<byte> bytes)
    {
        if (algorithm.StartsWith("SHA-256", StringComparison.Ordinal)) return Convert.ToHexStringLower(SHA256.HashData(bytes));
#pragma warning disable CA5351 // The devices of the field speak MD5; this one has to as well.
        return Convert.ToHexStringLower(MD5.HashData(bytes));
#pragma warning restore CA5351
    }

    private readonly record struct Offer(string User, string Uri, string Nonce, string CountText, uint Count, string ClientNonce, string Qop, string Algorithm, string Response);
}
