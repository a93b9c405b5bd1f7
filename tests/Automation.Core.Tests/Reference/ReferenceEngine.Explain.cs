using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;
using Automation.Core.Tracing;

namespace Automation.Core.Tests.Reference;

internal sealed partial class ReferenceEngine
{
    /// <summary>Why the rule fired at the instant of the last input, or why not.</summary>
    public ExplainClass ClassOf(string id)
    {
        RuleState rule = _rules.Single(r => r.Rule.Id == id);
        if (rule.Looked.At == _now) return rule.Looked.Class;
        if (rule.Triggers.Any(IsUnderWay)) return ExplainClass.Pending;
        if (rule.Rule.Triggers.All(t => t is ScheduleTrigger or StartupTrigger)) return ExplainClass.NotDue;
        bool other = _lastEvent is { } last && last.At == _now && rule.Rule.Triggers.SelectMany(SourcesOf).Contains(last.Resource);
        return other ? ExplainClass.OtherEvent : ExplainClass.NoEvent;
    }

    /// <summary>The last look at an instant counts, but a firing most.</summary>
    private void Note(RuleState rule, ExplainClass found)
    {
        if (rule.Looked.At != _now || rule.Looked.Class != ExplainClass.Fired) rule.Looked = (_now, found);
    }

    private bool IsUnderWay(TriggerState state) => state.Waiting is not null || state.Holds.Values.Any(h => h.Phase == HoldPhase.Running) || state.Trigger switch
    {
        CountTrigger count => state.History.Any(e => _now - e.At <= count.Within),
        SequenceTrigger sequence => state.History.Any(e => _now - e.At <= sequence.Within && Fits(sequence.Steps[0], e)),
        _ => false,
    };

    private static ImmutableArray<EventPattern> PatternsOf(Trigger trigger) => trigger switch
    {
        EventTrigger e => [e.Pattern],
        SequenceTrigger sequence => sequence.Steps,
        CountTrigger count => [count.Pattern],
        AbsenceTrigger absence => [absence.Expected, absence.After],
        _ => [],
    };

    private static IEnumerable<ResourceAddress> SourcesOf(Trigger trigger) => trigger switch
    {
        StateTrigger state => state.Sources,
        ThresholdTrigger threshold => threshold.Sources,
        _ => PatternsOf(trigger).SelectMany(p => p.Sources),
    };
}
