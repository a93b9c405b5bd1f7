using Automation.Core.Compilation.Form;

namespace Automation.Core.Compilation;

/// <summary>Conditions as a person reads them.</summary>
internal static class ConditionText
{
    public static string Of(Condition condition) => condition switch
    {
        AllOf all => "all of (" + string.Join("; ", all.Conditions.Select(Of)) + ")",
        AnyOf any => "any of (" + string.Join("; ", any.Conditions.Select(Of)) + ")",
        NotCondition not => "not (" + Of(not.Inner) + ")",
        StateCondition state => $"{state.Resource} {Of(state.Test)}",
        EventDataCondition data => "event data " + Of(data.Test),
        ScheduleCondition => "schedule open",
        RuleEnabledCondition rule => $"rule {rule.Rule} {(rule.Enabled ? "on" : "off")}",
        ScriptCondition script => "script " + Shorten(script.Source),
        _ => condition.GetType().Name,
    };

    public static string Of(DataTest test)
    {
        string values = string.Join("|", test.Values);
        return test.Comparison switch
        {
            Comparison.In => $"{test.Property} is {values}",
            Comparison.NotIn => $"{test.Property} is not {values}",
            Comparison.Above => $"{test.Property} above {values}",
            Comparison.AtLeast => $"{test.Property} at least {values}",
            Comparison.Below => $"{test.Property} below {values}",
            _ => $"{test.Property} at most {values}",
        };
    }

    private static string Shorten(string source) => source.Length <= 80 ? source : string.Concat(source.AsSpan(0, 77), "...");
}
