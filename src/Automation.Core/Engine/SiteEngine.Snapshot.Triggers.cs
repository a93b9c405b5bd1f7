using Automation.Core.Compilation;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Engine;

/// <summary>Snapshot of what triggers remember.</summary>
public sealed partial class SiteEngine
{
    private void WriteTriggers(SnapshotWriter to)
    {
        WriteHolds(to);
        to.Int(_thresholds.Length);
        for (int i = 0; i < _thresholds.Length; i++)
        {
            ThresholdWatch watch = _thresholdWatchBySlot[i];
            WritePlace(to, watch.Rule, watch.Trigger, watch.Resource);
            to.Long(TicksOrNever(_thresholdDeadlines[i]));
            _thresholds[i].Write(to.Target);
        }

        to.Int(_memories.Length);
        for (int i = 0; i < _memories.Length; i++)
        {
            ref Memory memory = ref _memories[i];
            WritePlace(to, _image.Temporals[i].Rule, _image.Temporals[i].Trigger, memory.Resource);
            to.Long(TicksOrNever(memory.Deadline));
            to.Int(memory.Count);
            to.Int(memory.Next);
            to.Int(memory.Ticks.Length);
            foreach (long ticks in memory.Ticks) to.Long(ticks);
        }

        to.Int(_scheduleDeadlines.Length);
        for (int i = 0; i < _scheduleDeadlines.Length; i++)
        {
            WritePlace(to, _image.Schedules[i].Rule, _image.Schedules[i].Trigger, 0);
            to.Long(TicksOrNever(_scheduleDeadlines[i]));
        }
    }

    private void WriteHolds(SnapshotWriter to)
    {
        to.Int(_holds.Length);
        for (int i = 0; i < _holds.Length; i++)
        {
            ref Hold hold = ref _holds[i];
            WritePlace(to, _stateWatchBySlot[i].Rule, _stateWatchBySlot[i].Trigger, _stateWatchBySlot[i].Resource);
            to.Byte((byte)hold.Phase);
            to.Bool(hold.Unknown);
            to.Long(TicksOrNever(hold.Deadline));
            to.Value(hold.Value);
        }
    }

    private void WritePlace(SnapshotWriter to, int rule, int trigger, int resource)
    {
        to.Text(_names[rule].Id);
        to.Int(trigger);
        to.Text(_resources.NameOf(resource));
    }

    private readonly record struct Place(int Rule, int Trigger, int Resource);

    private Place ReadPlace(ref SnapshotReader from, bool[] unchanged)
    {
        if (!_image.RuleNumbers.TryGetValue(from.Name(), out int rule) || !unchanged[rule]) rule = -1;
        int trigger = from.Int();
        return new Place(rule, trigger, _resources.Find(from.Name()));
    }

    private void ReadTriggers(ref SnapshotReader from, bool[] unchanged)
    {
        ReadHolds(ref from, unchanged);
        ReadThresholds(ref from, unchanged);
        ReadMemories(ref from, unchanged);
        ReadSchedules(ref from, unchanged);
    }

    private void ReadHolds(ref SnapshotReader from, bool[] unchanged)
    {
        Dictionary<Place, int> slots = _stateWatchBySlot.Select((w, i) => (w, i)).DistinctBy(w => new Place(w.w.Rule, w.w.Trigger, w.w.Resource))
            .ToDictionary(w => new Place(w.w.Rule, w.w.Trigger, w.w.Resource), w => w.i);
        int count = from.Count();
        for (int i = 0; i < count; i++)
        {
            Place place = ReadPlace(ref from, unchanged);
            var phase = (HoldPhase)from.Byte();
            bool unknown = from.Bool();
            long due = from.Long();
            DataValue value = from.Value();
            if (phase > HoldPhase.Done) throw SnapshotReader.Damaged("a hold");
            if (!slots.Remove(place, out int slot)) continue;
            int deadline = due == Never ? 0 : _deadlines.Add(new Deadline(due, place.Rule, place.Resource, DeadlineKind.Hold, slot, 0));
            _holds[slot] = new Hold { Phase = phase, Unknown = unknown, Deadline = deadline, Value = value };
        }

        // Rules that are new look at what is known already, as if it had been found now.
        _candidateCount = 0;
        foreach (int slot in slots.Values.Order())
        {
            StateWatch watch = _stateWatchBySlot[slot];
            if (watch.Form.For == TimeSpan.Zero || _states[watch.Resource] is not { } state || !state.TryGet(watch.Form.Property, out DataValue value)) continue;
            WatchHold(in watch, value, starts: false, becameKnown: true);
        }
    }

    private void ReadThresholds(ref SnapshotReader from, bool[] unchanged)
    {
        Dictionary<Place, int> slots = _thresholdWatchBySlot.Select((w, i) => (w, i)).DistinctBy(w => new Place(w.w.Rule, w.w.Trigger, w.w.Resource))
            .ToDictionary(w => new Place(w.w.Rule, w.w.Trigger, w.w.Resource), w => w.i);
        int count = from.Count();
        var ignored = default(Thresholds.ThresholdState);
        for (int i = 0; i < count; i++)
        {
            Place place = ReadPlace(ref from, unchanged);
            long due = from.Long();
            bool known = slots.Remove(place, out int slot);
            ReadOnlySpan<byte> rest = from.Rest();
            bool read = known ? _thresholds[slot].Read(_bounds[slot], ref rest) : ignored.Read(AnyBounds, ref rest);
            if (!read) throw SnapshotReader.Damaged("a threshold");
            from.MoveTo(rest);
            if (known && due != Never) _thresholdDeadlines[slot] = _deadlines.Add(new Deadline(due, place.Rule, place.Resource, DeadlineKind.Threshold, slot, 0));
        }

        foreach (int slot in slots.Values.Order())
        {
            ThresholdWatch watch = _thresholdWatchBySlot[slot];
            if (_states[watch.Resource] is not { } state) continue;
            double number = _bounds[slot].ValueIn(state);
            if (!double.IsNaN(number)) Apply(in watch, _bounds[slot], number, initial: true);
        }

        _candidateCount = 0;
    }

    /// <summary>To skip over a threshold that is no more.</summary>
    private static Thresholds.ThresholdBounds AnyBounds { get; } =
        Thresholds.ThresholdBounds.Compile(new ThresholdTrigger([], "", 0, null, null, null, TimeSpan.Zero, null, TimeSpan.FromHours(1), HoldPolicy.AssumeHeld));

    private void ReadMemories(ref SnapshotReader from, bool[] unchanged)
    {
        Dictionary<(int, int), int> slots = _image.Temporals.Select((t, i) => (t, i)).ToDictionary(t => (t.t.Rule, t.t.Trigger), t => t.i);
        int count = from.Count();
        for (int i = 0; i < count; i++)
        {
            Place place = ReadPlace(ref from, unchanged);
            long due = from.Long();
            (int counted, int next) = (from.Int(), from.Int());
            var ticks = new long[from.Count()];
            for (int t = 0; t < ticks.Length; t++) ticks[t] = from.Long();
            if (!slots.TryGetValue((place.Rule, place.Trigger), out int slot)) continue;
            ref Memory memory = ref _memories[slot];
            if (ticks.Length != memory.Ticks.Length || counted < 0 || counted > ticks.Length || next < 0 || next > Math.Max(0, ticks.Length - 1)) continue;
            int deadline = due == Never || place.Resource < 0 ? 0 : _deadlines.Add(new Deadline(due, place.Rule, place.Resource, DeadlineKind.Absence, slot, 0));
            memory = new Memory { Ticks = ticks, Count = counted, Next = next, Deadline = deadline, Resource = Math.Max(0, place.Resource) };
        }
    }

    private void ReadSchedules(ref SnapshotReader from, bool[] unchanged)
    {
        Dictionary<(int, int), int> slots = _image.Schedules.Select((s, i) => (s, i)).ToDictionary(s => (s.s.Rule, s.s.Trigger), s => s.i);
        int count = from.Count();
        for (int i = 0; i < count; i++)
        {
            Place place = ReadPlace(ref from, unchanged);
            long due = from.Long();
            if (!slots.Remove((place.Rule, place.Trigger), out int slot) || due == Never) continue;
            _scheduleDeadlines[slot] = _deadlines.Add(new Deadline(due, place.Rule, place.Trigger, DeadlineKind.Schedule, slot, 0));
        }

        if (!_started) return;
        foreach (int slot in slots.Values.Order()) PlanSchedule(slot, _at);
    }
}
