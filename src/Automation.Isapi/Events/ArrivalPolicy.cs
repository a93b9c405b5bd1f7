using System.Globalization;

namespace Automation.Isapi.Events;

/// <summary>Tells history from news (isapi.md, quirks 9 and 12): an alert is old when the device's clock says so, and that clock's error is known from its heartbeats.</summary>
internal sealed class ArrivalPolicy(TimeSpan backlogAge, TimeProvider time)
{
    /// <summary>Arrival minus the device's clock; null as long as nothing live has told it.</summary>
    private TimeSpan? _clockError;

    /// <summary>How many alerts were dropped as history.</summary>
    public long Dropped { get; private set; }

    /// <summary>The device's clock was read just now.</summary>
    public void NoteClock(string? deviceTime)
    {
        if (Parse(deviceTime) is { } clock) _clockError = time.GetUtcNow() - clock;
    }

    /// <summary>Whether the alert is history; counts it when it is.</summary>
    public bool Drops(Alert alert)
    {
        bool old = _clockError is { } error && Parse(alert.DeviceTime) is { } clock
            ? time.GetUtcNow() - (clock + error) > backlogAge
            : alert.Retransmitted;
        if (old) Dropped++;
        return old;
    }

    private static DateTimeOffset? Parse(string? text)
    {
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset parsed)) return null;
        // Years at the ends of the calendar would overflow when the error is added; no clock that runs says so.
        return parsed.Year is > 1950 and < 2200 ? parsed : null;
    }
}
