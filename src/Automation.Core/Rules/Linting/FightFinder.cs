using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Two rules that one and the same occurrence makes drive a resource to opposite states, at a time when both may fire.</summary>
internal static class FightFinder
{
    // Rules of one trigger and target that are compared with one another; more than a person writes, so that cost stays linear.
    private const int MostCompared = 16;

    private readonly record struct Key(ResourceAddress Target, string Thing, string Trigger);

    private readonly record struct Side(EngineRule Rule, string To);

    public static void Find(LintReport report, SiteProgram program)
    {
        var sides = new Dictionary<Key, List<Side>>();
        // One finding for each rule and target is enough to act on.
        var told = new HashSet<(string, ResourceAddress)>();
        foreach (EngineRule rule in program.Rules)
        {
            List<(ResourceAddress Target, string Thing, string To)> switches = Switches(rule);
            if (switches.Count == 0) continue;
            foreach (string trigger in Keys(rule))
            {
                foreach ((ResourceAddress target, string thing, string to) in switches)
                {
                    var key = new Key(target, thing, trigger);
                    if (!sides.TryGetValue(key, out List<Side>? known)) sides[key] = known = [];
                    foreach (Side other in known)
                    {
                        if (other.To == to || other.Rule.Id == rule.Id || told.Contains((rule.Id, target))) continue;
                        if (!ConditionProof.Of(rule.Condition).CanMeet(ConditionProof.Of(other.Rule.Condition))) continue;
                        told.Add((rule.Id, target));
                        report.Add(
                            Codes.Fight, rule, $"'{rule.Id}' wants the {thing} of '{target}' {to} and '{other.Rule.Id}' wants it {other.To}, both at {trigger}",
                            "let their schedules or conditions exclude each other, or remove one action", LintTimeline.For(report.Site, rule, other.Rule), other.Rule);
                    }

                    if (known.Count < MostCompared) known.Add(new Side(rule, to));
                }
            }
        }
    }

    private static List<(ResourceAddress, string, string)> Switches(EngineRule rule)
    {
        var found = new List<(ResourceAddress, string, string)>();
        foreach (Step step in rule.Steps)
        {
            // What comes after a wait or a delay is another time.
            if (step is DelayStep or WaitStep or StopStep) break;
            if (step is not ActionStep action || Effects.Switch(action) is not { } way) continue;
            foreach (ResourceAddress target in action.Targets) found.Add((target, way.Thing, way.Side));
        }

        return found;
    }

    // What can set the rule off, in words that are equal for equal occurrences.
    private static IEnumerable<string> Keys(EngineRule rule)
    {
        foreach (Trigger trigger in rule.Triggers)
        {
            switch (trigger)
            {
                case EventTrigger t:
                    foreach (ResourceAddress source in t.Pattern.Sources)
                    {
                        foreach (string type in t.Pattern.Events) yield return $"'{type}' of '{source}'" + (t.On.HasFlag(EventPhases.Begin) ? "" : " (end)");
                    }

                    break;
                case StateTrigger t when t.For == TimeSpan.Zero:
                    foreach (ResourceAddress source in t.Sources)
                    {
                        foreach (DataValue to in t.To) yield return $"'{t.Property}' {to} of '{source}'";
                    }

                    break;
                case ScheduleTrigger { Schedule: WeeklyTimes weekly }:
                    for (int day = 0; day < 7; day++)
                    {
                        foreach (TimeOnly time in weekly.Days[day]) yield return $"{(DayOfWeek)day} {ScheduleWriter.Say(time)}";
                    }

                    break;
                case ScheduleTrigger { Schedule: CronTimes cron }: yield return $"the times '{cron.Expression}'"; break;
                case ScheduleTrigger { Schedule: SunTimes sun }: yield return FormattableString.Invariant($"{sun.Event} {sun.Offset}"); break;
                case StartupTrigger: yield return "the start"; break;
                case RuleFiredTrigger t: yield return $"the firing of '{t.Rule}'"; break;
            }
        }
    }
}
