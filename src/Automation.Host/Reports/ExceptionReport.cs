using System.Globalization;
using System.Runtime.CompilerServices;
using Automation.Core.Model;
using Automation.Host.History;
using Automation.Host.Notifications;

namespace Automation.Host.Reports;

/// <summary>The exception centre as a table (EXC-6): newest first, times on the clock of each site.</summary>
internal static class ExceptionReport
{
    private static readonly Phrases Words = Phrases.Of("en");

    public static Report Of(IExceptionCentre centre, ExceptionFilter filter, IReadOnlyList<Site> sites, DateTimeOffset now, CancellationToken cancellationToken) => new(
        "Exceptions",
        [.. About(filter, sites, now)],
        [
            new("Began", 16), new("Ended", 16), new("Zone", 18), new("Seconds", 12), new("Site", 14), new("Where", 26), new("Address", 27), new("Exception", 22),
            new("Message", 38), new("Rule", 18), new("Seen", 16), new("By", 12), new("Cause", 14),
        ],
        RowsAsync(centre, filter, sites, cancellationToken));

    private static IEnumerable<string> About(ExceptionFilter filter, IReadOnlyList<Site> sites, DateTimeOffset now)
    {
        // One zone for the span that was asked for: that of the site, or UTC for several.
        Site? one = filter.Sites.Count == 1 ? sites.FirstOrDefault(s => s.Id == filter.Sites[0]) : sites.Count == 1 ? sites[0] : null;
        TimeZoneInfo zone = one?.TimeZone ?? TimeZoneInfo.Utc;
        yield return "Site: " + (one is not null ? $"{one.Name} ({one.Id})" : filter.Sites.Count > 0 ? string.Join(", ", filter.Sites) : "all");
        if (filter.From is not null || filter.Until is not null) yield return $"Time: {Say(filter.From, "the beginning")} to {Say(filter.Until, "now")} ({zone.Id})";
        if (!filter.Source.IsEmpty) yield return "Where: " + filter.Source;
        if (filter.Types.Count > 0) yield return "Exceptions: " + string.Join(", ", filter.Types);
        if (filter.Lasting is { } lasting) yield return lasting ? "Only those that last" : "Only those that are over";
        yield return $"Times are those of each site. Made {Words.Time(now, zone)} ({zone.Id}).";

        string Say(DateTimeOffset? at, string otherwise) => at is { } instant ? Words.Time(instant, zone) : otherwise;
    }

    private static async IAsyncEnumerable<ReportCell[]> RowsAsync(IExceptionCentre centre, ExceptionFilter filter, IReadOnlyList<Site> sites, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Dictionary<string, Site> known = sites.ToDictionary(s => s.Id, StringComparer.Ordinal);
        Dictionary<ResourceAddress, string> names = Names(sites);
        await foreach (ExceptionRecord x in centre.StreamAsync(filter, cancellationToken))
        {
            Site? site = known.GetValueOrDefault(x.Site);
            TimeZoneInfo zone = site?.TimeZone ?? TimeZoneInfo.Utc;
            TimeSpan offset = zone.GetUtcOffset(x.Began);
            yield return
            [
                ReportCell.Of(x.Began, zone),
                x.Ended is { } ended ? ReportCell.Of(ended, zone) : ReportCell.Empty,
                ReportCell.Of(string.Create(CultureInfo.InvariantCulture, $"UTC{(offset < TimeSpan.Zero ? '-' : '+')}{offset:hh\\:mm}")),
                x.Ended is { } end ? ReportCell.Of(Math.Round((end - x.Began).TotalSeconds)) : ReportCell.Empty,
                ReportCell.Of(site?.Name ?? x.Site),
                ReportCell.Of(x.Source.IsEmpty ? "" : names.GetValueOrDefault(x.Source, "")),
                ReportCell.Of(x.Source.Value),
                ReportCell.Of(Words.Title(x.Type)),
                ReportCell.Of(x.Message),
                ReportCell.Of(x.Rule),
                x.Acknowledged is { } seen ? ReportCell.Of(seen.At, zone) : ReportCell.Empty,
                ReportCell.Of(x.Acknowledged?.By),
                ReportCell.Of(x.Cause?.ToString()),
            ];
        }
    }

    private static Dictionary<ResourceAddress, string> Names(IEnumerable<Site> sites)
    {
        var names = new Dictionary<ResourceAddress, string>();
        foreach (Device device in sites.SelectMany(s => s.Devices))
        {
            names[device.Address] = device.Name;
            foreach (Resource resource in device.Resources) names[resource.Address] = resource.Name.Length > 0 ? $"{device.Name}, {resource.Name}" : device.Name;
        }

        return names;
    }
}
