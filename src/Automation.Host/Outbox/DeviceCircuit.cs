using Automation.Core.Model;

namespace Automation.Host.Outbox;

/// <summary>
/// A circuit breaker for one device: after some calls in a row that did not reach it, whatever waits for it waits together, and one call a while looks whether it is back. Used by the device's loop, which makes one call at a time; so the first call after a break is the only one.
/// </summary>
internal sealed class DeviceCircuit(OutboxLimits limits)
{
    private int _failures;

    // Ticks (UTC); also written by whoever hears of the device.
    private long _openUntil;

    /// <summary>Nobody calls at present.</summary>
    public bool IsOpen => _failures >= limits.FailuresToOpen;

    /// <summary>How long the next call has to wait; zero: not at all.</summary>
    public TimeSpan Rest(DateTimeOffset now) => IsOpen && Volatile.Read(ref _openUntil) - now.UtcTicks is > 0 and var rest ? TimeSpan.FromTicks(rest) : TimeSpan.Zero;

    /// <summary>A call ended. True: the circuit opened or closed with it.</summary>
    public bool Ended(ActionOutcome outcome, DateTimeOffset now)
    {
        bool before = IsOpen;

        // Whoever answers is there, whatever the answer says; where nothing was sent nothing was learnt.
        if (outcome.Reason == ActionReason.DeviceOffline) return false;
        if (outcome.Reason != ActionReason.Unreachable)
        {
            _failures = 0;
            return before;
        }

        _failures++;
        Volatile.Write(ref _openUntil, (now + limits.Break).UtcTicks);
        return IsOpen != before;
    }

    /// <summary>The device was heard of: the next call need not wait.</summary>
    public void Heard() => Volatile.Write(ref _openUntil, 0);
}
