using Automation.Core.Calendars;
using Automation.Core.Compilation;
using Automation.Core.Compilation.Form;
using Automation.Core.Counting;
using Automation.Core.Model;

namespace Automation.Core.Engine;

/// <summary>People-counting groups (PPL-1 to PPL-4): their state, their daily reset, the event of the maximum.</summary>
public sealed partial class SiteEngine
{
    private const string MaximumEvent = "maxPeopleReached";

    private Group[] _groups = [];

    private sealed class Group
    {
        public required GroupCounter Counter { get; init; }

        public required int Resource { get; init; }

        public required CompiledTimes? Resets { get; init; }

        public bool Enabled { get; set; }

        public long Reached { get; set; }

        public DateTimeOffset? LastReached { get; set; }

        public int Deadline;
    }

    private void AdoptGroups()
    {
        Site site = _image.Program.Site;
        _groups = [.. _image.Program.Groups.Select(g => new Group
        {
            Counter = new GroupCounter(g),
            Resource = _resources.Find(g.Address.Value),
            Resets = g.ResetAt is { } at ? TimesCompiler.Compile(new WeeklyTimes([.. Enumerable.Repeat<System.Collections.Immutable.ImmutableArray<TimeOnly>>([at], 7)]), site.TimeZone, site.Position) : null,
            Enabled = g.Enabled,
        })];
    }

    private void PlanReset(int number)
    {
        Group group = _groups[number];
        _deadlines.Cancel(ref group.Deadline);
        if (group.Resets?.Next(_at) is { } next) group.Deadline = _deadlines.Add(new Deadline(next.UtcTicks, -1, group.Resource, DeadlineKind.GroupReset, number, 0));
    }

    private void GroupResetDue(int number)
    {
        _groups[number].Deadline = 0;
        PlanReset(number);
        Tell(_groups[number], _groups[number].Counter.Reset());
    }

    private void CountPeople(int channel, DataObject data)
    {
        foreach (ref readonly CountingWatch watch in _image.CountingWatches.Of(channel))
        {
            Group group = _groups[watch.Group];
            if (!group.Enabled) continue;
            GroupChange change = group.Counter.Apply(watch.Channel, data, _at);
            if (change.JumpedBy != 0)
            {
                Fault(-1, EngineFaultKind.CounterReset, $"{_resources.NameOf(channel)}: the counter moved by {change.JumpedBy} at once; '{group.Counter.Group.Id}' goes on without it");
            }

            Tell(group, change);
        }
    }

    private void CorrectCount(in EngineInput input)
    {
        foreach (Group group in _groups)
        {
            if (group.Counter.Group.Address == input.Resource) Tell(group, group.Counter.Correct(input.Count));
        }
    }

    /// <summary>A group with another maximum than it told of tells at once how it stands now.</summary>
    private void ReviewGroups()
    {
        foreach (Group group in _groups)
        {
            if (_states[group.Resource] is { } told && told["max"].Number != group.Counter.Max) Tell(group, group.Counter.Review());
        }
    }

    private void Tell(Group group, GroupChange change)
    {
        if (!change.Changed) return;
        GroupCounter counter = group.Counter;
        ResourceAddress address = counter.Group.Address;
        DataObject before = _states[group.Resource] ?? DataObject.Empty;
        DataObject state = DataObject.Of(("inside", counter.Inside), ("remaining", counter.Remaining), ("max", counter.Max), ("reached", counter.Reached));
        DataObject changed = Know(group.Resource, address, state, initial: false);
        if (changed.Count > 0) React(group.Resource, address, before, changed, initial: false, -1);
        if (change.Maximum == MaximumChange.None) return;
        bool reached = change.Maximum == MaximumChange.Reached;
        if (reached)
        {
            group.Reached++;
            group.LastReached = _at;
        }

        Occur(group.Resource, address, _types.Find(MaximumEvent), MaximumEvent, reached ? EventPhase.Begin : EventPhase.End, 1, state, derived: true);
    }

    private bool SwitchGroup(string id, bool on)
    {
        foreach (Group group in _groups)
        {
            if (group.Counter.Group.Id != id || group.Enabled == on) continue;
            group.Enabled = on;
            return true;
        }

        return false;
    }

    private RuleStatus StatusOfGroup(string id)
    {
        Group group = Array.Find(_groups, g => g.Counter.Group.Id == id) ?? throw new KeyNotFoundException($"There is no rule '{id}'.");
        return new RuleStatus(group.Enabled, group.LastReached, group.Reached, null, 0, null);
    }
}
