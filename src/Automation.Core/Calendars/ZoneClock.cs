using System.Runtime.CompilerServices;

namespace Automation.Core.Calendars;

/// <summary>Between UTC and the wall clock of one time zone, both ways, as stretches of constant offset.</summary>
/// <remarks>
/// Asks <see cref="TimeZoneInfo"/> only for offsets of UTC instants, which are always right, and finds the transitions itself: its answers
/// about local times mistake zones that change their base offset (Samoa 2011). A year is computed when it is first needed; after that nothing
/// allocates. Safe from many threads: two that compute the same year store the same table. Outside 1970 to 2199 the nearest offset holds.
/// </remarks>
internal sealed class ZoneClock
{
    private const int FirstYear = 1970;
    private const int LastYear = 2199;

    /// <summary>Two transitions nearer to each other than this that cancel out do not occur since 1970.</summary>
    private const long ProbeStep = 12 * TimeSpan.TicksPerHour;

    /// <summary>No offset is larger; 14 hours is the largest in use.</summary>
    private const long LargestOffset = 15 * TimeSpan.TicksPerHour;

    private static readonly ConditionalWeakTable<TimeZoneInfo, ZoneClock> Clocks = [];

    private readonly TimeZoneInfo _zone;
    private readonly Stretch[]?[] _years = new Stretch[LastYear - FirstYear + 1][];

    private ZoneClock(TimeZoneInfo zone) => _zone = zone;

    /// <summary>The one clock of the zone object, so that thousands of schedules share its tables.</summary>
    public static ZoneClock Of(TimeZoneInfo zone) => Clocks.GetValue(zone, static z => new ZoneClock(z));

    /// <summary>The stretch of constant offset around the instant; cut at the turn of the UTC year.</summary>
    public ref readonly Stretch At(long utcTicks)
    {
        int year = Math.Clamp(new DateTime(utcTicks).Year, FirstYear, LastYear);
        Stretch[] stretches = _years[year - FirstYear] ??= Compute(year);
        int index = 0;
        while (utcTicks >= stretches[index].End && index + 1 < stretches.Length) index++;
        return ref stretches[index];
    }

    /// <summary>What the wall clock shows.</summary>
    public long ToLocal(long utcTicks) => Clamp(utcTicks + At(utcTicks).Offset);

    /// <summary>The instant at which the wall clock first shows this time or, where a gap skips it, the instant right after the gap (SCH-7).</summary>
    /// <remarks>Never falls while the wall time grows.</remarks>
    public long ToUtc(long localTicks)
    {
        long from = Clamp(localTicks - LargestOffset);
        while (true)
        {
            ref readonly Stretch stretch = ref At(from);
            long utc = localTicks - stretch.Offset;
            if (utc < stretch.Start) return stretch.Start;
            if (utc < stretch.End || stretch.End > DateTime.MaxValue.Ticks) return Clamp(utc);
            from = stretch.End;
        }
    }

    private static long Clamp(long ticks) => Math.Clamp(ticks, 0, DateTime.MaxValue.Ticks);

    private Stretch[] Compute(int year)
    {
        long first = new DateTime(year, 1, 1).Ticks;
        long last = new DateTime(year + 1, 1, 1).Ticks;
        var stretches = new List<Stretch>();
        long start = year == FirstYear ? 0 : first;
        long offset = OffsetAt(first);
        for (long at = first; at < last;)
        {
            long next = Math.Min(at + ProbeStep, last);
            // The last probe is the year's last second: what happens at the turn itself belongs to the next year.
            long probed = OffsetAt(next == last ? last - TimeSpan.TicksPerSecond : next);
            if (probed != offset)
            {
                long transition = FirstWithAnotherOffset(at, next, offset);
                stretches.Add(new Stretch(start, transition, offset));
                start = transition;
                offset = OffsetAt(transition);
                at = transition;
            }
            else
            {
                at = next;
            }
        }

        stretches.Add(new Stretch(start, year == LastYear ? long.MaxValue : last, offset));
        return [.. stretches];
    }

    private long FirstWithAnotherOffset(long same, long other, long offset)
    {
        while (other - same > TimeSpan.TicksPerSecond)
        {
            long middle = same + ((other - same) / 2 / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond);
            if (OffsetAt(middle) == offset) same = middle;
            else other = middle;
        }

        return other;
    }

    private long OffsetAt(long utcTicks) => _zone.GetUtcOffset(new DateTime(utcTicks, DateTimeKind.Utc)).Ticks;

    /// <summary>The instants [<paramref name="Start"/>, <paramref name="End"/>) in UTC ticks during which the wall clock is ahead by <paramref name="Offset"/> ticks.</summary>
    internal readonly record struct Stretch(long Start, long End, long Offset);
}
