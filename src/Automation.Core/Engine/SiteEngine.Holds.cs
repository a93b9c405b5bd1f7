using Automation.Core.Compilation;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;
using Automation.Core.Thresholds;
using Automation.Core.Tracing;

namespace Automation.Core.Engine;

/// <summary>Triggers on states and numbers, at once or after they held for a time.</summary>
public sealed partial class SiteEngine
{
    private Hold[] _holds = [];
    private ThresholdState[] _thresholds = [];
    private ThresholdBounds[] _bounds = [];
    private int[] _thresholdDeadlines = [];

    private enum HoldPhase : byte
    {
        Idle,
        Holding,

        /// <summary>The deadline came while the value was unknown; the next known value decides.</summary>
        Overdue,

        /// <summary>Lost sight of the value and starts anew with the next that fits (<see cref="HoldPolicy.Restart"/>).</summary>
        Anew,

        /// <summary>Fired; a value that becomes known again is no new hold.</summary>
        Done,
    }

    private struct Hold
    {
        public HoldPhase Phase;
        public bool Unknown;
        public int Deadline;
        public DataValue Value;
    }

    private void AdoptTriggers()
    {
        _holds = new Hold[_image.StateWatches.All.Length];
        _thresholds = new ThresholdState[_image.ThresholdWatches.All.Length];
        _thresholdDeadlines = new int[_thresholds.Length];
        _bounds = new ThresholdBounds[_thresholds.Length];
        var compiled = new Dictionary<ThresholdTrigger, ThresholdBounds>(ReferenceEqualityComparer.Instance);
        foreach (ref readonly ThresholdWatch watch in _image.ThresholdWatches.All)
        {
            if (!compiled.TryGetValue(watch.Form, out ThresholdBounds? bounds)) compiled.Add(watch.Form, bounds = ThresholdBounds.Compile(watch.Form));
            _bounds[watch.Slot] = bounds;
        }

        AdoptTemporals();
        AdoptSchedules();
    }

    private void WatchStates(int resource, DataObject before, DataObject changed, bool initial)
    {
        foreach (ref readonly StateWatch watch in _image.StateWatches.Of(resource))
        {
            if (!changed.TryGet(watch.Form.Property, out DataValue now)) continue;
            DataValue was = before[watch.Form.Property];
            bool isChange = !initial && !was.IsNull && !now.IsNull && was != now;
            bool starts = isChange && FitsTo(watch.Form, now) && (watch.Form.From.IsEmpty || CompiledTest.Contains(watch.Form.From.AsSpan(), was));
            if (watch.Form.For == TimeSpan.Zero)
            {
                if (starts) AddCandidate(watch.Rule, watch.Trigger, false);
            }
            else
            {
                WatchHold(in watch, now, starts, becameKnown: initial || was.IsNull);
            }
        }
    }

    private static bool FitsTo(StateTrigger form, DataValue value) => form.To.IsEmpty || CompiledTest.Contains(form.To.AsSpan(), value);

    private void WatchHold(in StateWatch watch, DataValue now, bool starts, bool becameKnown)
    {
        ref Hold hold = ref _holds[watch.Slot];
        if (now.IsNull)
        {
            LoseHold(ref hold, watch.Form.Restart);
            return;
        }

        bool goesOn = watch.Form.To.IsEmpty ? now == hold.Value : FitsTo(watch.Form, now);
        hold.Unknown = false;
        switch (hold.Phase)
        {
            case HoldPhase.Overdue when goesOn:
                hold.Phase = HoldPhase.Done;
                AddCandidate(watch.Rule, watch.Trigger, false);
                return;
            case HoldPhase.Holding when goesOn:
                return;
            case HoldPhase.Holding or HoldPhase.Overdue:
                _deadlines.Cancel(ref hold.Deadline);
                hold.Phase = HoldPhase.Idle;
                break;
            case HoldPhase.Done when !goesOn:
                hold.Phase = HoldPhase.Idle;
                break;
            case HoldPhase.Anew:
                hold.Phase = HoldPhase.Idle;
                starts |= goesOn;
                break;
        }

        // A value found at a start, or known again, is no change, but it can be held from then on.
        bool found = becameKnown && hold.Phase == HoldPhase.Idle && goesOn && watch.Form is { To.IsEmpty: false, From.IsEmpty: true, Restart: not HoldPolicy.RequireProof };
        if (!starts && !found) return;
        hold.Phase = HoldPhase.Holding;
        hold.Value = now;
        hold.Deadline = _deadlines.Add(new Deadline(_now + watch.Form.For.Ticks, watch.Rule, watch.Resource, DeadlineKind.Hold, watch.Slot, 0));
        Record(watch.Rule, EvaluationOutcome.Of(EvaluationResult.Pending));
    }

    private void LoseHold(ref Hold hold, HoldPolicy policy)
    {
        hold.Unknown = true;
        if (hold.Phase is not (HoldPhase.Holding or HoldPhase.Overdue) || policy == HoldPolicy.AssumeHeld) return;
        _deadlines.Cancel(ref hold.Deadline);
        hold.Phase = policy == HoldPolicy.Restart ? HoldPhase.Anew : HoldPhase.Idle;
    }

    private void HoldDue(int slot)
    {
        ref Hold hold = ref _holds[slot];
        hold.Deadline = 0;
        hold.Phase = hold.Unknown ? HoldPhase.Overdue : HoldPhase.Done;
        if (hold.Unknown) return;
        StateWatch watch = _stateWatchBySlot[slot];
        FireWatch(watch.Rule, watch.Trigger, watch.Resource);
    }

    private void ThresholdDue(int slot)
    {
        _thresholdDeadlines[slot] = 0;
        if (_thresholds[slot].Due(_at).Kind != ThresholdChangeKind.Entered) return;
        ThresholdWatch watch = _thresholdWatchBySlot[slot];
        FireWatch(watch.Rule, watch.Trigger, watch.Resource);
    }

    private void FireWatch(int rule, int trigger, int resource) =>
        Consider(rule, new Spark(resource, AddressOf(resource), null, -1, DataObject.Empty, _image.Infos[rule].Labels[trigger], trigger, IsSilent(resource), -1));

    /// <summary>Shows numbers to the thresholds: of a state that changed, or of an event's data.</summary>
    private void Measure(int resource, DataObject before, DataObject data, bool initial, bool fromEvent)
    {
        foreach (ref readonly ThresholdWatch watch in _image.ThresholdWatches.Of(resource))
        {
            ThresholdBounds bounds = _bounds[watch.Slot];
            if (!data.TryGet(bounds.Property, out DataValue value)) continue;

            // The unit may have been told earlier than the number.
            DataValue unit = data.TryGet(bounds.UnitProperty, out DataValue told) ? told : fromEvent ? DataValue.Null : (_states[resource] ?? DataObject.Empty)[bounds.UnitProperty];
            double number = bounds.Normalise(value, unit);

            // An event without a number says nothing about it; a state that becomes null does.
            if (double.IsNaN(number) && fromEvent) continue;
            Apply(in watch, bounds, number, initial);
        }
    }

    private void Apply(in ThresholdWatch watch, ThresholdBounds bounds, double number, bool initial)
    {
        ThresholdChange change = _thresholds[watch.Slot].Apply(bounds, number, _at, initial);
        switch (change.Kind)
        {
            case ThresholdChangeKind.Pending:
                _deadlines.Cancel(ref _thresholdDeadlines[watch.Slot]);
                _thresholdDeadlines[watch.Slot] = _deadlines.Add(new Deadline(change.Deadline.UtcTicks, watch.Rule, watch.Resource, DeadlineKind.Threshold, watch.Slot, 0));
                Record(watch.Rule, EvaluationOutcome.Of(EvaluationResult.Pending));
                break;
            case ThresholdChangeKind.Cancelled:
                _deadlines.Cancel(ref _thresholdDeadlines[watch.Slot]);
                break;
            case ThresholdChangeKind.Entered:
                _deadlines.Cancel(ref _thresholdDeadlines[watch.Slot]);
                AddCandidate(watch.Rule, watch.Trigger, false);
                break;
            case ThresholdChangeKind.Left:
                if (_exceptions.Count > 0) EndExceptionsOf(watch.Rule, watch.Trigger, watch.Resource);
                break;
        }
    }
}
