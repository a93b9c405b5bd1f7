using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Automation.Core.Compilation;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;
using Automation.Core.Tracing;

namespace Automation.Core.Engine;

/// <summary>Events: repeats recognised (EVT-6), silence turned into an end, rules found.</summary>
public sealed partial class SiteEngine
{
    private readonly Dictionary<long, int> _activeSlots = [];
    private ActiveEvent[] _active = new ActiveEvent[64];
    private readonly Stack<int> _freeActive = [];
    private int _activeUsed;
    private Candidate[] _candidates = new Candidate[16];
    private int _candidateCount;

    /// <summary>An event that lasts.</summary>
    private struct ActiveEvent
    {
        public int Resource;
        public int Type;
        public int Count;
        public int Deadline;
        public long LastSeen;
    }

    private readonly record struct Candidate(int Rule, int Trigger, bool Data);

    private void TakeEvent(in EngineInput input)
    {
        string name = input.Name ?? EventTypes.Unknown;
        if (input.Initial)
        {
            _sink.EventOccurred(new EngineEvent(_cause, _at, input.Resource, name, input.EventState == EventState.Inactive ? EventPhase.End : EventPhase.Begin, 1, input.Data ?? DataObject.Empty, Derived: false, Old: true));
            return;
        }

        int resource = _resources.Find(input.Resource.Value);
        int type = _types.Find(name);
        if ((resource | type) < 0 && !TryLearn(input.Resource, name, out resource, out type)) return;
        var phase = EventPhase.Begin;
        int count = 1;
        if (input.EventState != EventState.Instant && !Recognise(resource, type, input.EventState, out phase, out count)) return;
        Occur(resource, input.Resource, type, name, phase, count, input.Data ?? DataObject.Empty, derived: false);
    }

    private bool TryLearn(ResourceAddress address, string name, out int resource, out int type)
    {
        resource = NumberOf(address);
        type = _types.Find(name);
        if (resource < 0) return false;
        if (type >= 0) return true;
        if (Unlisted >= _options.MaxUnlistedNames || _types.Count >= ushort.MaxValue) return false;
        type = _types.FindOrAdd(name);
        Fault(-1, EngineFaultKind.UnknownEvent, $"{address}: event type '{name}' is not known; it is published and no rule fires on it");
        return true;
    }

    private int Unlisted => _resources.Count + _types.Count - _listedNames;

    /// <summary>The number of the resource, which is new when neither site nor rules name it; -1 when there are too many of those.</summary>
    private int NumberOf(ResourceAddress address)
    {
        int number = _resources.Find(address.Value);
        if (number >= 0) return number;
        if (address.IsEmpty || Unlisted >= _options.MaxUnlistedNames) return -1;
        number = _resources.FindOrAdd(address.Value);
        if (number >= _states.Length) Array.Resize(ref _states, Math.Max(number + 1, _states.Length * 2));
        int device = ImageCompiler.StandsAlone(address) ? number : NumberOf(address.DeviceAddress);
        _resources[number].Device = device < 0 ? number : device;
        if (device >= 0) _resources[number].Flags |= _resources[device].Flags & ResourceFlags.Silent;
        return number;
    }

    private static long ActiveKey(int resource, int type) => ((long)resource << 16) | (uint)type;

    /// <summary>False when the report says nothing new: the end of what had not begun.</summary>
    private bool Recognise(int resource, int type, EventState state, out EventPhase phase, out int count)
    {
        phase = EventPhase.Begin;
        count = 1;
        if (state == EventState.Inactive)
        {
            if (!_activeSlots.Remove(ActiveKey(resource, type), out int ended)) return false;
            phase = EventPhase.End;
            count = _active[ended].Count;
            _deadlines.Cancel(ref _active[ended].Deadline);
            _freeActive.Push(ended);
            return true;
        }

        ref int slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_activeSlots, ActiveKey(resource, type), out bool known);
        if (known)
        {
            ref ActiveEvent active = ref _active[slot];
            active.LastSeen = _now;
            count = ++active.Count;
            phase = EventPhase.Repeat;
            return true;
        }

        slot = NewActive(resource, type);
        return true;
    }

    private int NewActive(int resource, int type)
    {
        if (!_freeActive.TryPop(out int slot)) slot = _activeUsed++;
        if (slot == _active.Length) Array.Resize(ref _active, slot * 2);
        long silence = _types[type].AutoClearTicks;
        int deadline = silence == 0 ? 0 : _deadlines.Add(new Deadline(_now + silence, -1, resource, DeadlineKind.AutoClear, slot, type));
        _active[slot] = new ActiveEvent { Resource = resource, Type = type, Count = 1, Deadline = deadline, LastSeen = _now };
        return slot;
    }

    /// <summary>Repeats only note when they came; the deadline moves when it is due. So a storm of repeats moves nothing.</summary>
    private void ClearDue(int slot)
    {
        ref ActiveEvent active = ref _active[slot];
        active.Deadline = 0;
        long due = active.LastSeen + _types[active.Type].AutoClearTicks;
        if (due > _now)
        {
            active.Deadline = _deadlines.Add(new Deadline(due, -1, active.Resource, DeadlineKind.AutoClear, slot, active.Type));
            return;
        }

        (int resource, int type, int count) = (active.Resource, active.Type, active.Count);
        _activeSlots.Remove(ActiveKey(resource, type));
        _freeActive.Push(slot);
        Occur(resource, AddressOf(resource), type, _types.NameOf(type), EventPhase.End, count, DataObject.Empty, derived: true);
    }

    private ResourceAddress AddressOf(int resource) => ResourceAddress.Parse(_resources.NameOf(resource));

    /// <summary>Tells the event and fires the rules that it triggers.</summary>
    private void Occur(int resource, ResourceAddress source, int type, string name, EventPhase phase, int count, DataObject data, bool derived)
    {
        _sink.EventOccurred(new EngineEvent(_cause, _at, source, name, phase, count, data, derived));
        ref ResourceRow row = ref _resources[resource];
        if (_exceptions.Count > 0 && phase == EventPhase.End) EndExceptions(resource, type);
        bool silent = (row.Flags & ResourceFlags.Silent) != 0;
        if ((row.Flags & (ResourceFlags.Direct | ResourceFlags.Measured | ResourceFlags.Counted)) == ResourceFlags.Direct)
        {
            bool fits = row.FirstType == type && phase == EventPhase.Begin;
            if (!fits || (row.Flags & ResourceFlags.Watched) != 0)
            {
                // What the only rule that cares looks at, it notes itself.
                row.LastEventTicks = _now;
                row.LastType = (ushort)type;
            }

            if (fits) Consider(row.Postings, new Spark(resource, source, name, type, data, name, 0, silent, -1));
            return;
        }

        row.LastEventTicks = _now;
        row.LastType = (ushort)type;
        if (row.PostingCount > 0 || (row.Flags & (ResourceFlags.Measured | ResourceFlags.Counted)) != 0)
        {
            OccurAtLarge(resource, source, type, name, phase, data, silent);
        }
    }

    private void OccurAtLarge(int resource, ResourceAddress source, int type, string name, EventPhase phase, DataObject data, bool silent)
    {
        ResourceRow row = _resources[resource];
        _candidateCount = 0;
        if ((row.Flags & ResourceFlags.Direct) != 0)
        {
            if (row.FirstType == type && phase == EventPhase.Begin) AddCandidate(row.Postings, 0, true);
        }
        else
        {
            Match(_postings.AsSpan(row.Postings, row.PostingCount), resource, source, type, phase, data, silent);
        }

        if ((row.Flags & ResourceFlags.Measured) != 0 && phase != EventPhase.End) Measure(resource, DataObject.Empty, data, initial: false, fromEvent: true);
        FireCandidates(resource, source, name, type, data, silent, -1);
        if ((row.Flags & ResourceFlags.Counted) != 0 && phase == EventPhase.Begin && name == "peopleCounting") CountPeople(resource, data);
    }

    /// <summary>Events looked at so far by rules that look closely: names the present one.</summary>
    private long _matches;

    private void Match(ReadOnlySpan<Posting> postings, int resource, ResourceAddress source, int type, EventPhase phase, DataObject data, bool silent)
    {
        _matches++;
        var wanted = (EventPhases)(1 << (int)phase);
        for (int i = FirstOf(postings, type); i < postings.Length && postings[i].Type == type; i++)
        {
            ref readonly Posting posting = ref postings[i];
            if ((posting.Phases & wanted) == 0)
            {
                if (posting.Kind != PostingKind.AbsenceExpected) RecordUnfit(posting.Rule, EvaluationResult.OtherPhase);
                continue;
            }

            if (posting.Where != 0 && !Fits(_image.Wheres[posting.Where], data))
            {
                if (posting.Kind != PostingKind.AbsenceExpected) RecordUnfit(posting.Rule, EvaluationResult.DataUnfit);
                continue;
            }

            if (posting.Kind == PostingKind.Fire) AddCandidate(posting.Rule, posting.Trigger, true);
            else Remember(in posting, resource, source, silent);
        }
    }

    private static int FirstOf(ReadOnlySpan<Posting> postings, int type)
    {
        int low = 0;
        int high = postings.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (postings[middle].Type < type) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private static bool Fits(CompiledTest[] tests, DataObject data)
    {
        foreach (ref readonly CompiledTest test in tests.AsSpan())
        {
            if (!test.Holds(data)) return false;
        }

        return true;
    }

    /// <param name="data">The trigger is the event itself, so that its data can be looked at.</param>
    private void AddCandidate(int rule, int trigger, bool data)
    {
        if (_candidateCount == _candidates.Length) Array.Resize(ref _candidates, _candidateCount * 2);
        int at = _candidateCount++;

        // Mostly in order already: an insertion from behind keeps priority and id.
        while (at > 0 && (_candidates[at - 1].Rule > rule || (_candidates[at - 1].Rule == rule && _candidates[at - 1].Trigger > trigger)))
        {
            _candidates[at] = _candidates[at - 1];
            at--;
        }

        _candidates[at] = new Candidate(rule, trigger, data);
    }

    /// <summary>One occurrence fires a rule at most once, by the first of its triggers that it meets.</summary>
    private void FireCandidates(int resource, ResourceAddress source, string? name, int type, DataObject data, bool silent, int chain)
    {
        int count = _candidateCount;
        int last = -1;
        for (int i = 0; i < count; i++)
        {
            Candidate candidate = _candidates[i];
            if (candidate.Rule == last) continue;
            last = candidate.Rule;
            if (candidate.Data) Consider(last, new Spark(resource, source, name, type, data, name!, candidate.Trigger, silent, chain));
            else Consider(last, new Spark(resource, source, null, type, DataObject.Empty, _image.Infos[last].Labels[candidate.Trigger], candidate.Trigger, silent, chain));
        }

        _candidateCount = 0;
    }
}
