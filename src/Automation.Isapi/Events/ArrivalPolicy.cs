namespace Automation.Isapi.Events;

/// <summary>Tells history from news (isapi.md, quirks 9 and 12): an alert is old when the device's clock says so, and that clock's error is known from its heartbeats.</summary>
internal sealed class ArrivalPolicy(TimeSpan backlogAge, TimeProvider time)
{
    /// <summary>Arrival minus the device's clock; null as long as nothing live has told it.</summary>
    private TimeSpan? _clockError;

    /// <summary>The device's clock was read just now.</summary>
    public void NoteClock(ReadOnlySpan<byte> deviceTime)
    {
        if (DeviceClock.TryParse(deviceTime, out DateTimeOffset clock)) _clockError = time.GetUtcNow() - clock;
    }

    /// <summary>Whether the alert is history.</summary>
    public bool IsOld(in Alert alert) => _clockError is { } error && DeviceClock.TryParse(alert.DeviceTime, out DateTimeOffset clock)
        ? time.GetUtcNow() - (clock + error) > backlogAge
        : alert.Retransmitted;
}
