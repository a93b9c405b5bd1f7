using System.Text.Json;

namespace Automation.Host.Hub.Requests;

/// <summary>What a request is answered with: data, or what is wrong and what to change.</summary>
/// <param name="Data">Writes one JSON value; null: none.</param>
/// <param name="Error">Null: it was done.</param>
internal readonly record struct Answer(Action<Utf8JsonWriter>? Data, string? Error)
{
    public static Answer Wrong(string error) => new(null, error);

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
