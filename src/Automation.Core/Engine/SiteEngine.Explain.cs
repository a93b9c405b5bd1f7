using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Automation.Core.Calendars;
using Automation.Core.Compilation;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;
using Automation.Core.Thresholds;
using Automation.Core.Tracing;

namespace Automation.Core.Engine;

/// <summary>Why a rule fired, or did not.</summary>
public sealed partial class SiteEngine
{
    /// <summary>Explains one rule at one instant. Changes nothing; values named are those of now.</summary>
    /// <param name="at">An instant at which something happened gives that very evaluation; any other says what was missing for there to be one.</param>
    /// <exception cref="KeyNotFoundException">There is no such rule.</exception>
    public Explanation Explain(string rule, DateTimeOffset at)
    {
        if (!_image.RuleNumbers.TryGetValue(rule, out int number)) return ExplainGroup(rule, at);
        long ticks = at.UtcTicks;
        uint outcome = FindOutcome(number, ticks, out PastEvaluation? previous);
        ref RuleRow row = ref _rules[number];
        PastEvaluation? nearest = row.NearestMissTicks == 0
            ? null
            : new PastEvaluation(new DateTimeOffset(row.NearestMissTicks, TimeSpan.Zero), ExplainClass.ConditionsMissing, MissingOf(number, row.NearestMiss));
        DateTimeOffset? lastFired = _names[number].Firings == 0 ? null : new DateTimeOffset(_names[number].LastFiredTicks, TimeSpan.Zero);
        Verdict verdict = outcome != 0 ? VerdictOf(number, outcome, at) : VerdictWithoutEvaluation(number, at);
        return new Explanation(rule, at, verdict.Class, verdict.Summary, verdict.Remedy, verdict.Missing, verdict.Possible, previous, nearest, lastFired)
        {
            FailedRequest = verdict.Class == ExplainClass.ActionFailed ? FailedRequestOf(number, ticks) : null,
        };
    }

    private readonly record struct Verdict(ExplainClass Class, string Summary, string Remedy, ImmutableArray<MissingCondition> Missing, DateTimeOffset? Possible)
    {
        public static Verdict Of(ExplainClass @class, string summary, string remedy, DateTimeOffset? possible = null) => new(@class, summary, remedy, [], possible);
    }

    private uint FindOutcome(int rule, long ticks, out PastEvaluation? previous)
    {
        uint found = 0;
        previous = null;
        for (int back = 0; _recorder.TryGet(back, out TraceRecord record) && previous is null; back++)
        {
            if (record.Rule != rule || record.Ticks > ticks) continue;
            if (record.Ticks < ticks) previous = Past(rule, record.Ticks, record.Outcome);
            else if (found == 0 || IsFiring(record.Outcome)) found = EvaluationOutcome.ResultOf(found) == EvaluationResult.Failed ? found : record.Outcome;
        }

        // What the recorder has lost to others' noise, the rule itself still has of its last evaluation.
        ref RuleRow row = ref _rules[rule];
        if (row.LastEvaluationTicks == ticks && found == 0) found = row.LastOutcome;
        if (_names[rule].Firings > 0 && _names[rule].LastFiredTicks == ticks && !IsFiring(found)) found = EvaluationOutcome.Of(EvaluationResult.Fired);
        if (HasFailed(rule, ticks, out _)) found = EvaluationOutcome.Of(EvaluationResult.Failed);
        if (previous is null && row.LastEvaluationTicks != 0 && row.LastEvaluationTicks < ticks) previous = Past(rule, row.LastEvaluationTicks, row.LastOutcome);
        return found;
    }

    private static bool IsFiring(uint outcome) => EvaluationOutcome.ResultOf(outcome) is EvaluationResult.Fired or EvaluationResult.Failed;

    private PastEvaluation Past(int rule, long ticks, uint outcome) =>
        new(new DateTimeOffset(ticks, TimeSpan.Zero), ClassOf(EvaluationOutcome.ResultOf(outcome)), MissingOf(rule, outcome));

    private static ExplainClass ClassOf(EvaluationResult result) => result switch
    {
        EvaluationResult.Fired => ExplainClass.Fired,
        EvaluationResult.Failed => ExplainClass.ActionFailed,
        EvaluationResult.ConditionsMissing => ExplainClass.ConditionsMissing,
        EvaluationResult.Disabled => ExplainClass.Disabled,
        EvaluationResult.Silent => ExplainClass.NotificationOff,
        EvaluationResult.Cooldown => ExplainClass.Cooldown,
        EvaluationResult.Busy or EvaluationResult.Refused => ExplainClass.RunMode,
        EvaluationResult.DataUnfit => ExplainClass.DataUnfit,
        EvaluationResult.OtherPhase => ExplainClass.OtherPhase,
        EvaluationResult.Pending => ExplainClass.Pending,
        EvaluationResult.Loop => ExplainClass.Loop,
        _ => ExplainClass.NoEvent,
    };

    private Verdict VerdictOf(int rule, uint outcome, DateTimeOffset at)
    {
        RuleInfo info = _image.Infos[rule];
        switch (EvaluationOutcome.ResultOf(outcome))
        {
            case EvaluationResult.Fired:
                return Verdict.Of(ExplainClass.Fired, "It fired.", "");
            case EvaluationResult.Failed:
                return FailedVerdict(rule, at.UtcTicks);
            case EvaluationResult.ConditionsMissing:
                ImmutableArray<MissingCondition> missing = MissingOf(rule, outcome);
                string list = missing.IsEmpty ? "the rules were loaded anew since, so which ones is no longer known" : string.Join("; ", missing.Select(m => m.Value is null ? m.Text : $"{m.Text} (now: {m.Value})"));
                DateTimeOffset? possible = missing.All(m => m.Possible is not null) && !missing.IsEmpty ? missing.Max(m => m.Possible) : null;
                return new Verdict(ExplainClass.ConditionsMissing, "It was triggered, but not all conditions held: " + list + ".", string.Join("; ", missing.Select(m => m.Text)), missing, possible);
            case EvaluationResult.Disabled:
                return Verdict.Of(ExplainClass.Disabled, "It was triggered, but it is switched off.", "switch the rule on");
            case EvaluationResult.Silent:
                return NotificationVerdict(rule, at);
            case EvaluationResult.Cooldown:
                return Verdict.Of(ExplainClass.Cooldown, $"It fired less than {info.Form.Cooldown:c} before.", "a later trigger, or a shorter cooldown", CooldownEnd(rule, at));
            case EvaluationResult.Busy:
                return Verdict.Of(ExplainClass.RunMode, "A run of it was under way, and its mode is single.", "mode restart, queued or parallel, or a trigger after the run is done");
            case EvaluationResult.Refused:
                return Verdict.Of(ExplainClass.RunMode, $"As many runs as it allows ({info.Form.MaxRuns}) were under way or waiting.", "a higher maxRuns, or a trigger after a run is done");
            case EvaluationResult.DataUnfit:
                return Verdict.Of(ExplainClass.DataUnfit, "The event came, but its data did not fit.", "an event with " + WheresOf(info.Form));
            case EvaluationResult.OtherPhase:
                return Verdict.Of(ExplainClass.OtherPhase, "The event came, but not in the phase the rule asks for.", "the phase " + PhasesOf(info.Form) + " of the event");
            case EvaluationResult.Loop:
                return Verdict.Of(ExplainClass.Loop, "Rules set each other off, and the chain was cut before it.", "take one rule out of the chain");
            default:
                return PendingVerdict(rule) ?? Verdict.Of(ExplainClass.Pending, "A hold, count or sequence went on and was not complete.", "the rest of what it waits for");
        }
    }

    /// <summary>The device's notification was off: by its switch, or because its schedule was closed (EVT-7).</summary>
    private Verdict NotificationVerdict(int rule, DateTimeOffset at)
    {
        HashSet<ResourceAddress> sources = [.. _image.Infos[rule].Form.Triggers.SelectMany(SourcesOf).Select(s => s.DeviceAddress)];
        foreach (Device device in _image.Program.Site.Devices)
        {
            if (device.NotificationSchedule is not { } schedule || !sources.Contains(device.Address)) continue;
            WindowState window = WindowsCompiler.Compile(schedule, _image.Program.Site.TimeZone).StateAt(at);
            if (window.Open) continue;
            string opens = window.NextChange is { } next ? string.Create(CultureInfo.InvariantCulture, $", it opens at {TimeZoneInfo.ConvertTime(next, _image.Program.Site.TimeZone):yyyy-MM-dd HH:mm}") : "";
            return Verdict.Of(ExplainClass.NotificationOff, $"The notification schedule of {device.Address} was closed{opens}.", "an event while the schedule is open, or another notification schedule in the site file", window.NextChange);
        }

        return Verdict.Of(ExplainClass.NotificationOff, "The notification of the source's device is off.", "enable the device's notification");
    }

    /// <summary>Nothing triggered it. Switching it on alone would not have made it fire, so that comes second.</summary>
    private Verdict VerdictWithoutEvaluation(int rule, DateTimeOffset at)
    {
        Verdict verdict = VerdictOfNothing(rule, at);
        if ((_rules[rule].Flags & RuleFlags.Disabled) == 0) return verdict;
        return verdict with { Summary = verdict.Summary + " It is also switched off.", Remedy = "switch the rule on; " + verdict.Remedy };
    }

    private Verdict VerdictOfNothing(int rule, DateTimeOffset at)
    {
        EngineRule form = _image.Infos[rule].Form;
        if (PendingVerdict(rule) is { } pending) return pending;
        if (form.Triggers.All(t => t is ScheduleTrigger or StartupTrigger))
        {
            return Verdict.Of(ExplainClass.NotDue, "It was not time.", "one of the rule's times", NextRunOf(rule));
        }

        string wanted = string.Join(" or ", _image.Infos[rule].Labels.Distinct(StringComparer.Ordinal));
        foreach (ResourceAddress source in form.Triggers.SelectMany(SourcesOf).Distinct())
        {
            int resource = _resources.Find(source.Value);
            if (resource < 0 || _resources[resource].LastEventTicks != at.UtcTicks) continue;
            string came = _types.NameOf(_resources[resource].LastType);

            // The event it waits for, and yet no look at the rule: only its phase can have been another.
            if (form.Triggers.OfType<EventTrigger>().Any(t => t.Pattern.Sources.Contains(source) && t.Pattern.Events.Contains(came, StringComparer.Ordinal)))
            {
                return VerdictOf(rule, EvaluationOutcome.Of(EvaluationResult.OtherPhase), at);
            }

            return Verdict.Of(ExplainClass.OtherEvent, $"{source} told {came}; the rule waits for {wanted}.", wanted);
        }

        return Verdict.Of(ExplainClass.NoEvent, $"Nothing that triggers it happened: {wanted}.", wanted, NextRunOf(rule));
    }

    /// <summary>What the rule waits for just now; null: nothing.</summary>
    private Verdict? PendingVerdict(int rule)
    {
        string label(int trigger) => _image.Infos[rule].Labels[trigger];
        foreach (ref readonly StateWatch watch in _image.StateWatches.All)
        {
            if (watch.Rule == rule && _holds[watch.Slot].Deadline != 0) return Until(label(watch.Trigger), _holds[watch.Slot].Deadline);
        }

        foreach (ref readonly ThresholdWatch watch in _image.ThresholdWatches.All)
        {
            if (watch.Rule == rule && _thresholdDeadlines[watch.Slot] != 0) return Until(label(watch.Trigger), _thresholdDeadlines[watch.Slot]);
        }

        for (int i = 0; i < _memories.Length; i++)
        {
            TemporalTrigger temporal = _image.Temporals[i];
            if (temporal.Rule != rule) continue;
            if (_memories[i].Deadline != 0) return Until(label(temporal.Trigger), _memories[i].Deadline);
            int met = temporal.Kind == PostingKind.Count ? RecentOf(in _memories[i], temporal) : LongestOf(in _memories[i], temporal);
            if (met > 0) return Verdict.Of(ExplainClass.Pending, string.Create(CultureInfo.InvariantCulture, $"{met} of {temporal.Count} came so far: {label(temporal.Trigger)}."), "the rest in time");
        }

        return null;
    }

    private Verdict Until(string label, int deadline)
    {
        var due = new DateTimeOffset(_deadlines.TicksOf(deadline), TimeSpan.Zero);
        return Verdict.Of(ExplainClass.Pending, string.Create(CultureInfo.InvariantCulture, $"It waits: {label}; {due - _at:c} to go."), "nothing else until then", due);
    }

    private int RecentOf(in Memory memory, TemporalTrigger temporal)
    {
        int recent = 0;
        foreach (long ticks in memory.Ticks)
        {
            if (ticks != 0 && _now - ticks <= temporal.WithinTicks) recent++;
        }

        return Math.Min(recent, memory.Count);
    }

    private int LongestOf(in Memory memory, TemporalTrigger temporal)
    {
        for (int length = memory.Ticks.Length; length > 0; length--)
        {
            if (memory.Ticks[length - 1] != 0 && _now - memory.Ticks[length - 1] <= temporal.WithinTicks) return length;
        }

        return 0;
    }

    private ImmutableArray<MissingCondition> MissingOf(int rule, uint outcome)
    {
        uint mask = EvaluationOutcome.ResultOf(outcome) == EvaluationResult.ConditionsMissing ? EvaluationOutcome.ConditionsOf(outcome) : 0;
        if (mask == 0) return [];
        var missing = ImmutableArray.CreateBuilder<MissingCondition>();
        ImmutableArray<Condition> conditions = ConditionsOf(rule);
        for (int i = 0; i < conditions.Length; i++)
        {
            if ((mask & (1u << Math.Min(i, EvaluationOutcome.ConditionBits - 1))) != 0) missing.Add(Describe(conditions[i]));
        }

        return missing.ToImmutable();
    }

    /// <summary>The conditions in the order of the bits of an outcome.</summary>
    private ImmutableArray<Condition> ConditionsOf(int rule)
    {
        var conditions = ImmutableArray.CreateBuilder<Condition>();
        NeedSet needs = _needSets[_rules[rule].Needs];
        RuleInfo info = _image.Infos[rule];
        AddBits(needs.Word0, needs.Need0);
        AddBits(needs.Word1, needs.Need1);
        foreach ((int word, ulong mask) in info.MoreNeeds) AddBits(word, mask);
        conditions.AddRange(info.ResidualForms);
        return conditions.ToImmutable();

        void AddBits(int word, ulong mask)
        {
            for (; mask != 0; mask &= mask - 1)
            {
                BitInfo bit = _image.Bits[word * 64 + BitOperations.TrailingZeroCount(mask)];
                conditions.Add(bit.Kind switch
                {
                    BitKind.Window => new ScheduleCondition(_image.Windows[bit.Window]),
                    BitKind.State => bit.State!,
                    _ => bit.Toggle!,
                });
            }
        }
    }

    private MissingCondition Describe(Condition condition)
    {
        switch (condition)
        {
            case ScheduleCondition schedule:
                WindowState window = WindowsCompiler.Compile(schedule.Windows, _image.Program.Site.TimeZone).StateAt(_at);
                return new MissingCondition(condition, ConditionText.Of(condition), window.Open ? "open" : "closed", window.Open ? _at : window.NextChange);
            case RuleEnabledCondition toggle:
                string? value = _image.RuleNumbers.TryGetValue(toggle.Rule, out int number) ? (_rules[number].Flags & RuleFlags.Disabled) == 0 ? "on" : "off" : null;
                return new MissingCondition(condition, ConditionText.Of(condition), value, null);
            default:
                return new MissingCondition(condition, ConditionText.Of(condition), ExpressionText.ValueOf(condition, ValueOf), null);
        }
    }

    private string ValueOf(StateCondition state)
    {
        DataValue value = (StateOf(state.Resource) ?? DataObject.Empty)[state.Test.Property];
        return $"{state.Test.Property} {(value.IsNull ? "unknown" : value.ToString())}";
    }

    private DateTimeOffset? CooldownEnd(int rule, DateTimeOffset at)
    {
        long end = 0;
        foreach (RunGroup group in _runGroups.Values)
        {
            if (group.Rule == rule && group.CooldownUntil > at.UtcTicks) end = Math.Max(end, group.CooldownUntil);
        }

        return end == 0 ? null : new DateTimeOffset(end, TimeSpan.Zero);
    }

    private Explanation ExplainGroup(string id, DateTimeOffset at)
    {
        RuleStatus status = StatusOfGroup(id);
        Verdict verdict = status.LastFired == at
            ? Verdict.Of(ExplainClass.Fired, "The maximum was reached.", "")
            : status.Enabled
                ? Verdict.Of(ExplainClass.NoEvent, "The maximum was not reached then.", "as many people as the maximum")
                : Verdict.Of(ExplainClass.Disabled, "The group is switched off.", "switch the group on");
        return new Explanation(id, at, verdict.Class, verdict.Summary, verdict.Remedy, [], null, null, null, status.LastFired);
    }

    private static IEnumerable<ResourceAddress> SourcesOf(Trigger trigger) => trigger switch
    {
        StateTrigger s => s.Sources,
        ThresholdTrigger t => t.Sources,
        _ => PatternsOf(trigger).SelectMany(p => p.Sources),
    };

    private static ImmutableArray<EventPattern> PatternsOf(Trigger trigger) => trigger switch
    {
        EventTrigger e => [e.Pattern],
        SequenceTrigger q => q.Steps,
        CountTrigger c => [c.Pattern],
        AbsenceTrigger a => [a.After, a.Expected],
        _ => [],
    };

    private static string WheresOf(EngineRule rule) => string.Join(" or ", rule.Triggers.SelectMany(t => PatternsOf(t)).Where(p => p.Where.Length > 0)
        .Select(p => string.Join(" and ", p.Where.Select(ConditionText.Of))));

    private static string PhasesOf(EngineRule rule) => string.Join(" or ", rule.Triggers.Where(t => !PatternsOf(t).IsEmpty)
        .Select(t => (t is EventTrigger e ? e.On : EventPhases.Begin).ToString().ToLowerInvariant()).Distinct(StringComparer.Ordinal));
}
