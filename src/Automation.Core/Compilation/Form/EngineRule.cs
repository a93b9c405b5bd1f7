using System.Collections.Immutable;
using Automation.Core.Model;

namespace Automation.Core.Compilation.Form;

/// <summary>Everything one site's engine runs: what the rule documents were lowered to (design.md section 1, "five kinds, one engine").</summary>
public sealed record SiteProgram
{
    public required Site Site { get; init; }

    /// <summary>In the order of their ids (ordinal); the order in which rules of equal priority fire.</summary>
    public ImmutableArray<EngineRule> Rules { get; init; } = [];

    public ImmutableArray<CountingGroup> Groups { get; init; } = [];
}

/// <summary>A rule in the internal form: triggers, then conditions, then steps. Addresses are concrete, units normalised, defaults filled.</summary>
public sealed record EngineRule
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>The id of the rule whose document this is a further part of (a document with several triggers that do different things); null for a rule of its own.</summary>
    public string? PartOf { get; init; }

    /// <summary>The kind of the document it came from: <c>linkage</c>, <c>exception</c>, …</summary>
    public required string Kind { get; init; }

    /// <summary>What the file says; the toggle of a hub owner is state and kept apart.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Higher fires first among rules that one input fires. -1000 to 1000.</summary>
    public int Priority { get; init; }

    public RunMode Mode { get; init; } = RunMode.Single;

    /// <summary>Runs under way at once (parallel) or waiting (queued), per key. 1 to 100.</summary>
    public int MaxRuns { get; init; } = 10;

    /// <summary>What run mode and cooldown count by.</summary>
    public RunKey Key { get; init; } = RunKey.Device;

    /// <summary>Not again within this long after a firing, per key. Zero: no cooldown.</summary>
    public TimeSpan Cooldown { get; init; }

    public ImmutableArray<Trigger> Triggers { get; init; } = [];

    /// <summary>Null: nothing to meet.</summary>
    public Condition? Condition { get; init; }

    public ImmutableArray<Step> Steps { get; init; } = [];

    /// <summary>LNK-13: a source whose notification is off fires nothing. False for rules without a device as source.</summary>
    public bool NeedsNotification { get; init; } = true;

    /// <summary>A hash of the document the rule came from: a changed rule starts without the old one's timers.</summary>
    public string Version { get; init; } = "";
}

public enum RunMode : byte
{
    Single,
    Restart,
    Queued,
    Parallel,
}

public enum RunKey : byte
{
    /// <summary>Per device of the triggering resource.</summary>
    Device,

    /// <summary>Per triggering resource.</summary>
    Resource,

    /// <summary>One for the whole rule.</summary>
    Rule,
}

/// <summary>People counted over channels (PPL-1…PPL-4). Its id is the id of its rule; its address is <c>site/groups/id</c>.</summary>
public sealed record CountingGroup
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public bool Enabled { get; init; } = true;

    public required ResourceAddress Address { get; init; }

    public required ImmutableArray<CountingChannel> Channels { get; init; }

    /// <summary>1 to 100 000.</summary>
    public required int MaxPeople { get; init; }

    /// <summary>Time of day in the site's zone at which the group starts at zero; null: never.</summary>
    public TimeOnly? ResetAt { get; init; }

    public string Version { get; init; } = "";
}

/// <param name="Reverse">The camera looks the other way: its entries are exits.</param>
public readonly record struct CountingChannel(ResourceAddress Channel, bool Reverse);
