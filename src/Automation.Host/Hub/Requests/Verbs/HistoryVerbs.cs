using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.History;

namespace Automation.Host.Hub.Requests.Verbs;

/// <summary>What happened: history, numbers by minute, exceptions.</summary>
internal sealed class HistoryVerbs(SiteLookup sites, IHistory history, IExceptionCentre exceptions)
{
    private static readonly string[] Kinds = [.. Enum.GetNames<HistoryKind>().Select(Payloads.Camel)];

    public IEnumerable<RequestVerb> All =>
    [
        RequestVerb.Asking("history/query", QueryAsync) with { ReadOnly = true },
        RequestVerb.Asking("history/samples", SamplesAsync) with { ReadOnly = true },
        RequestVerb.Asking("exceptions/list", ExceptionsAsync) with { ReadOnly = true },
        RequestVerb.Asking("exceptions/acknowledge", AcknowledgeAsync),
    ];

    private async Task<Answer> QueryAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        ResourceAddress resource = Resource(arguments, "resource", out string? wrongAddress);
        string? site = arguments.OptionalText("site");
        string? kind = arguments.OptionalText("kind");
        var filter = new HistoryFilter
        {
            Resource = resource,
            Sites = site is null ? [] : [site],
            Type = arguments.OptionalText("type"),
            Rule = arguments.OptionalText("rule"),
            From = arguments.OptionalInstant("from"),
            Until = arguments.OptionalInstant("until"),
        };
        string? before = arguments.OptionalText("before");
        int limit = arguments.Number("limit", 1, SiteLookup.Page, 100);
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (wrongAddress is not null) return Answer.Wrong(wrongAddress);
        if (site is not null && sites.OfId(site) is null) return SiteLookup.NoSite(site);
        if (kind is not null && !Kinds.Contains(kind)) return Answer.Wrong($"\"kind\" is none of {string.Join(", ", Kinds)}");
        if (kind is not null) filter = filter with { Kinds = [Enum.Parse<HistoryKind>(kind, ignoreCase: true)] };
        HistoryCursor? cursor = null;
        if (before is not null && !HistoryCursor.TryParse(before, out cursor)) return Answer.Wrong("\"before\" is not what an earlier answer gave as \"next\"");
        HistoryPage page = await history.ReadAsync(filter, cursor, limit, cancellationToken);
        return Answer.Of(w =>
        {
            w.WriteStartArray("rows");
            foreach (HistoryRow row in page.Rows) Write(w, row);
            w.WriteEndArray();
            w.WriteString("next", page.Next?.ToString());
        });
    }

    private async Task<Answer> SamplesAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        ResourceAddress resource = Resource(arguments, "resource", out string? wrongAddress);
        string? property = arguments.OptionalText("property");
        DateTimeOffset? from = arguments.OptionalInstant("from");
        DateTimeOffset? until = arguments.OptionalInstant("until");
        int step = arguments.Number("stepMinutes", 1, 7 * 24 * 60, 1);
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (wrongAddress is not null) return Answer.Wrong(wrongAddress);
        if (resource.IsEmpty) return Answer.Wrong("\"resource\" is missing: give it as a text, e.g. \"store/panel/area/1\"");
        if (from is null || until is null || until <= from) return Answer.Wrong("\"from\" and \"until\" are needed, e.g. 2026-11-20T00:00:00+01:00, the first before the second");
        IReadOnlyList<Sample> samples = await history.SamplesAsync(resource, property, from.Value, until.Value, TimeSpan.FromMinutes(step), cancellationToken);
        return Answer.Of(w =>
        {
            w.WriteStartArray("samples");
            foreach (Sample sample in samples.Take(SiteLookup.Page))
            {
                w.WriteStartObject();
                w.WriteString("property", sample.Property);
                Payloads.WriteTime(w, "at", sample.Minute, Zone(resource.Site));
                w.WriteNumber("low", sample.Low);
                w.WriteNumber("high", sample.High);
                w.WriteNumber("last", sample.Last);
                w.WriteEndObject();
            }

            w.WriteEndArray();
            w.WriteBoolean("more", samples.Count > SiteLookup.Page);
        });
    }

    private async Task<Answer> ExceptionsAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        ResourceAddress source = Resource(arguments, "source", out string? wrongAddress);
        string? site = arguments.OptionalText("site");
        string? type = arguments.OptionalText("type");
        var filter = new ExceptionFilter
        {
            Source = source,
            Sites = site is null ? [] : [site],
            Types = type is null ? [] : [type],
            From = arguments.OptionalInstant("from"),
            Until = arguments.OptionalInstant("until"),
            Lasting = arguments.OptionalFlag("lasting"),
            Acknowledged = arguments.OptionalFlag("acknowledged"),
        };
        int before = arguments.Number("before", 1, int.MaxValue, int.MaxValue);
        int limit = arguments.Number("limit", 1, SiteLookup.Page, 100);
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (wrongAddress is not null) return Answer.Wrong(wrongAddress);
        IReadOnlyList<ExceptionRecord> found = await exceptions.ReadAsync(filter, before, limit, cancellationToken);
        return Answer.Of(w =>
        {
            w.WriteStartArray("exceptions");
            foreach (ExceptionRecord exception in found) Write(w, exception);
            w.WriteEndArray();
        });
    }

    private async Task<Answer> AcknowledgeAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        int id = arguments.Number("id", 1, int.MaxValue, null);
        string by = arguments.Text("by", "anna");
        string note = arguments.OptionalText("note") ?? "";
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        return await exceptions.AcknowledgeAsync(id, by, note, cancellationToken) ? Answer.Of(w => w.WriteNumber("id", id)) : Answer.Wrong($"there is no exception {id} that nobody acknowledged: exceptions/list has them all");
    }

    private void Write(Utf8JsonWriter w, HistoryRow row)
    {
        w.WriteStartObject();
        w.WriteString("kind", Payloads.Camel(row.Kind.ToString()));
        Payloads.WriteTime(w, "at", row.At, Zone(row.Place.Site));
        w.WriteString("site", row.Place.Site);
        if (!row.Resource.IsEmpty) w.WriteString("resource", row.Resource.Value);
        w.WriteString("type", row.Type);
        if (row.Rule is not null) w.WriteString("rule", row.Rule);
        w.WriteString("cause", row.Cause.ToString());
        w.WritePropertyName("detail");
        w.WriteRawValue(row.Detail);
        w.WriteEndObject();
    }

    private void Write(Utf8JsonWriter w, ExceptionRecord x)
    {
        w.WriteStartObject();
        w.WriteNumber("id", x.Id);
        w.WriteString("site", x.Site);
        if (!x.Source.IsEmpty) w.WriteString("source", x.Source.Value);
        w.WriteString("type", x.Type);
        if (x.Rule is not null) w.WriteString("rule", x.Rule);
        Payloads.WriteTime(w, "began", x.Began, Zone(x.Site));
        if (x.Ended is { } ended) Payloads.WriteTime(w, "ended", ended, Zone(x.Site));
        else w.WriteNull("ended");
        w.WriteString("message", x.Message);
        if (x.Cause is { } cause) w.WriteString("cause", cause.ToString());
        if (x.Acknowledged is { } acknowledged)
        {
            w.WriteStartObject("acknowledged");
            w.WriteString("by", acknowledged.By);
            Payloads.WriteTime(w, "at", acknowledged.At, Zone(x.Site));
            if (acknowledged.Note.Length > 0) w.WriteString("note", acknowledged.Note);
            w.WriteEndObject();
        }

        w.WriteEndObject();
    }

    private TimeZoneInfo Zone(string site) => sites.OfId(site)?.Site.TimeZone ?? TimeZoneInfo.Utc;

    private static ResourceAddress Resource(RequestArguments arguments, string name, out string? wrong)
    {
        wrong = null;
        if (arguments.OptionalText(name) is not { } text) return default;
        if (ResourceAddress.TryParse(text, out ResourceAddress address)) return address;
        wrong = $"\"{name}\" is not an address such as \"store/panel\" or \"store/panel/zone/3\"";
        return default;
    }
}
