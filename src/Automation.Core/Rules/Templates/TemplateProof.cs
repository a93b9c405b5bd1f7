using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Compilation.Form;
using Automation.Core.Compilation.Lowering;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>One thing that a timeline made the engine do, in order.</summary>
/// <param name="Action">An action type, or <c>notify</c>, <c>publish</c>, <c>raiseException</c>.</param>
/// <param name="On">The target; for <c>raiseException</c> the source; empty for the others.</param>
public readonly record struct ProofStep(string Action, ResourceAddress On);

/// <summary>Runs a program over inputs in virtual time up to <paramref name="until"/> and tells what it did. The engine, in practice.</summary>
public delegate IReadOnlyList<ProofStep> TimelineRunner(SiteProgram program, IReadOnlyList<EngineInput> inputs, DateTimeOffset until);

/// <summary>A timeline of a template, ready to run: a site made of the addresses it names, the rule, the inputs, and what must come of it.</summary>
public sealed record TemplateTimeline(string Name, SiteProgram Program, ImmutableArray<EngineInput> Inputs, DateTimeOffset Until, ImmutableArray<ProofStep> Expected);

/// <summary>Proves templates with their own timelines (<c>"tests"</c>: given, when, then).</summary>
public static class TemplateProof
{
    private static readonly string[] TestNames = ["name", "inputs", "start", "timeZone", "given", "when", "then", "until"];
    private static readonly string[] GivenNames = ["resource", "set"];
    private static readonly string[] WhenNames = ["after", "resource", "event", "state", "data", "set"];
    private static readonly string[] ThenNames = ["action", "on"];
    private static readonly string[] OtherSteps = ["notify", "publish", "raiseException"];
    private static readonly TimeSpan Longest = TimeSpan.FromDays(14);

    /// <summary>Runs every timeline; a finding for each that did not come out as it says, or cannot be read.</summary>
    public static ImmutableArray<Finding> Run(Template template, TimelineRunner engine)
    {
        ReadingLimits limits = ReadingLimits.Default;
        var findings = new FindingSink(limits);
        foreach (JsonNode test in Tests(template))
        {
            if (Read(template, test, findings, limits) is not { } timeline) continue;
            IReadOnlyList<ProofStep> actual = engine(timeline.Program, timeline.Inputs, timeline.Until);
            if (actual.SequenceEqual(timeline.Expected)) continue;
            findings.At(Codes.TemplateProof, test, $"the timeline '{timeline.Name}' of {template} gave {Say(actual)} instead of {Say(timeline.Expected)}", "correct the rule, or what the timeline expects");
        }

        return findings.ToSorted();
    }

    /// <summary>The timelines as data, with what cannot be read of them.</summary>
    public static (ImmutableArray<TemplateTimeline> Timelines, ImmutableArray<Finding> Findings) Timelines(Template template)
    {
        ReadingLimits limits = ReadingLimits.Default;
        var findings = new FindingSink(limits);
        ImmutableArray<TemplateTimeline> read = [.. Tests(template).Select(t => Read(template, t, findings, limits)).OfType<TemplateTimeline>()];
        return (read, findings.ToSorted());
    }

    private static List<JsonNode> Tests(Template template) => template.Document.Find("tests") is { Kind: JsonKind.Array } tests ? tests.Children : [];

    private static string Say(IReadOnlyList<ProofStep> steps) =>
        steps.Count == 0 ? "nothing" : string.Join(", ", steps.Take(20).Select(s => s.On.IsEmpty ? s.Action : $"{s.Action} on {s.On}"));

    private static TemplateTimeline? Read(Template template, JsonNode test, FindingSink findings, ReadingLimits limits)
    {
        int errors = findings.Errors;
        var open = new ReadContext(new SiteIndex(null), findings, limits, ImmutableHashSet<string>.Empty);
        if (!ObjectReader.TryOpen(open, test, "a timeline", TestNames, out ObjectReader reader)) return null;
        string name = reader.Text("name", 256) ?? FormattableString.Invariant($"{test.Index + 1}");
        Dictionary<string, JsonNode> values = InstanceReader.Inputs(open, test, reader.Find("inputs"), template);
        DateTimeOffset start = Start(open, reader);
        if (findings.Errors > errors) return null;

        var expander = new TemplateExpander(template, values, instance: null);
        JsonNode? given = reader.Find("given") is { } g ? expander.Part(g) : null;
        JsonNode? when = reader.Require("when", "the timeline") is { } w ? expander.Part(w) : null;
        JsonNode? then = reader.Require("then", "the timeline") is { } t ? expander.Part(t) : null;
        Site? site = ProofSite.Make(template, values, [given, when, then], reader.Text("timeZone", 64) ?? "UTC");
        if (site is null)
        {
            open.Error(Codes.TemplateProof, test, $"the timeline '{name}' names no resource, or an unknown time zone", "give \"inputs\" with addresses");
            return null;
        }

        var context = new ReadContext(new SiteIndex(site), findings, limits, ImmutableHashSet<string>.Empty);
        List<JsonNode> front = template.Rule.Has("id") ? [] : [TemplateSample.Text("sample", template.Rule, "id")];
        RuleDefinition? rule = RuleSetReader.ReadKind(context, expander.Rule(front), out _);
        var inputs = new List<EngineInput>();
        foreach (JsonNode item in List(context, given, "given")) Given(context, item, start, inputs);
        TimeSpan last = TimeSpan.Zero;
        foreach (JsonNode item in List(context, when, "when")) When(context, item, start, inputs, ref last);
        TimeSpan until = reader.Duration("until", TimeSpan.Zero, Longest) ?? last;
        ImmutableArray<ProofStep> expected = [.. List(context, then, "then").SelectMany(i => Then(context, i))];
        if (rule is null || findings.Errors > errors) return null;
        return new TemplateTimeline(name, RuleLowering.Lower(site, [rule]), [.. inputs], start + until, expected);
    }

    private static IReadOnlyList<JsonNode> List(ReadContext context, JsonNode? node, string what) => node is null ? [] : Values.List(context, node, what, 0, 200) ?? [];

    // A Monday at noon unless the timeline says otherwise.
    private static DateTimeOffset Start(ReadContext context, ObjectReader reader)
    {
        var monday = new DateTimeOffset(2026, 11, 16, 12, 0, 0, TimeSpan.Zero);
        if (reader.Find("start") is not { } node || Values.Text(context, node, "start", 40) is not { } text) return monday;
        if (DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset start)) return start.ToUniversalTime();
        context.Error(Codes.DateShape, node, $"'{Nearest.Shorten(text)}' is not an instant", "write \"2026-11-16T12:00:00Z\"");
        return monday;
    }

    private static void Given(ReadContext context, JsonNode item, DateTimeOffset start, List<EngineInput> inputs)
    {
        if (!ObjectReader.TryOpen(context, item, "a given state", GivenNames, out ObjectReader reader)) return;
        if (Resource(context, reader) is { } resource && reader.Require("set", "the given state") is { } set) inputs.Add(EngineInput.State(inputs.Count + 1, start, resource, Data(context, set), initial: true));
    }

    private static void When(ReadContext context, JsonNode item, DateTimeOffset start, List<EngineInput> inputs, ref TimeSpan last)
    {
        if (!ObjectReader.TryOpen(context, item, "a step of the timeline", WhenNames, out ObjectReader reader)) return;
        TimeSpan after = reader.Duration("after", TimeSpan.Zero, Longest) ?? last;
        if (after < last)
        {
            context.Error(Codes.TemplateProof, reader.Find("after")!, "the steps of a timeline go forward, and this one is before the last", "order them by \"after\", counted from the start");
            return;
        }

        last = after;
        long sequence = inputs.Count + 1;
        if (!item.Has("resource"))
        {
            inputs.Add(EngineInput.Time(sequence, start + after));
        }
        else if (Resource(context, reader) is { } resource)
        {
            if (reader.Find("set") is { } set)
            {
                inputs.Add(EngineInput.State(sequence, start + after, resource, Data(context, set)));
            }
            else if (reader.Require("event", "the step") is { } eventNode && EventReader.Events(context, eventNode) is [var type])
            {
                EventState state = reader.Choice("state", ["active", "inactive", "instant"]) switch { "active" => EventState.Active, "inactive" => EventState.Inactive, _ => EventTypes.All[type].Lasts ? EventState.Active : EventState.Instant };
                inputs.Add(EngineInput.Event(sequence, start + after, resource, type, state, reader.Find("data") is { } data ? Data(context, data) : null));
            }
        }
    }

    private static IEnumerable<ProofStep> Then(ReadContext context, JsonNode item)
    {
        if (!ObjectReader.TryOpen(context, item, "an expected action", ThenNames, out ObjectReader reader)) return [];
        if (reader.Require("action", "the expected action") is not { } node || Values.Text(context, node, "action", 64) is not { } action) return [];
        if (!ActionTypes.IsKnown(action) && !OtherSteps.Contains(action))
        {
            context.Error(Codes.ActionUnknown, node, $"there is no action '{Nearest.Shorten(action)}'", context.DidYouMean(action, ActionTypes.All.Keys.Concat(OtherSteps), "write an action type, or notify, publish, raiseException"));
            return [];
        }

        return reader.Find("on") is { } on ? Selections.Read(context, on, "on", Selections.Wanted.Anything).Select(a => new ProofStep(action, a)) : [new ProofStep(action, default)];
    }

    private static ResourceAddress? Resource(ReadContext context, ObjectReader reader) =>
        reader.Require("resource", "the step") is { } node && Selections.Read(context, node, "resource", Selections.Wanted.Anything) is [var only] ? only : null;

    private static DataObject Data(ReadContext context, JsonNode node)
    {
        DataObject data = DataObject.Empty;
        if (node.Kind != JsonKind.Object)
        {
            context.Error(Codes.WrongType, node, $"values are an object, not {node.KindWord}", "write { \"temperature\": 21 }");
            return data;
        }

        foreach (JsonNode child in node.Children)
        {
            if (Values.Data(context, child, child.Name!) is { } value) data = data.With(child.Name!, value);
        }

        return data;
    }
}
