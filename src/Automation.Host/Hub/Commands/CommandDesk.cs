using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Hub.Requests;
using Automation.Host.Operations;
using Automation.Mqtt;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Hub.Commands;

/// <summary>
/// Takes <c>…/set</c> of a site's devices and resources. How a command ended is told on <c>…/actions</c> with the caller's transaction, and to the caller where
/// MQTT 5 says; so is what was refused, and why (HUB-5, ACT-8).
/// </summary>
internal sealed class CommandDesk(Site site, TopicNames topics, SiteInbox inbox, SiteProjection projection, CommandIntake intake, IMqttBus bus, IOperationLog operations, TimeProvider time, ILogger logger)
{
    public async Task<IReadOnlyList<IAsyncDisposable>> SubscribeAsync(CancellationToken cancellationToken)
    {
        var subscriptions = new List<IAsyncDisposable>();
        foreach (string filter in topics.CommandFilters(site.Id)) subscriptions.Add(await bus.SubscribeAsync(filter, QoS.AtLeastOnce, TakeAsync, cancellationToken));
        return subscriptions;
    }

    private async ValueTask TakeAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        // Somebody takes a retained command away.
        if (message.Payload.IsEmpty) return;
        string target = topics.TargetOfSet(message.Topic);
        Responder responder = Responder.Of(message, null, topics, bus, logger, out string? refusal);
        refusal ??= Responder.Refusal(message, CommandText.MaximumBytes);
        CommandText command = new("", DataObject.Empty, null, null, "");
        if (refusal is null && !CommandText.TryRead(message.Payload.Span, out command, out string error)) refusal = error;
        if (!ResourceAddress.TryParse(target, out ResourceAddress on)) refusal ??= "there is no such resource: devices/list names all";
        refusal ??= await intake.TakeAsync(
            site, inbox, on, command, CommandOrigin.Of(message),
            responder.Topic is null ? null : (request, outcome, attempts) => responder.SendAsync(Answer.Of(request, outcome, attempts, time.GetUtcNow(), site.TimeZone), command.Transaction),
            why => responder.SendAsync(Answer.Wrong(why), command.Transaction), cancellationToken);
        operations.Add(new Operation
        {
            Via = OperationVia.Mqtt, By = message.PublisherClientId, What = "command", Site = site.Id, Target = target, Detail = command.Said, Refusal = refusal ?? "",
        });
        if (refusal is null) return;
        HubLog.CommandIgnored(logger, message.Topic, refusal);
        projection.Refused(target, command.Action, refusal, command.Transaction);
        await responder.SendAsync(Answer.Wrong(refusal), command.Transaction);
    }
}
