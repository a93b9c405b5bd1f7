using System.Buffers.Text;

namespace Automation.Notify.WebPush;

/// <summary>A browser that asked to be told: its <c>PushSubscription</c> as JSON gives it.</summary>
/// <param name="Endpoint">Where the push service takes messages for it.</param>
/// <param name="P256dh">The browser's public key in base64url.</param>
/// <param name="Auth">The browser's 16 secret bytes in base64url.</param>
public sealed record PushTarget(string Endpoint, string P256dh, string Auth)
{
    private const int MaximumEndpoint = 2048;

    /// <summary>What is wrong with it; null: nothing.</summary>
    /// <param name="services">Push services that may be written to: <c>fcm.googleapis.com</c>, <c>*.push.apple.com</c>, or <c>http://127.0.0.1:8099</c> for one of this machine. Endpoints are given
    /// by clients; without this list anybody who may subscribe could make this program call any server of the network.</param>
    public string? Problem(IReadOnlyList<string> services)
    {
        if (Endpoint.Length > MaximumEndpoint || !Uri.TryCreate(Endpoint, UriKind.Absolute, out Uri? uri)) return $"the endpoint is not an address of at most {MaximumEndpoint} characters";
        if (!services.Any(s => Fits(uri, s))) return $"'{uri.Host}' is not one of the push services that are allowed: add it to \"services\" if it is one";
        if (!Decodes(P256dh, 65)) return "\"p256dh\" is not a public key (65 bytes in base64url)";
        return Decodes(Auth, 16) ? null : "\"auth\" is not 16 bytes in base64url";
    }

    private static bool Fits(Uri uri, string service)
    {
        if (service.Contains("://", StringComparison.Ordinal)) return Uri.TryCreate(service, UriKind.Absolute, out Uri? exact) && uri.GetLeftPart(UriPartial.Authority) == exact.GetLeftPart(UriPartial.Authority);
        if (uri.Scheme != Uri.UriSchemeHttps || uri.Port != 443 || uri.UserInfo.Length > 0) return false;
        return service.StartsWith("*.", StringComparison.Ordinal) ? uri.Host.EndsWith(service[1..], StringComparison.OrdinalIgnoreCase) : uri.Host.Equals(service, StringComparison.OrdinalIgnoreCase);
    }

    private static bool Decodes(string text, int bytes)
    {
        Span<byte> buffer = stackalloc byte[128];
        return text.Length <= 128 && Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, buffer, out int written) && written == bytes && (bytes != 65 || buffer[0] == 4);
    }
}
