namespace Automation.Host.Notifications;

/// <summary>Bounds of telling people.</summary>
internal sealed record NotificationLimits
{
    /// <summary>Notices about which something is still to be done. Above that new ones go to the portal alone, which is told. Default 10,000: all exceptions an engine keeps at once.</summary>
    public int OpenNotices { get; init; } = 10_000;

    /// <summary>Notices one message is about; the rest goes into the next one.</summary>
    public int NoticesInAMessage { get; init; } = 500;

    /// <summary>Notices a message spells out; it says how many more there are.</summary>
    public int NoticesSpeltOut { get; init; } = 50;

    /// <summary>Messages under way at once.</summary>
    public int InFlight { get; init; } = 4;

    /// <summary>What could not be handed over by then is not worth reading any more (ACT-10). Counts from when it first should have left.</summary>
    public TimeSpan Expiry { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The first wait before another try; it doubles up to <see cref="LongestRetry"/>, ± 20 %.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A mail server that does not take the password is left alone for this long: accounts are locked by who keeps trying (ACT-9).</summary>
    public TimeSpan AfterWrongPassword { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A wait that a server asks for is honoured up to this.</summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Browsers that are told; further ones are refused.</summary>
    public int Subscriptions { get; init; } = 1_000;

    /// <summary>Notices kept when nothing is to be done about them any more, and for how long.</summary>
    public int KeptNotices { get; init; } = 50_000;

    public TimeSpan KeptFor { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Longest text of a notice, in characters; a longer one is cut with an ellipsis.</summary>
    public int TextLength { get; init; } = 2_000;

    /// <summary>The wait before try number <paramref name="attempts"/> + 1.</summary>
    public TimeSpan RetryDelay(int attempts, Random random)
    {
        double seconds = Math.Min(FirstRetry.TotalSeconds * Math.Pow(2, Math.Min(attempts - 1, 20)), LongestRetry.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (0.8 + (0.4 * random.NextDouble())));
    }
}
