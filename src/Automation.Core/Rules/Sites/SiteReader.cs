using System.Collections.Immutable;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <param name="Site">Null when the file has errors.</param>
public sealed record SiteReading(Site? Site, ImmutableArray<Finding> Findings);

/// <summary>Reads a site file: the site, its calendars, devices and resources (DEV-1).</summary>
public static class SiteReader
{
    private const int MaxDevices = 10_000;
    private static readonly string[] Names = ["$schema", "id", "name", "timeZone", "address", "scene", "position", "holidays", "devices"];

    /// <param name="environment">Looks up the variable that <c>passwordEnv</c> names; null when it is not set.</param>
    /// <param name="secrets">Looks up what <c>"password": { "secret": … }</c> names; null when it is not kept. Left out: no secret is kept.</param>
    public static SiteReading Read(SourceFile file, Func<string, Secret?> environment, Func<string, Secret?>? secrets = null)
    {
        ReadingLimits limits = ReadingLimits.Default;
        var findings = new FindingSink(limits);
        Site? site = null;
        if (JsonTreeReader.Read(new SourceText(file), limits, findings) is { } root)
        {
            var context = new ReadContext(new SiteIndex(null), findings, limits, ImmutableHashSet<string>.Empty);
            site = Read(context, root, new PasswordReader(environment, secrets ?? (static _ => null)), findings, limits);
        }

        return new SiteReading(findings.Errors == 0 ? site : null, findings.ToSorted());
    }

    private static Site? Read(ReadContext context, JsonNode root, PasswordReader passwords, FindingSink findings, ReadingLimits limits)
    {
        if (!ObjectReader.TryOpen(context, root, "the site file", Names, out ObjectReader reader)) return null;
        string? id = reader.Require("id", "the site file") is { } i ? Values.Slug(context, i, "id") : null;
        string? name = reader.Text("name", 128);
        TimeZoneInfo? zone = reader.Require("timeZone", "the site file") is { } z ? Zone(context, z) : null;
        string? address = reader.Text("address", 512);
        reader.Text("scene", 64);
        GeoPosition? position = reader.Find("position") is { } p ? Position(context, p) : null;
        ImmutableArray<HolidayCalendar> holidays = reader.Find("holidays") is { } h ? Holidays(context, h) : [];
        ImmutableArray<Device> devices = [];
        if (reader.Find("devices") is { } list)
        {
            // Notification schedules may name the site's calendars.
            var known = new Site { Id = id ?? "site", Name = "", TimeZone = zone ?? TimeZoneInfo.Utc, Holidays = holidays };
            devices = Devices(new ReadContext(new SiteIndex(known), findings, limits, ImmutableHashSet<string>.Empty), list, known.Id, passwords);
        }

        if (id is null || zone is null) return null;
        return new Site { Id = id, Name = name ?? id, TimeZone = zone, Address = address, Position = position, Holidays = holidays, Devices = devices };
    }

    private static ImmutableArray<Device> Devices(ReadContext context, JsonNode list, string site, PasswordReader passwords)
    {
        var devices = new List<Device>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var gateways = new GatewayReader(context);
        foreach (JsonNode item in Values.List(context, list, "devices", 0, MaxDevices) ?? [])
        {
            if (DeviceReader.Read(context, item, site, passwords, gateways, seen) is { } device) devices.Add(device);
        }

        return gateways.Resolve(devices);
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
}
