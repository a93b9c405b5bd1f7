using Automation.Core.Model;

namespace Automation.Isapi.Events;

/// <summary>By which way an event came.</summary>
internal enum EventPath : byte
{
    Stream,
    Gateway,
    Push,
}

/// <summary>What makes two reports one event: the same news of the same resource in the same second of the device's clock.</summary>
/// <param name="DeviceSecond">Unix time by the device's clock; 0: it told none.</param>
/// <param name="Code">What sets apart two of one type in one second: a code, an alarm's id.</param>
internal readonly record struct EventKey(ResourceAddress Resource, string Type, EventState State, long DeviceSecond, string Code);

/// <summary>Makes one event of what came by two ways (EVT-6). The n-th report of a way is the n-th of the other: a device that rings twice in a second still rings twice.</summary>
/// <remarks>A ring of the last reports, so bounded without cleaning. Events without a device time are never taken for one another. Not thread-safe.</remarks>
internal sealed class DuplicateFilter(TimeSpan window, TimeProvider time)
{
    /// <summary>More than a busy panel and its gateway have under way within the window.</summary>
    private const int Places = 256;

    private long[] _hashes = [];
    private Seen[] _seen = [];
    private int _next;

    private struct Seen
    {
        public long At;
        public byte Told;
        public byte Stream;
        public byte Gateway;
        public byte Push;
    }

    /// <summary>True when another way has brought this event already.</summary>
    public bool IsDuplicate(in EventKey key, EventPath path)
    {
        if (key.DeviceSecond == 0) return false;
        if (_hashes.Length == 0) (_hashes, _seen) = (new long[Places], new Seen[Places]);
        long hash = HashOf(key);
        long now = time.GetTimestamp();
        int place = _hashes.AsSpan().IndexOf(hash);
        if (place < 0 || time.GetElapsedTime(_seen[place].At, now) > window)
        {
            if (place < 0)
            {
                place = _next;
                _next = (_next + 1) % Places;
            }

            _hashes[place] = hash;
            _seen[place] = new Seen { At = now };
        }

        ref Seen seen = ref _seen[place];
        ref byte count = ref path == EventPath.Stream ? ref seen.Stream : ref path == EventPath.Gateway ? ref seen.Gateway : ref seen.Push;
        if (count == byte.MaxValue) return false;
        if (++count <= seen.Told) return true;
        seen.Told++;
        return false;
    }

    /// <summary>64 bits of two hashes: wide enough that two different events of a minute do not meet.</summary>
    private static long HashOf(in EventKey key)
    {
        long hash = unchecked(((long)HashCode.Combine(key.Resource, key.Type, key.State, key.DeviceSecond, key.Code) << 32) | (uint)HashCode.Combine(key.Code, key.DeviceSecond, key.Type, key.Resource));
        return hash == 0 ? 1 : hash;
    }
}
