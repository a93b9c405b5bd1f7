using System.Collections.Immutable;
using System.Text.Json;
using Automation.Core.Compilation.Form;

namespace Automation.Core.Rules;

/// <summary>Writes triggers.</summary>
internal static class TriggerWriter
{
    public static void Write(Utf8JsonWriter writer, Trigger trigger)
    {
        writer.WriteStartObject();
        switch (trigger)
        {
            case EventTrigger t:
                RuleWriter.Pattern(writer, t.Pattern);
                RuleWriter.Phases(writer, t.On);
                break;
            case StateTrigger t:
                RuleWriter.Addresses(writer, "state", t.Sources);
                writer.WriteString("property", t.Property);
                if (!t.From.IsEmpty) ConditionWriter.Values(writer, "from", t.From);
                if (!t.To.IsEmpty) ConditionWriter.Values(writer, "to", t.To);
                writer.WriteString("for", DurationText.Write(t.For));
                Restart(writer, t.Restart);
                break;
            case ThresholdTrigger t:
                RuleWriter.Addresses(writer, "state", t.Sources);
                Bounds(writer, t);
                break;
            case SequenceTrigger t:
                writer.WriteStartArray("sequence");
                foreach (EventPattern step in t.Steps) Pattern(writer, step);
                writer.WriteEndArray();
                writer.WriteString("within", DurationText.Write(t.Within));
                break;
            case CountTrigger t:
                writer.WriteNumber("count", t.Count);
                RuleWriter.Pattern(writer, t.Pattern);
                writer.WriteString("within", DurationText.Write(t.Within));
                break;
            case AbsenceTrigger t:
                writer.WritePropertyName("absence");
                Pattern(writer, t.Expected);
                writer.WritePropertyName("after");
                Pattern(writer, t.After);
                writer.WriteString("within", DurationText.Write(t.Within));
                break;
            case ScheduleTrigger t:
                writer.WriteStartObject("at");
                ScheduleWriter.Properties(writer, t.Schedule);
                writer.WriteEndObject();
                RuleWriter.Missed(writer, t.Missed);
                break;
            case RuleFiredTrigger t: writer.WriteString("ruleFired", t.Rule); break;
            case StartupTrigger: writer.WriteBoolean("startup", true); break;
            default: throw new InvalidOperationException($"no words for {trigger.GetType().Name}");
        }

        writer.WriteEndObject();
    }

    /// <summary>The properties of a threshold.</summary>
    public static void Bounds(Utf8JsonWriter writer, ThresholdTrigger trigger)
    {
        writer.WriteString("property", trigger.Property);
        Bound(writer, "above", trigger.Above);
        Bound(writer, "below", trigger.Below);
        Bound(writer, "clearBelow", trigger.ClearBelow);
        Bound(writer, "clearAbove", trigger.ClearAbove);
        if (trigger.Unit is { } unit) writer.WriteString("unit", unit);
        writer.WriteString("for", DurationText.Write(trigger.For));
        if (trigger.RatePer > TimeSpan.Zero) writer.WriteString("ratePer", DurationText.Write(trigger.RatePer));
        Restart(writer, trigger.Restart);
    }

    private static void Bound(Utf8JsonWriter writer, string name, double? bound)
    {
        if (bound is not { } value) return;
        writer.WritePropertyName(name);
        RuleWriter.Value(writer, value);
    }

    private static void Pattern(Utf8JsonWriter writer, EventPattern pattern)
    {
        writer.WriteStartObject();
        RuleWriter.Pattern(writer, pattern);
        writer.WriteEndObject();
    }

    private static void Restart(Utf8JsonWriter writer, HoldPolicy policy) =>
        writer.WriteString("afterRestart", policy switch { HoldPolicy.Restart => "restart", HoldPolicy.RequireProof => "requireProof", _ => "assumeHeld" });
}
