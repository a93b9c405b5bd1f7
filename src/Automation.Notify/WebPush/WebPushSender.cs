using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Automation.Notify.WebPush;

/// <summary>Sends messages to browsers over their push services (RFC 8030). Never throws for a world that fails.</summary>
/// <param name="subject">Whom the push service can write to: <c>mailto:</c> or <c>https:</c>.</param>
public sealed class WebPushSender(VapidKeys keys, string subject, TimeProvider time) : IDisposable
{
    /// <summary>Of a message's text in UTF-8; push services take no more than one record.</summary>
    public const int MaximumBytes = PushEncryption.MaximumBytes;

    // RFC 8030 §5.4: at most 32 characters of base64url.
    private const int TopicLength = 32;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // A redirect would lead past the list of allowed services.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = Patience, PooledConnectionLifetime = TimeSpan.FromMinutes(5), UseCookies = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = 64 * 1024,
    };

    /// <summary>Hands one message over; done means the push service has taken charge of it.</summary>
    /// <param name="id">A message that waits at the push service is replaced by a later one of the same id.</param>
    /// <param name="text">What the page's service worker gets; at most <see cref="MaximumBytes"/> in UTF-8.</param>
    /// <param name="lifetime">How long the push service keeps it for a browser that is away.</param>
    public async Task<DeliveryOutcome> SendAsync(PushTarget target, string id, string text, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        if (utf8.Length > MaximumBytes) return DeliveryOutcome.Failed(DeliveryReason.MessageRefused, false, $"longer than {MaximumBytes} bytes");
        if (!Uri.TryCreate(target.Endpoint, UriKind.Absolute, out Uri? endpoint)) return DeliveryOutcome.Failed(DeliveryReason.Gone, false, "the subscription has no address");
        byte[] body;
        try
        {
            body = PushEncryption.Encrypt(target, utf8);
        }
        catch (Exception e) when (e is CryptographicException or FormatException or ArgumentException)
        {
            // Keys that are no point of the curve: nothing can ever be sent to this one.
            return DeliveryOutcome.Failed(DeliveryReason.Gone, false, "the subscription's keys cannot be used");
        }

        using HttpRequestMessage request = Request(endpoint, id, body, lifetime);
        using var deadline = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, both.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? DeliveryOutcome.Done() : OutcomeOf(response, await response.Content.ReadAsStringAsync(both.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return DeliveryOutcome.Failed(DeliveryReason.TimedOut, true, $"no answer within {Patience.TotalSeconds:0} s");
        }
        catch (HttpRequestException e)
        {
            return DeliveryOutcome.Failed(DeliveryReason.Unreachable, true, e.Message);
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(Uri endpoint, string id, byte[] body, TimeSpan lifetime)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.ContentEncoding.Add("aes128gcm");
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = content };
        request.Headers.TryAddWithoutValidation("Authorization", VapidToken.Write(keys, endpoint, subject, time.GetUtcNow()));
        request.Headers.Add("TTL", ((long)Math.Max(0, lifetime.TotalSeconds)).ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Urgency", "high");
        request.Headers.Add("Topic", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)))[..TopicLength]);
        return request;
    }

    private DeliveryOutcome OutcomeOf(HttpResponseMessage response, string words)
    {
        string detail = $"{(int)response.StatusCode} {words}".Trim();
        TimeSpan? after = response.Headers.RetryAfter is { } wait ? wait.Delta ?? (wait.Date is { } date ? date - time.GetUtcNow() : null) : null;
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone => DeliveryOutcome.Failed(DeliveryReason.Gone, false, detail),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => DeliveryOutcome.Failed(DeliveryReason.Unauthorized, false, detail),
            HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => DeliveryOutcome.Failed(DeliveryReason.Busy, true, detail, after),
            >= HttpStatusCode.BadRequest => DeliveryOutcome.Failed(DeliveryReason.MessageRefused, false, detail),
            _ => DeliveryOutcome.Failed(DeliveryReason.BadAnswer, true, detail),
        };
    }
}
