using System.Collections.Immutable;
using Automation.Core.Compilation;
using Automation.Core.Compilation.Form;

namespace Automation.Core.Rules;

/// <summary>Parts of a rule as a person reads them: in messages that say why somebody is told.</summary>
public static class RuleText
{
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    /// <summary>What held when the rule fired: its conditions one by one, and its schedule. Empty for a rule without. An exception rule's schedule says when people are told, so it is none.</summary>
    public static ImmutableArray<string> Conditions(RuleDefinition rule)
    {
        (Condition? condition, WeeklyWindows? schedule) = rule switch
        {
            LinkageRule r => (r.Conditions, r.Schedule),
            TemperatureRule r => (r.Conditions, r.Schedule),
            AutomationRule r => (r.Conditions, r.Schedule),
            ScheduleRule r => (r.Conditions, null),
            _ => ((Condition?)null, (WeeklyWindows?)null),
        };
        var lines = ImmutableArray.CreateBuilder<string>();
        foreach (Condition part in condition is AllOf all ? all.Conditions : condition is null ? [] : [condition]) lines.Add(ConditionText.Of(part));
        if (schedule is not null) lines.Add(Schedule(schedule));
        return lines.ToImmutable();
    }

    /// <summary>E.g. <c>mon-fri 18:00-24:00; sat,sun 00:00-24:00</c>; days with the same windows together, from Monday.</summary>
    public static string Schedule(WeeklyWindows windows)
    {
        var groups = new List<(string Ranges, List<int> Days)>();
        for (int i = 1; i <= 7; i++)
        {
            string ranges = string.Join(' ', windows.Days[i % 7].Select(ScheduleWriter.Say));
            if (ranges.Length == 0) continue;
            if (groups.FirstOrDefault(g => g.Ranges == ranges) is { Days: not null } same) same.Days.Add(i);
            else groups.Add((ranges, [i]));
        }

        return groups.Count == 0 ? "never" : string.Join("; ", groups.Select(g => $"{DaysOf(g.Days)} {g.Ranges}"));
    }

    private static string DaysOf(List<int> days) => days.Count > 2 && days[^1] - days[0] == days.Count - 1
        ? $"{Days[days[0] % 7]}-{Days[days[^1] % 7]}"
        : string.Join(',', days.Select(d => Days[d % 7]));
}
