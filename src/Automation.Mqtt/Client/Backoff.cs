namespace Automation.Mqtt.Client;

/// <summary>How long to wait before the next attempt. Used by one loop alone.</summary>
internal sealed class Backoff(MqttClientLimits limits, Random random)
{
    private int _failures;

    /// <param name="lasted">How long the connection stood; zero: it never did.</param>
    public TimeSpan Next(MqttClientException failure, TimeSpan lasted)
    {
        // A connection that stood for a while starts anew; one that is accepted and dropped at once does not.
        if (lasted > limits.LongestBackoff) _failures = 0;
        TimeSpan whole = failure.WillNotMend
            ? limits.RefusedBackoff
            : TimeSpan.FromTicks((long)Math.Min(limits.LongestBackoff.Ticks, limits.FirstBackoff.Ticks * Math.Pow(2, _failures)));
        _failures = Math.Min(_failures + 1, 30);

        // Half to whole: a restarted server does not meet all its clients at once.
        return whole * (0.5 + (0.5 * random.NextDouble()));
    }
}
