using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Host.Composition;

/// <summary>What a step gave out besides action requests, kept in order until the requests are durable.</summary>
internal abstract record SiteOutput
{
    public sealed record Occurred(EngineEvent Value) : SiteOutput;

    public sealed record Changed(StateChange Value) : SiteOutput;

    public sealed record FiredRule(Firing Value) : SiteOutput;

    public sealed record Published(PublishRequest Value) : SiteOutput;

    public sealed record Notified(NotificationRequest Value) : SiteOutput;

    public sealed record Exceptional(ExceptionChange Value) : SiteOutput;

    public sealed record Switched(RuleSwitch Value) : SiteOutput;

    public sealed record Fault(EngineFault Value) : SiteOutput;

    /// <summary>An action request ended.</summary>
    public sealed record Ended(ActionRequest Request, ActionOutcome Outcome, int Attempts) : SiteOutput;
}
