using System.Net;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi.Events;

/// <summary>Listens to one channel's live temperatures, an endless multipart. For devices that do not answer the polled form.</summary>
internal sealed class ThermometryStream(DeviceEndpoint endpoint, int channel, Action<DataObject> report)
{
    private readonly DeviceHttp _http = new(endpoint);

    /// <summary>Runs until the stream ends or falls silent. False when the device has none. Throws only when cancelled.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(endpoint.Limits.HeartbeatTimeout, endpoint.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        OpenAnswer open = await _http.OpenAsync(HttpMethod.Get, ThermometryUpload.PathOf(channel), null, either.Token, cancellationToken).ConfigureAwait(false);
        if (open.Response is null) return true;
        using HttpResponseMessage response = open.Response;
        if (response.StatusCode != HttpStatusCode.OK) return false;
        try
        {
            Stream stream = await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            var reader = new MultipartReader(
                async (buffer, ct) =>
                {
                    int count = await stream.ReadAsync(buffer, ct).ConfigureAwait(false);
                    silence.CancelAfter(endpoint.Limits.HeartbeatTimeout);
                    return count;
                },
                AlertStream.BoundaryOf(response), endpoint.Limits.MaxTextPartBytes, endpoint.Limits.MaxPicturePartBytes);
            while (await reader.ReadAsync(either.Token).ConfigureAwait(false) is { } part)
            {
                if (part.Kind != StreamPartKind.Text) continue;
                foreach (DeviceElement document in DocumentReader.Read(part.Body).Documents) report(ThermometryUpload.Read(document));
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // Silent or broken: the owner listens again.
        }

        return true;
    }
}
