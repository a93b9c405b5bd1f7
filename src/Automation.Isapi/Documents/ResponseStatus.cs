using System.Globalization;
using Automation.Core.Model;

namespace Automation.Isapi.Documents;

/// <summary>What a device says of a call, in either dialect: <c>ResponseStatus</c> (003 §4.5.5, 002 A.39) or <c>ErrorList</c> (002 A.1).</summary>
/// <param name="StatusCode">1 OK, 2 busy, 3 device error, 4 invalid operation, 5 and 6 bad message, 7 reboot needed; 0 when not given.</param>
internal sealed record ResponseStatus(int StatusCode, string? SubStatus, uint ErrorCode, string? Text)
{
    /// <summary>7: it was done, and takes effect after a reboot.</summary>
    public bool Succeeded => StatusCode is 1 or 7 || (StatusCode == 0 && string.Equals(SubStatus ?? Text, "ok", StringComparison.OrdinalIgnoreCase));

    public StatusMeaning Meaning => StatusCodes.MeaningOf(StatusCode, SubStatus, ErrorCode);

    /// <summary>The device's own words, e.g. <c>4 invalidOperation</c>.</summary>
    public string Words => string.Create(CultureInfo.InvariantCulture, $"{StatusCode} {SubStatus ?? Text ?? "(no text)"}");

    /// <summary>Reads a status; null when the document is something else.</summary>
    public static ResponseStatus? From(DeviceElement document)
    {
        if (document.Child("ErrorList") is not null) return FromErrorList(document);
        DeviceElement? body = document.Child("statusCode") is not null || document.Is("ResponseStatus") ? document
            : document.Child("ResponseStatus") ?? document.Child("userCheck");
        if (body is null && document.Is("userCheck")) body = document;
        return body?.IntOf("statusCode") is { } code || body?.TextOf("statusString") is not null ? Read(body, body.IntOf("statusCode") ?? body.IntOf("statusValue") ?? 0) : null;
    }

    /// <summary>A batch that failed in parts: the first part that did is what is told, with how many there are.</summary>
    private static ResponseStatus FromErrorList(DeviceElement document)
    {
        int failed = 0;
        ResponseStatus? first = null;
        foreach (DeviceElement entry in document.All("ErrorList"))
        {
            int code = entry.IntOf("statusCode") ?? 1;
            if (code == 1) continue;
            failed++;
            first ??= Read(entry, code) with { Text = $"id {entry.TextOf("id")}" };
        }

        if (first is null) return new ResponseStatus(1, "ok", 1, null);
        return failed == 1 ? first : first with { Text = string.Create(CultureInfo.InvariantCulture, $"{first.Text} and {failed - 1} more") };
    }

    /// <summary>What an entry of an <c>ErrorList</c> says of its object; null when it was done (002 A.1: then there is no status).</summary>
    public static ResponseStatus? FromEntry(DeviceElement entry)
    {
        string? word = entry.TextOf("subStatusCode") ?? entry.TextOf("errorMsg");
        int code = entry.IntOf("statusCode") ?? (word is null || word.Equals("ok", StringComparison.OrdinalIgnoreCase) ? 1 : 4);
        return code == 1 ? null : Read(entry, code);
    }

    private static ResponseStatus Read(DeviceElement body, int code)
    {
        double error = body.NumberOf("errorCode") ?? 0;
        return new ResponseStatus(code, Bounded(body.TextOf("subStatusCode")), error is > 0 and <= uint.MaxValue ? (uint)error : 0, Bounded(body.TextOf("statusString")));
    }

    private static string? Bounded(string? text) => text is { Length: > 100 } ? text[..100] : text;

    /// <summary>The outcome of an action that was answered so.</summary>
    public ActionOutcome ToOutcome()
    {
        if (Succeeded) return ActionOutcome.Done(Words);
        StatusMeaning meaning = Meaning;
        return ActionOutcome.Failed(meaning.Reason == ActionReason.None ? ActionReason.Refused : meaning.Reason, meaning.Transient, Words);
    }
}
