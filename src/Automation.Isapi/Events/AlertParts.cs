using Automation.Isapi.Documents;

namespace Automation.Isapi.Events;

/// <summary>What the parts of a stream or of a push hold: alerts, pictures, or something wrong. Reads each part onto one tape.</summary>
internal sealed class AlertParts(IAlertStreamSink sink)
{
    private readonly Tape _tape = new();
    private readonly List<Alert> _alerts = new(4);

    /// <summary>Hands out what a part holds; answers the device's words when the part is a refusal (HTTP 200 with an error body is one).</summary>
    public string? Take(in StreamPart part)
    {
        switch (part.Kind)
        {
            case StreamPartKind.Skipped:
                if (part.ContentType != "video") sink.Problem(DeviceProblemKind.PartOversized, "a part of its event stream is larger than the limit; the part was skipped");
                return null;
            case StreamPartKind.Picture:
                // Half a picture is none.
                if (!part.Cut && !part.Body.IsEmpty) sink.Picture(part.ContentType ?? "image/jpeg", part.Body);
                return null;
            default:
                return TakeText(part);
        }
    }

    private string? TakeText(in StreamPart part)
    {
        DocumentReader.Read(part.Body, _tape);
        Alert.Read(_tape, _alerts);
        foreach (Alert alert in _alerts) sink.Received(alert);
        string? refusal = null;
        if (_alerts.Count == 0)
        {
            foreach (TapeNode document in _tape.Roots)
            {
                if (refusal is null && document.TryFind("statusCode"u8, out _)) refusal = RefusalOf(part.Body);
                sink.Other(document);
            }
        }

        if (_tape.Problem is { } problem)
        {
            if (part.Cut) sink.Problem(DeviceProblemKind.PartTruncated, "a part of its event stream ends too early; what was whole in it was taken");
            else sink.Problem(DeviceProblemKind.PartUnreadable, $"a part of its event stream cannot be read: {Stable(problem)}");
        }

        return refusal;
    }

    private static string? RefusalOf(ReadOnlyMemory<byte> body) =>
        DocumentReader.Read(body).Documents is [var first, ..] && ResponseStatus.From(first) is { Succeeded: false } status ? $"{status.Words}: {status.Meaning.Description}" : null;

    /// <summary>Without the line, so that the same problem has the same text.</summary>
    private static string Stable(string problem)
    {
        int at = problem.IndexOf(" at line", StringComparison.Ordinal);
        return at < 0 ? problem : problem[..at];
    }
}
