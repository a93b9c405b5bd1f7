using System.Runtime.InteropServices;

namespace Automation.Core.Compilation;

/// <summary>What an evaluation of a rule reads and writes: 32 bytes, half a cache line.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RuleRow
{
    /// <summary>Kept per rule, so that no amount of other rules' noise evicts them.</summary>
    public long LastEvaluationTicks;
    public long NearestMissTicks;
    public uint LastOutcome;
    public uint NearestMiss;

    /// <summary>Number of its <see cref="NeedSet"/>; 0: nothing is needed.</summary>
    public int Needs;
    public RuleFlags Flags;
}

/// <summary>Bits of the truth vector that must be set, in two of its words; rules with the same conditions share one. Further words are in <see cref="RuleInfo.MoreNeeds"/>.</summary>
internal readonly record struct NeedSet(ulong Need0, ulong Need1, ushort Word0, ushort Word1);

[Flags]
internal enum RuleFlags : ushort
{
    None = 0,
    Disabled = 1,

    /// <summary>More than bits: other words, conditions on data, scripts, any/not.</summary>
    Residual = 2,

    /// <summary>Cooldown, or steps that take time: the run groups are asked.</summary>
    Grouped = 4,
    NeedsNotification = 8,

    /// <summary>Another rule fires when this one has.</summary>
    Watched = 16,
    Raises = 32,
}
