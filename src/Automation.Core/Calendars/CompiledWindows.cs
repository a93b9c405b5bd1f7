namespace Automation.Core.Calendars;

/// <summary>Weekly windows in a zone, ready to be asked. Immutable; safe from many threads; allocates nothing once a year's transitions are known.</summary>
public sealed class CompiledWindows
{
    private const int MinutesPerWeek = 7 * WindowsCompiler.MinutesPerDay;

    private readonly ZoneClock _clock;

    /// <summary>By day type of the day before and of the day: the minutes at which the day changes, beginning closed.</summary>
    private readonly ushort[][] _plans;

    /// <summary>Day numbers that are not as their weekday, ascending, and what they are.</summary>
    private readonly int[] _specialDays;
    private readonly byte[] _specialTypes;

    /// <summary>Bit n: open in minute n of an ordinary week, counted from Sunday 00:00.</summary>
    private readonly ulong[] _week = new ulong[(MinutesPerWeek + 63) / 64];

    /// <summary>An ordinary week never changes.</summary>
    private readonly bool _weekIsConstant;

    internal CompiledWindows(ZoneClock clock, ushort[][] plans, int[] specialDays, byte[] specialTypes)
    {
        _clock = clock;
        _plans = plans;
        _specialDays = specialDays;
        _specialTypes = specialTypes;
        int openMinutes = 0;
        for (int minute = 0; minute < MinutesPerWeek; minute++)
        {
            int day = minute / WindowsCompiler.MinutesPerDay;
            if (!IsOpenIn(plans[((day + 6) % 7 * WindowsCompiler.DayTypes) + day], minute % WindowsCompiler.MinutesPerDay)) continue;
            _week[minute >> 6] |= 1UL << (minute & 63);
            openMinutes++;
        }

        _weekIsConstant = openMinutes is 0 or MinutesPerWeek;
    }

    /// <summary>Whether a window is open at the instant, and until when that stays so.</summary>
    public WindowState StateAt(DateTimeOffset at)
    {
        long utc = at.UtcTicks;
        ZoneClock.Stretch stretch = _clock.At(utc);
        bool open = IsOpenAtLocal(utc + stretch.Offset);
        while (true)
        {
            // Where the wall clock jumps (and at the turn of a year) the walk over wall time starts anew.
            long limit = stretch.End > DateTime.MaxValue.Ticks ? DateTime.MaxValue.Ticks : stretch.End + stretch.Offset;
            long local = NextLocalChange(utc + stretch.Offset, limit, open);
            if (local < limit) return new WindowState(open, new DateTimeOffset(local - stretch.Offset, TimeSpan.Zero));
            if (limit == DateTime.MaxValue.Ticks || NeverChangesAfter(limit)) return new WindowState(open, null);
            utc = stretch.End;
            stretch = _clock.At(utc);
            if (IsOpenAtLocal(utc + stretch.Offset) != open) return new WindowState(open, new DateTimeOffset(utc, TimeSpan.Zero));
        }
    }

    /// <summary>Whether a window is open at the instant, in UTC ticks: cheaper than <see cref="StateAt"/> when time jumps.</summary>
    public bool IsOpen(long utcTicks) => IsOpenAtLocal(utcTicks + _clock.At(utcTicks).Offset);

    private static bool IsOpenIn(ushort[] plan, int minute)
    {
        int index = 0;
        while (index < plan.Length && plan[index] <= minute) index++;
        return (index & 1) != 0;
    }

    private bool IsOpenAtLocal(long localTicks)
    {
        int day = (int)(localTicks / TimeSpan.TicksPerDay);
        int minute = (int)(localTicks % TimeSpan.TicksPerDay / TimeSpan.TicksPerMinute);
        if (!IsOrdinary(day)) return IsOpenIn(PlanOf(day), minute);
        int index = (Weekday(day) * WindowsCompiler.MinutesPerDay) + minute;
        return (_week[index >> 6] >> (index & 63) & 1) != 0;
    }

    /// <summary>The first wall time after the given one, and before the limit, with the other state; the limit when there is none.</summary>
    private long NextLocalChange(long localTicks, long limit, bool open)
    {
        int day = (int)(localTicks / TimeSpan.TicksPerDay);
        int minute = (int)(localTicks % TimeSpan.TicksPerDay / TimeSpan.TicksPerMinute);
        while (true)
        {
            int change = NextChangeOn(day, minute, open);
            if (change >= 0) return Math.Min(limit, (day * TimeSpan.TicksPerDay) + (change * TimeSpan.TicksPerMinute));
            day = NextDayToLookAt(day);
            minute = -1;
            if (day > DateOnly.MaxValue.DayNumber || day * TimeSpan.TicksPerDay >= limit) return limit;
        }
    }

    /// <summary>The first minute of the day, after the given one, whose state is the other; -1 when there is none.</summary>
    private int NextChangeOn(int day, int afterMinute, bool open)
    {
        ushort[] plan = PlanOf(day);
        if (afterMinute < 0 && open && (plan.Length == 0 || plan[0] != 0)) return 0;
        for (int i = 0; i < plan.Length; i++)
        {
            // Even changes open, odd ones close.
            if (plan[i] > afterMinute && ((i & 1) == 0) != open) return plan[i];
        }

        return -1;
    }

    /// <summary>Skips ordinary days where these never change.</summary>
    private int NextDayToLookAt(int day)
    {
        if (!_weekIsConstant || !IsOrdinary(day) || !IsOrdinary(day + 1)) return day + 1;
        int index = Array.BinarySearch(_specialDays, day + 1);
        if (index < 0) index = ~index;
        return index == _specialDays.Length ? int.MaxValue : _specialDays[index];
    }

    private bool NeverChangesAfter(long localTicks) =>
        _weekIsConstant && (_specialDays.Length == 0 || localTicks / TimeSpan.TicksPerDay > _specialDays[^1] + 2);

    private ushort[] PlanOf(int day) => _plans[(DayType(day - 1) * WindowsCompiler.DayTypes) + DayType(day)];

    /// <summary>Neither the day nor the one before it is special.</summary>
    private bool IsOrdinary(int day)
    {
        int[] days = _specialDays;
        if (days.Length == 0 || day < days[0] || day > days[^1] + 1) return true;
        return Array.BinarySearch(days, day) < 0 && Array.BinarySearch(days, day - 1) < 0;
    }

    private int DayType(int day)
    {
        int index = _specialDays.Length == 0 ? -1 : Array.BinarySearch(_specialDays, day);
        return index >= 0 ? _specialTypes[index] : Weekday(day);
    }

    /// <summary>Day 0 is 1 January of year 1, a Monday.</summary>
    private static int Weekday(int day) => (day + 1) % 7;
}
