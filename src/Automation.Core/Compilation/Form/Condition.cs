using System.Collections.Immutable;
using Automation.Core.Model;

namespace Automation.Core.Compilation.Form;

/// <summary>What must hold for a triggered rule to fire. Bounded: no loops, no functions; so conflicts can be proved before anything runs.</summary>
public abstract record Condition;

public sealed record AllOf(ImmutableArray<Condition> Conditions) : Condition;

public sealed record AnyOf(ImmutableArray<Condition> Conditions) : Condition;

public sealed record NotCondition(Condition Inner) : Condition;

/// <summary>A property of a resource's state; unknown meets nothing, not even a <see cref="Comparison.NotIn"/>.</summary>
public sealed record StateCondition(ResourceAddress Resource, DataTest Test) : Condition;

/// <summary>Data of the triggering event; false when the trigger is no event.</summary>
public sealed record EventDataCondition(DataTest Test) : Condition;

/// <summary>One of the windows is open.</summary>
public sealed record ScheduleCondition(WeeklyWindows Windows) : Condition;

/// <summary>The toggle of another rule.</summary>
public sealed record RuleEnabledCondition(string Rule, bool Enabled) : Condition;

/// <summary>A script that answers true or false. Opaque: what it reads is not known before it runs.</summary>
public sealed record ScriptCondition(string Source) : Condition;
