using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;

namespace Automation.Host.Hub;

/// <summary>Writes the JSON payloads of the topic model; each has a schema of the same name in <c>schemas/topics/</c>. Times carry the site's offset.</summary>
internal static class Payloads
{
    /// <summary>Text is written as it is, not as escapes; payloads are no HTML.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Event(in EngineEvent e, TimeZoneInfo zone)
    {
        EngineEvent value = e;
        return Write(w =>
        {
            w.WriteString("type", value.Type);
            w.WriteString("state", value.Old ? "old" : value.Phase switch { EventPhase.Begin => "begin", EventPhase.Repeat => "repeat", _ => "end" });
            WriteTime(w, "at", value.At, zone);
            if (value.Data["deviceTime"] is { Kind: DataKind.Text } deviceTime) w.WriteString("deviceTime", deviceTime.Text);
            w.WriteNumber("count", value.Count);
            w.WriteStartObject("data");
            foreach ((string name, DataValue item) in value.Data)
            {
                if (name != "deviceTime") WriteValue(w, name, item);
            }

            w.WriteEndObject();
            w.WriteString("cause", value.Cause.ToString());
        });
    }

    public static byte[] State(DataObject state) => Write(w => WriteMembers(w, state));

    public static byte[] Firing(in Firing firing, string name, TimeZoneInfo zone)
    {
        Firing value = firing;
        return Write(w =>
        {
            w.WriteString("rule", value.Rule);
            w.WriteString("kind", value.Kind);
            w.WriteString("name", name);
            if (!value.Source.IsEmpty) w.WriteString("source", value.Source.Value);
            w.WriteString("trigger", value.Trigger);
            WriteTime(w, "at", value.At, zone);
            w.WriteString("cause", value.Cause.ToString());
            w.WriteNumber("firings", value.Number);
        });
    }

    public static byte[] Action(in ActionRequest request, ActionOutcome outcome, int attempts, DateTimeOffset now, TimeZoneInfo zone)
    {
        ActionRequest value = request;
        return Write(w =>
        {
            w.WriteString("id", value.Id);
            w.WriteString("rule", value.Rule);
            w.WriteString("action", value.Action);
            w.WriteString("on", value.On.Value);
            w.WriteStartObject("parameters");
            WriteMembers(w, value.Parameters);
            w.WriteEndObject();
            WriteTime(w, "at", now, zone);
            w.WriteString("outcome", outcome.Succeeded ? "succeeded" : outcome.Reason == ActionReason.Expired ? "expired" : "failed");
            if (!outcome.Succeeded) w.WriteString("reason", Camel(outcome.Reason.ToString()));
            if (outcome.DeviceStatus is not null) w.WriteString("deviceStatus", outcome.DeviceStatus);
            if (outcome.Succeeded) w.WriteString("effect", Camel(outcome.Effect.ToString()));
            if (outcome.Seen is not null) w.WriteString("seen", outcome.Seen);
            w.WriteNumber("attempts", attempts);
            w.WriteString("cause", value.Cause.ToString());
            WriteTransaction(w, value.Transaction);
        });
    }

    /// <summary>A command that was not taken.</summary>
    /// <param name="on">What the topic names; no address where there is none such.</param>
    public static byte[] Refused(string on, string action, string message, string? transaction, DateTimeOffset now, TimeZoneInfo zone) => Write(w =>
    {
        w.WriteString("action", action);
        w.WriteString("on", on);
        WriteTime(w, "at", now, zone);
        w.WriteString("outcome", "refused");
        w.WriteString("message", message);
        WriteTransaction(w, transaction);
    });

    /// <summary>The caller's own name for what it asked for, a JSON number or text; null: none.</summary>
    public static void WriteTransaction(Utf8JsonWriter w, string? transaction)
    {
        if (transaction is null) return;
        w.WritePropertyName("transaction");
        w.WriteRawValue(transaction);
    }

    public static byte[] Exception(HubException exception, TimeZoneInfo zone) => Write(w =>
    {
        if (exception.Id is not null) w.WriteString("id", exception.Id);
        w.WriteString("type", exception.Type);
        if (exception.Source.Length > 0) w.WriteString("source", exception.Source);
        if (exception.Rule is not null) w.WriteString("rule", exception.Rule);
        w.WriteString("state", exception.Active ? "begin" : "end");
        WriteTime(w, "at", exception.At, zone);
        w.WriteString("message", exception.Message);
        if (exception.ReceivedBy.Length > 0) WriteWords(w, "receivedBy", exception.ReceivedBy);
        if (exception.Recipients.Length > 0) WriteWords(w, "recipients", exception.Recipients);
        if (exception.Cause is not null) w.WriteString("cause", exception.Cause);
    });

    public static byte[] Rule(RuleView rule, TimeZoneInfo zone) => Write(w => RuleMembers(w, rule, zone));

    public static void RuleMembers(Utf8JsonWriter w, RuleView rule, TimeZoneInfo zone)
    {
        w.WriteBoolean("enabled", rule.Enabled);
        w.WriteString("kind", rule.Kind);
        w.WriteString("name", rule.Name);
        if (rule.LastFired is { } last) WriteTime(w, "lastFired", last, zone);
        else w.WriteNull("lastFired");
        w.WriteNumber("firings", rule.Firings);
        if (rule.NextRun is { } next) WriteTime(w, "nextRun", next, zone);
        else w.WriteNull("nextRun");
        w.WriteString("health", rule.Health);
        if (rule.Settings.IsEmpty) return;
        w.WriteStartObject("settings");
        foreach (RuleSetting setting in rule.Settings) WriteValue(w, setting.Name, setting.Value is { } value ? value : DataValue.Null);
        w.WriteEndObject();
    }

    public static byte[] Info(string version, DateTimeOffset started, string storage, IEnumerable<(Site Site, SiteRules Rules)> sites) => Write(w =>
    {
        w.WriteString("version", version);
        w.WriteString("topicVersion", "1");
        w.WriteString("started", started.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture));
        w.WriteString("storage", storage);
        w.WriteStartArray("sites");
        foreach ((Site site, SiteRules rules) in sites)
        {
            w.WriteStartObject();
            w.WriteString("id", site.Id);
            w.WriteString("name", site.Name);
            w.WriteNumber("devices", site.Devices.Length);
            w.WriteNumber("resources", site.Devices.Sum(d => d.Resources.Length));
            w.WriteNumber("rules", rules.Definitions.Length);
            WriteWords(w, "findings", rules.Findings.Where(f => f.Severity == FindingSeverity.Error).Take(50).Select(f => f.ToString()));
            w.WriteEndObject();
        }

        w.WriteEndArray();
    });

    public static void FindingMembers(Utf8JsonWriter w, Finding finding)
    {
        w.WriteString("path", finding.Path);
        w.WriteNumber("line", finding.Line);
        w.WriteNumber("column", finding.Column);
        w.WriteString("severity", Camel(finding.Severity.ToString()));
        w.WriteString("code", finding.Code);
        w.WriteString("pointer", finding.Pointer);
        w.WriteString("message", finding.Message);
        w.WriteString("remedy", finding.Remedy);
    }

    /// <summary>ISO 8601 in the zone's offset; a fraction only where there is one.</summary>
    public static string Time(DateTimeOffset at, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(at, zone).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture);

    public static void WriteTime(Utf8JsonWriter w, string name, DateTimeOffset at, TimeZoneInfo zone) => w.WriteString(name, Time(at, zone));

    public static void WriteMembers(Utf8JsonWriter w, DataObject data)
    {
        foreach ((string name, DataValue value) in data) WriteValue(w, name, value);
    }

    public static void WriteValue(Utf8JsonWriter w, string name, DataValue value)
    {
        switch (value.Kind)
        {
            case DataKind.Boolean: w.WriteBoolean(name, value.Boolean); break;
            case DataKind.Number when value.Number == Math.Floor(value.Number) && Math.Abs(value.Number) < 1e15: w.WriteNumber(name, (long)value.Number); break;
            case DataKind.Number: w.WriteNumber(name, value.Number); break;
            case DataKind.Text: w.WriteString(name, value.Text); break;
            default: w.WriteNull(name); break;
        }
    }

    public static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static string Camel(string word) => char.ToLowerInvariant(word[0]) + word[1..];

    private static void WriteWords(Utf8JsonWriter w, string name, IEnumerable<string> words)
    {
        w.WriteStartArray(name);
        foreach (string word in words) w.WriteStringValue(word);
        w.WriteEndArray();
    }
}
