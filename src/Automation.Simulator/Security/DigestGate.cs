using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Automation.Simulator.Security;

/// <summary>How a request was judged.</summary>
internal enum Verdict
{
    /// <summary>Let in.</summary>
    Accepted,

    /// <summary>No credentials came along; the client is only asking for the challenge.</summary>
    NoCredentials,

    /// <summary>The header cannot be read, or lacks or contradicts something the challenge asked for.</summary>
    Malformed,

    /// <summary>The header was made for another request-target.</summary>
    UriMismatch,

    /// <summary>Right password, old or already used nonce: the client may try again at once.</summary>
    Stale,

    /// <summary>Wrong user or password; counts towards the lock-out.</summary>
    WrongPassword,

    /// <summary>Locked; even the right password is refused.</summary>
    Locked,
}

/// <summary>Digest authentication of one device with lock-out. RFC 7616; isapi.md 1.5. Thread-safe.</summary>
internal sealed class DigestGate
{
    private readonly Lock _gate = new();
    private readonly SimulatedDevice _device;
    private readonly string _password;
    private readonly TimeProvider _time;
    private readonly NonceBook _nonces;
    private readonly string _realm;
    private readonly string _opaque;
    private int _wrong;
    private long? _lockedAt;

    public DigestGate(SimulatedDevice device, string password, TimeProvider time, Random random)
    {
        _device = device;
        _password = password;
        _time = time;
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
            if (IsLocked_NeedsLock(out _)) return Verdict.Locked;
            if (!string.Equals(offer.Uri, target, StringComparison.Ordinal)) return Verdict.UriMismatch;
            string expected = Response(offer, method, bodyHash);
            bool right = CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.UTF8.GetBytes(offer.Response.ToLowerInvariant()));
            if (!right || !string.Equals(offer.User, _device.User, StringComparison.Ordinal))
            {
                if (++_wrong >= _device.LockAfter) _lockedAt = _time.GetTimestamp();
                return Verdict.WrongPassword;
            }

            // Only who knows the password hears that the nonce is stale (RFC 7616 §3.3).
            if (!_nonces.TryUse(offer.Nonce, offer.Count)) return Verdict.Stale;
            _wrong = 0;
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

    /// <summary>The document that comes with a 401. isapi.md 1.5.</summary>
    public string UserCheck()
    {
        lock (_gate)
        {
            bool locked = IsLocked_NeedsLock(out TimeSpan left);
            string seconds = ((long)Math.Ceiling(left.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            string retries = (locked ? 0 : _device.LockAfter - _wrong).ToString(CultureInfo.InvariantCulture);
            return $"<userCheck version=\"2.0\" xmlns=\"{Documents.Xml.Ver20}\">\n<statusValue>401</statusValue>\n<statusString>Unauthorized</statusString>\n" +
                $"<isActivated>true</isActivated>\n<lockStatus>{(locked ? "lock" : "unlock")}</lockStatus>\n<unlockTime>{seconds}</unlockTime>\n<retryLoginTime>{retries}</retryLoginTime>\n</userCheck>\n";
        }
    }

    /// <summary>Forgets wrong passwords and a lock.</summary>
    public void Unlock()
    {
        lock (_gate)
        {
            _wrong = 0;
            _lockedAt = null;
        }
    }

    private bool IsLocked_NeedsLock(out TimeSpan left)
    {
        left = TimeSpan.Zero;
        if (_lockedAt is not { } at) return false;
        left = TimeSpan.FromSeconds(_device.LockSeconds) - _time.GetElapsedTime(at);
        if (left > TimeSpan.Zero) return true;
        left = TimeSpan.Zero;
        _lockedAt = null;
        _wrong = 0;
        return false;
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
