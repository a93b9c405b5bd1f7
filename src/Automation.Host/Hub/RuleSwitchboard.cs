using System.Text;
using Automation.Core.Engine;
using Automation.Host.Composition;
using Automation.Host.Operations;
using Automation.Mqtt;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Hub;

/// <summary>Takes <c>…/rules/RULE/enabled/set</c> with <c>ON</c> or <c>OFF</c> (any case). A retained command is ignored: it is not somebody's wish of now.</summary>
internal sealed class RuleSwitchboard(TopicNames topics, Func<string, SiteInbox?> inboxOfRule, IOperationLog operations, ILogger logger)
{
    public Task<IAsyncDisposable> SubscribeAsync(IMqttBus bus, CancellationToken cancellationToken) =>
        bus.SubscribeAsync(topics.RuleSetFilter, QoS.AtLeastOnce, TakeAsync, cancellationToken);

    private async ValueTask TakeAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        if (topics.RuleOfSet(message.Topic) is not { } rule) return;
        bool? on = message.Payload.Length > 16 ? null : Encoding.UTF8.GetString(message.Payload.Span).Trim().ToUpperInvariant() switch { "ON" => true, "OFF" => false, _ => null };
        SiteInbox? inbox = inboxOfRule(rule);
        string? refusal = message.Retain ? "a retained command is not obeyed; publish it without retain"
            : on is null ? "the payload is neither ON nor OFF"
            : inbox is null ? "there is no such rule" : null;
        operations.Add(new Operation
        {
            Via = OperationVia.Mqtt, By = message.PublisherClientId, What = "ruleSwitch", Target = rule, Detail = on switch { true => "ON", false => "OFF", _ => "" }, Refusal = refusal ?? "",
        });
        if (refusal is not null) HubLog.CommandIgnored(logger, message.Topic, refusal);
        else await inbox!.PostAsync(new SiteInput.Engine(EngineInput.RuleToggle(0, default, rule, on!.Value)), cancellationToken);
    }
}
