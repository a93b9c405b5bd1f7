using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads events of sources: which types, raised by what, with which data.</summary>
internal static class EventReader
{
    private const int MaxEvents = 32;
    private static readonly string[] Phases = ["begin", "end", "repeat"];

    /// <summary><c>event</c>, <c>source</c> and <c>where</c> of an object; null after a finding.</summary>
    public static EventPattern? Pattern(ReadContext context, ObjectReader reader, string what)
    {
        JsonNode? eventNode = reader.Require("event", what);
        JsonNode? sourceNode = reader.Require("source", what);
        ImmutableArray<string> events = eventNode is null ? [] : Events(context, eventNode);
        ImmutableArray<DataTest> where = DataTests.Where(context, reader.Find("where"));
        if (sourceNode is null) return null;
        ImmutableArray<ResourceAddress> sources = Selections.Read(context, sourceNode, "source", CanRaise(events));
        return events.IsEmpty ? null : new EventPattern { Sources = sources, Events = events, Where = where };
    }

    public static ImmutableArray<string> Events(ReadContext context, JsonNode node)
    {
        var events = ImmutableArray.CreateBuilder<string>();
        foreach (JsonNode item in Values.List(context, node, "event", 1, MaxEvents, single: true) ?? [])
        {
            if (Values.Text(context, item, "event", 64) is not { } name) continue;
            if (!EventTypes.IsKnown(name))
            {
                context.Error(Codes.EventUnknown, item, $"there is no event '{Nearest.Shorten(name)}'", context.DidYouMean(name, EventTypes.All.Keys, "see the list of events in docs/rules.md"));
            }
            else if (!events.Contains(name))
            {
                events.Add(name);
            }
        }

        return events.ToImmutable();
    }

    /// <summary>A resource must be able to raise every one of the events; a wildcard selects those that can raise any.</summary>
    public static Selections.Wanted CanRaise(ImmutableArray<string> events)
    {
        if (events.IsEmpty) return Selections.Wanted.Anything;
        ImmutableArray<string> kinds = events.Length == 1 ? EventTypes.All[events[0]].Kinds : [.. events.SelectMany(e => EventTypes.All[e].Kinds).Distinct()];
        return new Selections.Wanted(kinds, Codes.EventNotOfResource, $"cannot raise '{string.Join("' or '", events)}'");
    }

    public static EventPhases On(ReadContext context, ObjectReader reader)
    {
        if (reader.Find("on") is not { } node) return EventPhases.Begin;
        EventPhases phases = EventPhases.None;
        foreach (string word in Values.Words(context, node, "on", Phases, 3))
        {
            phases |= word switch { "begin" => EventPhases.Begin, "end" => EventPhases.End, _ => EventPhases.Repeat };
        }

        return phases == EventPhases.None ? EventPhases.Begin : phases;
    }
}
