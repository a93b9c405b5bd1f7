using System.Net;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Discovery;

/// <summary>Reads what a device that answered says of itself, and whether it speaks ISAPI. No login is sent.</summary>
internal sealed class LanDescriptions : IDisposable
{
    private const string IsapiPath = "/ISAPI/System/deviceInfo";

    private readonly LanSearchLimits _limits;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2), MaxResponseHeadersLength = 16 });

    public LanDescriptions(LanSearchLimits limits, TimeProvider time)
    {
        _limits = limits;
        _time = time;
    }

    /// <summary>Null when the device does not answer any more.</summary>
    public async Task<LanDevice?> ReadAsync(SsdpAnswer answer, CancellationToken cancellationToken)
    {
        (HttpStatusCode Status, DeviceElement? Document)? description = await GetAsync(answer.Location, cancellationToken).ConfigureAwait(false);
        DeviceElement? device = description?.Document?.Find("device");
        Uri web = WebOf(device, answer.Location);
        (HttpStatusCode Status, DeviceElement? Document)? info = await GetAsync(new Uri(web, IsapiPath), cancellationToken).ConfigureAwait(false);
        if (description is null && info is null) return null;
        bool speaks = info is { Status: HttpStatusCode.Unauthorized } || (info is { Status: HttpStatusCode.OK, Document: { } document } && document.Is("DeviceInfo"));
        string Say(string name) => Survey.Clean(device?.TextOf(name));
        return new LanDevice(web, Say("friendlyName"), Say("manufacturer"), Say("modelName"), Say("serialNumber"), answer.Unique, speaks);
    }

    /// <summary>Its web interface, where it tells one on the same machine; else the host of its description on the usual port.</summary>
    private static Uri WebOf(DeviceElement? device, Uri location)
    {
        if (Uri.TryCreate(location, device?.TextOf("presentationURL") ?? "", out Uri? told) && told.Scheme is "http" or "https" && told!.Host == location.Host && device?.TextOf("presentationURL") is not null)
        {
            return new Uri(told.GetLeftPart(UriPartial.Authority));
        }

        return new Uri(location.GetLeftPart(UriPartial.Authority));
    }

    private async Task<(HttpStatusCode Status, DeviceElement? Document)?> GetAsync(Uri url, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_limits.DescriptionTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            using HttpResponseMessage response = await _http.SendAsync(request, both.Token).ConfigureAwait(false);
            await using Stream body = await response.Content.ReadAsStreamAsync(both.Token).ConfigureAwait(false);
            byte[] buffer = new byte[_limits.MaxDescriptionBytes];
            int length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, both.Token).ConfigureAwait(false);
            DeviceElement? document = DocumentReader.Read(buffer.AsMemory(0, length)) is { Documents: [var first, ..] } ? first : null;
            return (response.StatusCode, document);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();
}
