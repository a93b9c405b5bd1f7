using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.Hub.Commands;

namespace Automation.Host.Hub.Requests.Verbs;

/// <summary><c>action/run</c>: an action on a resource; the answer is how it ended, and comes when it has (ACT-8).</summary>
internal sealed class ActionVerbs(SiteLookup sites, CommandIntake intake, TimeProvider time)
{
    public IEnumerable<RequestVerb> All => [new RequestVerb("action/run", async (arguments, later, token) => await RunAsync(arguments, later, token))];

    private async Task<Answer?> RunAsync(RequestArguments arguments, Func<Answer, Task> later, CancellationToken cancellationToken)
    {
        string action = arguments.Text("action", "arm");
        string on = arguments.Text("on", "store/panel/area/1");
        string? code = arguments.OptionalText("code");
        JsonProperty[] parameters = [.. arguments.Members("parameters")];
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (!ResourceAddress.TryParse(on, out ResourceAddress address) || sites.OfId(address.Site) is not { } site)
        {
            return Answer.Wrong($"'{RequestArguments.Cut(on)}' is not an address of a site here, such as store/panel/area/1");
        }

        if (CommandText.NotSingle(parameters) is { } parameter) return Answer.Wrong(parameter);
        var command = new CommandText(action, CommandText.ToData(parameters), arguments.Transaction, code, "");
        string? refusal = await intake.TakeAsync(
            site.Site, site.Inbox, address, command, arguments.Origin,
            (request, outcome, attempts) => later(Answer.Of(request, outcome, attempts, time.GetUtcNow(), site.Site.TimeZone)),
            why => later(Answer.Wrong(why)), cancellationToken);
        return refusal is null ? null : Answer.Wrong(refusal);
    }
}
