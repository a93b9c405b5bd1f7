using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads one device of a site file with its resources.</summary>
internal static class DeviceReader
{
    private const int MaxResources = 10_000;

    /// <summary>003 §8.13: a unit has up to 300 presets; patrols and patterns are fewer.</summary>
    private const int MaxPtzNumber = 300;
    private static readonly string[] Names = ["id", "name", "kind", "model", "serial", "mac", "addedBy", "notification", "en50131Compliant", "authenticated", "connection", "topic", "availability", "feeds", "events", "resources"];
    private static readonly string[] NotificationNames = ["schedule"];
    private static readonly string[] ResourceNames = ["kind", "number", "name", "tags", "capabilities", "events", "streams", "presets", "patrols", "patterns", "area", "serial", "feeds"];

    private static readonly string[] ChannelNames = ["streams", "presets", "patrols", "patterns"];

    public static Device? Read(ReadContext context, JsonNode node, string site, PasswordReader passwords, GatewayReader gateways, HashSet<string> seen)
    {
        if (!ObjectReader.TryOpen(context, node, "a device", Names, out ObjectReader reader)) return null;
        JsonNode? idNode = reader.Require("id", "the device");
        string? id = idNode is null ? null : Values.Slug(context, idNode, "id");
        if (id is not null && !seen.Add(id)) context.Error(Codes.DeviceTwice, idNode!, $"the device '{id}' is written twice", "give each device an id of its own");
        if (id == "groups") context.Error(Codes.DeviceReserved, idNode!, "'groups' is the level of people-counting groups", "choose another id");
        string? kind = reader.Require("kind", "the device") is { } k ? Values.Choice(context, k, "kind", [.. DeviceKinds.All.Order(StringComparer.Ordinal)]) : null;
        string? name = reader.Text("name", 128);
        string? model = reader.Text("model", 128);
        string? serial = reader.Text("serial", 128);
        string? mac = reader.Find("mac") is { } m ? Mac(context, m) : null;
        string addedBy = reader.Choice("addedBy", ["ip-domain", "p2p", "proxied"]) ?? "ip-domain";
        (bool notification, WeeklyWindows? schedule) = Notification(context, reader.Find("notification"));
        bool compliant = reader.Flag("en50131Compliant", false);
        bool authenticated = reader.Flag("authenticated", false);
        if (!ResourceAddress.TryParse($"{site}/{id ?? "device"}", out ResourceAddress address)) return null;
        DeviceConnectionInfo? connection = reader.Find("connection") is { } c ? ConnectionReader.Read(context, c, address, passwords, gateways) : null;
        ImmutableArray<string> events = reader.Find("events") is { } e ? Events(context, e) : [];
        var feeds = ImmutableArray.CreateBuilder<ForeignFeed>();
        if (reader.Find("feeds") is { } own) feeds.AddRange(FeedReader.Read(context, own, address));
        ImmutableArray<Resource> resources = reader.Find("resources") is { } list ? Resources(context, list, address, feeds) : [];
        ForeignAvailability availability = reader.Find("availability") is { } a ? FeedReader.Availability(context, a) : new();
        string? topic = reader.Find("topic") is { } t ? FeedReader.Topic(context, t) : null;
        if (topic is not null && kind is not null && connection is null)
        {
            if (DeviceProfiles.Of(kind) is { } profile)
            {
                feeds.AddRange(ProfileFeeds.Of(profile, address, topic));
                if (reader.Find("availability") is null) availability = ProfileFeeds.Availability(topic);
            }
            else
            {
                context.Findings.AtName(Codes.NotOfKind, reader.Find("topic")!, $"a device of kind {kind} has no payload of its own", "write \"feeds\" for what its bridge publishes, or one of the kinds " + string.Join(", ", DeviceProfiles.All.Keys.Order(StringComparer.Ordinal)));
            }
        }

        foreach (JsonNode fed in connection is null ? [] : Fed(reader))
        {
            context.Findings.AtName(Codes.FeedOfConnected, fed, "the device has a connection: its states and events come from there", $"remove '{fed.Name}', or the connection");
        }

        if (id is null || kind is null || id == "groups") return null;
        return new Device
        {
            Address = address, Name = name ?? id, Kind = kind, Model = model, Serial = serial, Mac = mac, AddedBy = addedBy, Notification = notification, NotificationSchedule = schedule,
            En50131Compliant = compliant, Authenticated = authenticated, Connection = connection, Events = events, Resources = resources,
            Topic = connection is null ? topic : null, ForeignAvailability = availability, Feeds = feeds.ToImmutable(),
        };
    }

    /// <summary>What makes a device one that other bridges feed.</summary>
    private static IEnumerable<JsonNode> Fed(ObjectReader device)
    {
        IEnumerable<JsonNode> resources = device.Find("resources") is { Kind: JsonKind.Array } list ? list.Children.Where(r => r.Kind == JsonKind.Object) : [];
        return resources.Select(r => r.Find("feeds")).Prepend(device.Find("feeds")).Prepend(device.Find("availability")).Prepend(device.Find("topic")).OfType<JsonNode>();
    }

    /// <summary><c>true</c>, <c>false</c>, or when it is on (EVT-7).</summary>
    private static (bool On, WeeklyWindows? Schedule) Notification(ReadContext context, JsonNode? node)
    {
        if (node is null) return (true, null);
        if (node.Kind == JsonKind.Boolean) return (node.Boolean, null);
        if (node.Kind != JsonKind.Object)
        {
            context.Error(Codes.WrongType, node, $"'notification' is true, false or an object, not {node.KindWord}", "write true, false or { \"schedule\": { \"weekly\": { \"mon-fri\": [\"18:00-24:00\"] } } }");
            return (true, null);
        }

        if (!ObjectReader.TryOpen(context, node, "'notification'", NotificationNames, out ObjectReader reader)) return (true, null);
        return (true, reader.Require("schedule", "'notification'") is { } schedule ? ScheduleReader.Windows(context, schedule, "schedule") : null);
    }

    /// <summary>Lower case with colons, however it is written.</summary>
    private static string? Mac(ReadContext context, JsonNode node)
    {
        if (Values.Text(context, node, "mac", 32) is not { } text) return null;
        string digits = string.Concat(text.Where(c => c is not (':' or '-' or '.'))).ToLowerInvariant();
        if (digits.Length == 12 && digits.All(char.IsAsciiHexDigit)) return string.Join(':', digits.Chunk(2).Select(pair => new string(pair)));
        context.Error(Codes.MacShape, node, $"'{Nearest.Shorten(text)}' is not a MAC address", "write six pairs of hexadecimal digits: \"58:03:fb:2a:e9:51\"");
        return null;
    }

    private static ImmutableArray<Resource> Resources(ReadContext context, JsonNode list, ResourceAddress device, ImmutableArray<ForeignFeed>.Builder feeds)
    {
        var resources = ImmutableArray.CreateBuilder<Resource>();
        var seen = new HashSet<ResourceAddress>();
        var areas = new HashSet<int>();
        var zones = new List<(int Area, JsonNode At)>();
        foreach (JsonNode item in Values.List(context, list, "resources", 0, MaxResources) ?? [])
        {
            if (!ObjectReader.TryOpen(context, item, "a resource", ResourceNames, out ObjectReader reader)) continue;
            string? kind = reader.Require("kind", "the resource") is { } k ? Values.Choice(context, k, "kind", [.. ResourceKinds.All.Order(StringComparer.Ordinal)]) : null;
            int? number = reader.Require("number", "the resource") is { } n ? Values.Whole(context, n, "number", 0, ushort.MaxValue) : null;
            string name = reader.Text("name", 128) ?? "";
            ImmutableArray<string> tags = Words(context, reader.Find("tags"), "tags", slugs: true);
            ImmutableArray<string> capabilities = Words(context, reader.Find("capabilities"), "capabilities", slugs: false);
            ImmutableArray<string> events = reader.Find("events") is { } e ? Events(context, e) : [];
            ImmutableArray<int> streams = Streams(context, reader.Find("streams"));
            ImmutableArray<NamedNumber> presets = Numbers(context, reader.Find("presets"), "presets");
            ImmutableArray<NamedNumber> patrols = Numbers(context, reader.Find("patrols"), "patrols");
            ImmutableArray<NamedNumber> patterns = Numbers(context, reader.Find("patterns"), "patterns");
            int? area = reader.Whole("area", 0, ushort.MaxValue);
            string? serial = reader.Text("serial", 64);
            if (kind is null || number is null) continue;
            ResourceAddress address = device.Resource(kind, number.Value);
            if (!seen.Add(address)) context.Error(Codes.ResourceTwice, item, $"'{address}' is written twice", "give each resource of a kind a number of its own");
            if (kind == "area") areas.Add(number.Value);
            if (area is { } inArea) zones.Add((inArea, reader.Find("area")!));
            if (reader.Find("feeds") is { } fed) feeds.AddRange(FeedReader.Read(context, fed, address));
            foreach (string onlyChannels in kind == "channel" ? [] : ChannelNames)
            {
                if (reader.Find(onlyChannels) is { } misplaced) context.Findings.AtName(Codes.NotOfKind, misplaced, $"a resource of kind {kind} has no {onlyChannels}", "remove them");
            }

            if (kind != "relay" && reader.Find("serial") is { } elsewhere) context.Findings.AtName(Codes.NotOfKind, elsewhere, $"a resource of kind {kind} has no serial", "remove it");
            resources.Add(new Resource
            {
                Address = address, Name = name, Tags = tags, Capabilities = capabilities, Events = events, Streams = streams,
                Presets = presets, Patrols = patrols, Patterns = patterns, Area = area, Serial = serial,
            });
        }

        foreach ((int area, JsonNode at) in zones)
        {
            if (!areas.Contains(area)) context.Error(Codes.AreaUnknown, at, string.Create(CultureInfo.InvariantCulture, $"the device has no area {area}"), "add the area to its resources, or correct the number");
        }

        return resources.ToImmutable();
    }

    private static ImmutableArray<string> Words(ReadContext context, JsonNode? node, string what, bool slugs)
    {
        if (node is null) return [];
        var words = ImmutableArray.CreateBuilder<string>();
        foreach (JsonNode item in Values.List(context, node, what, 0, 32) ?? [])
        {
            string? word = slugs ? Values.Slug(context, item, what) : Values.Text(context, item, what, 64);
            if (word is not null && !words.Contains(word)) words.Add(word);
        }

        return words.ToImmutable();
    }

    private static ImmutableArray<string> Events(ReadContext context, JsonNode node)
    {
        string[] known = [.. EventTypes.All.Keys.Order(StringComparer.Ordinal)];
        var events = ImmutableArray.CreateBuilder<string>();
        foreach (JsonNode item in Values.List(context, node, "events", 0, known.Length) ?? [])
        {
            if (Values.Choice(context, item, "events", known) is { } type && !events.Contains(type)) events.Add(type);
        }

        return events.ToImmutable();
    }

    private static ImmutableArray<int> Streams(ReadContext context, JsonNode? node)
    {
        if (node is null) return [];
        var streams = new SortedSet<int>();
        foreach (JsonNode item in Values.List(context, node, "streams", 0, 16) ?? [])
        {
            if (Values.Whole(context, item, "streams", 1, 9_999_999) is { } stream) streams.Add(stream);
        }

        return [.. streams];
    }

    /// <summary>Presets, patrols or patterns: numbers, or numbers with a name.</summary>
    private static ImmutableArray<NamedNumber> Numbers(ReadContext context, JsonNode? node, string what)
    {
        if (node is null) return [];
        var numbers = new SortedDictionary<int, NamedNumber>();
        foreach (JsonNode item in Values.List(context, node, what, 0, MaxPtzNumber) ?? [])
        {
            JsonNode? bare = item;
            string? name = null;
            if (item.Kind == JsonKind.Object)
            {
                if (!ObjectReader.TryOpen(context, item, $"an entry of '{what}'", ["number", "name"], out ObjectReader reader)) continue;
                bare = reader.Require("number", "the entry");
                name = reader.Text("name", 128);
            }

            if (bare is not null && Values.Whole(context, bare, what, 1, MaxPtzNumber) is { } number) numbers[number] = new NamedNumber(number, name ?? "");
        }

        return [.. numbers.Values];
    }
}
