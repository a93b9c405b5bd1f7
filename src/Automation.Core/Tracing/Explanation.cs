using System.Collections.Immutable;
using Automation.Core.Compilation.Form;

namespace Automation.Core.Tracing;

/// <summary>Why a rule fired at an instant, or why not.</summary>
/// <param name="At">The instant that was asked about.</param>
/// <param name="Class">Exactly one.</param>
/// <param name="Summary">One sentence for a person.</param>
/// <param name="Remedy">What would have made it fire at that instant; empty when it fired.</param>
/// <param name="Missing">Conditions that did not hold, with what is known of them now. Empty for other classes than <see cref="ExplainClass.ConditionsMissing"/>, and after a reload in between.</param>
/// <param name="Possible">When it could be otherwise at the earliest: the end of the hold or the cooldown, the next run of a schedule, the opening of a window. Null: when something happens.</param>
/// <param name="Previous">The youngest evaluation before the instant; null when there is none, or it is too long ago to be kept.</param>
/// <param name="Nearest">The evaluation that came closest to firing and did not; null when conditions never missed.</param>
public sealed record Explanation(
    string Rule,
    DateTimeOffset At,
    ExplainClass Class,
    string Summary,
    string Remedy,
    ImmutableArray<MissingCondition> Missing,
    DateTimeOffset? Possible,
    PastEvaluation? Previous,
    PastEvaluation? Nearest,
    DateTimeOffset? LastFired)
{
    /// <summary>With <see cref="ExplainClass.ActionFailed"/>: the first request of the firing that failed. Null otherwise, and when a later firing of the rule failed as well.</summary>
    public FailedRequest? FailedRequest { get; init; }
}

/// <summary>A request whose action did not happen.</summary>
/// <param name="Id">The request's <see cref="Model.ActionRequest.Id"/>.</param>
/// <param name="On">Its target.</param>
/// <param name="At">When the outcome became known.</param>
/// <param name="Count">Requests of the same firing that failed, from 1.</param>
public sealed record FailedRequest(string Id, Model.ResourceAddress On, DateTimeOffset At, int Count);

/// <summary>A condition that did not hold.</summary>
/// <param name="Text">What was asked for, as a person reads it.</param>
/// <param name="Value">What is known now; null: unknown.</param>
/// <param name="Possible">When it could be true at the earliest, where the calendar decides; null: when something happens.</param>
public sealed record MissingCondition(Condition Condition, string Text, string? Value, DateTimeOffset? Possible);

public sealed record PastEvaluation(DateTimeOffset At, ExplainClass Class, ImmutableArray<MissingCondition> Missing);

/// <summary>The classes of engine.md section 2, in the order in which they are ruled out.</summary>
public enum ExplainClass
{
    Fired,

    /// <summary>It fired, but an action it asked for failed or expired.</summary>
    ActionFailed,

    /// <summary>Nothing came from its sources at that instant.</summary>
    NoEvent,

    /// <summary>An event came from a source; of another type.</summary>
    OtherEvent,

    /// <summary>The event came, but as a repeat or an end (or a begin), which the rule does not ask for.</summary>
    OtherPhase,

    /// <summary>The event came; its data did not fit.</summary>
    DataUnfit,

    /// <summary>The rule is triggered by the calendar or the start alone, and it was not time.</summary>
    NotDue,

    /// <summary>Switched off.</summary>
    Disabled,

    /// <summary>The notification of the source's device is off (LNK-13).</summary>
    NotificationOff,
    ConditionsMissing,

    /// <summary>A hold, a count, a sequence or an absence is under way and not complete.</summary>
    Pending,
    Cooldown,

    /// <summary>A run is under way and the run mode allows no other.</summary>
    RunMode,

    /// <summary>Cut, because rules set each other off.</summary>
    Loop,
}
