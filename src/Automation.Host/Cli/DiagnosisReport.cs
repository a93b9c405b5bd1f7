using System.Globalization;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.Hub;
using Automation.Isapi;

namespace Automation.Host.Cli;

/// <summary>A diagnosis for people, as comments that a site file takes, and for programs.</summary>
internal static class DiagnosisReport
{
    /// <param name="rulesOf">The rules that wait for an event; empty when no rules were given.</param>
    public static IEnumerable<string> Lines(DeviceDiagnosis diagnosis, Func<ResourceAddress, string, IReadOnlyCollection<string>> rulesOf)
    {
        if (diagnosis.Failure is { } failure) yield return $"// {diagnosis.Device}: not all could be asked: {failure}";
        foreach (EventCheck check in diagnosis.Events)
        {
            IReadOnlyCollection<string> rules = rulesOf(check.Resource, check.Event);
            yield return $"// {(check.Reasons.IsEmpty ? "ok   " : "FAULT")} {check}{(rules.Count == 0 ? "" : " (rules: " + string.Join(", ", rules) + ")")}";
        }

        foreach (PushSlot slot in diagnosis.PushSlots)
        {
            if (slot.Url.Length > 0) yield return string.Create(CultureInfo.InvariantCulture, $"// push slot {slot.Id} of {diagnosis.Device}: {slot.Url}{(slot.Ours == true ? " (ours)" : "")}");
        }
    }

    public static void Write(Utf8JsonWriter w, DeviceDiagnosis diagnosis, Func<ResourceAddress, string, IReadOnlyCollection<string>> rulesOf)
    {
        w.WriteStartArray("checks");
        foreach (EventCheck check in diagnosis.Events)
        {
            w.WriteStartObject();
            w.WriteString("resource", check.Resource.Value);
            w.WriteString("event", check.Event);
            Flag(w, "enabled", check.Enabled);
            Flag(w, "listenersTold", check.TellsListeners);
            if (check.ArmedHours is { } hours) w.WriteNumber("armedHours", Math.Round(hours, 2));
            else w.WriteNull("armedHours");
            if (check.LastSeen is { } at) w.WriteString("lastSeen", at.ToString("yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture));
            else w.WriteNull("lastSeen");
            w.WriteStartArray("reasons");
            foreach (SilenceReason reason in check.Reasons) w.WriteStringValue(Payloads.Camel(reason.ToString()));
            w.WriteEndArray();
            w.WriteStartArray("rules");
            foreach (string rule in rulesOf(check.Resource, check.Event)) w.WriteStringValue(rule);
            w.WriteEndArray();
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteStartArray("pushSlots");
        foreach (PushSlot slot in diagnosis.PushSlots)
        {
            w.WriteStartObject();
            w.WriteNumber("id", slot.Id);
            w.WriteString("url", slot.Url);
            Flag(w, "ours", slot.Ours);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    private static void Flag(Utf8JsonWriter w, string name, bool? value)
    {
        if (value is { } known) w.WriteBoolean(name, known);
        else w.WriteNull(name);
    }
}
