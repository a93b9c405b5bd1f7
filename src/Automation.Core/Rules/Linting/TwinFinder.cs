using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Rules that say the same, and rules whose every action another one already does whenever they fire.</summary>
internal static class TwinFinder
{
    public static void Find(LintReport report, SiteProgram program)
    {
        var seen = new Dictionary<string, EngineRule>(StringComparer.Ordinal);
        var twins = new HashSet<string>(StringComparer.Ordinal);
        foreach (EngineRule rule in program.Rules)
        {
            // The written form without what names the rule is the same exactly when the rules say the same.
            string text = RuleWriter.Write(report.Definition(rule) with { Id = "x", Name = "x", Enabled = true, Description = null });
            if (rule.PartOf is not null || seen.TryAdd(text, rule)) continue;
            EngineRule first = seen[text];
            twins.Add(rule.Id);
            report.Add(Codes.SameRule, rule, $"the rules '{rule.Id}' and '{first.Id}' say the same", "remove one of them", LintTimeline.For(report.Site, rule), first);
        }

        Shadows(report, program, twins);
    }

    private static void Shadows(LintReport report, SiteProgram program, HashSet<string> twins)
    {
        // Who does an action without any condition whenever an event begins on a resource.
        var always = new Dictionary<(ResourceAddress Source, string Event, EventPhases On, string Action, ResourceAddress Target, DataObject Parameters), EngineRule>();
        foreach (EngineRule rule in program.Rules)
        {
            if (rule.Condition is not null || rule.Cooldown > TimeSpan.Zero || !rule.Enabled) continue;
            foreach (var key in Keys(rule, unconditional: true) ?? []) always.TryAdd(key, rule);
        }

        foreach (EngineRule rule in program.Rules)
        {
            if (twins.Contains(rule.Id) || rule.PartOf is not null || Keys(rule, unconditional: false) is not { Count: > 0 } keys) continue;
            EngineRule? over = null;
            bool all = true;
            foreach (var key in keys)
            {
                all &= always.TryGetValue(key, out EngineRule? other) && other.Id != rule.Id && (over is null || over.Id == other.Id);
                if (!all) break;
                over = other;
            }

            if (!all || over is null) continue;
            report.Add(Codes.Shadowed, rule, $"whenever '{rule.Id}' fires, '{over.Id}' does the same without its conditions", $"remove '{rule.Id}', or narrow '{over.Id}'", LintTimeline.For(report.Site, rule), over);
        }
    }

    // Null: the rule does something besides device actions on events, so nothing is said of it.
    private static List<(ResourceAddress, string, EventPhases, string, ResourceAddress, DataObject)>? Keys(EngineRule rule, bool unconditional)
    {
        var keys = new List<(ResourceAddress, string, EventPhases, string, ResourceAddress, DataObject)>();
        foreach (Trigger trigger in rule.Triggers)
        {
            if (trigger is not EventTrigger t)
            {
                if (unconditional) continue;
                return null;
            }

            if (unconditional && !t.Pattern.Where.IsEmpty) continue;
            foreach (ResourceAddress source in t.Pattern.Sources)
            {
                foreach (string type in t.Pattern.Events)
                {
                    foreach (Step step in rule.Steps)
                    {
                        if (step is not ActionStep { OnTrigger: false } action)
                        {
                            if (unconditional) break;
                            return null;
                        }

                        foreach (ResourceAddress target in action.Targets) keys.Add((source, type, t.On, action.Action, target, action.Parameters));
                        if (keys.Count > 10_000) return null;
                    }
                }
            }
        }

        return keys;
    }
}
