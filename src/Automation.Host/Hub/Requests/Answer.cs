using System.Text.Json;
using Automation.Core.Model;

namespace Automation.Host.Hub.Requests;

/// <summary>What a request is answered with: data, or what is wrong and what to change.</summary>
/// <param name="Data">Writes one JSON value; null: none.</param>
/// <param name="Error">Null: it was done.</param>
internal readonly record struct Answer(Action<Utf8JsonWriter>? Data, string? Error)
{
    public static Answer Wrong(string error) => new(null, error);

    /// <summary>How an action ended, as on <c>…/actions</c>.</summary>
    public static Answer Of(ActionRequest request, ActionOutcome outcome, int attempts, DateTimeOffset now, TimeZoneInfo zone) => new(
        w => w.WriteRawValue(Payloads.Action(request, outcome, attempts, now, zone)),
        outcome.Succeeded ? null : $"{request.Action} on {request.On.Value} was not done: {Payloads.Camel(outcome.Reason.ToString())}");

    /// <summary>An object with what <paramref name="members"/> writes.</summary>
    public static Answer Of(Action<Utf8JsonWriter> members) => new(
        w =>
        {
            w.WriteStartObject();
            members(w);
            w.WriteEndObject();
        },
        null);
}
