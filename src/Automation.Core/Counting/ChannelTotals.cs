namespace Automation.Core.Counting;

/// <summary>People who passed since the last report of a channel, or a jump that is not believed.</summary>
internal readonly record struct Passage(long Entered, long Exited, long JumpedBy)
{
    /// <summary>In one report, and for every second since the last: more than a crowd through a wide gate.</summary>
    private const long MostAtOnce = 1_000;
    private const long MostPerSecond = 20;

    /// <param name="since">Time since the last report; negative when the clock went back.</param>
    public static Passage OfInterval(long enter, long exit, TimeSpan since) => Checked(Math.Max(enter, 0), Math.Max(exit, 0), since);

    public static Passage Checked(long entered, long exited, TimeSpan since)
    {
        long most = MostAtOnce + (MostPerSecond * Math.Clamp((long)since.TotalSeconds, 0, 7 * 24 * 3600));
        long larger = Math.Max(entered, exited);
        return larger > most ? new Passage(0, 0, larger) : new Passage(entered, exited, 0);
    }
}

/// <summary>The last running totals of a channel.</summary>
/// <param name="Enter">-1: not known yet.</param>
/// <param name="Exit">-1: not known yet.</param>
/// <param name="DeviceTime">The camera's own time of the last report, in UTC ticks; 0: it gave none.</param>
/// <param name="RealTimeAt">When running totals last came, in UTC ticks; 0: never.</param>
/// <param name="LastAt">When anything last came, in UTC ticks; 0: never.</param>
internal readonly record struct ChannelTotals(long Enter, long Exit, long DeviceTime, long RealTimeAt, long LastAt)
{
    public static ChannelTotals Unknown => new(-1, -1, 0, 0, 0);

    public DateTimeOffset LastInstant => new(LastAt, TimeSpan.Zero);
}

internal static class ChannelCounting
{
    /// <summary>Moves the totals on and gives the difference.</summary>
    public static Passage Count(this ref ChannelTotals totals, long enter, long exit, long deviceTime, DateTimeOffset at)
    {
        ChannelTotals last = totals;
        bool falls = (enter >= 0 && enter < last.Enter) || (exit >= 0 && exit < last.Exit);

        // A report that was overtaken on its way also shows lower totals; the camera's own time tells it from a reset.
        if (falls && deviceTime != 0 && deviceTime < last.DeviceTime) return default;

        totals = new ChannelTotals(
            enter >= 0 ? enter : last.Enter, exit >= 0 ? exit : last.Exit, deviceTime != 0 ? deviceTime : last.DeviceTime, at.UtcTicks, at.UtcTicks);
        TimeSpan since = last.LastAt == 0 ? TimeSpan.Zero : at - last.LastInstant;

        // A reset sets both totals to zero, also when one of them has outgrown its last value since.
        return Passage.Checked(Difference(falls ? Math.Min(last.Enter, 0) : last.Enter, enter), Difference(falls ? Math.Min(last.Exit, 0) : last.Exit, exit), since);
    }

    /// <summary>The first total is the base.</summary>
    private static long Difference(long last, long now) => now < 0 || last < 0 ? 0 : now - last;
}
