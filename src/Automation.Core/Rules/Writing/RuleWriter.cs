using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Canonical definitions back to documents. What was resolved stays resolved: wildcards appear as addresses, calendars as dates. Reading the text gives the same definition.</summary>
public static class RuleWriter
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The document, indented, without a line end behind it.</summary>
    public static string Write(RuleDefinition rule)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            Header(writer, rule);
            switch (rule)
            {
                case LinkageRule linkage: Linkage(writer, linkage); break;
                case ExceptionRule exception: Exception(writer, exception); break;
                case ScheduleRule schedule: Schedule(writer, schedule); break;
                case ArmingScheduleRule arming: Arming(writer, arming); break;
                case PeopleCountingRule counting: Counting(writer, counting); break;
                case TemperatureRule temperature: Temperature(writer, temperature); break;
                case AutomationRule automation: Automation(writer, automation); break;
                default: throw new InvalidOperationException($"no document for {rule.Kind}");
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Header(Utf8JsonWriter writer, RuleDefinition rule)
    {
        writer.WriteString("kind", rule.Kind);
        writer.WriteString("id", rule.Id);
        writer.WriteString("name", rule.Name);
        writer.WriteBoolean("enabled", rule.Enabled);
        if (rule.Description is { } description) writer.WriteString("description", description);
    }

    private static void Linkage(Utf8JsonWriter writer, LinkageRule rule)
    {
        Pattern(writer, rule.Source);
        Phases(writer, rule.On);
        Windows(writer, "schedule", rule.Schedule);
        if (rule.Conditions is { } conditions) ConditionWriter.Write(writer, "conditions", conditions);
        Run(writer, rule.Run);
        StepWriter.Write(writer, "actions", rule.Actions);
    }

    // One exception entry can only be written for all sources, so differing sources of "all" or a wildcard become a list of those that fit each.
    private static void Exception(Utf8JsonWriter writer, ExceptionRule rule)
    {
        writer.WriteStartArray("sources");
        foreach (ResourceAddress source in rule.Exceptions.SelectMany(e => e.Sources).Distinct().Order()) writer.WriteStringValue(source.Value);
        writer.WriteEndArray();
        writer.WriteStartArray("exceptions");
        foreach (WatchedException watched in rule.Exceptions)
        {
            writer.WriteStartObject();
            writer.WriteString("type", watched.Type);
            if (watched.After > TimeSpan.Zero) writer.WriteNumber("forMinutes", watched.After.TotalMinutes);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        Texts(writer, "receivedBy", rule.ReceivedBy);
        Texts(writer, "recipients", rule.Recipients);
        Windows(writer, "schedule", rule.Schedule);
    }

    private static void Schedule(Utf8JsonWriter writer, ScheduleRule rule)
    {
        if (rule.During is { } during) Windows(writer, "during", during);
        else ScheduleWriter.Write(writer, "at", rule.At);
        Missed(writer, rule.Missed);
        if (rule.Conditions is { } conditions) ConditionWriter.Write(writer, "conditions", conditions);
        Run(writer, rule.Run);
        StepWriter.Write(writer, "actions", rule.Actions);
        if (!rule.EndActions.IsEmpty) StepWriter.Write(writer, "endActions", rule.EndActions);
    }

    private static void Arming(Utf8JsonWriter writer, ArmingScheduleRule rule)
    {
        Addresses(writer, "areas", rule.Areas);
        Time(writer, "autoArm", rule.AutoArm);
        writer.WriteString("mode", rule.Mode);
        Time(writer, "autoDisarm", rule.AutoDisarm);
        Time(writer, "lateToDisarm", rule.LateToDisarm);
        writer.WriteBoolean("weekendException", rule.WeekendException);
        ScheduleWriter.Dates(writer, "holidayException", rule.HolidayException);
    }

    private static void Counting(Utf8JsonWriter writer, PeopleCountingRule rule)
    {
        writer.WriteStartArray("channels");
        foreach (CountingChannel channel in rule.Channels)
        {
            writer.WriteStartObject();
            writer.WriteString("channel", channel.Channel.Value);
            writer.WriteString("mode", channel.Reverse ? "reverse" : "standard");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("maxPeople", rule.MaxPeople);
        writer.WriteBoolean("pushAlarm", rule.PushAlarm);
        Time(writer, "resetAt", rule.ResetAt);
        if (!rule.Actions.IsEmpty) StepWriter.Write(writer, "actions", rule.Actions);
    }

    private static void Temperature(Utf8JsonWriter writer, TemperatureRule rule)
    {
        Addresses(writer, "source", rule.When.Sources);
        writer.WriteStartObject("when");
        TriggerWriter.Bounds(writer, rule.When);
        writer.WriteEndObject();
        Windows(writer, "schedule", rule.Schedule);
        if (rule.Conditions is { } conditions) ConditionWriter.Write(writer, "conditions", conditions);
        Run(writer, rule.Run);
        writer.WriteBoolean("pushAlarm", rule.PushAlarm);
        writer.WriteBoolean("maskAlarm", rule.MaskAlarm);
        if (!rule.Actions.IsEmpty) StepWriter.Write(writer, "actions", rule.Actions);
    }

    private static void Automation(Utf8JsonWriter writer, AutomationRule rule)
    {
        writer.WriteStartArray("triggers");
        foreach (Trigger trigger in rule.Triggers) TriggerWriter.Write(writer, trigger);
        writer.WriteEndArray();
        if (rule.Conditions is { } conditions) ConditionWriter.Write(writer, "conditions", conditions);
        Windows(writer, "schedule", rule.Schedule);
        Run(writer, rule.Run);
        StepWriter.Write(writer, "actions", rule.Actions);
    }

    internal static void Pattern(Utf8JsonWriter writer, EventPattern pattern)
    {
        Addresses(writer, "source", pattern.Sources);
        if (pattern.Events.Length == 1) writer.WriteString("event", pattern.Events[0]);
        else Texts(writer, "event", pattern.Events);
        if (!pattern.Where.IsEmpty) ConditionWriter.Where(writer, pattern.Where);
    }

    internal static void Phases(Utf8JsonWriter writer, EventPhases phases)
    {
        var words = new List<string>();
        if (phases.HasFlag(EventPhases.Begin)) words.Add("begin");
        if (phases.HasFlag(EventPhases.Repeat)) words.Add("repeat");
        if (phases.HasFlag(EventPhases.End)) words.Add("end");
        Texts(writer, "on", [.. words]);
    }

    internal static void Missed(Utf8JsonWriter writer, MissedRuns missed)
    {
        if (missed.Policy == MissedPolicy.Skip)
        {
            writer.WriteString("missed", "skip");
            return;
        }

        writer.WriteStartObject("missed");
        writer.WriteString("run", missed.Policy == MissedPolicy.All ? "all" : "latest");
        writer.WriteString("within", DurationText.Write(missed.Within));
        writer.WriteEndObject();
    }

    internal static void Windows(Utf8JsonWriter writer, string name, WeeklyWindows? windows)
    {
        if (windows is null) writer.WriteString(name, "allDays");
        else ScheduleWriter.Write(writer, name, windows);
    }

    /// <summary>One address as a text, several as a list.</summary>
    internal static void Addresses(Utf8JsonWriter writer, string name, ImmutableArray<ResourceAddress> addresses, bool trigger = false)
    {
        if (addresses.Length == 1 && !trigger)
        {
            writer.WriteString(name, addresses[0].Value);
            return;
        }

        writer.WriteStartArray(name);
        if (trigger) writer.WriteStringValue(Selections.Trigger);
        foreach (ResourceAddress address in addresses) writer.WriteStringValue(address.Value);
        writer.WriteEndArray();
    }

    internal static void Texts(Utf8JsonWriter writer, string name, ImmutableArray<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    private static void Time(Utf8JsonWriter writer, string name, TimeOnly? time)
    {
        if (time is { } at) writer.WriteString(name, ScheduleWriter.Say(at));
    }

    private static void Run(Utf8JsonWriter writer, RunPolicy run)
    {
        writer.WriteNumber("priority", run.Priority);
        writer.WriteString("mode", run.Mode switch { RunMode.Restart => "restart", RunMode.Queued => "queued", RunMode.Parallel => "parallel", _ => "single" });
        writer.WriteNumber("maxRuns", run.MaxRuns);
        writer.WriteString("per", run.Key switch { RunKey.Resource => "resource", RunKey.Rule => "rule", _ => "device" });
        writer.WriteString("cooldown", DurationText.Write(run.Cooldown));
    }

    /// <summary>A value of data.</summary>
    internal static void Value(Utf8JsonWriter writer, DataValue value)
    {
        switch (value.Kind)
        {
            case DataKind.Boolean: writer.WriteBooleanValue(value.Boolean); break;
            case DataKind.Number: writer.WriteRawValue(value.Number.ToString("R", CultureInfo.InvariantCulture)); break;
            case DataKind.Text: writer.WriteStringValue(value.Text); break;
            default: writer.WriteNullValue(); break;
        }
    }
}
