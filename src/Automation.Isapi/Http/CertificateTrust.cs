using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Automation.Core.Model;

namespace Automation.Isapi.Http;

/// <summary>Whether a device's certificate is taken: one the machine trusts, one whose key is pinned, or a self-signed one where the site file says so.</summary>
internal sealed class CertificateTrust(TlsTrust? trust)
{
    /// <summary>Why the last certificate was not taken, with the pin it would need; null when it was.</summary>
    public string? Refusal { get; private set; }

    public bool Accepts(X509Certificate? certificate, SslPolicyErrors errors)
    {
        Refusal = null;
        if (certificate is null)
        {
            Refusal = "the device shows no certificate";
            return false;
        }

        string pin = PinOf(certificate);
        if (trust is { Pins.Length: > 0 })
        {
            // A pin is all that counts: the key is the device, whatever name and dates its certificate has.
            if (trust.Pins.Any(p => CryptographicOperations.FixedTimeEquals(Convert.FromBase64String(p), Convert.FromBase64String(pin)))) return true;
            Refusal = $"its certificate has another key than the one pinned; it shows \"sha256/{pin}\"";
            return false;
        }

        if (errors == SslPolicyErrors.None) return true;
        if (trust is { AcceptSelfSigned: true } && certificate.Subject == certificate.Issuer) return true;
        Refusal = $"its certificate is not trusted; when it is the device's own, pin it: \"tls\": {{ \"pin\": \"sha256/{pin}\" }}";
        return false;
    }

    /// <summary>SHA-256 of the public key, base64.</summary>
    public static string PinOf(X509Certificate certificate)
    {
        using var own = new X509Certificate2(certificate);
        return Convert.ToBase64String(SHA256.HashData(own.PublicKey.ExportSubjectPublicKeyInfo()));
    }
}
