using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Automation.Notify.WebPush;

/// <summary>Says to a push service who sends (RFC 8292).</summary>
internal static class VapidToken
{
    /// <summary>RFC 8292 §2 allows 24 hours; half of it bears a clock that is wrong.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private static readonly string Header = Base64Url.EncodeToString("""{"typ":"JWT","alg":"ES256"}"""u8);

    /// <summary>The value of the Authorization header.</summary>
    public static string Write(VapidKeys keys, Uri endpoint, string subject, DateTimeOffset now)
    {
        using var claims = new MemoryStream();
        using (var writer = new System.Text.Json.Utf8JsonWriter(claims))
        {
            writer.WriteStartObject();
            writer.WriteString("aud", endpoint.GetLeftPart(UriPartial.Authority));
            writer.WriteNumber("exp", (now + Lifetime).ToUnixTimeSeconds());
            writer.WriteString("sub", subject);
            writer.WriteEndObject();
        }

        string signed = Header + "." + Base64Url.EncodeToString(claims.ToArray());
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = Base64Url.DecodeFromChars(keys.PrivateKey.Reveal()) });
        byte[] signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256);
        return $"vapid t={signed}.{Base64Url.EncodeToString(signature)}, k={keys.PublicKey}";
    }
}
