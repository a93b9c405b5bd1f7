using System.Collections.Concurrent;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.Composition;

namespace Automation.Host.Hub.Requests;

/// <summary>Actions that were asked for with <c>action/run</c>, until they end: the answer is how they ended (ACT-8).</summary>
internal sealed class ActionRuns
{
    /// <summary>Asked for and not ended, all clients together; each ends within what it is worth doing, minutes at most.</summary>
    public const int Maximum = 1000;

    private readonly ConcurrentDictionary<string, Func<Answer, Task>> _open = new(StringComparer.Ordinal);

    /// <summary><c>action/run</c>.</summary>
    public RequestVerb Verb(SiteLookup sites) => new("action/run", async (arguments, later, token) => await StartAsync(arguments, sites, later, token));

    /// <summary>Answers what is wrong; null: it was asked for, and <paramref name="later"/> gets the answer.</summary>
    private async Task<Answer?> StartAsync(RequestArguments arguments, SiteLookup sites, Func<Answer, Task> later, CancellationToken cancellationToken)
    {
        string action = arguments.Text("action", "arm");
        string on = arguments.Text("on", "store/panel/area/1");
        JsonProperty[] parameters = [.. arguments.Members("parameters")];
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (!ResourceAddress.TryParse(on, out ResourceAddress address) || sites.OfId(address.Site) is not { } site)
        {
            return Answer.Wrong($"'{RequestArguments.Cut(on)}' is not an address of a site here, such as store/panel/area/1");
        }

        if (NotSingle(parameters) is { } parameter) return Answer.Wrong(parameter);
        if (_open.Count >= Maximum) return Answer.Wrong($"{Maximum} actions are under way: ask again when some have ended");
        var values = DataObject.From(parameters.Select(p => KeyValuePair.Create(p.Name, DeviceCommands.Value(p.Value))));
        if (DeviceCommands.Refusal(site.Site, action, address, values) is { } refusal) return Answer.Wrong(refusal);
        await site.Inbox.PostAsync(new SiteInput.Command(action, address, values, "command") { Requested = id => _open[id] = later }, cancellationToken);
        return null;
    }

    /// <summary>An action of whomever ended; called outside locks, on any thread.</summary>
    public Task EndedAsync(ActionRequest request, ActionOutcome outcome, int attempts, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (!_open.TryRemove(request.Id, out Func<Answer, Task>? later)) return Task.CompletedTask;
        string? error = outcome.Succeeded ? null : $"{request.Action} on {request.On.Value} was not done: {Payloads.Camel(outcome.Reason.ToString())}";
        return later(new Answer(w => w.WriteRawValue(Payloads.Action(request, outcome, attempts, now, zone)), error));
    }

    /// <summary>The plugin stops: what is still open is done, or expires, after the next start.</summary>
    public async Task StopAsync()
    {
        foreach (string id in _open.Keys)
        {
            if (_open.TryRemove(id, out Func<Answer, Task>? later)) await later(Answer.Wrong($"the plugin stops: how {id} ends is told on …/actions"));
        }
    }

    private static string? NotSingle(JsonProperty[] parameters)
    {
        foreach (JsonProperty parameter in parameters)
        {
            if (parameter.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array) return $"the parameter '{RequestArguments.Cut(parameter.Name)}' is not a single value";
        }

        return null;
    }
}
