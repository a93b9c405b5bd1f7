using System.Buffers;
using Automation.Core.Compilation;
using Automation.Core.Model;

namespace Automation.Core.Engine;

/// <summary>Snapshot of runs, exceptions and groups.</summary>
public sealed partial class SiteEngine
{
    private void WriteRuns(SnapshotWriter to)
    {
        to.Long(_runOrder);
        RunGroup[] groups = [.. _runGroups.Values.Where(g => g.Runs.Count > 0 || g.CooldownUntil > _now).OrderBy(g => g.Rule).ThenBy(g => g.Key)];
        to.Int(groups.Length);
        foreach (RunGroup group in groups)
        {
            to.Text(_names[group.Rule].Id);
            to.Text(group.Key < 0 ? null : _resources.NameOf(group.Key));
            to.Long(group.CooldownUntil);
            to.Int(group.Runs.Count);
            foreach (Run run in group.Runs) WriteRun(to, run);
        }

        to.Int(_waiting.Count);
        foreach (Run run in _waiting) to.Long(run.Order);
    }

    private void WriteRun(SnapshotWriter to, Run run)
    {
        to.Byte((byte)run.State);
        to.Int(run.Next);
        to.Long(run.Order);
        to.Long(run.FiredTicks);
        to.Long(TicksOrNever(run.Deadline));

        // Pooled runs may have room for more counters than their rule uses.
        int counters = _image.Infos[run.Rule].Counters;
        to.Int(counters);
        for (int c = 0; c < counters; c++) to.Int(run.Counters[c]);
        to.Text(run.Spark.Resource < 0 ? null : _resources.NameOf(run.Spark.Resource));
        to.Text(run.Spark.Event);
        to.Text(run.Spark.EventType < 0 ? null : _types.NameOf(run.Spark.EventType));
        to.Data(run.Spark.Data);
        to.Text(run.Spark.Label);
        to.Int(run.Spark.Trigger);
        to.Bool(run.Spark.Silent);
    }

    private void ReadRuns(ref SnapshotReader from, bool[] unchanged)
    {
        _runOrder = from.Long();
        var byOrder = new Dictionary<long, Run>();
        int groups = from.Count();
        for (int g = 0; g < groups; g++)
        {
            bool known = _image.RuleNumbers.TryGetValue(from.Name(), out int rule) && unchanged[rule];
            int key = from.Text() is { } name ? _resources.Find(name) : -1;
            long cooldown = from.Long();
            RunGroup? group = known ? GroupOf(rule, key) : null;
            if (group is not null) group.CooldownUntil = cooldown;
            int runs = from.Count();
            for (int r = 0; r < runs; r++)
            {
                if (ReadRun(ref from, group) is { } run) byOrder[run.Order] = run;
            }
        }

        int waiting = from.Count();
        for (int i = 0; i < waiting; i++)
        {
            if (byOrder.TryGetValue(from.Long(), out Run? run) && run.State == RunState.Waiting) _waiting.Add(run);
        }
    }

    /// <returns>Null when its rule is no more, or is another now.</returns>
    private Run? ReadRun(ref SnapshotReader from, RunGroup? group)
    {
        var state = (RunState)from.Byte();
        int next = from.Int();
        long order = from.Long();
        long fired = from.Instant();
        long due = from.Long();
        var counters = new int[from.Count()];
        for (int c = 0; c < counters.Length; c++) counters[c] = from.Int();
        string? source = from.Text();
        string? name = from.Text();
        string? type = from.Text();
        DataObject data = from.Data() ?? DataObject.Empty;
        string label = from.Name();
        int trigger = from.Int();
        bool silent = from.Bool();
        if (group is null || !IsPlaceToGoOn(group.Rule, state, next, counters.Length)) return null;
        ResourceAddress address = ResourceAddress.TryParse(source, out ResourceAddress parsed) ? parsed : default;
        int resource = address.IsEmpty ? -1 : NumberOf(address);
        var spark = new Spark(resource, address, name, type is null ? -1 : _types.Find(type), data, label, trigger, silent, -1);
        long last = _runOrder;
        Run run = NewRun(group.Rule, group, in spark, state == RunState.Queued);
        _runOrder = last;
        (run.State, run.Next, run.Order, run.FiredTicks, run.Counters) = (state, next, order, fired, counters);
        if (due != Never) run.Deadline = _deadlines.Add(new Deadline(due, run.Rule, group.Key, DeadlineKind.Run, run.Slot, run.Order));
        return run;
    }

    private bool IsPlaceToGoOn(int rule, RunState state, int next, int counters)
    {
        ref RuleNames names = ref _names[rule];
        if (state > RunState.Queued || next < 0 || next > names.OperationCount || counters < _image.Infos[rule].Counters) return false;
        return state != RunState.Waiting || (next > 0 && _image.Operations[names.FirstOperation + next - 1].Kind == OperationKind.Wait);
    }

    private void WriteExceptions(SnapshotWriter to)
    {
        to.Int(_exceptions.Count);
        foreach (ActiveException exception in _exceptions)
        {
            WritePlace(to, exception.Rule, exception.Trigger, exception.Resource);
            to.Text(exception.EventType < 0 ? null : _types.NameOf(exception.EventType));
            to.Text(exception.Exception);
        }
    }

    private void ReadExceptions(ref SnapshotReader from, bool[] unchanged)
    {
        int count = from.Count();
        for (int i = 0; i < count; i++)
        {
            string id = from.Name();
            int trigger = from.Int();
            string source = from.Name();
            string? type = from.Text();
            string exception = from.Name();
            if (!ResourceAddress.TryParse(source, out ResourceAddress address)) throw SnapshotReader.Damaged("an address");
            if (_image.RuleNumbers.TryGetValue(id, out int rule) && unchanged[rule] && trigger >= 0 && trigger < _image.Infos[rule].Form.Triggers.Length)
            {
                _exceptions.Add(new ActiveException(rule, trigger, _resources.Find(source), type is null ? -1 : _types.Find(type), exception));
            }
            else
            {
                // Nothing would ever end it.
                _sink.ExceptionChanged(new ExceptionChange(_cause, _at, id, address, exception, false, [], []));
            }
        }
    }

    private void WriteGroups(SnapshotWriter to)
    {
        to.Int(_groups.Length);
        foreach (Group group in _groups)
        {
            bool form = group.Counter.Group.Enabled;
            to.Text(group.Counter.Group.Id);
            to.Byte(group.Enabled == form ? (byte)2 : group.Enabled ? (byte)1 : (byte)0);
            to.Long(group.Reached);
            to.Long(group.LastReached?.UtcTicks ?? Never);
            to.Long(TicksOrNever(group.Deadline));
            var bytes = new ArrayBufferWriter<byte>();
            group.Counter.Write(bytes);
            to.Int(bytes.WrittenCount);
            to.Target.Write(bytes.WrittenSpan);
        }
    }

    private void ReadGroups(ref SnapshotReader from)
    {
        var planned = new bool[_groups.Length];
        int count = from.Count();
        for (int i = 0; i < count; i++)
        {
            string id = from.Name();
            byte toggle = from.Byte();
            long reached = from.Long();
            long lastReached = from.Long();
            long due = from.Long();
            int bytes = from.Count();
            ReadOnlySpan<byte> counter = from.Rest()[..bytes];
            from.MoveTo(from.Rest()[bytes..]);
            int number = Array.FindIndex(_groups, g => g.Counter.Group.Id == id);
            if (number < 0) continue;
            Group group = _groups[number];
            if (toggle != 2) group.Enabled = toggle == 1;
            group.Reached = reached;
            group.LastReached = lastReached == Never ? null : new DateTimeOffset(lastReached, TimeSpan.Zero);
            if (!group.Counter.Read(ref counter)) throw SnapshotReader.Damaged("a group");
            if (due == Never || group.Resets is null || group.Resets.Next(_at)?.UtcTicks != due) continue;
            planned[number] = true;
            group.Deadline = _deadlines.Add(new Deadline(due, -1, group.Resource, DeadlineKind.GroupReset, number, 0));
        }

        if (!_started) return;
        for (int i = 0; i < _groups.Length; i++)
        {
            if (!planned[i]) PlanReset(i);
        }
    }
}
