using System.Net;

namespace Automation.Mqtt.Broker;

/// <summary>Slows the answers to an address whose logins fail, twice as long each time, and says so once.</summary>
internal sealed class LoginThrottle(TimeProvider time, BrokerLog log)
{
    private const int FreeFailures = 2;
    private const int MaximumAddresses = 10_000;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(8); // Less than the connect timeout.
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, (int Failures, long Last)> _failures = [];

    /// <summary>How long the next answer to this address is held back.</summary>
    public TimeSpan DelayFor(IPAddress address)
    {
        lock (_gate)
        {
            if (!_failures.TryGetValue(address, out (int Failures, long Last) entry)) return TimeSpan.Zero;
            if (time.GetElapsedTime(entry.Last) > Memory)
            {
                _failures.Remove(address);
                return TimeSpan.Zero;
            }

            int beyond = entry.Failures - FreeFailures;
            if (beyond <= 0) return TimeSpan.Zero;
            return beyond >= 5 ? LongestDelay : TimeSpan.FromMilliseconds(250 << beyond);
        }
    }

    public void Failed(IPAddress address)
    {
        bool first = false;
        lock (_gate)
        {
            int before = _failures.GetValueOrDefault(address).Failures;
            if (before == 0 && _failures.Count >= MaximumAddresses) Forget_NeedsLock();
            _failures[address] = (before + 1, time.GetTimestamp());
            first = before == FreeFailures;
        }

        if (first) log.LoginsFail(address);
    }

    public void Succeeded(IPAddress address)
    {
        lock (_gate) _failures.Remove(address);
    }

    /// <summary>Full: the oldest half goes. An attacker with that many addresses is not stopped by this anyway.</summary>
    private void Forget_NeedsLock()
    {
        foreach (IPAddress address in _failures.OrderBy(f => f.Value.Last).Take(MaximumAddresses / 2).Select(f => f.Key).ToArray()) _failures.Remove(address);
    }
}
