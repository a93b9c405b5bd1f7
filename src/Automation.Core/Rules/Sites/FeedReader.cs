using System.Collections.Immutable;
using System.Text;
using Automation.Core.Model;
using Automation.Core.Thresholds;
using Automation.Core.Topics;

namespace Automation.Core.Rules;

/// <summary>Reads what other bridges publish of a device: <c>feeds</c> and <c>availability</c>.</summary>
internal static class FeedReader
{
    public static readonly string[] Names = ["topic", "path", "property", "event", "values", "unit", "active", "where", "data"];
    public static readonly string[] AvailabilityNames = ["topic", "path", "online", "silentAfter"];
    private const int MaxFeeds = 200;

    public static IEnumerable<ForeignFeed> Read(ReadContext context, JsonNode list, ResourceAddress on)
    {
        foreach (JsonNode item in Values.List(context, list, "feeds", 0, MaxFeeds) ?? [])
        {
            if (One(context, item, on) is { } feed) yield return feed;
        }
    }

    public static ForeignAvailability Availability(ReadContext context, JsonNode node)
    {
        if (!ObjectReader.TryOpen(context, node, "'availability'", AvailabilityNames, out ObjectReader reader)) return new();
        return new ForeignAvailability
        {
            Filter = reader.Find("topic") is { } t ? Filter(context, t) : null,
            Path = reader.Find("path") is { } p ? Path(context, p) : ForeignPath.Whole,
            Online = reader.Text("online", 64) ?? "online",
            SilentAfter = reader.Duration("silentAfter", TimeSpan.FromSeconds(10), TimeSpan.FromDays(30)),
        };
    }

    /// <summary>The topic below which a device of a profile is fed: a name, not a filter.</summary>
    public static string? Topic(ReadContext context, JsonNode node)
    {
        if (Values.Text(context, node, "topic", ForeignFeed.MaxFilterLength - 16) is not { } text) return null;
        if (text.AsSpan().IndexOfAny('+', '#', '\0') < 0 && text[0] != '$' && text[0] != '/' && text[^1] != '/') return text;
        context.Error(Codes.TopicShape, node, $"'{Nearest.Shorten(text)}' is not a topic that can be fed below", "write a name without wildcards: \"outdoor/trail-1\"");
        return null;
    }

    private static ForeignFeed? One(ReadContext context, JsonNode node, ResourceAddress on)
    {
        if (!ObjectReader.TryOpen(context, node, "a feed", Names, out ObjectReader reader)) return null;
        string? filter = reader.Require("topic", "the feed") is { } t ? Filter(context, t) : null;
        string? property = reader.Text("property", 64);
        string? happening = reader.Find("event") is { } e ? EventOf(context, e, on) : null;
        if (reader.Find("property") is null == reader.Find("event") is null)
        {
            context.Error(Codes.FeedShape, node, "a feed is a property or an event", "write \"property\": its name, or \"event\": its type");
            return null;
        }

        bool isEvent = reader.Find("event") is not null;
        foreach (string name in isEvent ? new[] { "unit" } : ["active", "data"])
        {
            if (reader.Find(name) is { } odd) context.Findings.AtName(Codes.FeedShape, odd, isEvent ? $"an event has no '{name}'" : $"a property has no '{name}'", "remove it");
        }

        var feed = new ForeignFeed
        {
            On = on,
            Filter = filter ?? "",
            Path = reader.Find("path") is { } p ? Path(context, p) : ForeignPath.Whole,
            Property = property,
            Event = happening,
            Values = reader.Find("values") is { } v ? Meanings(context, v) : ImmutableSortedDictionary<string, DataValue>.Empty,
            Unit = reader.Find("unit") is { } u ? Unit(context, u) : null,
            Active = reader.Find("active") is { } a ? Several(context, a, "active") : [],
            Where = reader.Find("where") is { } w ? Tests(context, w) : [],
            Data = reader.Find("data") is { } d ? Data(context, d) : [],
        };
        return filter is null || (property ?? happening) is null ? null : feed;
    }

    private static string? Filter(ReadContext context, JsonNode node)
    {
        if (Values.Text(context, node, "topic", ForeignFeed.MaxFilterLength) is not { } text) return null;
        if (TopicFilter.Check(text) == TopicFault.None && !TopicFilter.IsShared(Encoding.UTF8.GetBytes(text))) return text;
        context.Error(Codes.TopicShape, node, $"'{Nearest.Shorten(text)}' is not a topic filter", "+ stands for one whole level, # for the rest: \"zigbee2mqtt/+\"");
        return null;
    }

    private static ForeignPath Path(ReadContext context, JsonNode node)
    {
        if (Values.Text(context, node, "path", 256) is not { } text) return ForeignPath.Whole;
        return ForeignPath.TryParse(text, out ForeignPath? path) ? path : PathFault(context, node, text);
    }

    private static ForeignPath PathFault(ReadContext context, JsonNode node, string text)
    {
        context.Error(Codes.PathShape, node, $"'{Nearest.Shorten(text)}' is not the way to a value", "write $ and names or indexes: \"$.battery\", \"$.after.box[2]\", \"$['battery low']\"");
        return ForeignPath.Whole;
    }

    private static string? EventOf(ReadContext context, JsonNode node, ResourceAddress on)
    {
        if (Values.Text(context, node, "event", 64) is not { } type) return null;
        string kind = on.IsDevice ? "device" : on.Kind;
        if (!EventTypes.All.TryGetValue(type, out EventTypeInfo? info))
        {
            context.Error(Codes.EventUnknown, node, $"there is no event '{Nearest.Shorten(type)}'", context.DidYouMean(type, EventTypes.All.Keys, "see docs/rules.md for all events"));
            return null;
        }

        if (info.Kinds.Contains(kind)) return type;
        context.Error(Codes.EventNotOfResource, node, $"'{type}' is no event of a {kind}", "it is one of: " + string.Join(", ", info.Kinds));
        return null;
    }

    private static TemperatureUnit? Unit(ReadContext context, JsonNode node) => Values.Choice(context, node, "unit", ["celsius", "fahrenheit", "kelvin"]) switch
    {
        "celsius" => TemperatureUnit.Celsius,
        "fahrenheit" => TemperatureUnit.Fahrenheit,
        "kelvin" => TemperatureUnit.Kelvin,
        _ => null,
    };

    private static ImmutableArray<DataValue> Several(ReadContext context, JsonNode node, string what)
    {
        var values = ImmutableArray.CreateBuilder<DataValue>();
        foreach (JsonNode item in Values.List(context, node, what, 1, 64, single: true) ?? [])
        {
            if (Values.Data(context, item, what) is { } value) values.Add(value);
        }

        return values.ToImmutable();
    }

    private static ImmutableSortedDictionary<string, DataValue> Meanings(ReadContext context, JsonNode node)
    {
        var meanings = ImmutableSortedDictionary.CreateBuilder<string, DataValue>(StringComparer.Ordinal);
        foreach (JsonNode item in Members(context, node, "values"))
        {
            if (Values.Data(context, item, "values") is { } value) meanings[item.Name!] = value;
        }

        return meanings.ToImmutable();
    }

    private static ImmutableArray<ForeignTest> Tests(ReadContext context, JsonNode node)
    {
        var tests = ImmutableArray.CreateBuilder<ForeignTest>();
        foreach (JsonNode item in Members(context, node, "where"))
        {
            ForeignPath path = ForeignPath.TryParse(item.Name!, out ForeignPath? found) ? found : PathFault(context, item, item.Name!);
            tests.Add(new ForeignTest(path, Several(context, item, "where")));
        }

        return tests.ToImmutable();
    }

    private static ImmutableArray<KeyValuePair<string, ForeignPath>> Data(ReadContext context, JsonNode node)
    {
        var data = ImmutableArray.CreateBuilder<KeyValuePair<string, ForeignPath>>();
        foreach (JsonNode item in Members(context, node, "data")) data.Add(KeyValuePair.Create(item.Name!, Path(context, item)));
        return data.ToImmutable();
    }

    /// <summary>The members of an object whose names are the author's.</summary>
    private static List<JsonNode> Members(ReadContext context, JsonNode node, string what)
    {
        if (node.Kind != JsonKind.Object)
        {
            context.Error(Codes.WrongType, node, $"'{what}' is an object, not {node.KindWord}", "write { … }");
            return [];
        }

        if (node.Children.Count <= 64) return node.Children;
        context.Error(Codes.ListLength, node, $"'{what}' has {node.Children.Count} entries", "write at most 64");
        return [];
    }
}
