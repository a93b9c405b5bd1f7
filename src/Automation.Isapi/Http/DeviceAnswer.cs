using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Http;

/// <summary>Why a call brought no answer.</summary>
internal enum CallFailure : byte
{
    None,

    /// <summary>No connection came about: nothing was sent.</summary>
    NotConnected,

    /// <summary>Sent, perhaps; no answer in time.</summary>
    TimedOut,

    /// <summary>Sent, perhaps; the connection broke.</summary>
    Broken,

    /// <summary>The login was refused, or is not tried because it would be.</summary>
    LoginRefused,

    /// <summary>The answer is larger than the limit.</summary>
    TooLarge,

    /// <summary>Too many calls wait already; nothing was sent.</summary>
    QueueFull,

    /// <summary>The device lets nobody more in just now; the request was not sent.</summary>
    Busy,
}

/// <summary>What came of a call.</summary>
/// <param name="Status">The HTTP status; 0 when there was no answer.</param>
/// <param name="Detail">Why there was none, as a person reads it.</param>
internal sealed record DeviceAnswer(CallFailure Failure, int Status, string? ContentType, ReadOnlyMemory<byte> Body, string? Detail)
{
    private DeviceElement? _document;
    private bool _read;

    public bool IsSuccess => Failure == CallFailure.None && Status is >= 200 and < 300 && ResponseStatus is not { Succeeded: false };

    /// <summary>The document of the body; null when it holds none that can be read.</summary>
    public DeviceElement? Document
    {
        get
        {
            if (_read) return _document;
            _read = true;
            if (DocumentReader.Sniff(Body.Span) is '<' or '{' or '[') _document = DocumentReader.Read(Body) is { Documents: [var first, ..] } ? first : null;
            return _document;
        }
    }

    /// <summary>The device's verdict; an error may come with HTTP 200 (isapi.md 1.1).</summary>
    public ResponseStatus? ResponseStatus => Document is { } document ? ResponseStatus.From(document) : null;

    public bool IsPicture => ContentType?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) == true || Body.Span.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]);

    public static DeviceAnswer Failed(CallFailure failure, string? detail) => new(failure, 0, null, default, detail);

    /// <summary>What this answer means for the action that asked (ACT-8).</summary>
    public ActionOutcome ToOutcome() => Failure switch
    {
        CallFailure.None => OutcomeOfStatus(),
        CallFailure.NotConnected => ActionOutcome.Failed(ActionReason.Unreachable, retrySafe: true, Detail),
        CallFailure.QueueFull or CallFailure.Busy => ActionOutcome.Failed(ActionReason.Busy, retrySafe: true, Detail),
        CallFailure.LoginRefused => ActionOutcome.Failed(ActionReason.Unauthorized, retrySafe: false, Detail),
        CallFailure.TooLarge => ActionOutcome.Failed(ActionReason.BadAnswer, retrySafe: false, Detail),
        _ => ActionOutcome.Failed(ActionReason.Unreachable, retrySafe: false, Detail),
    };

    private ActionOutcome OutcomeOfStatus()
    {
        string http = string.Create(CultureInfo.InvariantCulture, $"HTTP {Status}");
        if (ResponseStatus is { } verdict)
        {
            if (!verdict.Succeeded) return verdict.ToOutcome();
            if (Status is >= 200 and < 300) return verdict.ToOutcome();
        }

        if (Status is >= 200 and < 300)
        {
            bool understood = Body.IsEmpty || Document is not null || IsPicture || DocumentReader.Sniff(Body.Span) == '\0';
            return understood ? ActionOutcome.Done(http) : ActionOutcome.Failed(ActionReason.BadAnswer, retrySafe: false, http);
        }

        return Status switch
        {
            401 => ActionOutcome.Failed(ActionReason.Unauthorized, retrySafe: false, http),
            404 or 405 or 501 => ActionOutcome.Failed(ActionReason.NotSupported, retrySafe: false, http),
            408 or 429 or 503 => ActionOutcome.Failed(ActionReason.Busy, retrySafe: true, http),
            // 403 is a missing right, a missing function or a busy one, but never a wrong password (isapi.md 1.5).
            _ => ActionOutcome.Failed(ActionReason.Refused, retrySafe: false, http),
        };
    }
}
