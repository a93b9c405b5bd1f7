using System.Collections.Immutable;
using Automation.Core.Model;

namespace Automation.Core.Compilation.Form;

/// <summary>What makes a rule look at its conditions.</summary>
public abstract record Trigger;

/// <summary>An event of one of the types on one of the sources, with data that fits.</summary>
public sealed record EventPattern
{
    public required ImmutableArray<ResourceAddress> Sources { get; init; }

    public required ImmutableArray<string> Events { get; init; }

    /// <summary>All must hold for the event's data.</summary>
    public ImmutableArray<DataTest> Where { get; init; } = [];
}

/// <summary>A test of one value of an event's data or a state: compares with a bound, or with any of several values.</summary>
public sealed record DataTest(string Property, Comparison Comparison, ImmutableArray<DataValue> Values);

public enum Comparison : byte
{
    /// <summary>Equal to one of the values. Text compares ordinal.</summary>
    In,

    /// <summary>Equal to none of the values; false when the property is unknown.</summary>
    NotIn,
    Above,
    AtLeast,
    Below,
    AtMost,
}

/// <summary>Fires on the given phases of an event; begin unless the rule says otherwise (EVT-6).</summary>
public sealed record EventTrigger(EventPattern Pattern, EventPhases On) : Trigger;

/// <summary>Fires when a property changes to one of <paramref name="To"/> (empty: any) from one of <paramref name="From"/> (empty: any) and stays so for <paramref name="For"/>.</summary>
/// <remarks>A value that becomes known, unknown or unavailable is no change (engine.md section 3); but with <c>For</c> a value found at start is held from then (see <see cref="HoldPolicy"/>).</remarks>
public sealed record StateTrigger(
    ImmutableArray<ResourceAddress> Sources, string Property, ImmutableArray<DataValue> From, ImmutableArray<DataValue> To, TimeSpan For, HoldPolicy Restart) : Trigger;

/// <summary>What a hold that spans a stop of the process does at the restart (engine.md section 1, 11).</summary>
public enum HoldPolicy : byte
{
    /// <summary>Goes on as if the value had held, if it holds at the restart.</summary>
    AssumeHeld,

    /// <summary>Starts anew.</summary>
    Restart,

    /// <summary>Is given up until the value changes again.</summary>
    RequireProof,
}

/// <summary>Fires once when a number passes its bound and stays so for <paramref name="For"/>; again only after it cleared (TMP-3, TMP-4).</summary>
/// <param name="Property">A numeric property of the state, e.g. <c>temperature</c>, in the unit named by <paramref name="Unit"/>.</param>
/// <param name="Above">Fires above this (exclusive); null with <paramref name="Below"/> set. With both set: fires outside the band.</param>
/// <param name="ClearBelow">After "above": clears when the number falls to this or lower. At most <paramref name="Above"/>.</param>
/// <param name="ClearAbove">After "below": clears when the number rises to this or higher.</param>
/// <param name="Unit">celsius, fahrenheit or kelvin for temperatures (values with another unit in <c>&lt;property&gt;Unit</c> are converted); null: as reported.</param>
/// <param name="RatePer">Not zero: the bounds are of the change within this long instead of the value.</param>
public sealed record ThresholdTrigger(
    ImmutableArray<ResourceAddress> Sources, string Property, double? Above, double? Below, double? ClearBelow, double? ClearAbove, TimeSpan For, string? Unit, TimeSpan RatePer,
    HoldPolicy Restart) : Trigger;

/// <summary>Fires on the last of several begins in this order, all within <paramref name="Within"/>.</summary>
public sealed record SequenceTrigger(ImmutableArray<EventPattern> Steps, TimeSpan Within) : Trigger;

/// <summary>Fires on the <paramref name="Count"/>-th begin (2 to 1000) within <paramref name="Within"/>, then counts anew.</summary>
public sealed record CountTrigger(EventPattern Pattern, int Count, TimeSpan Within) : Trigger;

/// <summary>Fires when <paramref name="Expected"/> does not begin within <paramref name="Within"/> after <paramref name="After"/> began.</summary>
public sealed record AbsenceTrigger(EventPattern Expected, EventPattern After, TimeSpan Within) : Trigger;

/// <summary>Fires at instants of the site's calendar.</summary>
public sealed record ScheduleTrigger(TimeSchedule Schedule, MissedRuns Missed) : Trigger;

/// <summary>Fires when another rule has fired.</summary>
public sealed record RuleFiredTrigger(string Rule) : Trigger;

/// <summary>Fires once when the engine starts, not at a reload.</summary>
public sealed record StartupTrigger : Trigger;

/// <summary>What happens to schedule instants that passed while the process was down (SCH-7).</summary>
/// <param name="Within">Only those no older than this count. Default of the documents: 1 hour for latest.</param>
public readonly record struct MissedRuns(MissedPolicy Policy, TimeSpan Within);

public enum MissedPolicy : byte
{
    Skip,
    Latest,
    All,
}
