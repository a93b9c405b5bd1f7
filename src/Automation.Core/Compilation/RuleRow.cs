using System.Runtime.InteropServices;

namespace Automation.Core.Compilation;

/// <summary>What an evaluation of a rule reads and writes: 64 bytes, one cache line.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RuleRow
{
    /// <summary>Bits of the truth vector that must be set, in the words <see cref="Word0"/> and <see cref="Word1"/>; further words are in <see cref="RuleInfo.MoreNeeds"/>.</summary>
    public ulong Need0;
    public ulong Need1;
    public long LastFiredTicks;
    public long Firings;

    /// <summary>Kept per rule, so that no amount of other rules' noise evicts them.</summary>
    public long LastEvaluationTicks;
    public long NearestMissTicks;
    public uint LastOutcome;
    public uint NearestMiss;
    public ushort Word0;
    public ushort Word1;
    public RuleFlags Flags;
}

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
