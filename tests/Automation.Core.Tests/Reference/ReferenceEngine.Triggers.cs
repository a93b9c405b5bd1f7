using System.Collections.Immutable;
using Automation.Core.Calendars;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;
using Automation.Core.Tracing;

namespace Automation.Core.Tests.Reference;

internal sealed partial class ReferenceEngine
{
    /// <summary>Whether the event sets the trigger off now; also moves what the trigger remembers.</summary>
    private bool SetsOff(RuleState rule, TriggerState state, SeenEvent seen)
    {
        bool unseen = rule.Rule.NeedsNotification && !Notifies(seen.Resource.DeviceAddress);
        ImmutableArray<EventPattern> begins = state.Trigger is EventTrigger ? [] : state.Trigger is AbsenceTrigger missing ? [missing.After] : PatternsOf(state.Trigger);
        if (begins.Any(pattern => Names(pattern, seen)))
        {
            if (seen.Phase != EventPhase.Begin) Note(rule, ExplainClass.OtherPhase);
            else if (!begins.Any(pattern => Fits(pattern, seen))) Note(rule, ExplainClass.DataUnfit);
        }

        switch (state.Trigger)
        {
            case ThresholdTrigger trigger:
                return seen.Phase != EventPhase.End && trigger.Sources.Contains(seen.Resource) && Number(seen.Data[trigger.Property]) is var number
                    && !double.IsNaN(number) && Crosses(rule, state, trigger, seen.Resource, number, false);
            case not EventTrigger when unseen:
                if (seen.Phase == EventPhase.Begin && begins.Any(pattern => Fits(pattern, seen))) Note(rule, ExplainClass.NotificationOff);
                return false;
            case EventTrigger trigger:
                if (!Names(trigger.Pattern, seen)) return false;
                bool phase = trigger.On.HasFlag(seen.Phase switch { EventPhase.Begin => EventPhases.Begin, EventPhase.Repeat => EventPhases.Repeat, _ => EventPhases.End });
                if (!phase) Note(rule, ExplainClass.OtherPhase);
                else if (!Fits(trigger.Pattern, seen)) Note(rule, ExplainClass.DataUnfit);
                return phase && Fits(trigger.Pattern, seen);
            case CountTrigger trigger:
                return Counts(rule, state, trigger, seen);
            case SequenceTrigger trigger:
                return Completes(rule, state, trigger, seen);
            case AbsenceTrigger trigger:
                Miss(rule, state, trigger, seen);
                return false;
            default:
                return false;
        }
    }

    private static bool Names(EventPattern pattern, SeenEvent seen) => pattern.Sources.Contains(seen.Resource) && pattern.Events.Contains(seen.Type);

    private static bool Fits(EventPattern pattern, SeenEvent seen) =>
        Names(pattern, seen) && pattern.Where.All(test => Holds(test, seen.Data[test.Property]));

    /// <summary>The n-th begin within the time; then counted anew.</summary>
    private bool Counts(RuleState rule, TriggerState state, CountTrigger trigger, SeenEvent seen)
    {
        if (seen.Phase != EventPhase.Begin || !Fits(trigger.Pattern, seen)) return false;
        state.History.Add(seen);
        Note(rule, ExplainClass.Pending);
        if (state.History.Count(e => seen.At - e.At <= trigger.Within) < trigger.Count) return false;
        state.History.Clear();
        return true;
    }

    /// <summary>Some choice of earlier begins, one per step and in order, ends with this one and fits into the time; then anew.</summary>
    private bool Completes(RuleState rule, TriggerState state, SequenceTrigger trigger, SeenEvent seen)
    {
        if (seen.Phase != EventPhase.Begin || !trigger.Steps.Any(step => Fits(step, seen))) return false;
        state.History.Add(seen);
        Note(rule, ExplainClass.Pending);
        if (!Fits(trigger.Steps[^1], seen)) return false;
        bool found = Choose(state.History, trigger, trigger.Steps.Length - 2, state.History.Count - 2);
        if (found) state.History.Clear();
        return found;

        bool Choose(List<SeenEvent> history, SequenceTrigger sequence, int step, int last)
        {
            if (step < 0) return true;
            for (int i = last; i >= 0; i--)
            {
                if (Fits(sequence.Steps[step], history[i]) && seen.At - history[i].At <= sequence.Within && Choose(history, sequence, step - 1, i - 1)) return true;
            }

            return false;
        }
    }

    private void Miss(RuleState rule, TriggerState state, AbsenceTrigger trigger, SeenEvent seen)
    {
        if (seen.Phase != EventPhase.Begin) return;
        if (Fits(trigger.Expected, seen) && state.Waiting is not null)
        {
            _deadlines.Remove(state.Waiting);
            state.Waiting = null;
        }

        if (!Fits(trigger.After, seen) || state.Waiting is not null) return;
        Note(rule, ExplainClass.Pending);
        state.Waiting = At(_now + trigger.Within, rule.Rule.Id, seen.Resource, () =>
        {
            state.Waiting = null;
            Look(rule, trigger, seen.Resource, null);
        });
    }

    /// <summary>Whether the changed property sets the trigger off now; also begins and ends its holds.</summary>
    private bool SetsOff(RuleState rule, TriggerState state, ResourceAddress resource, string property, DataValue old, DataValue now, bool initial)
    {
        if (state.Trigger is ThresholdTrigger threshold)
        {
            return threshold.Sources.Contains(resource) && threshold.Property == property && Crosses(rule, state, threshold, resource, Number(now), initial);
        }

        if (state.Trigger is not StateTrigger trigger || !trigger.Sources.Contains(resource) || trigger.Property != property) return false;
        bool wanted = !now.IsNull && (trigger.To.IsEmpty || trigger.To.Contains(now));
        bool change = !initial && !old.IsNull && wanted && (trigger.From.IsEmpty || trigger.From.Contains(old));
        return trigger.For == TimeSpan.Zero ? change : Held(rule, state, trigger, resource, now, change, initial || old.IsNull);
    }

    private bool Held(RuleState rule, TriggerState state, StateTrigger trigger, ResourceAddress resource, DataValue now, bool change, bool found)
    {
        Hold hold = HoldOf(state, resource);
        hold.Unknown = now.IsNull;
        if (hold.Unknown)
        {
            Lose(hold, trigger.Restart);
            return false;
        }

        bool same = trigger.To.IsEmpty ? now == hold.Value : trigger.To.Contains(now);
        if (hold.Phase == HoldPhase.Overdue && same)
        {
            hold.Phase = HoldPhase.Done;
            return true;
        }

        if (hold.Phase == HoldPhase.Running && same) return false;
        bool anew = hold.Phase == HoldPhase.Anew && same;
        if (!(hold.Phase == HoldPhase.Done && same)) Forget(hold);
        bool foundToHold = found && hold.Phase == HoldPhase.Idle && same && !trigger.To.IsEmpty && trigger.From.IsEmpty && trigger.Restart != HoldPolicy.RequireProof;
        if (change || anew || foundToHold) Begin(rule, trigger, hold, resource, trigger.For, now);
        return false;
    }

    private bool Crosses(RuleState rule, TriggerState state, ThresholdTrigger trigger, ResourceAddress resource, double value, bool initial)
    {
        Hold hold = HoldOf(state, resource);
        hold.Unknown = double.IsNaN(value);
        if (hold.Unknown)
        {
            // To give up means to stay quiet until the number was let go.
            bool ran = hold.Phase is HoldPhase.Running or HoldPhase.Overdue;
            Lose(hold, trigger.Restart);
            if (ran && trigger.Restart == HoldPolicy.RequireProof) hold.Phase = HoldPhase.Done;
            return false;
        }

        if (!(value > trigger.Above || value < trigger.Below))
        {
            bool clears = hold.Above ? value <= (trigger.ClearBelow ?? trigger.Above) : value >= (trigger.ClearAbove ?? trigger.Below);
            if (hold.Phase == HoldPhase.Done && !clears) return false;
            if (hold.Phase == HoldPhase.Done) EndExceptions(cause => ReferenceEquals(cause.Trigger, trigger) && cause.Source == resource);
            Forget(hold);
            return false;
        }

        hold.Above = value > trigger.Above;
        if (hold.Phase is HoldPhase.Running or HoldPhase.Done) return false;
        bool overdue = hold.Phase == HoldPhase.Overdue;
        if (!overdue && trigger.For > TimeSpan.Zero)
        {
            Begin(rule, trigger, hold, resource, trigger.For, default);
            return false;
        }

        hold.Phase = HoldPhase.Done;
        return overdue || !initial;
    }

    private static Hold HoldOf(TriggerState state, ResourceAddress resource) =>
        state.Holds.TryGetValue(resource, out Hold? hold) ? hold : state.Holds[resource] = new Hold();

    private void Begin(RuleState rule, Trigger trigger, Hold hold, ResourceAddress resource, TimeSpan time, DataValue value)
    {
        Note(rule, ExplainClass.Pending);
        hold.Phase = HoldPhase.Running;
        hold.Value = value;
        hold.Timer = At(_now + time, rule.Rule.Id, resource, () =>
        {
            hold.Phase = hold.Unknown ? HoldPhase.Overdue : HoldPhase.Done;
            if (!hold.Unknown) Look(rule, trigger, resource, null);
        });
    }

    /// <summary>The value became unknown.</summary>
    private void Lose(Hold hold, HoldPolicy policy)
    {
        if (hold.Phase is not (HoldPhase.Running or HoldPhase.Overdue) || policy == HoldPolicy.AssumeHeld) return;
        Forget(hold);
        hold.Phase = policy == HoldPolicy.Restart ? HoldPhase.Anew : HoldPhase.Idle;
    }

    private void Forget(Hold hold)
    {
        if (hold.Timer is not null) _deadlines.Remove(hold.Timer);
        hold.Timer = null;
        hold.Phase = HoldPhase.Idle;
    }

    private void Await(RuleState rule, ScheduleTrigger trigger)
    {
        if (TimesCompiler.Compile(trigger.Schedule, _program.Site.TimeZone, _program.Site.Position).Next(_now) is not { } next) return;
        At(next, rule.Rule.Id, default, () =>
        {
            Await(rule, trigger);
            Look(rule, trigger, default, null);
        });
    }

    /// <summary>Numbers may come as texts.</summary>
    private static double Number(DataValue value) =>
        value.Kind == DataKind.Text && double.TryParse(value.Text, System.Globalization.CultureInfo.InvariantCulture, out double number) ? number : value.Number;

    private static bool Holds(DataTest test, DataValue value)
    {
        if (value.IsNull) return false;
        double bound = test.Values.Length == 0 ? double.NaN : test.Values[0].Number;
        return test.Comparison switch
        {
            Comparison.In => test.Values.Contains(value),
            Comparison.NotIn => !test.Values.Contains(value),
            Comparison.Above => value.Number > bound,
            Comparison.AtLeast => value.Number >= bound,
            Comparison.Below => value.Number < bound,
            _ => value.Number <= bound,
        };
    }
}
