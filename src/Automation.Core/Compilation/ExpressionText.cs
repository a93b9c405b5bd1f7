using Automation.Core.Compilation.Form;

namespace Automation.Core.Compilation;

/// <summary>Why a combined condition does not hold, in a few words.</summary>
internal static class ExpressionText
{
    /// <summary>What is known now of the states that a condition looks at; null when it looks at none.</summary>
    public static string? ValueOf(Condition condition, Func<StateCondition, string> valueOf)
    {
        var values = new List<string>();
        Collect(condition, valueOf, values);
        return values.Count == 0 ? null : string.Join("; ", values.Distinct(StringComparer.Ordinal));
    }

    private static void Collect(Condition condition, Func<StateCondition, string> valueOf, List<string> values)
    {
        switch (condition)
        {
            case StateCondition state:
                values.Add(valueOf(state));
                break;
            case AllOf all:
                foreach (Condition part in all.Conditions) Collect(part, valueOf, values);
                break;
            case AnyOf any:
                foreach (Condition part in any.Conditions) Collect(part, valueOf, values);
                break;
            case NotCondition not:
                Collect(not.Inner, valueOf, values);
                break;
        }
    }
}
