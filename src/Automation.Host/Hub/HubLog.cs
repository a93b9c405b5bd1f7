using Microsoft.Extensions.Logging;

namespace Automation.Host.Hub;

internal static partial class HubLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not publish on {Topic}: {Reason}")]
    public static partial void PublishFailed(ILogger logger, string topic, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Ignored a command on {Topic}: {Reason}")]
    public static partial void CommandIgnored(ILogger logger, string topic, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker does not let {Filter} be read, so devices that are gone stay known to the hub: {Reason}")]
    public static partial void DiscoveryDeaf(ILogger logger, string filter, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Of {Count} rules the first {Shown} are shown to the hub as switches")]
    public static partial void DiscoveryTooManyRules(ILogger logger, int count, int shown);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Rule} is switched {State} by {By}")]
    public static partial void RuleSwitched(ILogger logger, string rule, string state, string by);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Rule} waits in vain: {Why}")]
    public static partial void RuleUnreachable(ILogger logger, string rule, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Rule} fired: {Trigger} of {Source} ({Cause})")]
    public static partial void Fired(ILogger logger, string rule, string trigger, string source, string cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Action} on {Target} done ({Cause})")]
    public static partial void ActionDone(ILogger logger, string action, string target, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Action} on {Target} not done: {Reason}{Status} ({Cause})")]
    public static partial void ActionFailed(ILogger logger, string action, string target, string reason, string status, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Action} on {Target} taken but without effect{Status}: {Seen} ({Cause})")]
    public static partial void ActionIneffective(ILogger logger, string action, string target, string status, string seen, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Type} {State} at {Source}: {Text}")]
    public static partial void Exception(ILogger logger, string type, string state, string source, string text);

    [LoggerMessage(Level = LogLevel.Error, Message = "The request {Verb} could not be answered")]
    public static partial void RequestFailed(ILogger logger, string verb, Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} events wait for the broker: the {Which} are dropped, states are kept")]
    public static partial void MessagesDropped(ILogger logger, int count, string which);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker has everything that waited; {Count} events were dropped meanwhile")]
    public static partial void MessagesWereDropped(ILogger logger, long count);
}
