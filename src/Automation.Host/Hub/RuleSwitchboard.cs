using System.Text;
using Automation.Core.Engine;
using Automation.Host.Composition;
using Automation.Host.Hub.Requests;
using Automation.Host.Operations;
using Automation.Mqtt;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Hub;

/// <summary>
/// Takes <c>…/rules/RULE/enabled/set</c> with <c>ON</c> or <c>OFF</c> (any case). A retained command is not obeyed: it is not somebody's wish of now. Who gives a
/// response topic is answered when the switch is on disk.
/// </summary>
internal sealed class RuleSwitchboard(TopicNames topics, Func<string, SiteInbox?> inboxOfRule, IMqttBus bus, IOperationLog operations, ILogger logger)
{
    private const int MaximumBytes = 16;

    public Task<IAsyncDisposable> SubscribeAsync(CancellationToken cancellationToken) => bus.SubscribeAsync(topics.RuleSetFilter, QoS.AtLeastOnce, TakeAsync, cancellationToken);

    private async ValueTask TakeAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        if (message.Payload.IsEmpty || topics.RuleOfSet(message.Topic) is not { } rule) return;
        Responder responder = Responder.Of(message, null, topics, bus, logger, out string? refusal);
        refusal ??= Responder.Refusal(message, MaximumBytes);
        bool? on = refusal is not null ? null : Encoding.UTF8.GetString(message.Payload.Span).Trim().ToUpperInvariant() switch { "ON" => true, "OFF" => false, _ => null };
        SiteInbox? inbox = inboxOfRule(rule);
        refusal ??= on is null ? "the payload is neither ON nor OFF" : inbox is null ? "there is no such rule: rules/list names all" : null;
        operations.Add(new Operation
        {
            Via = OperationVia.Mqtt, By = message.PublisherClientId, What = "ruleSwitch", Target = rule, Detail = on switch { true => "ON", false => "OFF", _ => "" }, Refusal = refusal ?? "",
        });
        if (refusal is not null)
        {
            HubLog.CommandIgnored(logger, message.Topic, refusal);
            await responder.SendAsync(Answer.Wrong(refusal), null);
            return;
        }

        await inbox!.PostAsync(new SiteInput.Engine(EngineInput.RuleToggle(0, default, rule, on!.Value)), cancellationToken);
        if (responder.Topic is null) return;

        // Answered when all that was posted before is on disk.
        var kept = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await inbox.PostAsync(new SiteInput.Ask((_, _) => { }, kept), cancellationToken);
        await kept.Task.WaitAsync(cancellationToken);
        await responder.SendAsync(Answer.Of(w => w.WriteBoolean("enabled", on.Value)), null);
    }
}
