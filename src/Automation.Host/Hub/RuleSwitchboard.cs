using System.Text;
using Automation.Core.Engine;
using Automation.Host.Composition;
using Automation.Mqtt;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Hub;

/// <summary>Takes <c>…/rules/RULE/enabled/set</c> with <c>ON</c> or <c>OFF</c> (any case). A retained command is ignored: it is not somebody's wish of now.</summary>
internal sealed class RuleSwitchboard(TopicNames topics, Func<string, SiteInbox?> inboxOfRule, ILogger logger)
{
    public Task<IAsyncDisposable> SubscribeAsync(IMqttBus bus, CancellationToken cancellationToken) =>
        bus.SubscribeAsync(topics.RuleSetFilter, QoS.AtLeastOnce, TakeAsync, cancellationToken);

    private async ValueTask TakeAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        string? rule = topics.RuleOfSet(message.Topic);
        if (rule is null) return;
        if (message.Retain)
        {
            HubLog.CommandIgnored(logger, message.Topic, "a retained command is not obeyed; publish it without retain");
            return;
        }

        bool? on = message.Payload.Length > 16 ? null : Encoding.UTF8.GetString(message.Payload.Span).Trim().ToUpperInvariant() switch { "ON" => true, "OFF" => false, _ => null };
        if (on is null)
        {
            HubLog.CommandIgnored(logger, message.Topic, "the payload is neither ON nor OFF");
            return;
        }

        if (inboxOfRule(rule) is not { } inbox)
        {
            HubLog.CommandIgnored(logger, message.Topic, "there is no such rule");
            return;
        }

        await inbox.PostAsync(new SiteInput.Engine(EngineInput.RuleToggle(0, default, rule, on.Value)), cancellationToken);
    }
}
