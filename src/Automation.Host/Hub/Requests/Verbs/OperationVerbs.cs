using Automation.Host.Operations;

namespace Automation.Host.Hub.Requests.Verbs;

/// <summary>Who did what (HUB-6).</summary>
internal sealed class OperationVerbs(SiteLookup sites, IOperationLog operations)
{
    public IEnumerable<RequestVerb> All =>
    [
        RequestVerb.Asking("operations/list", ListAsync) with { ReadOnly = true },
        RequestVerb.Asking("operations/verify", VerifyAsync) with { ReadOnly = true },
    ];

    private async Task<Answer> ListAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        var filter = new OperationFilter
        {
            Site = arguments.OptionalText("site"),
            By = arguments.OptionalText("by"),
            What = arguments.OptionalText("what"),
            Target = arguments.OptionalText("target"),
            From = arguments.OptionalInstant("from"),
            Until = arguments.OptionalInstant("until"),
        };
        int before = arguments.Number("before", 1, int.MaxValue, int.MaxValue);
        int limit = arguments.Number("limit", 1, SiteLookup.Page, 100);
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        IReadOnlyList<OperationRecord> found = await operations.ReadAsync(filter, before, limit, cancellationToken);
        return Answer.Of(w =>
        {
            w.WriteStartArray("operations");
            foreach (OperationRecord record in found)
            {
                Operation o = record.Operation;
                w.WriteStartObject();
                w.WriteNumber("id", record.Id);
                Payloads.WriteTime(w, "at", record.At, sites.OfId(o.Site)?.Site.TimeZone ?? TimeZoneInfo.Utc);
                w.WriteString("via", Payloads.Camel(o.Via.ToString()));
                w.WriteString("by", o.By);
                if (o.From.Length > 0) w.WriteString("from", o.From);
                w.WriteString("what", o.What);
                if (o.Site.Length > 0) w.WriteString("site", o.Site);
                if (o.Target.Length > 0) w.WriteString("target", o.Target);
                if (o.Detail.Length > 0) w.WriteString("detail", o.Detail);
                if (o.Refusal.Length > 0) w.WriteString("refusal", o.Refusal);
                w.WriteEndObject();
            }

            w.WriteEndArray();
        });
    }

    private async Task<Answer> VerifyAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        OperationBreak? broken = await operations.VerifyAsync(cancellationToken);
        return Answer.Of(w =>
        {
            w.WriteBoolean("unchanged", broken is null);
            if (broken is null) return;
            w.WriteNumber("id", broken.Id);
            w.WriteString("reason", broken.Reason);
        });
    }
}
