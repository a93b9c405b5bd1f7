namespace Automation.Core.Calendars;

/// <summary>The instants of a <see cref="Compilation.Form.TimeSchedule"/> in a zone. Immutable; safe from many threads.</summary>
public abstract class CompiledTimes
{
    private protected CompiledTimes()
    {
    }

    /// <summary>The first instant strictly after the given one, in UTC; null: never again.</summary>
    public abstract DateTimeOffset? Next(DateTimeOffset after);

    /// <summary>The instants after the first and up to the second, in order: what passed while nobody looked (misfires).</summary>
    /// <param name="after">Exclusive.</param>
    /// <param name="upTo">Inclusive.</param>
    public IEnumerable<DateTimeOffset> Between(DateTimeOffset after, DateTimeOffset upTo)
    {
        for (DateTimeOffset? next = Next(after); next is { } at && at <= upTo; next = Next(at)) yield return at;
    }

    /// <summary>The last instant after the first and up to the second; null when there is none.</summary>
    public DateTimeOffset? LatestBetween(DateTimeOffset after, DateTimeOffset upTo)
    {
        DateTimeOffset? latest = null;
        foreach (DateTimeOffset at in Between(after, upTo)) latest = at;
        return latest;
    }
}

/// <summary>Instants that are read off the wall clock.</summary>
internal abstract class WallTimes(ZoneClock clock) : CompiledTimes
{
    public sealed override DateTimeOffset? Next(DateTimeOffset after)
    {
        long afterTicks = after.UtcTicks;
        long local = clock.ToLocal(afterTicks);

        // A wall time at or before the present one happened first at or before now (ToUtc never falls), so only later ones are looked at. In the
        // second half of an overlap these may have had their turn in the first half; then the next one is tried.
        while (NextLocal(local) is { } next)
        {
            long utc = clock.ToUtc(next);
            if (utc > afterTicks) return new DateTimeOffset(utc, TimeSpan.Zero);
            local = next;
        }

        return null;
    }

    /// <summary>The first wall time strictly after the given one, in ticks.</summary>
    protected abstract long? NextLocal(long afterLocalTicks);
}
