using Automation.Core.Engine;
using Automation.Core.Rules;
using Automation.Host.Composition;

namespace Automation.Host.Hub.Requests.Verbs;

/// <summary>People counting: correct a count, or set it to zero (PPL-4).</summary>
internal sealed class GroupVerbs(SiteLookup sites)
{
    public IEnumerable<RequestVerb> All =>
    [
        RequestVerb.Asking("groups/correct", (arguments, token) => CorrectAsync(arguments, null, token)),
        RequestVerb.Asking("groups/reset", (arguments, token) => CorrectAsync(arguments, 0, token)),
    ];

    private async Task<Answer> CorrectAsync(RequestArguments arguments, int? given, CancellationToken cancellationToken)
    {
        string group = arguments.Text("group", "store/groups/first-floor");
        int inside = given ?? arguments.Number("inside", 0, 1_000_000, null);
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        foreach (SiteRuntime site in sites.Sites)
        {
            if (site.Projection.Definitions.OfType<PeopleCountingRule>().FirstOrDefault(r => r.Group.Value == group || r.Id == group) is not { } rule) continue;
            await site.Inbox.PostAsync(new SiteInput.Engine(EngineInput.CountCorrection(0, default, rule.Group, inside)), cancellationToken);

            // Answered when the engine has taken it, so that the group's next state is the corrected one.
            await site.AskAsync(static (_, _) => { }, cancellationToken);
            return Answer.Of(w =>
            {
                w.WriteString("group", rule.Group.Value);
                w.WriteNumber("inside", inside);
            });
        }

        return Answer.Wrong($"there is no people-counting group '{RequestArguments.Cut(group)}': name one by its address, e.g. store/groups/first-floor, or by its rule");
    }
}
