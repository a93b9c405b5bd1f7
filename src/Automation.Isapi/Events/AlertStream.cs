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

/// <summary>What the stream tells its owner, on the stream's own loop.</summary>
internal interface IAlertStreamSink
{
    void Opened();

    void Received(Alert alert);

    void Problem(DeviceProblemKind kind, string detail);
}

/// <summary>One listening to <c>/Event/notification/alertStream</c>: opens it, watches its silence, hands out its alerts, says how it ended.</summary>
internal sealed class AlertStream(DeviceEndpoint endpoint, IAlertStreamSink sink)
{
    private const string Path = "/Event/notification/alertStream";

    private readonly DeviceHttp _http = new(endpoint);

    /// <summary>Runs until the stream ends. Throws only when cancelled.</summary>
    public async Task<StreamEnd> RunAsync(CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(endpoint.Limits.HeartbeatTimeout, endpoint.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        OpenAnswer open = await _http.OpenAsync(HttpMethod.Get, Path, null, either.Token, cancellationToken).ConfigureAwait(false);
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
            await ReadAsync(stream, BoundaryOf(response), silence, either.Token).ConfigureAwait(false);
            return new StreamEnd(StreamEndKind.Closed, "the device closed its event stream");
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

        return $"the device gives no event stream ({http}); its events do not arrive, check the user's rights and other listeners";
    }

    private async Task ReadAsync(Stream stream, string? boundary, CancellationTokenSource silence, CancellationToken cancellationToken)
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
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } part) Take(part);
    }

    private void Take(StreamPart part)
    {
        switch (part.Kind)
        {
            case StreamPartKind.Oversized:
                sink.Problem(DeviceProblemKind.PartOversized, "a part of its event stream is larger than the limit; the part was skipped");
                break;
            case StreamPartKind.Text when IsPicture(part.Body.Span):
                // Some devices send pictures as application/octet-stream, or without a type.
                break;
            case StreamPartKind.Text:
                DocumentReading reading = DocumentReader.Read(part.Body);
                foreach (DeviceElement document in reading.Documents)
                {
                    foreach (Alert alert in Alert.Read(document)) sink.Received(alert);
                }

                if (reading.Problem is null) break;
                if (part.Cut) sink.Problem(DeviceProblemKind.PartTruncated, "a part of its event stream ends too early; what was whole in it was taken");
                else sink.Problem(DeviceProblemKind.PartUnreadable, $"a part of its event stream cannot be read: {Stable(reading.Problem)}");
                break;
        }
    }

    private static bool IsPicture(ReadOnlySpan<byte> body) => body.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) || body.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']);

    /// <summary>Without the line, so that the same problem has the same text.</summary>
    private static string Stable(string problem)
    {
        int at = problem.IndexOf(" at line", StringComparison.Ordinal);
        return at < 0 ? problem : problem[..at];
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
