using System.Globalization;
using System.Net;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi.Events;

internal enum StreamEndKind : byte
{
    /// <summary>The device ended a stream that had begun.</summary>
    Closed,

    /// <summary>No sign of life for the heartbeat's time.</summary>
    Silent,

    /// <summary>The device answers, but gives no stream.</summary>
    Refused,

    /// <summary>No connection.</summary>
    Unreachable,

    LoginRefused,
}

/// <param name="Reason">As a person reads it.</param>
internal readonly record struct StreamEnd(StreamEndKind Kind, string Reason);

/// <summary>What opens a stream.</summary>
internal sealed record StreamRequest(HttpMethod Method, string Path, DeviceContent? Content)
{
    /// <summary>A device's own events (EVT-1).</summary>
    public static StreamRequest AlertStream { get; } = new(HttpMethod.Get, "/Event/notification/alertStream", null);

    /// <summary>The events of every device of a receiver gateway (EVT-2; 002 §5, A.42).</summary>
    public static StreamRequest Subscription { get; } =
        new(HttpMethod.Post, "/Event/notification/subscribeDeviceMgmt?format=json", DeviceContent.Json("""{"SubscribeDeviceMgmt":{"eventMode":"all","defenceMode":"all"}}"""));
}

/// <summary>What the stream tells its owner, on the stream's own loop.</summary>
internal interface IAlertStreamSink
{
    void Opened();

    void Received(in Alert alert);

    /// <summary>A document without an alert, e.g. the answer to a subscription.</summary>
    void Other(TapeNode document);

    /// <summary>A picture that belongs to the alerts before it; the bytes are gone after the call.</summary>
    void Picture(string contentType, ReadOnlyMemory<byte> bytes);

    void Problem(DeviceProblemKind kind, string detail);
}

/// <summary>One listening to a stream of events: opens it, watches its silence, hands out its alerts, says how it ended.</summary>
internal sealed class AlertStream(DeviceEndpoint endpoint, StreamRequest request, IAlertStreamSink sink)
{
    private readonly DeviceHttp _http = new(endpoint);
    private readonly AlertParts _parts = new(sink);

    /// <summary>Runs until the stream ends. Throws only when cancelled.</summary>
    public async Task<StreamEnd> RunAsync(CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(endpoint.Limits.HeartbeatTimeout, endpoint.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        OpenAnswer open = await _http.OpenAsync(request.Method, request.Path, request.Content, either.Token, cancellationToken).ConfigureAwait(false);
        if (open.Response is null) return NotOpened(open);
        using HttpResponseMessage response = open.Response;
        string mediaType = response.Content.Headers.ContentType?.MediaType ?? "";
        if (response.StatusCode != HttpStatusCode.OK || mediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase))
        {
            return new StreamEnd(StreamEndKind.Refused, await WhyRefusedAsync(response, either.Token).ConfigureAwait(false));
        }

        try
        {
            Stream stream = await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            sink.Opened();
            string? refusal = await ReadAsync(stream, BoundaryOf(response), silence, either.Token).ConfigureAwait(false);
            return refusal is null ? new StreamEnd(StreamEndKind.Closed, "the device closed its event stream") : new StreamEnd(StreamEndKind.Refused, Refusal(refusal));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new StreamEnd(StreamEndKind.Silent, string.Create(CultureInfo.InvariantCulture, $"no sign of life for {endpoint.Limits.HeartbeatTimeout.TotalSeconds:0} s"));
        }
        catch (Exception e) when (e is IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            return new StreamEnd(StreamEndKind.Closed, "the event stream broke");
        }
    }

    private static StreamEnd NotOpened(OpenAnswer open) => open.Failure switch
    {
        CallFailure.LoginRefused => new StreamEnd(StreamEndKind.LoginRefused, open.Detail ?? "the login was refused"),
        CallFailure.TimedOut => new StreamEnd(StreamEndKind.Silent, "the event stream does not answer"),
        _ => new StreamEnd(StreamEndKind.Unreachable, open.Detail ?? "no connection"),
    };

    private static string Refusal(string status) => $"the device gives no event stream ({status}); its events do not arrive, check the user's rights and other listeners";

    private static async Task<string> WhyRefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string http = string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)response.StatusCode}");
        try
        {
            byte[] start = new byte[4096];
            await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            int count = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (DocumentReader.Read(start.AsMemory(0, count)).Documents is [var first, ..] && ResponseStatus.From(first) is { } status) http = $"{http}, {status.Words}: {status.Meaning.Description}";
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            // The status line said enough.
        }

        return Refusal(http);
    }

    /// <summary>Reads to the end; answers the device's words when what came was a refusal with HTTP 200.</summary>
    private async Task<string?> ReadAsync(Stream stream, string? boundary, CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(
            async (buffer, ct) =>
            {
                int count = await stream.ReadAsync(buffer, ct).ConfigureAwait(false);
                // Any byte is a sign of life; a picture over a slow line may take longer than a heartbeat.
                silence.CancelAfter(endpoint.Limits.HeartbeatTimeout);
                return count;
            },
            boundary, endpoint.Limits.MaxTextPartBytes, endpoint.Limits.MaxPicturePartBytes);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } part)
        {
            if (_parts.Take(part) is { } refusal) return refusal;
        }

        return null;
    }

    internal static string? BoundaryOf(HttpResponseMessage response)
    {
        foreach (System.Net.Http.Headers.NameValueHeaderValue parameter in response.Content.Headers.ContentType?.Parameters ?? [])
        {
            if (parameter.Name.Equals("boundary", StringComparison.OrdinalIgnoreCase)) return parameter.Value?.Trim('"');
        }

        return null;
    }
}
