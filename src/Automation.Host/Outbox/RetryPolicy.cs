using Automation.Core.Model;

namespace Automation.Host.Outbox;

/// <summary>Whether and when an action that was not done is tried again (ACT-10).</summary>
internal sealed class RetryPolicy(OutboxLimits limits, Random random)
{
    private readonly Lock _gate = new();

    /// <summary>Whether doing the action twice is harmless; of a kind that is not known it is not.</summary>
    public static bool IsRepeatable(string action) => ActionTypes.All.TryGetValue(action, out ActionTypeInfo? type) && type.Repeatable;

    public static bool MayRetry(string action, ActionOutcome outcome) =>
        !outcome.Succeeded &&
        (outcome.RetrySafe || (IsRepeatable(action) && outcome.Reason is ActionReason.Unreachable or ActionReason.Busy or ActionReason.DeviceOffline));

    /// <summary>The wait after the given number of attempts, from 1.</summary>
    public TimeSpan Delay(int attempts)
    {
        double factor = Math.Pow(2, Math.Min(attempts - 1, 30));
        double ticks = Math.Min(limits.FirstRetry.Ticks * factor, limits.LongestRetry.Ticks);
        double spread;
        lock (_gate) spread = 1 + (limits.Jitter * ((2 * random.NextDouble()) - 1));
        return TimeSpan.FromMilliseconds(Math.Ceiling(ticks * spread / TimeSpan.TicksPerMillisecond));
    }
}
