using Automation.Core.Compilation.Form;

namespace Automation.Core.Compilation;

/// <summary>All weekly windows of a program as one table: for each stretch of the week between two edges, one bit a window.</summary>
/// <remarks>
/// The key is the site's wall clock, so a window covers both halves of an hour that occurs twice, and none of one that does not exist.
/// Days on which a holiday or an exception changes a window (and the day after, for windows over midnight) are worked out one by one.
/// </remarks>
internal sealed class WindowSet
{
    public const int MinutesPerWeek = 7 * MinutesPerDay;
    private const int MinutesPerDay = 24 * 60;

    private readonly WeeklyWindows[] _windows;
    private readonly ushort[] _segmentOfMinute = new ushort[MinutesPerWeek];
    private readonly ushort[] _segmentEnds;
    private readonly ulong[] _bits;
    private readonly HashSet<int> _specialDays = [];

    public WindowSet(IReadOnlyList<WeeklyWindows> windows)
    {
        _windows = [.. windows];
        Words = (_windows.Length + 63) / 64;
        foreach (WeeklyWindows window in _windows)
        {
            foreach (DateOnly day in window.Except.Union(window.Holidays))
            {
                _specialDays.Add(day.DayNumber);
                _specialDays.Add(day.DayNumber + 1);
            }
        }

        int segments = FindSegments(out _segmentEnds);
        _bits = new ulong[segments * Words];
        for (int w = 0; w < _windows.Length; w++) Paint(w);
    }

    public int Count => _windows.Length;

    /// <summary>Words of the truth vector that the windows take; they come first.</summary>
    public int Words { get; }

    public WeeklyWindows this[int index] => _windows[index];

    /// <summary>Writes the bits for a wall-clock time.</summary>
    /// <param name="localTicks">Ticks of the site's wall clock.</param>
    /// <returns>Wall-clock ticks of the next instant at which a bit may change; at most the next midnight.</returns>
    public long Read(long localTicks, Span<ulong> truth)
    {
        long day = localTicks / TimeSpan.TicksPerDay;
        int minuteOfDay = (int)((localTicks - day * TimeSpan.TicksPerDay) / TimeSpan.TicksPerMinute);
        if (_specialDays.Count > 0 && _specialDays.Contains((int)day)) return ReadSpecial(day, minuteOfDay, truth);

        // Day 0 (1 January of year 1) was a Monday; the table starts on Sunday.
        int minute = (int)((day + 1) % 7) * MinutesPerDay + minuteOfDay;
        int segment = _segmentOfMinute[minute];
        if (Words == 1) truth[0] = _bits[segment];
        else _bits.AsSpan(segment * Words, Words).CopyTo(truth);
        int left = Math.Min(_segmentEnds[segment] - minute, MinutesPerDay - minuteOfDay);
        return day * TimeSpan.TicksPerDay + (minuteOfDay + left) * TimeSpan.TicksPerMinute;
    }

    /// <summary>Whether one window is open at a wall-clock time, from its definition.</summary>
    public static bool IsOpen(WeeklyWindows window, long day, int minuteOfDay) =>
        IsOpenFrom(window, day, minuteOfDay) || IsOpenFrom(window, day - 1, minuteOfDay + MinutesPerDay);

    private static bool IsOpenFrom(WeeklyWindows window, long startDay, int minute)
    {
        if (startDay < 0) return false;
        DateOnly date = DateOnly.FromDayNumber((int)startDay);
        if (window.Except.Contains(date)) return false;
        var ranges = window.Holidays.Contains(date) ? window.HolidayRanges : window.Days[(int)date.DayOfWeek];
        foreach (DayRange range in ranges)
        {
            int end = range.EndMinute > range.StartMinute ? range.EndMinute : range.EndMinute + MinutesPerDay;
            if (minute >= range.StartMinute && minute < end) return true;
        }

        return false;
    }

    private long ReadSpecial(long day, int minuteOfDay, Span<ulong> truth)
    {
        truth[..Words].Clear();
        for (int w = 0; w < _windows.Length; w++)
        {
            if (IsOpen(_windows[w], day, minuteOfDay)) truth[w >> 6] |= 1ul << (w & 63);
        }

        // Such days are few; asking again every minute is simpler than a table of their own.
        return day * TimeSpan.TicksPerDay + (minuteOfDay + 1) * TimeSpan.TicksPerMinute;
    }

    private int FindSegments(out ushort[] ends)
    {
        var edges = new bool[MinutesPerWeek + 1];
        edges[MinutesPerWeek] = true;
        foreach (WeeklyWindows window in _windows)
        {
            for (int day = 0; day < 7; day++)
            {
                foreach (DayRange range in window.Days[day])
                {
                    (int start, int end) = Span(day, range);
                    edges[start % MinutesPerWeek] = true;
                    edges[end % MinutesPerWeek] = true;
                }
            }
        }

        var found = new List<ushort>();
        for (int minute = 0; minute < MinutesPerWeek; minute++)
        {
            if (minute > 0 && edges[minute]) found.Add((ushort)minute);
            _segmentOfMinute[minute] = (ushort)found.Count;
        }

        found.Add(MinutesPerWeek);
        ends = [.. found];
        return ends.Length;
    }

    private static (int Start, int End) Span(int day, DayRange range)
    {
        int start = day * MinutesPerDay + range.StartMinute;
        int end = day * MinutesPerDay + (range.EndMinute > range.StartMinute ? range.EndMinute : range.EndMinute + MinutesPerDay);
        return (start, end);
    }

    private void Paint(int window)
    {
        for (int day = 0; day < 7; day++)
        {
            foreach (DayRange range in _windows[window].Days[day])
            {
                (int start, int end) = Span(day, range);
                for (int minute = start; minute < end;)
                {
                    int segment = _segmentOfMinute[minute % MinutesPerWeek];
                    _bits[segment * Words + (window >> 6)] |= 1ul << (window & 63);
                    int segmentStart = segment == 0 ? 0 : _segmentEnds[segment - 1];
                    minute += _segmentEnds[segment] - segmentStart;
                }
            }
        }
    }
}
