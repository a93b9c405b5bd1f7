using Automation.Core.Compilation;
using Automation.Core.Compilation.Form;
using Automation.Core.Tracing;

namespace Automation.Core.Engine;

/// <summary>Runs that take time: the four modes, their bounds, waiting for a condition.</summary>
public sealed partial class SiteEngine
{
    private readonly Dictionary<long, RunGroup> _runGroups = [];
    private readonly List<Run> _waiting = [];
    private readonly Stack<Run> _freeRuns = [];
    private Run?[] _runs = new Run?[16];
    private readonly Stack<int> _freeRunSlots = [];
    private int _runSlotsUsed;
    private int _runCount;
    private long _runOrder;
    private int _windowsDeadline;

    /// <summary>Runs under way or waiting, by rule.</summary>
    private int[] _running = [];

    /// <summary>A bit of the truth vector was written since runs that wait last looked.</summary>
    private bool _truthChanged;

    /// <summary>The run whose steps are being done; null for a firing that has not waited yet.</summary>
    private Run? _executing;

    private RunGroup GroupOf(int rule, int key)
    {
        long name = ((long)rule << 32) | unchecked((uint)key);
        if (!_runGroups.TryGetValue(name, out RunGroup? group)) _runGroups.Add(name, group = new RunGroup { Rule = rule, Key = key });
        return group;
    }

    /// <summary>Cooldown first, then the run mode.</summary>
    private bool MayRun(int rule, RunGroup group, ref RuleRow row)
    {
        if (group.CooldownUntil > _now)
        {
            Miss(rule, ref row, EvaluationOutcome.Of(EvaluationResult.Cooldown));
            return false;
        }

        EngineRule form = _image.Infos[rule].Form;
        int active = group.Runs.Count - group.Queued;
        if (active == 0 && _runCount < _options.MaxRuns) return true;
        if (form.Mode == RunMode.Single && active > 0)
        {
            Miss(rule, ref row, EvaluationOutcome.Of(EvaluationResult.Busy));
            return false;
        }

        bool full = _runCount >= _options.MaxRuns || form.Mode switch
        {
            RunMode.Queued => group.Queued >= form.MaxRuns,
            RunMode.Parallel => active >= form.MaxRuns,
            _ => false,
        };
        if (!full) return true;
        Miss(rule, ref row, EvaluationOutcome.Of(EvaluationResult.Refused));
        Fault(rule, EngineFaultKind.RunRefused, _runCount >= _options.MaxRuns ? $"{_runCount} runs are under way on this site" : $"{form.MaxRuns} runs are {(form.Mode == RunMode.Queued ? "waiting" : "under way")}");
        return false;
    }

    /// <summary>Starts the steps of a firing that may take time, or puts it in the queue.</summary>
    private void Launch(int rule, RunGroup group, in Spark spark)
    {
        RunMode mode = _image.Infos[rule].Form.Mode;
        if (mode == RunMode.Restart)
        {
            while (group.Runs.Count > 0) EndRun(group.Runs[0], startNext: false);
        }

        bool waits = mode == RunMode.Queued && group.Runs.Count > 0;
        if (!waits)
        {
            Execute(rule, 0, in spark, null);
            return;
        }

        NewRun(rule, group, in spark, queued: true);
    }

    private Run NewRun(int rule, RunGroup group, in Spark spark, bool queued = false)
    {
        if (!_freeRuns.TryPop(out Run? run)) run = new Run();
        if (!_freeRunSlots.TryPop(out int slot)) slot = _runSlotsUsed++;
        if (slot == _runs.Length) Array.Resize(ref _runs, slot * 2);
        _runs[slot] = run;
        _runCount++;
        _running[rule]++;
        run.Rule = rule;
        run.Group = group;

        // The chain's places are only good within this input.
        run.Spark = spark with { Chain = -1 };
        run.Slot = slot;
        run.Order = ++_runOrder;
        run.FiredTicks = _now;
        run.Next = 0;
        run.Deadline = 0;
        int counters = _image.Infos[rule].Counters;
        if (run.Counters.Length < counters) run.Counters = new int[counters];
        else Array.Clear(run.Counters);
        run.State = queued ? RunState.Queued : RunState.Delayed;
        group.Runs.Insert(queued ? group.Runs.Count : group.Runs.Count - group.Queued, run);
        if (queued) group.Queued++;
        return run;
    }

    private void EndRun(Run run, bool startNext)
    {
        _deadlines.Cancel(ref run.Deadline);
        if (run.State == RunState.Waiting) _waiting.Remove(run);
        RunGroup group = run.Group;
        if (run.State == RunState.Queued) group.Queued--;
        group.Runs.Remove(run);
        _runs[run.Slot] = null;
        _freeRunSlots.Push(run.Slot);
        _runCount--;
        _running[run.Rule]--;
        run.Spark = default;
        run.State = RunState.Delayed;
        _freeRuns.Push(run);
        if (startNext) StartQueued(group);
    }

    /// <summary>The next in the queue; those that end at once make way for the one behind.</summary>
    private void StartQueued(RunGroup group)
    {
        while (group.Queued > 0 && group.Runs.Count == group.Queued)
        {
            Run next = group.Runs[0];
            group.Queued--;
            next.State = RunState.Delayed;
            if (Execute(next.Rule, 0, next.Spark, next)) EndRun(next, startNext: false);
        }
    }

    /// <summary>Ends the runs of a rule that was switched off; the one that does the switching goes on to its end.</summary>
    private void CancelRuns(int rule)
    {
        if (_running[rule] == 0) return;
        foreach (RunGroup group in _runGroups.Values)
        {
            if (group.Rule != rule) continue;
            for (int i = group.Runs.Count - 1; i >= 0; i--)
            {
                if (group.Runs[i] != _executing) EndRun(group.Runs[i], startNext: false);
            }
        }
    }

    private void Suspend(Run run, int next, RunState state, long ticks)
    {
        run.Next = next;
        run.State = state;
        run.Deadline = _deadlines.Add(new Deadline(_now + ticks, run.Rule, run.Group.Key, DeadlineKind.Run, run.Slot, run.Order));
        if (state == RunState.Waiting) _waiting.Add(run);
    }

    private void RunDue(int slot)
    {
        if (_runs[slot] is not { } run) return;
        run.Deadline = 0;
        if (run.State == RunState.Waiting)
        {
            // The time is up. The operation before the next one is the wait itself.
            _waiting.Remove(run);
            run.State = RunState.Delayed;
            if (!_image.Operations[_names[run.Rule].FirstOperation + run.Next - 1].Flag)
            {
                EndRun(run, startNext: true);
                return;
            }
        }

        Continue(run);
    }

    private void Continue(Run run)
    {
        if (Execute(run.Rule, run.Next, run.Spark, run)) EndRun(run, startNext: true);
    }

    /// <summary>Runs that wait for a condition look again, in the order in which they began to wait.</summary>
    private void CheckWaiting()
    {
        // Only a bit can have turned a condition true; but nobody knows what a script reads.
        bool progress = _waiting.Count > 0 && (_truthChanged || _scripts is not null);
        _truthChanged = false;
        for (int rounds = 0; progress; rounds++)
        {
            progress = false;
            if (rounds == _options.MaxStepsPerRun)
            {
                Fault(_waiting[0].Rule, EngineFaultKind.Loop, $"runs that wait for each other went on {rounds} times in one input; they wait for the next");
                break;
            }

            for (int i = 0; i < _waiting.Count; i++)
            {
                Run run = _waiting[i];
                var until = (Expression)_image.Operations[_names[run.Rule].FirstOperation + run.Next - 1].More!;
                if (!Holds(until, run.Rule, run.Spark)) continue;
                _waiting.RemoveAt(i--);
                run.State = RunState.Delayed;
                _deadlines.Cancel(ref run.Deadline);
                Continue(run);
                if (_agendaCount > 0) RunAgenda();
                progress = true;
                break;
            }
        }

        ArmWindows();
    }
}
