using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Compilation;

/// <summary>Turns a site's program into the tables that the engine runs. Linear in the program.</summary>
internal sealed partial class ImageCompiler
{
    private readonly SiteProgram _program;
    private readonly NameTable<ResourceRow> _resources;
    private readonly NameTable<EventTypeRow> _types = new(128);
    private readonly List<(int Resource, Posting Posting)> _postings = [];
    private readonly List<CompiledTest[]> _wheres = [[]];
    private readonly List<StateWatch> _stateWatches = [];
    private readonly List<ThresholdWatch> _thresholdWatches = [];
    private readonly List<TemporalTrigger> _temporals = [];
    private readonly List<ScheduleWatch> _schedules = [];
    private readonly List<int> _startups = [];
    private readonly Dictionary<int, List<int>> _followers = [];
    private readonly List<Operation> _operations = [];
    private readonly List<string> _kinds = [];
    private readonly Dictionary<string, int> _numbers;

    private ImageCompiler(SiteProgram program)
    {
        _program = program;
        _resources = new NameTable<ResourceRow>(program.Rules.Length + 64);
        _numbers = new Dictionary<string, int>(program.Rules.Length, StringComparer.Ordinal);
    }

    /// <exception cref="ArgumentException">Two rules have the same id, or a rule names more than the engine can number.</exception>
    public static RuleImage Compile(SiteProgram program) => new ImageCompiler(program).Build();

    private RuleImage Build()
    {
        foreach (EventTypeInfo type in EventTypes.All.Values.OrderBy(t => t.Name, StringComparer.Ordinal)) TypeOf(type.Name);
        foreach (Device device in _program.Site.Devices)
        {
            Mark(device.Address, device);
            foreach (Resource resource in device.Resources) Mark(resource.Address, device);
        }

        EngineRule[] rules = [.. _program.Rules.OrderByDescending(r => r.Priority).ThenBy(r => r.Id, StringComparer.Ordinal)];
        for (int i = 0; i < rules.Length; i++)
        {
            if (!_numbers.TryAdd(rules[i].Id, i)) throw new ArgumentException($"Two rules have the id '{rules[i].Id}'.", nameof(rules));
        }

        CollectWindows(rules);
        var rows = new AlignedRows<RuleRow>(rules.Length);
        var names = new RuleNames[rules.Length];
        var infos = new RuleInfo[rules.Length];
        for (int i = 0; i < rules.Length; i++) infos[i] = CompileRule(rules[i], i, ref rows[i], ref names[i]);
        foreach (int watched in _followers.Keys) rows[watched].Flags |= RuleFlags.Watched;

        List<CountingWatch> counting = CompileGroups();
        var stateBits = new Csr<StateBit>(_stateBits, static b => b.Resource, _resources.Count);
        var stateWatches = new Csr<StateWatch>(_stateWatches, static w => w.Resource, _resources.Count);
        var thresholds = new Csr<ThresholdWatch>(_thresholdWatches, static w => w.Resource, _resources.Count);
        var countingWatches = new Csr<CountingWatch>(counting, static w => w.Resource, _resources.Count);
        foreach (StateBit bit in _stateBits) _resources[bit.Resource].Flags |= ResourceFlags.Watched;
        foreach (StateWatch watch in _stateWatches) _resources[watch.Resource].Flags |= ResourceFlags.Watched;
        foreach (ThresholdWatch watch in _thresholdWatches) _resources[watch.Resource].Flags |= ResourceFlags.Watched | ResourceFlags.Measured;
        foreach (CountingWatch watch in counting) _resources[watch.Resource].Flags |= ResourceFlags.Counted;
        return new RuleImage
        {
            Program = _program,
            Resources = _resources,
            Types = _types,
            Rules = rows,
            NeedSets = [.. _needSets],
            Names = names,
            Kinds = [.. _kinds],
            Infos = infos,
            RuleNumbers = _numbers,
            Operations = [.. _operations],
            Postings = PlacePostings(),
            Wheres = [.. _wheres],
            Windows = _windows,
            Bits = [.. _bits],
            Notifications = [.. _notifications],
            StateBits = stateBits,
            StateWatches = stateWatches,
            ThresholdWatches = thresholds,
            CountingWatches = countingWatches,
            Temporals = [.. _temporals],
            Schedules = [.. _schedules],
            StartupRules = [.. _startups],
            Followers = _followers.ToDictionary(f => f.Key, f => f.Value.ToArray()),
            ToggleBits = _toggleBits,
        };
    }

    private RuleInfo CompileRule(EngineRule rule, int number, ref RuleRow row, ref RuleNames names)
    {
        var labels = new string[Math.Max(1, rule.Triggers.Length)];
        labels[0] = "";
        for (int t = 0; t < rule.Triggers.Length; t++) labels[t] = CompileTrigger(rule.Triggers[t], number, t);
        Needs needs = CompileNeeds(rule.Condition, ref row);
        int first = _operations.Count;
        int counters = CompileSteps(rule.Steps, first, 0);
        bool suspends = false;
        for (int i = first; i < _operations.Count; i++)
        {
            if (_operations[i].Kind is OperationKind.Delay or OperationKind.Wait) suspends = true;
            if (_operations[i].Kind == OperationKind.Raise) row.Flags |= RuleFlags.Raises;
        }

        if (!rule.Enabled) row.Flags |= RuleFlags.Disabled;
        if (needs.Residuals.Length > 0 || needs.More.Length > 0) row.Flags |= RuleFlags.Residual;
        if (suspends || rule.Cooldown > TimeSpan.Zero) row.Flags |= RuleFlags.Grouped;
        if (rule.NeedsNotification) row.Flags |= RuleFlags.NeedsNotification;
        var info = new RuleInfo { Form = rule, Labels = labels, MoreNeeds = needs.More, Residuals = needs.Residuals, ResidualForms = needs.Forms, Counters = counters, Suspends = suspends };
        int count = _operations.Count - first;
        if (count > ushort.MaxValue) throw new ArgumentException($"Rule '{rule.Id}' has more than {ushort.MaxValue} steps.", nameof(rule));
        names = new RuleNames { Id = rule.Id, Kind = KindOf(rule.Kind), FirstOperation = ShareOperations(first), OperationCount = (ushort)count };
        return info;
    }

    private ushort KindOf(string kind)
    {
        int number = _kinds.IndexOf(kind);
        if (number < 0)
        {
            number = _kinds.Count;
            _kinds.Add(kind);
        }

        return checked((ushort)number);
    }

    private int ResourceOf(ResourceAddress address)
    {
        int before = _resources.Count;
        int number = _resources.FindOrAdd(address.Value);
        if (number < 0) throw new ArgumentException("More resources than the engine can number.", nameof(address));
        if (number == before) _resources[number].Device = StandsAlone(address) ? number : ResourceOf(address.DeviceAddress);
        return number;
    }

    /// <summary>Devices belong to themselves, and so do people-counting groups (<c>site/groups/id</c>).</summary>
    internal static bool StandsAlone(ResourceAddress address) => address.IsDevice || address.Device == "groups";

    private void Mark(ResourceAddress address, Device device)
    {
        int number = ResourceOf(address);
        if (!device.Notification) _resources[number].Flags |= ResourceFlags.Silent;
    }

    private int TypeOf(string name)
    {
        int number = _types.FindOrAdd(name);
        if (number is < 0 or > ushort.MaxValue) throw new ArgumentException("More event types than the engine can number.", nameof(name));
        ref EventTypeRow row = ref _types[number];
        if (row.Known) return number;
        row.Known = true;
        if (EventTypes.All.TryGetValue(name, out EventTypeInfo? info) && info.AutoClear is { } silence) row.AutoClearTicks = silence.Ticks;
        return number;
    }

    private List<CountingWatch> CompileGroups()
    {
        var watches = new List<CountingWatch>();
        for (int g = 0; g < _program.Groups.Length; g++)
        {
            CountingGroup group = _program.Groups[g];
            ResourceOf(group.Address);
            for (int c = 0; c < group.Channels.Length; c++) watches.Add(new CountingWatch(ResourceOf(group.Channels[c].Channel), g, c));
        }

        return watches;
    }

    private Posting[] PlacePostings()
    {
        var starts = new int[_resources.Count + 1];
        foreach ((int resource, _) in _postings) starts[resource + 1]++;
        for (int i = 0; i < _resources.Count; i++) starts[i + 1] += starts[i];
        var placed = new Posting[_postings.Count];
        int[] next = [.. starts];
        foreach ((int resource, Posting posting) in _postings) placed[next[resource]++] = posting;
        for (int i = 0; i < _resources.Count; i++)
        {
            int count = starts[i + 1] - starts[i];
            if (count == 0) continue;
            Span<Posting> mine = placed.AsSpan(starts[i], count);
            if (count > 1) mine.Sort(static (a, b) => Compare(a, b));
            ref ResourceRow row = ref _resources[i];
            row.Postings = starts[i];
            row.PostingCount = checked((ushort)Math.Min(count, ushort.MaxValue));
            if (count > ushort.MaxValue) throw new ArgumentException($"More than {ushort.MaxValue} triggers look at '{_resources.NameOf(i)}'.", nameof(count));
            row.FirstType = mine[0].Type;
            if (count != 1 || mine[0] is not { Kind: PostingKind.Fire, Phases: EventPhases.Begin, Where: 0, Trigger: 0 }) continue;
            row.Flags |= ResourceFlags.Direct;
            row.Postings = mine[0].Rule;
        }

        return placed;
    }

    /// <summary>Firing order within a type; what remembers an event comes in the order of its rule too.</summary>
    private static int Compare(in Posting a, in Posting b)
    {
        int order = a.Type.CompareTo(b.Type);
        if (order == 0) order = a.Rule.CompareTo(b.Rule);
        if (order == 0) order = a.Trigger.CompareTo(b.Trigger);
        if (order == 0) order = a.Kind.CompareTo(b.Kind);

        // Later steps first: one event moves a sequence by one step, never by two.
        return order != 0 ? order : b.Step.CompareTo(a.Step);
    }
}
