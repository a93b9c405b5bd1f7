using System.Text;
using System.Text.Json;
using Automation.Core.Tracing;

namespace Automation.Host.Hub;

/// <summary>An explanation for people and for programs.</summary>
internal static class ExplainText
{
    public static string Write(Explanation explanation, TimeZoneInfo zone)
    {
        var text = new StringBuilder();
        text.Append(explanation.Rule).Append(" at ").Append(Payloads.Time(explanation.At, zone)).Append(": ").Append(Payloads.Camel(explanation.Class.ToString())).Append('\n');
        text.Append("  ").Append(explanation.Summary).Append('\n');
        foreach (MissingCondition missing in explanation.Missing)
        {
            text.Append("  missing: ").Append(missing.Text).Append("; now ").Append(missing.Value ?? "unknown");
            if (missing.Possible is { } possible) text.Append("; earliest ").Append(Payloads.Time(possible, zone));
            text.Append('\n');
        }

        if (explanation.Remedy.Length > 0) text.Append("  it would have fired: ").Append(explanation.Remedy).Append('\n');
        if (explanation.Possible is { } next) text.Append("  could be otherwise: ").Append(Payloads.Time(next, zone)).Append('\n');
        if (explanation.Nearest is { } nearest) text.Append("  nearest miss: ").Append(Payloads.Time(nearest.At, zone)).Append(", ").Append(Payloads.Camel(nearest.Class.ToString())).Append('\n');
        text.Append("  last fired: ").Append(explanation.LastFired is { } last ? Payloads.Time(last, zone) : "never").Append('\n');
        return text.ToString();
    }

    public static byte[] WriteJson(Explanation explanation, TimeZoneInfo zone) => Payloads.Write(w =>
    {
        w.WriteString("rule", explanation.Rule);
        Payloads.WriteTime(w, "at", explanation.At, zone);
        w.WriteString("class", Payloads.Camel(explanation.Class.ToString()));
        w.WriteString("summary", explanation.Summary);
        w.WriteString("remedy", explanation.Remedy);
        w.WriteStartArray("missing");
        foreach (MissingCondition missing in explanation.Missing)
        {
            w.WriteStartObject();
            w.WriteString("condition", missing.Text);
            w.WriteString("value", missing.Value);
            Optional(w, "possible", missing.Possible, zone);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        Optional(w, "possible", explanation.Possible, zone);
        Optional(w, "nearestMiss", explanation.Nearest?.At, zone);
        Optional(w, "lastFired", explanation.LastFired, zone);
    });

    private static void Optional(Utf8JsonWriter w, string name, DateTimeOffset? at, TimeZoneInfo zone)
    {
        if (at is { } instant) Payloads.WriteTime(w, name, instant, zone);
        else w.WriteNull(name);
    }
}
