using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Calendars;

/// <summary>Sunrises or sunsets, moved by an offset. Weekdays and excepted days are those of the sun's event itself, before the offset.</summary>
internal sealed class SunInstants(ZoneClock clock, SunTimes schedule, GeoPosition? position) : CompiledTimes
{
    /// <summary>A polar night or day lasts at most half a year.</summary>
    private const int DaysToLook = 400;

    private readonly ImmutableHashSet<DayOfWeek> _days = schedule.Days.IsDefaultOrEmpty ? [] : [.. schedule.Days];

    public override DateTimeOffset? Next(DateTimeOffset after)
    {
        if (position is not { } place) return null;

        // The event of a solar day lies within a day of that date's UTC noon, an offset within half a day of the event.
        int first = (int)(after.UtcTicks / TimeSpan.TicksPerDay) - 2;
        int last = DaysToLook + (7 * schedule.Except.Count);
        for (int i = 0; i < last; i++)
        {
            int day = first + i;
            if (day < 1 || day >= DateOnly.MaxValue.DayNumber - 1) continue;
            if (SolarPosition.EventOn(DateOnly.FromDayNumber(day), place, schedule.Event) is not { } instant) continue;
            DateTimeOffset at = instant + schedule.Offset;
            if (at > after && IsWanted(instant)) return at;
        }

        return null;
    }

    private bool IsWanted(DateTimeOffset instant)
    {
        var date = DateOnly.FromDateTime(new DateTime(clock.ToLocal(instant.UtcTicks)));
        return (_days.IsEmpty || _days.Contains(date.DayOfWeek)) && !schedule.Except.Contains(date);
    }
}
