using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <param name="Site">Null when the file has errors.</param>
public sealed record SiteReading(Site? Site, ImmutableArray<Finding> Findings);

/// <summary>Reads a site file: the site, its calendars, devices and resources (DEV-1).</summary>
public static class SiteReader
{
    private const int MaxDevices = 10_000;
    private const int MaxResources = 10_000;

    /// <summary>003 §8.13: a unit has up to 300 presets; patrols and patterns are fewer.</summary>
    private const int MaxPtzNumber = 300;
    private static readonly string[] Names = ["$schema", "id", "name", "timeZone", "address", "scene", "position", "holidays", "devices"];

    /// <param name="environment">Looks up the variable that <c>passwordEnv</c> names; null when it is not set.</param>
    public static SiteReading Read(SourceFile file, Func<string, Secret?> environment)
    {
        ReadingLimits limits = ReadingLimits.Default;
        var findings = new FindingSink(limits);
        Site? site = null;
        if (JsonTreeReader.Read(new SourceText(file), limits, findings) is { } root)
        {
            var context = new ReadContext(new SiteIndex(null), findings, limits, ImmutableHashSet<string>.Empty);
            site = Read(context, root, environment);
        }

        return new SiteReading(findings.Errors == 0 ? site : null, findings.ToSorted());
    }

    private static Site? Read(ReadContext context, JsonNode root, Func<string, Secret?> environment)
    {
        if (!ObjectReader.TryOpen(context, root, "the site file", Names, out ObjectReader reader)) return null;
        string? id = reader.Require("id", "the site file") is { } i ? Values.Slug(context, i, "id") : null;
        string? name = reader.Text("name", 128);
        TimeZoneInfo? zone = reader.Require("timeZone", "the site file") is { } z ? Zone(context, z) : null;
        string? address = reader.Text("address", 512);
        reader.Text("scene", 64);
        GeoPosition? position = reader.Find("position") is { } p ? Position(context, p) : null;
        ImmutableArray<HolidayCalendar> holidays = reader.Find("holidays") is { } h ? Holidays(context, h) : [];
        var devices = ImmutableArray.CreateBuilder<Device>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (reader.Find("devices") is { } list)
        {
            foreach (JsonNode item in Values.List(context, list, "devices", 0, MaxDevices) ?? [])
            {
                if (DeviceReader.Read(context, item, id ?? "site", environment, seen) is { } device) devices.Add(device);
            }
        }

        if (id is null || zone is null) return null;
        return new Site { Id = id, Name = name ?? id, TimeZone = zone, Address = address, Position = position, Holidays = holidays, Devices = devices.ToImmutable() };
    }

    private static TimeZoneInfo? Zone(ReadContext context, JsonNode node)
    {
        if (Values.Text(context, node, "timeZone", 64) is not { } name) return null;
        // Windows names are found too; documents use the IANA name, which is the same on every machine.
        if (name.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+') && TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone)) return zone;
        IEnumerable<string> known = TimeZoneInfo.GetSystemTimeZones().Select(z => z.Id);
        context.Error(Codes.TimeZoneUnknown, node, $"there is no time zone '{Nearest.Shorten(name)}'", context.DidYouMean(name, known, "write an IANA name such as \"Europe/Berlin\""));
        return null;
    }

    private static GeoPosition? Position(ReadContext context, JsonNode node)
    {
        if (!ObjectReader.TryOpen(context, node, "'position'", ["latitude", "longitude"], out ObjectReader reader)) return null;
        double? latitude = reader.Require("latitude", "'position'") is { } a ? Values.Number(context, a, "latitude", -90, 90) : null;
        double? longitude = reader.Require("longitude", "'position'") is { } o ? Values.Number(context, o, "longitude", -180, 180) : null;
        return latitude is { } north && longitude is { } east ? new GeoPosition(north, east) : null;
    }

    private static ImmutableArray<HolidayCalendar> Holidays(ReadContext context, JsonNode list)
    {
        var calendars = ImmutableArray.CreateBuilder<HolidayCalendar>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonNode item in Values.List(context, list, "holidays", 0, 64) ?? [])
        {
            if (!ObjectReader.TryOpen(context, item, "a holiday calendar", ["id", "name", "days"], out ObjectReader reader)) continue;
            JsonNode? idNode = reader.Require("id", "the holiday calendar");
            string? id = idNode is null ? null : Values.Slug(context, idNode, "id");
            string? name = reader.Text("name", 128);
            var days = ImmutableSortedSet.CreateBuilder<DateOnly>();
            if (reader.Require("days", "the holiday calendar") is { } dayList)
            {
                foreach (JsonNode day in Values.List(context, dayList, "days", 0, 4000) ?? [])
                {
                    if (Values.Date(context, day, "days") is { } date) days.Add(date);
                }
            }

            if (id is null) continue;
            if (!seen.Add(id)) context.Error(Codes.CalendarTwice, idNode!, $"the calendar '{id}' is written twice", "give each calendar an id of its own");
            calendars.Add(new HolidayCalendar(id, name ?? id, days.ToImmutable()));
        }

        return calendars.ToImmutable();
    }

    /// <summary>Reads one device with its resources.</summary>
    private static class DeviceReader
    {
        private static readonly string[] DeviceNames = ["id", "name", "kind", "model", "serial", "mac", "addedBy", "notification", "en50131Compliant", "authenticated", "connection", "availability", "feeds", "events", "resources"];
        private static readonly string[] ConnectionNames = ["url", "devIndex", "user", "passwordEnv", "dialect"];
        private static readonly string[] ResourceNames = ["kind", "number", "name", "tags", "capabilities", "events", "streams", "presets", "patrols", "patterns", "area", "serial", "feeds"];

        private static readonly string[] ChannelNames = ["streams", "presets", "patrols", "patterns"];

        public static Device? Read(ReadContext context, JsonNode node, string site, Func<string, Secret?> environment, HashSet<string> seen)
        {
            if (!ObjectReader.TryOpen(context, node, "a device", DeviceNames, out ObjectReader reader)) return null;
            JsonNode? idNode = reader.Require("id", "the device");
            string? id = idNode is null ? null : Values.Slug(context, idNode, "id");
            if (id is not null && !seen.Add(id)) context.Error(Codes.DeviceTwice, idNode!, $"the device '{id}' is written twice", "give each device an id of its own");
            if (id == "groups") context.Error(Codes.DeviceReserved, idNode!, "'groups' is the level of people-counting groups", "choose another id");
            string? kind = reader.Require("kind", "the device") is { } k ? Values.Choice(context, k, "kind", [.. DeviceKinds.All.Order(StringComparer.Ordinal)]) : null;
            string? name = reader.Text("name", 128);
            string? model = reader.Text("model", 128);
            string? serial = reader.Text("serial", 128);
            string? mac = reader.Text("mac", 32);
            string addedBy = reader.Choice("addedBy", ["ip-domain", "p2p", "proxied"]) ?? "ip-domain";
            bool notification = reader.Flag("notification", true);
            bool compliant = reader.Flag("en50131Compliant", false);
            bool authenticated = reader.Flag("authenticated", false);
            DeviceConnectionInfo? connection = reader.Find("connection") is { } c ? Connection(context, c, environment) : null;
            if (!ResourceAddress.TryParse($"{site}/{id ?? "device"}", out ResourceAddress address)) return null;
            ImmutableArray<string> events = reader.Find("events") is { } e ? Events(context, e) : [];
            var feeds = ImmutableArray.CreateBuilder<ForeignFeed>();
            if (reader.Find("feeds") is { } own) feeds.AddRange(FeedReader.Read(context, own, address));
            ImmutableArray<Resource> resources = reader.Find("resources") is { } list ? Resources(context, list, address, feeds) : [];
            ForeignAvailability availability = reader.Find("availability") is { } a ? FeedReader.Availability(context, a) : new();
            foreach (JsonNode fed in connection is null ? [] : Fed(reader))
            {
                context.Findings.AtName(Codes.FeedOfConnected, fed, "the device has a connection: its states and events come from there", $"remove '{fed.Name}', or the connection");
            }

            if (id is null || kind is null || id == "groups") return null;
            return new Device
            {
                Address = address, Name = name ?? id, Kind = kind, Model = model, Serial = serial, Mac = mac, AddedBy = addedBy, Notification = notification,
                En50131Compliant = compliant, Authenticated = authenticated, Connection = connection, Events = events, Resources = resources,
                ForeignAvailability = availability, Feeds = feeds.ToImmutable(),
            };
        }

        /// <summary>What makes a device one that other bridges feed.</summary>
        private static IEnumerable<JsonNode> Fed(ObjectReader device)
        {
            IEnumerable<JsonNode> resources = device.Find("resources") is { Kind: JsonKind.Array } list ? list.Children.Where(r => r.Kind == JsonKind.Object) : [];
            return resources.Select(r => r.Find("feeds")).Prepend(device.Find("feeds")).Prepend(device.Find("availability")).OfType<JsonNode>();
        }

        private static DeviceConnectionInfo? Connection(ReadContext context, JsonNode node, Func<string, Secret?> environment)
        {
            if (node.Kind == JsonKind.Object && node.Find("password") is { } literal)
            {
                context.Findings.AtName(Codes.LiteralPassword, literal, "a password does not belong in the site file", "put it into an environment variable and write \"passwordEnv\": its name");
                node.Children.Remove(literal);
            }

            if (!ObjectReader.TryOpen(context, node, "'connection'", ConnectionNames, out ObjectReader reader)) return null;
            JsonNode? urlNode = reader.Require("url", "'connection'");
            string? url = urlNode is null ? null : Values.Text(context, urlNode, "url", 512);
            Uri? uri = null;
            if (url is not null && (!Uri.TryCreate(url, UriKind.Absolute, out uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0 || uri.Host.Length == 0))
            {
                context.Error(Codes.UrlShape, urlNode!, uri?.UserInfo.Length > 0 ? "the address of the device holds a user or password" : "this is not the address of a device", "write scheme, host and port: \"http://192.168.1.10:80\"");
                uri = null;
            }

            string? devIndex = reader.Text("devIndex", 64);
            string user = reader.Text("user", 128) ?? "";
            string dialect = reader.Choice("dialect", ["isapi", "securityCp"]) ?? "isapi";
            Secret password = reader.Find("passwordEnv") is { } p ? Password(context, p, environment) : Secret.None;
            return uri is null ? null : new DeviceConnectionInfo { Url = uri, User = user, Password = password, Dialect = dialect, DevIndex = devIndex };
        }

        private static Secret Password(ReadContext context, JsonNode node, Func<string, Secret?> environment)
        {
            if (Values.Text(context, node, "passwordEnv", 128) is not { } variable) return Secret.None;
            if (variable.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '_') || char.IsAsciiDigit(variable[0]))
            {
                // The text is not repeated: it may be the password itself.
                context.Error(Codes.VariableName, node, "'passwordEnv' is not the name of an environment variable", "write a name of letters, digits and underscores, such as \"STORE_PANEL_PASSWORD\"; never the password");
                return Secret.None;
            }

            if (environment(variable) is { IsEmpty: false } password) return password;
            context.Findings.At(Codes.VariableNotSet, node, $"the environment variable {variable} is not set, so the device will refuse us", $"set {variable} before starting", FindingSeverity.Warning);
            return Secret.None;
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
}
