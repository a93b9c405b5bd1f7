using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Automation.Core.Thresholds;

/// <summary>How much a number changed within the last stretch of time: its value now less its value at the stretch's begin.</summary>
/// <remarks>
/// A number holds until the next is reported, so the value at the begin is the last one reported at or before it. The ring keeps at most one
/// number per 32nd of the stretch (the first), so the begin is exact to that; when time goes back, it starts anew.
/// </remarks>
internal sealed class RateWindow(TimeSpan length)
{
    private const int Slots = 32;

    /// <summary>One for each slot, one at or before the begin, one for the slot under way.</summary>
    private const int Capacity = Slots + 2;

    private const int PairBytes = 16;

    private readonly long _slotTicks = Math.Max(1, length.Ticks / Slots);
    private readonly long[] _at = new long[Capacity];
    private readonly double[] _value = new double[Capacity];
    private int _first;
    private int _count;

    // The newest number, when it shares a slot with the last one kept: it holds at the begin of what comes after.
    private double _latest;
    private long _latestAt;

    /// <summary>Takes the number now; NaN for the first one.</summary>
    public double ChangeTo(double value, DateTimeOffset at)
    {
        long now = at.UtcTicks;
        if (_count > 0 && now < _latestAt) _count = 0;
        double change = _count == 0 ? double.NaN : value - ValueAtBegin(now - length.Ticks);
        if (_count == 0 || now - LastKeptAt >= _slotTicks) Keep(value, now);
        (_latest, _latestAt) = (value, now);
        return change;
    }

    /// <summary>Writes u8 count, then count + 1 pairs (i64 at, f64 value): those kept, then the latest; little-endian.</summary>
    public void Write(IBufferWriter<byte> to)
    {
        Span<byte> bytes = to.GetSpan(1 + ((_count + 1) * PairBytes));
        bytes[0] = (byte)_count;
        for (int i = 0; i <= _count; i++)
        {
            int index = (_first + i) % Capacity;
            Span<byte> pair = bytes[(1 + (i * PairBytes))..];
            BinaryPrimitives.WriteInt64LittleEndian(pair, i == _count ? _latestAt : _at[index]);
            BinaryPrimitives.WriteDoubleLittleEndian(pair[8..], i == _count ? _latest : _value[index]);
        }

        to.Advance(1 + ((_count + 1) * PairBytes));
    }

    /// <summary>Reads what <see cref="Write"/> wrote and moves the span behind it.</summary>
    public static bool TryRead(TimeSpan length, ref ReadOnlySpan<byte> from, [NotNullWhen(true)] out RateWindow? window)
    {
        window = null;
        if (from.IsEmpty || from[0] > Capacity || from.Length < 1 + ((from[0] + 1) * PairBytes)) return false;
        window = new RateWindow(length);
        int count = from[0];
        for (int i = 0; i <= count; i++)
        {
            ReadOnlySpan<byte> pair = from[(1 + (i * PairBytes))..];
            (long at, double value) = (BinaryPrimitives.ReadInt64LittleEndian(pair), BinaryPrimitives.ReadDoubleLittleEndian(pair[8..]));
            if (i == count) (window._latestAt, window._latest) = (at, value);
            else window.Keep(value, at);
        }

        from = from[(1 + ((count + 1) * PairBytes))..];
        return true;
    }

    private long LastKeptAt => _at[(_first + _count - 1) % Capacity];

    private double ValueAtBegin(long begin)
    {
        if (_latestAt <= begin) return _latest;
        while (_count > 1 && _at[(_first + 1) % Capacity] <= begin)
        {
            _first = (_first + 1) % Capacity;
            _count--;
        }

        return _value[_first];
    }

    private void Keep(double value, long now)
    {
        if (_count == Capacity)
        {
            _first = (_first + 1) % Capacity;
            _count--;
        }

        int index = (_first + _count) % Capacity;
        _at[index] = now;
        _value[index] = value;
        _count++;
    }
}
