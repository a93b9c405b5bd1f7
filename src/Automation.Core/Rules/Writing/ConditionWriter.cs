using System.Collections.Immutable;
using System.Text.Json;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Writes conditions and tests of data.</summary>
internal static class ConditionWriter
{
    public static void Write(Utf8JsonWriter writer, string name, Condition condition)
    {
        writer.WritePropertyName(name);
        Write(writer, condition);
    }

    public static void Write(Utf8JsonWriter writer, Condition condition)
    {
        writer.WriteStartObject();
        switch (condition)
        {
            case AllOf all: List(writer, "all", all.Conditions); break;
            case AnyOf any: List(writer, "any", any.Conditions); break;
            case NotCondition not: Write(writer, "not", not.Inner); break;
            case StateCondition state:
                writer.WriteString("state", state.Resource.Value);
                writer.WriteString("property", state.Test.Property);
                Comparison(writer, state.Test);
                break;
            case EventDataCondition data:
                writer.WriteString("data", data.Test.Property);
                Comparison(writer, data.Test);
                break;
            case ScheduleCondition schedule: ScheduleWriter.Write(writer, "schedule", schedule.Windows); break;
            case RuleEnabledCondition rule:
                writer.WriteString("rule", rule.Rule);
                writer.WriteBoolean("enabled", rule.Enabled);
                break;
            case ScriptCondition script: writer.WriteString("script", script.Source); break;
            default: throw new InvalidOperationException($"no words for {condition.GetType().Name}");
        }

        writer.WriteEndObject();
    }

    /// <summary>Tests of event data; those of one property stand together.</summary>
    public static void Where(Utf8JsonWriter writer, ImmutableArray<DataTest> tests)
    {
        writer.WriteStartObject("where");
        foreach (IGrouping<string, DataTest> property in tests.GroupBy(t => t.Property, StringComparer.Ordinal))
        {
            writer.WriteStartObject(property.Key);
            foreach (DataTest test in property) Comparison(writer, test);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    public static void Values(Utf8JsonWriter writer, string name, ImmutableArray<DataValue> values)
    {
        writer.WriteStartArray(name);
        foreach (DataValue value in values) RuleWriter.Value(writer, value);
        writer.WriteEndArray();
    }

    private static void List(Utf8JsonWriter writer, string name, ImmutableArray<Condition> conditions)
    {
        writer.WriteStartArray(name);
        foreach (Condition condition in conditions) Write(writer, condition);
        writer.WriteEndArray();
    }

    private static void Comparison(Utf8JsonWriter writer, DataTest test)
    {
        switch (test.Comparison)
        {
            case Compilation.Form.Comparison.In: Values(writer, "in", test.Values); break;
            case Compilation.Form.Comparison.NotIn: Values(writer, "notIn", test.Values); break;
            default:
                writer.WritePropertyName(test.Comparison switch
                {
                    Compilation.Form.Comparison.Above => "above", Compilation.Form.Comparison.AtLeast => "atLeast", Compilation.Form.Comparison.Below => "below", _ => "atMost",
                });
                RuleWriter.Value(writer, test.Values[0]);
                break;
        }
    }
}
