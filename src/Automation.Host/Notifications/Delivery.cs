using Automation.Notify;

namespace Automation.Host.Notifications;

/// <summary>How people are reached. Stored as a number: values are never renumbered.</summary>
internal enum Way
{
    /// <summary>On the topic of mobile clients.</summary>
    Mobile = 0,
    Email = 1,
    WebPush = 2,
}

/// <summary>Stored as a number: values are never renumbered.</summary>
internal enum DeliveryState
{
    /// <summary>Held: by a schedule, a digest, a limit, or a server that is away.</summary>
    Waiting = 0,

    /// <summary>Part of a message that leaves, or is tried again.</summary>
    Sending = 1,

    Sent = 2,

    /// <summary>It cannot be handed over: a dead letter.</summary>
    Failed = 3,

    /// <summary>It stayed unsent for longer than it is worth reading.</summary>
    Expired = 4,

    /// <summary>Not sent, because there was nothing to tell any more.</summary>
    Withdrawn = 5,
}

/// <summary>One notice for one person by one way.</summary>
/// <param name="Notice">The notice's position.</param>
/// <param name="Number">0, 1, … within the notice.</param>
/// <param name="Target">Address or endpoint; empty for the mobile topic.</param>
/// <param name="Step">0: told at once; n: because nobody acknowledged, by step n of escalation.</param>
/// <param name="End">Tells that it is over.</param>
internal sealed record Delivery(long Notice, int Number, string Person, Way Way, string Target, int Step, bool End, DateTimeOffset CreatedAt)
{
    public DeliveryState State { get; init; }

    /// <summary>The message it is part of; empty while it waits.</summary>
    public string Message { get; init; } = "";

    public int Attempts { get; init; }

    /// <summary>When the message is tried (again); null while it waits.</summary>
    public DateTimeOffset? NextAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DeliveryReason Reason { get; init; }

    /// <summary>The server's words.</summary>
    public string Detail { get; init; } = "";

    public DateTimeOffset? FinishedAt { get; init; }

    public bool IsOpen => State is DeliveryState.Waiting or DeliveryState.Sending;

    /// <summary>Everything that goes to the same place goes together.</summary>
    public DeliveryGroup Group => new(Person, Way, Target);

    public Delivery Finish(DeliveryState state, DateTimeOffset at) => this with { State = state, FinishedAt = at, NextAt = null };
}

internal readonly record struct DeliveryGroup(string Person, Way Way, string Target);

/// <summary>One message that is to leave now.</summary>
/// <param name="Id">The same at every try.</param>
/// <param name="BelongsTo">The message that told the begin of what this one tells the end of; empty: none.</param>
internal sealed record OutgoingMessage(string Id, Person Person, Way Way, string Target, IReadOnlyList<(Notice Notice, Delivery Delivery)> Items, string BelongsTo = "")
{
    /// <summary>It tells nothing but ends.</summary>
    public bool IsEnd => Items.All(i => i.Delivery.End);
}
