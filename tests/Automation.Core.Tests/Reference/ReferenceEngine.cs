using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Tracing;

namespace Automation.Core.Tests.Reference;

/// <summary>The engine's semantics done slowly and plainly: lists are searched, everything known is kept by name, nothing is compiled.</summary>
/// <remarks>
/// Written from the form's documentation and docs/engine-semantics.md alone. Where the two engines differ, one of them is wrong or the
/// documentation says too little; both are findings.
/// </remarks>
internal sealed partial class ReferenceEngine
{
    private readonly SiteProgram _program;
    private readonly IEngineSink _sink;
    private readonly List<RuleState> _rules;
    private readonly List<ResourceAddress> _addresses;
    private readonly List<Deadline> _deadlines = [];
    private readonly Dictionary<(ResourceAddress Resource, string Property), DataValue> _known = [];
    private readonly Dictionary<(ResourceAddress Resource, string Type), Deadline?> _active = [];
    private readonly Queue<Action> _later = [];
    private readonly List<ActiveException> _exceptions = [];
    private DateTimeOffset _now;
    private CauseId _cause;
    private int _index;
    private Run? _executing;
    private SeenEvent? _lastEvent;
    private long _made;

    public ReferenceEngine(SiteProgram program, IEngineSink sink)
    {
        _program = program;
        _sink = sink;
        _addresses = [.. program.Site.Addresses];
        _rules = [.. program.Rules.OrderByDescending(r => r.Priority).ThenBy(r => r.Id, StringComparer.Ordinal).Select(r => new RuleState(r))];
    }

    public void Start(in EngineInput input)
    {
        Begin(input, input.At);
        foreach (RuleState rule in _rules)
        {
            if (rule.Rule.Triggers.Any(t => t is StartupTrigger)) Look(rule, null, default, null);
            foreach (ScheduleTrigger schedule in rule.Rule.Triggers.OfType<ScheduleTrigger>()) Await(rule, schedule);
        }

        RunLater();
    }

    public void Step(in EngineInput input)
    {
        DateTimeOffset at = input.At > _now ? input.At : _now;
        Begin(input, _now);
        while (_deadlines.Where(d => d.At <= at).OrderBy(d => d.At).ThenBy(d => _rules.FindIndex(r => r.Rule.Id == d.Rule)).ThenBy(d => d.Key).ThenBy(d => d.Made).FirstOrDefault() is { } due)
        {
            _deadlines.Remove(due);
            _now = due.At;
            due.Do();
            RunLater();
        }

        _now = at;
        switch (input.Kind)
        {
            case EngineInputKind.Event:
                TakeEvent(input.Resource, input.Name!, input.EventState, input.Data ?? DataObject.Empty);
                break;
            case EngineInputKind.State:
                TakeState(input.Resource, input.Data ?? DataObject.Empty, input.Initial);
                break;
            case EngineInputKind.RuleToggle:
                Switch(input.Name!, input.On);
                break;
        }

        RunLater();
    }

    private void Begin(in EngineInput input, DateTimeOffset now)
    {
        _cause = new CauseId(_program.Site.Id, input.Sequence);
        _index = 0;
        _now = now;
    }

    /// <summary>What rules did to each other comes after what the input did, first come first served; then waiting runs look again.</summary>
    private void RunLater()
    {
        while (true)
        {
            while (_later.TryDequeue(out Action? next)) next();
            if (!WakeOneWaiting()) return;
        }
    }

    private Deadline At(DateTimeOffset at, string rule, ResourceAddress key, Action action)
    {
        var deadline = new Deadline(at, rule, _addresses.IndexOf(key), _made++, action);
        _deadlines.Add(deadline);
        return deadline;
    }

    // ---- what comes in

    private void TakeEvent(ResourceAddress resource, string type, EventState state, DataObject data)
    {
        (ResourceAddress, string) key = (resource, type);
        bool active = _active.ContainsKey(key);
        switch (state)
        {
            case EventState.Inactive:
                if (active) EndEvent(resource, type, data);
                return;
            case EventState.Active:
                if (_active.GetValueOrDefault(key) is { } silence) _deadlines.Remove(silence);
                _active[key] = EventTypes.All.TryGetValue(type, out EventTypeInfo? info) && info.AutoClear is { } clear
                    ? At(_now + clear, "", resource, () => EndEvent(resource, type, DataObject.Empty))
                    : null;
                Raise(resource, type, active ? EventPhase.Repeat : EventPhase.Begin, data);
                return;
            default:
                Raise(resource, type, EventPhase.Begin, data);
                return;
        }
    }

    private void EndEvent(ResourceAddress resource, string type, DataObject data)
    {
        if (_active.Remove((resource, type), out Deadline? silence) && silence is not null) _deadlines.Remove(silence);
        Raise(resource, type, EventPhase.End, data);
    }

    private void Raise(ResourceAddress resource, string type, EventPhase phase, DataObject data)
    {
        _sink.EventOccurred(new EngineEvent(_cause, _now, resource, type, phase, 1, data, false));
        if (phase == EventPhase.End) EndExceptions(cause => cause.Source == resource && cause.Event == type);
        var seen = new SeenEvent(_now, resource, type, phase, data);
        _lastEvent = seen;
        LookAll(trigger => SetsOff(trigger.Rule, trigger, seen), resource, seen);
    }

    /// <summary>All triggers of all rules move on; then the rules that one of them set off are looked at in order, each by the first of its triggers.</summary>
    private void LookAll(Predicate<TriggerState> setsOff, ResourceAddress source, SeenEvent? seen)
    {
        List<TriggerState> met = [.. _rules.SelectMany(rule => rule.Triggers).ToList().Where(trigger => setsOff(trigger))];
        foreach (TriggerState first in met.DistinctBy(trigger => trigger.Rule))
        {
            Look(first.Rule, first.Trigger, source, first.Trigger is ThresholdTrigger ? null : seen);
        }
    }

    private void TakeState(ResourceAddress resource, DataObject properties, bool initial) => Learn(resource, properties, initial)?.Invoke();

    /// <summary>Keeps what is told; gives back the look that the rules take at it, null when nothing changed.</summary>
    private Action? Learn(ResourceAddress resource, DataObject properties, bool initial)
    {
        var changes = new List<(string Property, DataValue Old, DataValue New)>();
        foreach ((string property, DataValue value) in properties)
        {
            // Never told and told to be unknown are two things to whoever reads the state, though neither meets a condition.
            if (_known.TryGetValue((resource, property), out DataValue old) && old == value) continue;
            _known[(resource, property)] = value;
            changes.Add((property, old, value));
        }

        if (changes.Count == 0) return null;
        DataObject all = DataObject.From(_known.Where(k => k.Key.Resource == resource).Select(k => KeyValuePair.Create(k.Key.Property, k.Value)));
        DataObject changed = DataObject.From(changes.Select(c => KeyValuePair.Create(c.Property, c.New)));
        _sink.StateChanged(new StateChange(_cause, _now, resource, all, changed, initial));
        return () =>
        {
            EndExceptions(cause => cause.Source == resource && cause.Trigger is StateTrigger trigger
                && changes.Any(c => c.Property == trigger.Property && !c.New.IsNull && (trigger.To.IsEmpty || !trigger.To.Contains(c.New))));
            LookAll(trigger => changes.Where(c => SetsOff(trigger.Rule, trigger, resource, c.Property, c.Old, c.New, initial)).ToList().Count > 0, resource, null);
        };
    }

    private void Switch(string id, bool on)
    {
        if (_rules.FirstOrDefault(r => r.Rule.Id == id) is not { } rule || rule.Enabled == on) return;
        rule.Enabled = on;
        // The run that does the switching goes on to its end.
        if (!on) rule.Runs.Where(run => run != _executing).ToList().ForEach(run => Stop(rule, run));
        _sink.RuleSwitched(new RuleSwitch(_cause, _now, id, on, ""));
    }

    /// <param name="Key">Place of its device or resource in the site; -1: none.</param>
    private sealed record Deadline(DateTimeOffset At, string Rule, int Key, long Made, Action Do);

    private sealed record SeenEvent(DateTimeOffset At, ResourceAddress Resource, string Type, EventPhase Phase, DataObject Data);

    /// <summary>An exception that is active, and what must end before it does.</summary>
    private sealed record ActiveException(string Rule, ResourceAddress Source, RaiseExceptionStep Step, HashSet<ExceptionCause> Causes);

    /// <param name="Event">The type of the event that began it; null when a state or a threshold did.</param>
    private sealed record ExceptionCause(Trigger Trigger, ResourceAddress Source, string? Event);

    private sealed class RuleState
    {
        public RuleState(EngineRule rule)
        {
            Rule = rule;
            Enabled = rule.Enabled;
            Triggers = [.. rule.Triggers.Select(t => new TriggerState(this, t))];
        }

        public EngineRule Rule { get; }

        public bool Enabled { get; set; }

        public long Firings { get; set; }

        public (DateTimeOffset At, ExplainClass Class) Looked { get; set; }

        public Dictionary<ResourceAddress, DateTimeOffset> LastFired { get; } = [];

        public List<TriggerState> Triggers { get; }

        public List<Run> Runs { get; } = [];
    }

    private sealed class TriggerState(RuleState rule, Trigger trigger)
    {
        public RuleState Rule { get; } = rule;

        public Trigger Trigger { get; } = trigger;

        /// <summary>Begins that a pattern of the trigger looked at since it last fired.</summary>
        public List<SeenEvent> History { get; } = [];

        /// <summary>Absences that run; one at a time, kept with its source.</summary>
        public Deadline? Waiting { get; set; }

        /// <summary>Holds and thresholds, by resource.</summary>
        public Dictionary<ResourceAddress, Hold> Holds { get; } = [];
    }
    private enum HoldPhase
    {
        Idle,
        Running,

        /// <summary>The time was up while the value was unknown.</summary>
        Overdue,

        /// <summary>Given up because the value was unknown for a while; begins anew with the next that fits.</summary>
        Anew,

        /// <summary>Fired, or found beyond and not to be fired: stands until the value is let go.</summary>
        Done,
    }

    private sealed class Hold
    {
        public HoldPhase Phase { get; set; }

        public Deadline? Timer { get; set; }

        public DataValue Value { get; set; }

        public bool Unknown { get; set; }

        /// <summary>Threshold: which bound was passed last.</summary>
        public bool Above { get; set; }
    }
}
