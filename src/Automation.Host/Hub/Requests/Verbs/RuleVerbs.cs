using Automation.Core.Engine;
using Automation.Core.Rules;
using Automation.Core.Tracing;
using Automation.Host.Composition;

namespace Automation.Host.Hub.Requests.Verbs;

/// <summary>How rules stand: list, switch, explain.</summary>
internal sealed class RuleVerbs(SiteLookup sites)
{
    public IEnumerable<RequestVerb> All =>
    [
        RequestVerb.Asking("rules/list", RulesAsync) with { ReadOnly = true },
        RequestVerb.Asking("rules/enable", EnableAsync),
        RequestVerb.Asking("rules/explain", ExplainAsync) with { ReadOnly = true },
    ];

    private async Task<Answer> RulesAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string? only = arguments.OptionalText("site");
        int offset = arguments.Number("offset", 0, int.MaxValue, 0);
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (only is not null && sites.OfId(only) is null) return SiteLookup.NoSite(only);
        var views = new List<(SiteRuntime Site, RuleView View)>();
        foreach (SiteRuntime site in sites.Sites.Where(s => only is null || s.Site.Id == only))
        {
            await site.AskAsync(
                (engine, rules) =>
                {
                    foreach (RuleDefinition rule in rules.Definitions) views.Add((site, site.Projection.View(rule, rules.Documents.Status(engine, rule.Id))));
                },
                cancellationToken);
        }

        views.Sort((a, b) => string.CompareOrdinal(a.View.Id, b.View.Id));
        return Answer.Of(w =>
        {
            w.WriteNumber("total", views.Count);
            w.WriteStartArray("rules");
            foreach ((SiteRuntime site, RuleView view) in views.Skip(offset).Take(SiteLookup.Page))
            {
                w.WriteStartObject();
                w.WriteString("id", view.Id);
                w.WriteString("site", site.Site.Id);
                Payloads.RuleMembers(w, view, site.Site.TimeZone);
                w.WriteEndObject();
            }

            w.WriteEndArray();
        });
    }

    private async Task<Answer> EnableAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string rule = arguments.Text("rule", "store-after-hours");
        bool on = arguments.Flag("enabled");
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (sites.OfRule(rule) is not { } site) return SiteLookup.NoRule(rule);
        await site.Inbox.PostAsync(new SiteInput.Engine(EngineInput.RuleToggle(0, default, rule, on)), cancellationToken);
        bool enabled = false;
        await site.AskAsync((engine, rules) => enabled = rules.Documents.Status(engine, rule).Enabled, cancellationToken);
        return Answer.Of(w =>
        {
            w.WriteString("rule", rule);
            w.WriteBoolean("enabled", enabled);
        });
    }

    private async Task<Answer> ExplainAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string rule = arguments.Text("rule", "store-after-hours");
        DateTimeOffset? at = arguments.OptionalInstant("at");
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (sites.OfRule(rule) is not { } site) return SiteLookup.NoRule(rule);
        Explanation? explanation = null;
        await site.AskAsync((engine, rules) => explanation = rules.Documents.Explain(engine, rule, at ?? site.Now), cancellationToken);
        return new Answer(w => w.WriteRawValue(ExplainText.WriteJson(explanation!, site.Site.TimeZone)), null);
    }
}
