using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Core.Compilation.Lowering;

/// <summary>Canonical definitions to the internal form: five kinds, one engine (design.md section 1). The tables are in <c>docs/rules.md</c>.</summary>
/// <remarks>
/// A document that does different things at different triggers becomes several engine rules: the first has the document's id, the others
/// <c>id.part</c> and the toggle of the first as a condition (<see cref="EngineRule.PartOf"/>).
/// </remarks>
public static class RuleLowering
{
    /// <param name="rules">Sound rules of one site, each id once.</param>
    public static SiteProgram Lower(Site site, IEnumerable<RuleDefinition> rules)
    {
        var engine = new List<EngineRule>();
        var groups = new List<CountingGroup>();
        foreach (RuleDefinition rule in rules)
        {
            switch (rule)
            {
                case LinkageRule linkage: engine.Add(Linkage(linkage)); break;
                case ExceptionRule exception: engine.AddRange(ExceptionLowering.Lower(exception, site)); break;
                case ScheduleRule schedule: engine.AddRange(ScheduleLowering.Lower(schedule)); break;
                case ArmingScheduleRule arming: engine.AddRange(ScheduleLowering.Lower(arming, site)); break;
                case PeopleCountingRule counting:
                    groups.Add(Group(counting));
                    engine.Add(Counting(counting));
                    break;
                case TemperatureRule temperature: engine.Add(Temperature(temperature)); break;
                case AutomationRule automation: engine.Add(Automation(automation)); break;
                default: throw new InvalidOperationException($"no lowering for {rule.Kind}");
            }
        }

        engine.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
        groups.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
        return new SiteProgram { Site = site, Rules = [.. engine], Groups = [.. groups] };
    }

    private static EngineRule Linkage(LinkageRule rule) => Start(rule, rule.Run) with
    {
        Triggers = [new EventTrigger(rule.Source, rule.On)],
        Condition = Conditions.All(Conditions.Schedule(rule.Schedule), rule.Conditions),
        Steps = rule.Actions,
    };

    private static EngineRule Automation(AutomationRule rule) => Start(rule, rule.Run) with
    {
        Triggers = rule.Triggers,
        Condition = Conditions.All(Conditions.Schedule(rule.Schedule), rule.Conditions),
        Steps = rule.Actions,
    };

    private static EngineRule Temperature(TemperatureRule rule)
    {
        ImmutableArray<Trigger> triggers = [rule.When];
        if (rule.MaskAlarm)
        {
            EventTypeInfo measured = EventTypes.All["temperatureMeasured"];
            ImmutableArray<ResourceAddress> able = [.. rule.When.Sources.Where(s => measured.Kinds.Contains(SiteIndex.KindOf(s)))];
            var unmasked = new DataTest("mask", Comparison.In, ["no", false]);
            triggers = triggers.Add(new EventTrigger(new EventPattern { Sources = able, Events = [measured.Name], Where = [unmasked] }, EventPhases.Begin));
        }

        return Start(rule, rule.Run) with
        {
            Triggers = triggers,
            Condition = Conditions.All(Conditions.Schedule(rule.Schedule), rule.Conditions),
            Steps = rule.PushAlarm || rule.MaskAlarm ? rule.Actions.Add(Push(rule.Name)) : rule.Actions,
        };
    }

    private static CountingGroup Group(PeopleCountingRule rule) => new()
    {
        Id = rule.Id, Name = rule.Name, Enabled = rule.Enabled, Address = rule.Group, Channels = rule.Channels, MaxPeople = rule.MaxPeople, ResetAt = rule.ResetAt, Version = rule.Version,
    };

    // The group is no device, so there is no notification switch to ask.
    private static EngineRule Counting(PeopleCountingRule rule) => Start(rule, RunPolicy.Default) with
    {
        Triggers = [new EventTrigger(new EventPattern { Sources = [rule.Group], Events = ["maxPeopleReached"] }, EventPhases.Begin)],
        Steps = rule.PushAlarm ? rule.Actions.Add(Push(FormattableString.Invariant($"{rule.Name}: the maximum of {rule.MaxPeople} people is reached"))) : rule.Actions,
        NeedsNotification = false,
    };

    internal static EngineRule Start(RuleDefinition rule, RunPolicy run) => new()
    {
        Id = rule.Id, Name = rule.Name, Kind = rule.Kind, Enabled = rule.Enabled, Version = rule.Version,
        Priority = run.Priority, Mode = run.Mode, MaxRuns = run.MaxRuns, Key = run.Key, Cooldown = run.Cooldown,
    };

    /// <summary>Another part of the document: it runs while the first is switched on.</summary>
    internal static EngineRule Part(RuleDefinition rule, string part, RunPolicy run) => Start(rule, run) with
    {
        Id = rule.Id + "." + part, PartOf = rule.Id, Enabled = true,
    };

    internal static Condition SwitchedOn(RuleDefinition rule) => new RuleEnabledCondition(rule.Id, true);

    internal static NotifyStep Push(string message) => new(message, ["portal", "mobileClient"], ["siteManager"]);
}

/// <summary>Puts conditions together.</summary>
internal static class Conditions
{
    public static Condition? Schedule(WeeklyWindows? windows) => windows is null ? null : new ScheduleCondition(windows);

    /// <summary>All of those that are there; null when none is.</summary>
    public static Condition? All(params ReadOnlySpan<Condition?> parts)
    {
        var there = ImmutableArray.CreateBuilder<Condition>(parts.Length);
        foreach (Condition? part in parts)
        {
            if (part is AllOf all) there.AddRange(all.Conditions);
            else if (part is not null) there.Add(part);
        }

        return there.Count switch { 0 => null, 1 => there[0], _ => new AllOf(there.ToImmutable()) };
    }
}
