using System.Buffers;
using System.Runtime.CompilerServices;
using Automation.Core.Compilation;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;
using Automation.Core.Tracing;

namespace Automation.Core.Engine;

/// <summary>One site's rules at work: takes inputs one at a time, hands out what follows as data. A function of its inputs, without clock, thread or file.</summary>
/// <remarks>
/// Not thread-safe: one writer steps it, and nobody reads it meanwhile. A step first does everything that was due up to the input's
/// instant, each at its own, and then takes the input. Semantics are written down in <c>docs/engine-semantics.md</c>.
/// </remarks>
public sealed partial class SiteEngine
{
    private readonly EngineOptions _options;
    private readonly IScriptHost? _scripts;
    private readonly DeadlineQueue _deadlines = new();
    private readonly FlightRecorder _recorder;

    // Of the image, kept here because every event reads them.
    private RuleImage _image;
    private AlignedRows<RuleRow> _rules;
    private NeedSet[] _needSets;
    private RuleNames[] _names;
    private string[] _kinds;
    private Posting[] _postings;
    private NameTable<ResourceRow> _resources;
    private NameTable<EventTypeRow> _types;

    /// <summary>One bit a condition; windows first. At least one word, so that a rule without needs reads something.</summary>
    private ulong[] _truth;
    private DataObject?[] _states;
    private SiteClock _clock;
    private int _listedNames;

    // Of the step under way; written by Begin and MoveTo only.
    private IEngineSink _sink = NullSink.Instance;
    private CauseId _cause;
    private int _index;
    private long _now;
    private DateTimeOffset _at;
    private long _windowsUntil;
    private bool _started;

    /// <exception cref="ArgumentException">The program contradicts itself: two rules of one id, or more of something than can be numbered.</exception>
    public SiteEngine(SiteProgram program, EngineOptions options, IScriptHost? scripts = null)
    {
        _options = options;
        _scripts = scripts;
        _recorder = new FlightRecorder(options.RecorderCapacity);
        Adopt(ImageCompiler.Compile(program));
    }

    /// <summary>The next instant at which something is due, or null. Step with a time input then.</summary>
    public DateTimeOffset? NextDue => _deadlines.Count == 0 ? null : new DateTimeOffset(_deadlines.NextTicks, TimeSpan.Zero);

    /// <summary>The instant of the last input.</summary>
    public DateTimeOffset Now => _at;

    /// <summary>Whether a time input of this instant would change nothing but <see cref="Now"/>: nothing is due, and no window opens or closes until then.</summary>
    public bool IsCurrent(DateTimeOffset at) => _deadlines.NextTicks > at.UtcTicks && at.UtcTicks < _windowsUntil;

    /// <summary>The ids of all rules and of the people-counting groups that have no rule of their own.</summary>
    public IReadOnlyCollection<string> Rules { get; private set; } = [];

    /// <summary>Begins: from <paramref name="timeInput"/>'s instant on schedules run, and rules triggered by a start fire.</summary>
    /// <remarks>On a restored engine the time it was down is over: missed schedule instants and holds follow their policies.</remarks>
    public void Start(in EngineInput timeInput, IEngineSink sink)
    {
        Begin(timeInput.Sequence, sink);
        bool restored = _started;
        long at = Math.Max(timeInput.At.UtcTicks, _now);
        if (restored) Resume(at);
        MoveTo(at);
        if (!restored) StartSchedules();
        _started = true;
        foreach (int rule in _image.StartupRules)
        {
            Consider(rule, new Spark(-1, default, null, -1, DataObject.Empty, "startup", 0, false, -1));
        }

        Finish();
    }

    /// <summary>Takes one input. Outputs go to the sink before this returns.</summary>
    public void Step(in EngineInput input, IEngineSink sink)
    {
        Begin(input.Sequence, sink);
        long at = Math.Max(input.At.UtcTicks, _now);

        // A toggle may come before the start: a rule that is off must not fire by the start itself.
        if (!_started && input.Kind != EngineInputKind.RuleToggle) StartQuietly(at);
        if (_deadlines.NextTicks <= at) Drain(at);
        if (at != _now) MoveTo(at);
        switch (input.Kind)
        {
            case EngineInputKind.Event:
                TakeEvent(in input);
                break;
            case EngineInputKind.State:
                TakeState(in input);
                break;
            case EngineInputKind.RuleToggle:
                Switch(input.Name ?? "", input.On, "toggle");
                break;
            case EngineInputKind.CountCorrection:
                CorrectCount(in input);
                break;
            case EngineInputKind.Outcome:
                TakeOutcome(in input);
                break;
            case EngineInputKind.Time:
                break;
        }

        Finish();
    }

    /// <summary>The known state of a resource; null when nothing is known.</summary>
    public DataObject? StateOf(ResourceAddress resource)
    {
        int number = _resources.Find(resource.Value);
        return number < 0 ? null : _states[number];
    }

    /// <summary>Everything that is known of resources, in no particular order.</summary>
    public IEnumerable<KeyValuePair<ResourceAddress, DataObject>> States
    {
        get
        {
            for (int i = 0; i < _resources.Count; i++)
            {
                if (_states[i] is { } state && ResourceAddress.TryParse(_resources.NameOf(i), out ResourceAddress address)) yield return KeyValuePair.Create(address, state);
            }
        }
    }

    /// <exception cref="KeyNotFoundException">There is no such rule.</exception>
    public RuleStatus Status(string rule)
    {
        if (!_image.RuleNumbers.TryGetValue(rule, out int number)) return StatusOfGroup(rule);
        ref RuleRow row = ref _rules[number];
        bool enabled = (row.Flags & RuleFlags.Disabled) == 0;
        DateTimeOffset? lastFired = _names[number].Firings == 0 ? null : new DateTimeOffset(_names[number].LastFiredTicks, TimeSpan.Zero);
        return new RuleStatus(enabled, lastFired, _names[number].Firings, enabled ? NextRunOf(number) : null, _running[number], _lastFaults.TryGetValue(number, out EngineFault fault) ? fault : null);
    }

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(_image), nameof(_rules), nameof(_needSets), nameof(_names), nameof(_kinds), nameof(_postings), nameof(_resources), nameof(_types), nameof(_truth), nameof(_states), nameof(_clock))]
    private void Adopt(RuleImage image)
    {
        _image = image;
        _rules = image.Rules;
        _needSets = image.NeedSets;
        _names = image.Names;
        _kinds = image.Kinds;
        _postings = image.Postings;
        _resources = image.Resources;
        _types = image.Types;
        _truth = new ulong[Math.Max(1, image.TruthWords)];
        _states = new DataObject?[Math.Max(64, image.Resources.Count)];
        _clock = new SiteClock(image.Program.Site.TimeZone);
        _listedNames = image.Resources.Count + image.Types.Count;
        _windowsUntil = long.MinValue;
        Rules = [.. image.Names.Select(n => n.Id), .. image.Program.Groups.Select(g => g.Id).Where(g => !image.RuleNumbers.ContainsKey(g)).Order(StringComparer.Ordinal)];
        _running = new int[_rules.Length];
        for (int i = 0; i < _rules.Length; i++) WriteToggleBits(i);
        AdoptTriggers();
        AdoptGroups();
        AdoptOutcomes(image);
    }

    private void Begin(long sequence, IEngineSink sink)
    {
        _sink = sink;
        _cause = new CauseId(_image.Program.Site.Id, sequence);
        _index = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish()
    {
        if (_agendaCount > 0) RunAgenda();
        if ((_waiting.Count | _windowsDeadline) != 0) CheckWaiting();
    }

    private void StartQuietly(long at)
    {
        MoveTo(at);
        StartSchedules();
        _started = true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void MoveTo(long ticks)
    {
        _now = ticks;
        _at = new DateTimeOffset(ticks, TimeSpan.Zero);
        if (ticks >= _windowsUntil) ReadWindows();
    }

    private void ReadWindows()
    {
        if (_image.Windows.Count == 0)
        {
            _windowsUntil = long.MaxValue;
            return;
        }

        _truthChanged = true;
        long local = _clock.LocalTicks(_now);
        long until = _image.Windows.Read(local, _truth);
        _windowsUntil = Math.Min(_now + (until - local), _clock.ValidUntil);
        foreach (NotificationWindow window in _image.Notifications) Silence(window.Device, AddressOf(window.Device));
    }

    private void Drain(long upTo)
    {
        while (_deadlines.TryTake(upTo, out Deadline deadline))
        {
            MoveTo(Math.Max(deadline.Ticks, _now));
            Due(in deadline);
            Finish();
        }
    }

    private void Due(in Deadline deadline)
    {
        switch (deadline.Kind)
        {
            case DeadlineKind.AutoClear:
                ClearDue(deadline.Payload);
                break;
            case DeadlineKind.Hold:
                HoldDue(deadline.Payload);
                break;
            case DeadlineKind.Threshold:
                ThresholdDue(deadline.Payload);
                break;
            case DeadlineKind.Absence:
                AbsenceDue(deadline.Payload);
                break;
            case DeadlineKind.Schedule:
                ScheduleDue(deadline.Payload);
                break;
            case DeadlineKind.Run:
                RunDue(deadline.Payload);
                break;
            case DeadlineKind.GroupReset:
                GroupResetDue(deadline.Payload);
                break;
            case DeadlineKind.Windows:
                _windowsDeadline = 0;
                break;
        }
    }

    private void Fault(int rule, EngineFaultKind kind, string detail)
    {
        var fault = new EngineFault(_cause, _at, rule < 0 ? "" : _names[rule].Id, kind, detail);
        if (rule >= 0) _lastFaults[rule] = fault;
        _sink.Faulted(fault);
    }

    private readonly Dictionary<int, EngineFault> _lastFaults = [];

    /// <summary>Where outputs go between steps: nowhere, because there are none.</summary>
    private sealed class NullSink : IEngineSink
    {
        public static readonly NullSink Instance = new();

        public void EventOccurred(in EngineEvent engineEvent)
        {
        }

        public void StateChanged(in StateChange change)
        {
        }

        public void Fired(in Firing firing)
        {
        }

        public void Requested(in ActionRequest request)
        {
        }

        public void Published(in PublishRequest request)
        {
        }

        public void Notified(in NotificationRequest request)
        {
        }

        public void ExceptionChanged(in ExceptionChange change)
        {
        }

        public void RuleSwitched(in RuleSwitch change)
        {
        }

        public void Faulted(in EngineFault fault)
        {
        }
    }
}
