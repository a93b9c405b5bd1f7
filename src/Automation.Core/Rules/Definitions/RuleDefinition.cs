using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>A rule in its canonical form: typed, defaults filled, addresses, wildcards, tags and holiday calendars resolved against the site.</summary>
public abstract record RuleDefinition
{
    /// <summary>A slug, one rule a site.</summary>
    public required string Id { get; init; }

    /// <summary>What a person reads; the id when the author gave none.</summary>
    public required string Name { get; init; }

    /// <summary>The word of the document: <c>linkage</c>, <c>exception</c>, …</summary>
    public abstract string Kind { get; }

    /// <summary>What the file says; a hub owner's toggle is state and kept apart.</summary>
    public bool Enabled { get; init; } = true;

    public string? Description { get; init; }

    /// <summary>The file it was read from, as it was named to the reader.</summary>
    public string File { get; init; } = "";

    /// <summary>1-based line on which the document begins.</summary>
    public int Line { get; init; }

    /// <summary>1-based column on which the document begins, in UTF-16 units.</summary>
    public int Column { get; init; } = 1;

    /// <summary>A hash of the document: a changed rule starts without the old one's timers.</summary>
    public string Version { get; init; } = "";

    /// <summary>Name and version of the template it is an instance of, e.g. <c>intrusion 1.0.0</c>; null for a rule written out.</summary>
    public string? Template { get; init; }

    /// <summary>The numbers in it that a dashboard may change.</summary>
    public ImmutableArray<RuleSetting> Settings { get; init; } = [];
}

/// <summary>How firings of one rule follow one another.</summary>
public sealed record RunPolicy
{
    public static RunPolicy Default { get; } = new();

    /// <summary>Higher fires first among rules that one input fires. -1000 to 1000.</summary>
    public int Priority { get; init; }

    public RunMode Mode { get; init; } = RunMode.Single;

    /// <summary>1 to 100, for queued and parallel. Default 10.</summary>
    public int MaxRuns { get; init; } = 10;

    public RunKey Key { get; init; } = RunKey.Device;

    /// <summary>Not again within this long. Zero to 7 days; default zero.</summary>
    public TimeSpan Cooldown { get; init; }
}

/// <summary>An event of a source makes linked resources act (LNK-1).</summary>
public sealed record LinkageRule : RuleDefinition
{
    public override string Kind => "linkage";

    public required EventPattern Source { get; init; }

    public EventPhases On { get; init; } = EventPhases.Begin;

    /// <summary>Null: all days.</summary>
    public WeeklyWindows? Schedule { get; init; }

    public Condition? Conditions { get; init; }

    public required ImmutableArray<Step> Actions { get; init; }

    public RunPolicy Run { get; init; } = RunPolicy.Default;
}

/// <summary>Somebody is told when a device or channel is not as it should be (EXC-1).</summary>
public sealed record ExceptionRule : RuleDefinition
{
    public override string Kind => "exception";

    /// <summary>Each with the sources that can raise it.</summary>
    public required ImmutableArray<WatchedException> Exceptions { get; init; }

    /// <summary>portal (always), mobileClient, email.</summary>
    public required ImmutableArray<string> ReceivedBy { get; init; }

    /// <summary>siteManager (always), installerAdmin.</summary>
    public required ImmutableArray<string> Recipients { get; init; }

    /// <summary>Null: all days.</summary>
    public WeeklyWindows? Schedule { get; init; }
}

/// <param name="Type">An event type, e.g. <c>offline</c>, <c>hddFull</c>.</param>
/// <param name="After">For <c>offline</c>: how long, 5 to 120 minutes (EXC-2). Zero for the others.</param>
public sealed record WatchedException(string Type, TimeSpan After, ImmutableArray<ResourceAddress> Sources);

/// <summary>Actions at times of the calendar (SCH-1), or at both ends of spans (SCH-4).</summary>
public sealed record ScheduleRule : RuleDefinition
{
    public override string Kind => "schedule";

    /// <summary>When <see cref="Actions"/> happen. Empty when <see cref="During"/> is given.</summary>
    public required ImmutableArray<TimeSchedule> At { get; init; }

    /// <summary>Spans: <see cref="Actions"/> at each beginning, <see cref="EndActions"/> at each end.</summary>
    public WeeklyWindows? During { get; init; }

    public MissedRuns Missed { get; init; }

    public Condition? Conditions { get; init; }

    public required ImmutableArray<Step> Actions { get; init; }

    public ImmutableArray<Step> EndActions { get; init; } = [];

    public RunPolicy Run { get; init; } = RunPolicy.Default;
}

/// <summary>Areas armed and disarmed by the clock, and a reminder (SCH-2).</summary>
public sealed record ArmingScheduleRule : RuleDefinition
{
    public override string Kind => "armingSchedule";

    public required ImmutableArray<ResourceAddress> Areas { get; init; }

    public TimeOnly? AutoArm { get; init; }

    /// <summary>away or stay. Default away.</summary>
    public string Mode { get; init; } = "away";

    public TimeOnly? AutoDisarm { get; init; }

    public TimeOnly? LateToDisarm { get; init; }

    /// <summary>Nothing happens on Saturday and Sunday.</summary>
    public bool WeekendException { get; init; }

    /// <summary>Nothing happens on these days: those of up to six holiday calendars.</summary>
    public ImmutableSortedSet<DateOnly> HolidayException { get; init; } = [];
}

/// <summary>People inside, over several channels (PPL-1…PPL-4).</summary>
public sealed record PeopleCountingRule : RuleDefinition
{
    public override string Kind => "peopleCounting";

    public required ResourceAddress Group { get; init; }

    public required ImmutableArray<CountingChannel> Channels { get; init; }

    public required int MaxPeople { get; init; }

    /// <summary>People are told when the maximum is reached.</summary>
    public bool PushAlarm { get; init; }

    public TimeOnly? ResetAt { get; init; }

    /// <summary>What else happens when the maximum is reached.</summary>
    public ImmutableArray<Step> Actions { get; init; } = [];
}

/// <summary>A number passes a bound (TMP-1…TMP-4).</summary>
public sealed record TemperatureRule : RuleDefinition
{
    public override string Kind => "temperature";

    public required ThresholdTrigger When { get; init; }

    /// <summary>Null: all days.</summary>
    public WeeklyWindows? Schedule { get; init; }

    public Condition? Conditions { get; init; }

    public required ImmutableArray<Step> Actions { get; init; }

    /// <summary>People are told (TMP-2).</summary>
    public bool PushAlarm { get; init; }

    /// <summary>A person without a mask also counts (TMP-2): the event <c>temperatureMeasured</c> with <c>mask</c> no.</summary>
    public bool MaskAlarm { get; init; }

    public RunPolicy Run { get; init; } = RunPolicy.Default;
}

/// <summary>The internal form, written out: any triggers, conditions and steps.</summary>
public sealed record AutomationRule : RuleDefinition
{
    public override string Kind => "automation";

    public required ImmutableArray<Trigger> Triggers { get; init; }

    public Condition? Conditions { get; init; }

    /// <summary>Null: all days.</summary>
    public WeeklyWindows? Schedule { get; init; }

    public required ImmutableArray<Step> Actions { get; init; }

    public RunPolicy Run { get; init; } = RunPolicy.Default;
}
