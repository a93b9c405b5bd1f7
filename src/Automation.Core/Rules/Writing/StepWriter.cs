using System.Collections.Immutable;
using System.Text.Json;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Writes what a rule does.</summary>
internal static class StepWriter
{
    public static void Write(Utf8JsonWriter writer, string name, ImmutableArray<Step> steps)
    {
        writer.WriteStartArray(name);
        foreach (Step step in steps)
        {
            writer.WriteStartObject();
            One(writer, step);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void One(Utf8JsonWriter writer, Step step)
    {
        switch (step)
        {
            case ActionStep s:
                writer.WriteString("action", s.Action);
                RuleWriter.Addresses(writer, "on", s.Targets, s.OnTrigger);
                foreach ((string name, DataValue value) in s.Parameters) Named(writer, name, value);
                if (s.ExpiresAfter is { } expires) writer.WriteString("expiresAfter", DurationText.Write(expires));
                break;
            case DelayStep s: writer.WriteString("delay", DurationText.Write(s.Delay)); break;
            case WaitStep s:
                writer.WriteStartObject("wait");
                ConditionWriter.Write(writer, "until", s.Until);
                writer.WriteString("timeout", DurationText.Write(s.Timeout));
                writer.WriteBoolean("goOn", s.GoOnAtTimeout);
                writer.WriteEndObject();
                break;
            case IfStep s:
                ConditionWriter.Write(writer, "if", s.Condition);
                Write(writer, "then", s.Then);
                if (!s.Else.IsEmpty) Write(writer, "else", s.Else);
                break;
            case RepeatStep s:
                writer.WriteNumber("repeat", s.Times);
                Write(writer, "actions", s.Steps);
                break;
            case StopStep: writer.WriteBoolean("stop", true); break;
            case PublishStep s:
                writer.WriteStartObject("publish");
                writer.WriteString("topic", s.Topic);
                writer.WriteString("payload", s.Payload);
                writer.WriteBoolean("retain", s.Retain);
                writer.WriteNumber("qos", s.QoS);
                writer.WriteEndObject();
                break;
            case NotifyStep s:
                writer.WriteStartObject("notify");
                writer.WriteString("message", s.Message);
                RuleWriter.Texts(writer, "receivedBy", s.ReceivedBy);
                RuleWriter.Texts(writer, "recipients", s.Recipients);
                writer.WriteEndObject();
                break;
            case SetRuleStep s:
                writer.WriteString("setRule", s.Rule);
                writer.WriteBoolean("enabled", s.Enabled);
                break;
            case SetStateStep s:
                writer.WriteString("setState", s.Resource.Value);
                writer.WriteStartObject("to");
                foreach ((string name, DataValue value) in s.Properties) Named(writer, name, value);
                writer.WriteEndObject();
                break;
            case ScriptStep s: writer.WriteString("script", s.Source); break;
            default: throw new InvalidOperationException($"no words for {step.GetType().Name}");
        }
    }

    private static void Named(Utf8JsonWriter writer, string name, DataValue value)
    {
        writer.WritePropertyName(name);
        RuleWriter.Value(writer, value);
    }
}
