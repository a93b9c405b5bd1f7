using System.Globalization;
using Automation.Core.Calendars;
using Automation.Core.Compilation;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;
using Automation.Core.Tracing;

namespace Automation.Core.Engine;

/// <summary>Triggers that remember events (sequence, count, absence), and those of the calendar.</summary>
public sealed partial class SiteEngine
{
    private Memory[] _memories = [];
    private CompiledTimes[] _times = [];
    private int[] _scheduleDeadlines = [];
    private StateWatch[] _stateWatchBySlot = [];
    private ThresholdWatch[] _thresholdWatchBySlot = [];

    /// <summary>What a sequence, count or absence remembers.</summary>
    private struct Memory
    {
        /// <summary>Sequence: for each number of steps met, when the youngest such attempt began (0: none). Count: a ring of instants.</summary>
        public long[] Ticks;
        public int Count;
        public int Next;

        /// <summary>Sequence: the match that completed it; the event that did so begins no new attempt.</summary>
        public long CompletedBy;

        /// <summary>Absence: handle of its deadline; 0: nothing is expected.</summary>
        public int Deadline;

        /// <summary>Absence: where it began.</summary>
        public int Resource;
    }

    private void AdoptTemporals()
    {
        _memories = new Memory[_image.Temporals.Length];
        for (int i = 0; i < _memories.Length; i++)
        {
            TemporalTrigger temporal = _image.Temporals[i];
            _memories[i].Ticks = temporal.Kind == PostingKind.AbsenceAfter ? [] : new long[temporal.Count];
        }

        _stateWatchBySlot = new StateWatch[_image.StateWatches.All.Length];
        foreach (ref readonly StateWatch watch in _image.StateWatches.All) _stateWatchBySlot[watch.Slot] = watch;
        _thresholdWatchBySlot = new ThresholdWatch[_image.ThresholdWatches.All.Length];
        foreach (ref readonly ThresholdWatch watch in _image.ThresholdWatches.All) _thresholdWatchBySlot[watch.Slot] = watch;
    }

    private void Remember(in Posting posting, int resource, ResourceAddress source, bool silent)
    {
        TemporalTrigger temporal = _image.Temporals[posting.Trigger];
        ref Memory memory = ref _memories[posting.Trigger];

        // A source whose notification is off tells a rule nothing, so it begins nothing either (LNK-13).
        if (silent && (_rules[posting.Rule].Flags & RuleFlags.NeedsNotification) != 0)
        {
            if (posting.Kind != PostingKind.AbsenceExpected) Record(posting.Rule, EvaluationOutcome.Of(EvaluationResult.Silent));
            return;
        }

        switch (posting.Kind)
        {
            case PostingKind.SequenceStep:
                if (Advance(ref memory, temporal, posting.Step)) AddCandidate(posting.Rule, temporal.Trigger, true);
                else Record(posting.Rule, EvaluationOutcome.Of(EvaluationResult.Pending));
                break;
            case PostingKind.Count:
                if (CountUp(ref memory, temporal)) AddCandidate(posting.Rule, temporal.Trigger, true);
                else Record(posting.Rule, EvaluationOutcome.Of(EvaluationResult.Pending));
                break;
            case PostingKind.AbsenceExpected:
                _deadlines.Cancel(ref memory.Deadline);
                break;
            case PostingKind.AbsenceAfter:
                // The first that is unanswered stands; more of the same do not put it off.
                if (memory.Deadline != 0) break;
                memory.Resource = resource;
                memory.Deadline = _deadlines.Add(new Deadline(_now + temporal.WithinTicks, temporal.Rule, resource, DeadlineKind.Absence, posting.Trigger, 0));
                Record(posting.Rule, EvaluationOutcome.Of(EvaluationResult.Pending));
                break;
        }
    }

    /// <summary>The youngest begin of each length is the best there can be, so one number a length is all that is needed.</summary>
    private bool Advance(ref Memory memory, in TemporalTrigger temporal, int step)
    {
        if (memory.CompletedBy == _matches) return false;
        long began = step == 0 ? _now : memory.Ticks[step - 1];
        if (step > 0 && (began == 0 || _now - began > temporal.WithinTicks)) return false;
        if (step < temporal.Count - 1)
        {
            memory.Ticks[step] = began;
            return false;
        }

        Array.Clear(memory.Ticks);
        memory.CompletedBy = _matches;
        return true;
    }

    private bool CountUp(ref Memory memory, in TemporalTrigger temporal)
    {
        int size = memory.Ticks.Length;
        memory.Ticks[memory.Next] = _now;
        memory.Next = (memory.Next + 1) % size;
        if (memory.Count < size) memory.Count++;
        if (memory.Count < size || _now - memory.Ticks[memory.Next] > temporal.WithinTicks) return false;
        memory.Count = 0;
        memory.Next = 0;
        Array.Clear(memory.Ticks);
        return true;
    }

    private void AbsenceDue(int number)
    {
        ref Memory memory = ref _memories[number];
        memory.Deadline = 0;
        TemporalTrigger temporal = _image.Temporals[number];
        FireWatch(temporal.Rule, temporal.Trigger, memory.Resource);
    }

    private void AdoptSchedules()
    {
        Site site = _image.Program.Site;
        _times = new CompiledTimes[_image.Schedules.Length];
        _scheduleDeadlines = new int[_times.Length];
        for (int i = 0; i < _times.Length; i++) _times[i] = TimesCompiler.Compile(_image.Schedules[i].Form.Schedule, site.TimeZone, site.Position);
    }

    /// <summary>Runs of a schedule that are made up for at most, and counted at most.</summary>
    private const int MostMissed = 1000;

    private void StartSchedules()
    {
        for (int i = 0; i < _times.Length; i++) PlanSchedule(i, _at);
        for (int i = 0; i < _groups.Length; i++) PlanReset(i);
    }

    private void PlanSchedule(int number, DateTimeOffset after)
    {
        _deadlines.Cancel(ref _scheduleDeadlines[number]);
        if (_times[number].Next(after) is not { } next) return;
        ScheduleWatch watch = _image.Schedules[number];
        _scheduleDeadlines[number] = _deadlines.Add(new Deadline(next.UtcTicks, watch.Rule, watch.Trigger, DeadlineKind.Schedule, number, 0));
    }

    private void ScheduleDue(int number)
    {
        _scheduleDeadlines[number] = 0;
        PlanSchedule(number, _at);
        FireSchedule(number);
    }

    private void FireSchedule(int number)
    {
        ScheduleWatch watch = _image.Schedules[number];
        Consider(watch.Rule, new Spark(-1, default, null, -1, DataObject.Empty, "schedule", watch.Trigger, false, -1));
    }

    private DateTimeOffset? NextRunOf(int rule)
    {
        long next = long.MaxValue;
        for (int i = FirstScheduleOf(rule); i < _times.Length && _image.Schedules[i].Rule == rule; i++)
        {
            if (_scheduleDeadlines[i] != 0) next = Math.Min(next, _deadlines.TicksOf(_scheduleDeadlines[i]));
        }

        return next == long.MaxValue ? null : new DateTimeOffset(next, TimeSpan.Zero);
    }

    /// <summary>Schedules stand in the order of their rules.</summary>
    private int FirstScheduleOf(int rule)
    {
        int low = 0;
        int high = _times.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (_image.Schedules[middle].Rule < rule) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>The process was down up to this instant: schedules and holds follow their policies, everything else that was due happens now, each at its instant.</summary>
    private void Resume(long at)
    {
        DateTimeOffset down = _at;
        for (int i = 0; i < _scheduleDeadlines.Length; i++) _deadlines.Cancel(ref _scheduleDeadlines[i]);
        foreach (ref readonly StateWatch watch in _image.StateWatches.All) LoseHold(ref _holds[watch.Slot], watch.Form.Restart);
        foreach (ref readonly ThresholdWatch watch in _image.ThresholdWatches.All)
        {
            // What was found before the stop is not known to hold any more, until it is told again.
            _thresholds[watch.Slot].Restarted(_bounds[watch.Slot]);
            _thresholds[watch.Slot].Apply(_bounds[watch.Slot], double.NaN, _at);
            if (_thresholds[watch.Slot].Pending is null) _deadlines.Cancel(ref _thresholdDeadlines[watch.Slot]);
        }

        Drain(at);
        MoveTo(at);
        for (int i = 0; i < _times.Length; i++)
        {
            FireMissed(i, down);
            PlanSchedule(i, _at);
        }
    }

    private void FireMissed(int number, DateTimeOffset down)
    {
        ScheduleWatch watch = _image.Schedules[number];
        MissedRuns missed = watch.Form.Missed;
        int all = _times[number].Between(down, _at).Take(MostMissed).Count();
        if (all == 0) return;
        DateTimeOffset from = missed.Within > TimeSpan.Zero && _at - missed.Within > down ? (_at - missed.Within).AddTicks(-1) : down;
        int count = missed.Policy == MissedPolicy.Skip ? 0 : _times[number].Between(from, _at).Take(missed.Policy == MissedPolicy.Latest ? 1 : MostMissed).Count();

        // At the restart's instant: at its own, an action would be expired before it was asked for.
        for (int i = 0; i < count; i++) FireSchedule(number);
        Finish();
        if (count < all && (_rules[watch.Rule].Flags & RuleFlags.Disabled) == 0) TellMissed(watch.Rule, all, count, down);
    }

    /// <summary>What a policy left out is no fault of the rule, but somebody may have counted on it.</summary>
    private void TellMissed(int rule, int all, int madeUp, DateTimeOffset down)
    {
        string runs = all == 1 ? "1 run was" : string.Create(CultureInfo.InvariantCulture, $"{(all == MostMissed ? "at least " : "")}{all} runs were");
        string made = madeUp == 0 ? "none is made up for" : string.Create(CultureInfo.InvariantCulture, $"{madeUp} {(madeUp == 1 ? "is" : "are")} made up for now");
        string text = string.Create(CultureInfo.InvariantCulture, $"{runs} missed from {down.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} to {_at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}, while the program was stopped; by its 'missed', {made}");
        _sink.Faulted(new EngineFault(_cause, _at, _names[rule].Id, EngineFaultKind.ScheduleMissed, text));
    }
}
