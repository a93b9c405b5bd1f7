using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads the triggers of an <c>automation</c> rule.</summary>
internal static class TriggerReader
{
    private static readonly string[] Forms = ["sequence", "count", "absence", "state", "event", "cron", "at", "ruleFired", "startup"];
    private static readonly string[] EventNames = ["event", "source", "where"];
    private static readonly string[] StateNames = ["state", "property", "from", "to", "for", "afterRestart"];
    private static readonly string[] Bounds = ["above", "below"];
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    public static Trigger? Read(ReadContext context, JsonNode node)
    {
        if (node.Kind != JsonKind.Object)
        {
            context.Error(Codes.WrongType, node, $"a trigger is an object, not {node.KindWord}", "write { \"event\": …, \"source\": … }");
            return null;
        }

        if (Array.Find(Forms, node.Has) is not { } form)
        {
            string? first = node.Children.FirstOrDefault()?.Name;
            string otherwise = "give one of " + string.Join(", ", Forms);
            context.Error(Codes.Ambiguous, node, "this trigger names nothing that could happen", first is null ? otherwise : context.DidYouMean(first, Forms, otherwise));
            return null;
        }

        return form switch
        {
            "sequence" => Sequence(context, node),
            "count" => Count(context, node),
            "absence" => Absence(context, node),
            "state" => State(context, node),
            "event" => Open(context, node, [.. EventNames, "on"], out ObjectReader r) && EventReader.Pattern(context, r, "this trigger") is { } pattern ? new EventTrigger(pattern, EventReader.On(context, r)) : null,
            "cron" => Open(context, node, ["cron", "except", "missed"], out ObjectReader c) ? Scheduled(context, c, node.Find("cron")!, cron: true) : null,
            "at" => Open(context, node, ["at", "except", "missed"], out ObjectReader a) ? Scheduled(context, a, node.Find("at")!, cron: false) : null,
            "ruleFired" => Open(context, node, ["ruleFired"], out _) && References.Rule(context, node.Find("ruleFired")!, "ruleFired") is { } rule ? new RuleFiredTrigger(rule) : null,
            _ => Open(context, node, ["startup"], out _) ? new StartupTrigger() : null,
        };
    }

    /// <summary>What happens to runs that were missed; by default the latest of the last hour is made up for.</summary>
    public static MissedRuns Missed(ReadContext context, JsonNode? node)
    {
        TimeSpan hour = TimeSpan.FromHours(1);
        if (node is null) return new MissedRuns(MissedPolicy.Latest, hour);
        TimeSpan within = hour;
        JsonNode? policy = node;
        if (node.Kind == JsonKind.Object)
        {
            if (!ObjectReader.TryOpen(context, node, "'missed'", ["run", "within"], out ObjectReader reader)) return default;
            within = reader.Duration("within", TimeSpan.FromSeconds(1), Week) ?? hour;
            policy = reader.Require("run", "'missed'");
        }

        string? word = policy is null ? null : Values.Choice(context, policy, "missed", ["skip", "latest", "all"]);
        return word switch
        {
            "skip" => new MissedRuns(MissedPolicy.Skip, TimeSpan.Zero),
            "all" => new MissedRuns(MissedPolicy.All, within),
            _ => new MissedRuns(MissedPolicy.Latest, within),
        };
    }

    /// <summary>The kinds of resource that these triggers can bring; null when none brings a resource, empty when that is not known.</summary>
    public static IReadOnlySet<string>? Kinds(ImmutableArray<Trigger> triggers)
    {
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        bool any = false;
        foreach (Trigger trigger in triggers)
        {
            ImmutableArray<ResourceAddress>? sources = trigger switch
            {
                EventTrigger t => t.Pattern.Sources,
                StateTrigger t => t.Sources,
                ThresholdTrigger t => t.Sources,
                SequenceTrigger t => t.Steps[^1].Sources,
                CountTrigger t => t.Pattern.Sources,
                AbsenceTrigger t => t.After.Sources,
                _ => null,
            };
            if (trigger is RuleFiredTrigger) return new HashSet<string>();
            if (sources is not { } found) continue;
            any = true;
            kinds.UnionWith(found.Select(SiteIndex.KindOf));
        }

        return any ? kinds : null;
    }

    private static bool Open(ReadContext context, JsonNode node, ReadOnlySpan<string> known, out ObjectReader reader) => ObjectReader.TryOpen(context, node, "this trigger", known, out reader);

    private static SequenceTrigger? Sequence(ReadContext context, JsonNode node)
    {
        if (!Open(context, node, ["sequence", "within"], out ObjectReader reader)) return null;
        var steps = ImmutableArray.CreateBuilder<EventPattern>();
        foreach (JsonNode item in Values.List(context, node.Find("sequence")!, "sequence", 2, 8) ?? [])
        {
            if (Pattern(context, item, "a step of the sequence") is { } pattern) steps.Add(pattern);
        }

        TimeSpan? within = Within(context, reader);
        return within is { } span && steps.Count >= 2 ? new SequenceTrigger(steps.ToImmutable(), span) : null;
    }

    private static CountTrigger? Count(ReadContext context, JsonNode node)
    {
        if (!Open(context, node, ["count", "within", .. EventNames], out ObjectReader reader)) return null;
        int? count = reader.Whole("count", 2, 1000);
        EventPattern? pattern = EventReader.Pattern(context, reader, "this trigger");
        TimeSpan? within = Within(context, reader);
        return count is { } n && pattern is not null && within is { } span ? new CountTrigger(pattern, n, span) : null;
    }

    private static AbsenceTrigger? Absence(ReadContext context, JsonNode node)
    {
        if (!Open(context, node, ["absence", "after", "within"], out ObjectReader reader)) return null;
        EventPattern? expected = Pattern(context, node.Find("absence")!, "'absence'");
        EventPattern? after = reader.Require("after", "this trigger") is { } a ? Pattern(context, a, "'after'") : null;
        TimeSpan? within = Within(context, reader);
        return expected is not null && after is not null && within is { } span ? new AbsenceTrigger(expected, after, span) : null;
    }

    private static EventPattern? Pattern(ReadContext context, JsonNode node, string what) =>
        ObjectReader.TryOpen(context, node, what, EventNames, out ObjectReader reader) ? EventReader.Pattern(context, reader, what) : null;

    private static TimeSpan? Within(ReadContext context, ObjectReader reader) =>
        reader.Require("within", "this trigger") is { } node ? Values.Duration(context, node, "within", Shortest, Day) : null;

    private static Trigger? State(ReadContext context, JsonNode node)
    {
        bool bounded = Array.Exists(Bounds, node.Has);
        if (!Open(context, node, bounded ? ["state", .. ThresholdReader.Names] : StateNames, out ObjectReader reader)) return null;
        ImmutableArray<ResourceAddress> sources = Selections.Read(context, node.Find("state")!, "state", Selections.Wanted.Anything);
        string? property = reader.Require("property", "this trigger") is { } p ? Values.Text(context, p, "property", 64) : null;
        if (property is null) return null;
        if (bounded) return ThresholdReader.Read(context, reader, sources);
        ImmutableArray<DataValue> from = reader.Find("from") is { } f ? DataTests.DataValues(context, f, "from") : [];
        ImmutableArray<DataValue> to = reader.Find("to") is { } t ? DataTests.DataValues(context, t, "to") : [];
        TimeSpan hold = reader.Duration("for", TimeSpan.Zero, Week) ?? TimeSpan.Zero;
        return new StateTrigger(sources, property, from, to, hold, Holds.Policy(reader));
    }

    private static ScheduleTrigger? Scheduled(ReadContext context, ObjectReader reader, JsonNode value, bool cron)
    {
        ImmutableSortedSet<DateOnly> except = reader.Find("except") is { } e ? ScheduleReader.Calendars(context, e, "except", 16) : [];
        MissedRuns missed = Missed(context, reader.Find("missed"));
        TimeSchedule? schedule = cron ? ScheduleReader.Cron(context, value) : ScheduleReader.Instant(context, value, "at", except);
        if (schedule is null) return null;
        return new ScheduleTrigger(except.IsEmpty ? schedule : schedule with { Except = except.Union(schedule.Except) }, missed);
    }
}
