using Automation.Core.Calendars;

namespace Automation.Core.Compilation;

/// <summary>The site's wall clock: UTC ticks to local ticks, with the present offset kept at hand.</summary>
internal sealed class SiteClock
{
    private readonly ZoneClock? _zone;
    private long _offset;
    private long _from = long.MaxValue;

    public SiteClock(TimeZoneInfo zone)
    {
        if (zone.GetAdjustmentRules().Length > 0)
        {
            _zone = ZoneClock.Of(zone);
            return;
        }

        _offset = zone.BaseUtcOffset.Ticks;
        _from = long.MinValue;
        ValidUntil = long.MaxValue;
    }

    /// <summary>UTC ticks up to which the offset of the last question holds.</summary>
    public long ValidUntil { get; private set; } = long.MinValue;

    public long LocalTicks(long utcTicks)
    {
        if (utcTicks >= ValidUntil || utcTicks < _from) Find(utcTicks);
        return Math.Max(0, utcTicks + _offset);
    }

    private void Find(long utcTicks)
    {
        ref readonly ZoneClock.Stretch stretch = ref _zone!.At(utcTicks);
        (_from, ValidUntil, _offset) = (stretch.Start, stretch.End, stretch.Offset);
    }
}
