using System.Collections.Immutable;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Host.Notifications;

/// <summary>Something people are told: an exception from its begin to its end, or a message of a rule. The portal shows every one of them.</summary>
internal sealed record Notice
{
    /// <summary>Order of arrival, growing; 0 before it is stored.</summary>
    public long Position { get; init; }

    /// <summary>Unique for ever and the same in a replay, so that it is never told twice.</summary>
    public required string Id { get; init; }

    public required string Site { get; init; }

    /// <summary>The input it follows from, e.g. <c>store-184</c>.</summary>
    public required string Cause { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Rule { get; init; }

    /// <summary>What it is about; empty when it is about no resource.</summary>
    public ResourceAddress Source { get; init; }

    /// <summary>The exception's type; empty for a message.</summary>
    public string Exception { get; init; } = "";

    /// <summary>The rule's own words; empty for an exception.</summary>
    public string Message { get; init; } = "";

    /// <summary>What made the rule fire, as a person reads it; empty when it is not known.</summary>
    public string Trigger { get; init; } = "";

    /// <summary>portal, mobileClient, email.</summary>
    public ImmutableArray<string> ReceivedBy { get; init; } = [];

    /// <summary>siteManager, installerAdmin.</summary>
    public ImmutableArray<string> Recipients { get; init; } = [];

    public DateTimeOffset? EndedAt { get; init; }

    public DateTimeOffset? AcknowledgedAt { get; init; }

    public string AcknowledgedBy { get; init; } = "";

    /// <summary>When the first message about it was to leave; escalation counts from here.</summary>
    public DateTimeOffset? ToldAt { get; init; }

    /// <summary>Steps of escalation taken.</summary>
    public int Escalated { get; init; }

    /// <summary>Whom to tell has been worked out.</summary>
    public bool Planned { get; init; }

    /// <summary>Nothing is to be done about it any more.</summary>
    public bool Closed { get; init; }

    /// <summary>Grows when an end or an acknowledgement comes.</summary>
    public long Version { get; init; } = 1;

    public bool IsException => Exception.Length > 0;

    public static Notice Of(in NotificationRequest request, string trigger, NotificationLimits limits) => new()
    {
        Id = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{request.Cause}.{request.Index}"),
        Site = request.Cause.Site,
        Cause = request.Cause.ToString(),
        At = request.At,
        Rule = request.Rule,
        Source = request.Source,
        Message = request.Message.Length <= limits.TextLength ? request.Message : request.Message[..(limits.TextLength - 1)] + "…",
        Trigger = trigger,
        ReceivedBy = request.ReceivedBy,
        Recipients = request.Recipients,
    };

    /// <summary>The begin of an exception. Its id names rule, type and source beside the cause, because one input can begin several.</summary>
    public static Notice Of(in ExceptionChange change, string trigger) => new()
    {
        Id = $"{change.Cause}.{change.Rule}.{change.Exception}.{change.Source.Value.Replace('/', '-')}",
        Site = change.Cause.Site,
        Cause = change.Cause.ToString(),
        At = change.At,
        Rule = change.Rule,
        Source = change.Source,
        Exception = change.Exception,
        Trigger = trigger,
        ReceivedBy = change.ReceivedBy,
        Recipients = change.Recipients,
    };
}
