using Automation.Core.Compilation;

namespace Automation.Core.Engine;

internal enum RunState : byte
{
    Delayed,
    Waiting,
    Queued,
}

/// <summary>A firing whose steps are not done yet. Pooled.</summary>
internal sealed class Run
{
    public int Rule;
    public RunGroup Group = null!;
    public Spark Spark;
    public RunState State;

    /// <summary>UTC ticks of the firing, which is before its steps when these waited.</summary>
    public long FiredTicks;

    /// <summary>The next operation, counted from the rule's first.</summary>
    public int Next;
    public int[] Counters = [];

    /// <summary>Handle of its deadline; 0: none.</summary>
    public int Deadline;

    /// <summary>Its place in the engine's table of runs; the payload of its deadline.</summary>
    public int Slot;

    /// <summary>Grows with every run: the order among runs of one group and of those that wait.</summary>
    public long Order;
}

/// <summary>Runs and cooldown of one rule and key.</summary>
internal sealed class RunGroup
{
    public required int Rule { get; init; }

    public required int Key { get; init; }

    /// <summary>UTC ticks before which the rule does not fire again for this key.</summary>
    public long CooldownUntil;

    /// <summary>Under way first, then those that wait their turn; oldest first.</summary>
    public List<Run> Runs { get; } = [];

    public int Queued { get; set; }
}
