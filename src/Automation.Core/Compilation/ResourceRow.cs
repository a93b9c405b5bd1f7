using System.Runtime.InteropServices;

namespace Automation.Core.Compilation;

/// <summary>What the engine keeps of a resource beside its name: 24 bytes, so that name and row share a cache line.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ResourceRow
{
    /// <summary>UTC ticks of the last event, except where the resource's only rule looked at it; 0: none yet.</summary>
    public long LastEventTicks;

    /// <summary>Where the resource's postings start; with <see cref="ResourceFlags.Direct"/> the only rule itself.</summary>
    public int Postings;

    public int Device;

    public ushort PostingCount;

    /// <summary>The event type of the first posting.</summary>
    public ushort FirstType;

    public ushort LastType;

    public ResourceFlags Flags;
}

[Flags]
internal enum ResourceFlags : ushort
{
    None = 0,

    /// <summary>One posting: a plain trigger on the begin of one type, without a test of data.</summary>
    Direct = 1,

    /// <summary>The device's notification is off (LNK-13).</summary>
    Silent = 2,

    /// <summary>State conditions, state triggers or thresholds look at it.</summary>
    Watched = 4,

    /// <summary>Thresholds look at numbers of its events.</summary>
    Measured = 8,

    /// <summary>A people-counting group counts it.</summary>
    Counted = 16,
}
