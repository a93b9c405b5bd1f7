namespace Automation.Benchmarks.Mqtt.Soak;

/// <summary>Which sequence numbers of one line have come: one bit each.</summary>
internal sealed class SeenSet
{
    private ulong[] _bits = new ulong[64];

    public int Count { get; private set; }

    /// <summary>The largest seen; -1 before the first.</summary>
    public int Last { get; private set; } = -1;

    /// <summary>False when it has been seen before.</summary>
    public bool Add(int sequence)
    {
        int word = sequence >> 6;
        if (word >= _bits.Length) Array.Resize(ref _bits, Math.Max(_bits.Length * 2, word + 1));
        ulong bit = 1UL << (sequence & 63);
        if ((_bits[word] & bit) != 0) return false;
        _bits[word] |= bit;
        Count++;
        Last = Math.Max(Last, sequence);
        return true;
    }
}
