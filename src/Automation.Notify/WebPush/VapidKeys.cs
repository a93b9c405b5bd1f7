using System.Buffers.Text;
using System.Security.Cryptography;
using Automation.Core.Model;

namespace Automation.Notify.WebPush;

/// <summary>The key pair by which push services know this sender (RFC 8292). Browsers subscribe for one public key: a new pair makes every subscription useless.</summary>
/// <param name="PublicKey">The point on P-256, uncompressed, in base64url: what a browser gives as <c>applicationServerKey</c>.</param>
/// <param name="PrivateKey">The 32 bytes of the private key in base64url.</param>
public sealed record VapidKeys(string PublicKey, Secret PrivateKey)
{
    public static VapidKeys Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Of(key.ExportParameters(true));
    }

    /// <summary>Makes the pair from its private half.</summary>
    /// <exception cref="FormatException">It is not the private key of a pair on P-256.</exception>
    public static VapidKeys FromPrivateKey(Secret privateKey)
    {
        try
        {
            byte[] d = Base64Url.DecodeFromChars(privateKey.Reveal());
            if (d.Length != 32) throw new FormatException("a private key on P-256 has 32 bytes");
            using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = d });
            return Of(key.ExportParameters(true));
        }
        catch (CryptographicException e)
        {
            throw new FormatException("this is not a private key on P-256", e);
        }
    }

    private static VapidKeys Of(ECParameters key) => new(Base64Url.EncodeToString([4, .. key.Q.X!, .. key.Q.Y!]), new Secret(Base64Url.EncodeToString(key.D)));
}
