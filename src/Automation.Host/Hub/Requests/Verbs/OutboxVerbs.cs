using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Outbox;
using Automation.Host.Storage;

namespace Automation.Host.Hub.Requests.Verbs;

/// <summary>Action requests that wait or ended undone: seen, retried, put away (ACT-10).</summary>
internal sealed class OutboxVerbs(SiteLookup sites, DeadLetters letters)
{
    private static readonly string[] Shows = ["dead", "open", "all"];

    public IEnumerable<RequestVerb> All =>
    [
        RequestVerb.Asking("outbox/list", ListAsync) with { ReadOnly = true },
        RequestVerb.Asking("outbox/retry", RetryAsync),
        RequestVerb.Asking("outbox/drop", DropAsync),
    ];

    private async Task<Answer> ListAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string show = arguments.OptionalText("show") ?? "dead";
        string? site = arguments.OptionalText("site");
        string? device = arguments.OptionalText("device");
        int before = arguments.Number("before", 1, int.MaxValue, int.MaxValue);
        int limit = arguments.Number("limit", 1, SiteLookup.Page, 100);
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (!Shows.Contains(show)) return Answer.Wrong($"\"show\" is none of {string.Join(", ", Shows)}");
        if (site is not null && sites.OfId(site) is null) return SiteLookup.NoSite(site);
        ResourceAddress address = default;
        if (device is not null && !ResourceAddress.TryParse(device, out address)) return Answer.Wrong("\"device\" is not an address such as store/panel");
        List<OutboxRow> found = await letters.ReadAsync(new OutboxFilter(Enum.Parse<OutboxShow>(show, ignoreCase: true), site, address.IsEmpty ? default : address.DeviceAddress, before), limit, cancellationToken);
        return Answer.Of(w =>
        {
            w.WriteStartArray("requests");
            foreach (OutboxRow row in found) Write(w, row);
            w.WriteEndArray();
            if (found.Count == limit) w.WriteNumber("before", found[^1].Position);
        });
    }

    /// <summary>Asks for the same once more, as a new request: worth doing from now on, and in the journal like every command.</summary>
    private async Task<Answer> RetryAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string id = arguments.Text("id", "store-1042.0");
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (await DeadAsync(id, cancellationToken) is not { } row) return NoLetter(id);
        ActionRequest old = row.Request;
        if (sites.OfId(old.On.Site) is not { } site) return SiteLookup.NoSite(old.On.Site);
        string? anew = null;
        await site.Inbox.PostAsync(new SiteInput.Command(old.Action, old.On, old.Parameters, "command") { Worth = old.ExpiresAt - old.At, Requested = requested => anew = requested }, cancellationToken);

        // Answered when the new one is on disk; only then the old one goes.
        await site.AskAsync(static (_, _) => { }, cancellationToken);
        await letters.DropAsync(id, cancellationToken);
        return Answer.Of(w =>
        {
            w.WriteString("id", anew);
            w.WriteString("insteadOf", id);
        });
    }

    private async Task<Answer> DropAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string id = arguments.Text("id", "store-1042.0");
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        return await DeadAsync(id, cancellationToken) is not null && await letters.DropAsync(id, cancellationToken) ? Answer.Of(w => w.WriteString("id", id)) : NoLetter(id);
    }

    private async Task<OutboxRow?> DeadAsync(string id, CancellationToken cancellationToken) =>
        await letters.FindAsync(id, cancellationToken) is { State: OutboxState.Failed or OutboxState.Expired } row ? row : null;

    private static Answer NoLetter(string id) => Answer.Wrong($"there is no request '{RequestArguments.Cut(id)}' that ended undone: outbox/list has them all");

    private void Write(Utf8JsonWriter w, OutboxRow row)
    {
        TimeZoneInfo zone = sites.OfId(row.Request.On.Site)?.Site.TimeZone ?? TimeZoneInfo.Utc;
        w.WriteStartObject();
        w.WriteString("id", row.Request.Id);
        w.WriteString("state", Payloads.Camel(row.State.ToString()));
        w.WriteString("rule", row.Request.Rule);
        w.WriteString("action", row.Request.Action);
        w.WriteString("on", row.Request.On.Value);
        w.WriteStartObject("parameters");
        Payloads.WriteMembers(w, row.Request.Parameters);
        w.WriteEndObject();
        Payloads.WriteTime(w, "at", row.Request.At, zone);
        Payloads.WriteTime(w, "expiresAt", row.Request.ExpiresAt, zone);
        w.WriteNumber("attempts", row.Attempts);
        if (row.Outcome is { } outcome)
        {
            if (!outcome.Succeeded) w.WriteString("reason", Payloads.Camel(outcome.Reason.ToString()));
            if (outcome.DeviceStatus is not null) w.WriteString("deviceStatus", outcome.DeviceStatus);
        }

        if (row.FinishedAt is { } finished) Payloads.WriteTime(w, "finishedAt", finished, zone);
        w.WriteEndObject();
    }
}
