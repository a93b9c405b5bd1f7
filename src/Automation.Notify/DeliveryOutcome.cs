namespace Automation.Notify;

/// <summary>Why a message was not handed over. Counted and shown to people, so an enum.</summary>
public enum DeliveryReason
{
    /// <summary>It was handed over.</summary>
    None,

    /// <summary>Nobody answers at the server's address.</summary>
    Unreachable,

    /// <summary>The server answered too late.</summary>
    TimedOut,

    /// <summary>No encrypted connection came about: no STARTTLS, or a certificate that is not trusted.</summary>
    TlsFailed,

    /// <summary>User or password are wrong, or the server does not let this client authenticate.</summary>
    Unauthorized,

    /// <summary>The server asks to come again later (SMTP 4xx, HTTP 429 and 5xx).</summary>
    Busy,

    /// <summary>The server does not take mail for this address, or the address cannot be written to it.</summary>
    RecipientRefused,

    /// <summary>The server does not take this message or its sender.</summary>
    MessageRefused,

    /// <summary>The subscription does not exist any more and is to be forgotten.</summary>
    Gone,

    /// <summary>The answer was not understood.</summary>
    BadAnswer,
}

/// <summary>How handing over one message ended.</summary>
/// <param name="RetryHelps">Whether the same message may get through later. The message keeps its id, so one that arrives twice can be recognised.</param>
/// <param name="Detail">The server's own words, at most 300 characters on one line; empty when it said nothing.</param>
/// <param name="RetryAfter">How long the server asks to be left alone; null: it did not say.</param>
public sealed record DeliveryOutcome(DeliveryReason Reason, bool RetryHelps, string Detail, TimeSpan? RetryAfter = null)
{
    private const int MaximumDetail = 300;

    public bool Succeeded => Reason == DeliveryReason.None;

    public static DeliveryOutcome Done(string detail = "") => new(DeliveryReason.None, false, OneLine(detail, MaximumDetail));

    public static DeliveryOutcome Failed(DeliveryReason reason, bool retryHelps, string detail, TimeSpan? retryAfter = null) =>
        new(reason, retryHelps, OneLine(detail, MaximumDetail), retryAfter);

    /// <summary>The text with control characters as spaces, cut with an ellipsis: fit for a header, a log line or a topic.</summary>
    public static string OneLine(string text, int maximum)
    {
        string line = string.Create(Math.Min(text.Length, maximum), text, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++) span[i] = char.IsControl(source[i]) || source[i] is '\u2028' or '\u2029' ? ' ' : source[i];
        });
        if (text.Length <= maximum) return line.Trim();

        // Never half of a surrogate pair.
        int keep = char.IsHighSurrogate(line[maximum - 2]) ? maximum - 2 : maximum - 1;
        return line[..keep].Trim() + "…";
    }
}
