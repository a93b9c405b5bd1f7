using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Calendars;

/// <summary>Turns a schedule of instants into one that can be asked for the next (SCH-1, SCH-7).</summary>
/// <remarks>
/// Policy: a wall time inside a gap runs once, at the instant right after the gap; one that occurs twice runs once, at the first. Several times that
/// fall on one instant (all of a gap) are one run. <see cref="TimeSchedule.Except"/> is about the date the schedule names, not the one it moved to.
/// </remarks>
public static class TimesCompiler
{
    /// <param name="position">Where the sun is looked at; without it a <see cref="SunTimes"/> never runs.</param>
    /// <exception cref="ArgumentException">A cron expression that <see cref="CronExpression.TryParse"/> does not accept: documents are checked before.</exception>
    public static CompiledTimes Compile(TimeSchedule schedule, TimeZoneInfo zone, GeoPosition? position)
    {
        var clock = ZoneClock.Of(zone);
        return schedule switch
        {
            WeeklyTimes weekly => new WeeklyWallTimes(clock, weekly),
            CronTimes cron => CronExpression.TryParse(cron.Expression, out CronExpression? expression, out string? error)
                ? new CronWallTimes(clock, expression, cron.Except)
                : throw new ArgumentException(error, nameof(schedule)),
            OnceAt once => new OnceWallTime(clock, once),
            SunTimes sun => new SunInstants(clock, sun, position),
            _ => throw new ArgumentException($"{schedule.GetType().Name} is no known schedule", nameof(schedule)),
        };
    }

    private sealed class WeeklyWallTimes : WallTimes
    {
        private readonly long[][] _days;
        private readonly ImmutableSortedSet<DateOnly> _except;
        private readonly int _daysToLook;

        public WeeklyWallTimes(ZoneClock clock, WeeklyTimes weekly)
            : base(clock)
        {
            _days = [.. weekly.Days.Select(day => day.Select(time => time.Ticks).Order().ToArray())];
            _except = weekly.Except;
            // Each excepted day can hide at most one week's turn of a weekday.
            _daysToLook = _days.All(day => day.Length == 0) ? 0 : (7 * (_except.Count + 1)) + 1;
        }

        protected override long? NextLocal(long afterLocalTicks)
        {
            int day = (int)(afterLocalTicks / TimeSpan.TicksPerDay);
            long after = afterLocalTicks % TimeSpan.TicksPerDay;
            for (int i = 0; i < _daysToLook && day + i <= DateOnly.MaxValue.DayNumber; i++, after = -1)
            {
                var date = DateOnly.FromDayNumber(day + i);
                if (!_except.IsEmpty && _except.Contains(date)) continue;
                foreach (long time in _days[(int)date.DayOfWeek])
                {
                    if (time > after) return date.ToDateTime(TimeOnly.MinValue).Ticks + time;
                }
            }

            return null;
        }
    }

    private sealed class CronWallTimes(ZoneClock clock, CronExpression expression, ImmutableSortedSet<DateOnly> except) : WallTimes(clock)
    {
        protected override long? NextLocal(long afterLocalTicks)
        {
            var after = new DateTime(afterLocalTicks);
            while (expression.NextLocal(after) is { } next)
            {
                if (except.IsEmpty || !except.Contains(DateOnly.FromDateTime(next))) return next.Ticks;
                after = next.Date.AddTicks(TimeSpan.TicksPerDay - 1);
            }

            return null;
        }
    }

    private sealed class OnceWallTime(ZoneClock clock, OnceAt once) : WallTimes(clock)
    {
        private readonly long? _at = once.Except.Contains(DateOnly.FromDateTime(once.Local)) ? null : once.Local.Ticks;

        protected override long? NextLocal(long afterLocalTicks) => _at > afterLocalTicks ? _at : null;
    }
}
