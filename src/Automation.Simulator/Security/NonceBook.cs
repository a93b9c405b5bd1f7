namespace Automation.Simulator.Security;

/// <summary>The nonces a device has given out, and which counts of each were used. Not thread-safe.</summary>
internal sealed class NonceBook(TimeSpan life, TimeProvider time, Random random)
{
    /// <summary>More are never open at once; the oldest goes first and is stale from then on.</summary>
    private const int Capacity = 1000;

    /// <summary>Counts may overtake each other by this much on parallel connections.</summary>
    private const uint Window = 64;

    private readonly Dictionary<string, Nonce> _open = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public string Issue()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        string nonce = Convert.ToHexStringLower(bytes);
        _open[nonce] = new() { IssuedAt = time.GetTimestamp() };
        _order.Enqueue(nonce);
        if (_order.Count > Capacity) _open.Remove(_order.Dequeue());
        return nonce;
    }

    /// <summary>Uses a count of a nonce. False: not ours, too old, or that count was used before.</summary>
    public bool TryUse(string nonce, uint count)
    {
        if (!_open.TryGetValue(nonce, out Nonce? known)) return false;
        if (time.GetElapsedTime(known.IssuedAt) > life)
        {
            _open.Remove(nonce);
            return false;
        }

        return known.TryUse(count);
    }

    private sealed class Nonce
    {
        private readonly HashSet<uint> _used = [];
        private uint _highest;

        public required long IssuedAt { get; init; }

        public bool TryUse(uint count)
        {
            if (count == 0 || (_highest > Window && count <= _highest - Window) || !_used.Add(count)) return false;
            if (count > _highest)
            {
                _highest = count;
                if (_used.Count > 2 * Window) _used.RemoveWhere(c => c + (ulong)Window < _highest);
            }

            return true;
        }
    }
}
