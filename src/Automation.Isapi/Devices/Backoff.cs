using System.Diagnostics.CodeAnalysis;

namespace Automation.Isapi.Devices;

/// <summary>How long to wait before the next try: doubles up to a limit, between a half and the whole of it by chance, so that many devices do not come back at once.</summary>
internal static class Backoff
{
    [SuppressMessage("Security", "CA5394", Justification = "Spreads reconnects; nothing depends on its being secret.")]
    public static TimeSpan After(int failureCount, TimeSpan first, TimeSpan most, Random random)
    {
        double wait = Math.Min(most.Ticks, first.Ticks * Math.Pow(2, Math.Clamp(failureCount - 1, 0, 20)));
        double share;
        lock (random) share = 0.5 + (random.NextDouble() / 2);
        return TimeSpan.FromTicks((long)(wait * share));
    }
}
