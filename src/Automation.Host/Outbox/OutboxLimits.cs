namespace Automation.Host.Outbox;

/// <summary>The bounds of the outbox.</summary>
internal sealed record OutboxLimits
{
    /// <summary>Requests of one device that may wait. When full, a new one ends at once as <c>Busy</c>. Default 1,000: a storm, not a day's work.</summary>
    public int WaitingPerDevice { get; init; } = 1_000;

    /// <summary>Requests that may wait in all; when full, as above. Default 20,000: some 20 MB.</summary>
    public int Waiting { get; init; } = 20_000;

    /// <summary>Devices spoken to at once. Default 64: calls wait on the network, not on the processor.</summary>
    public int Parallel { get; init; } = 64;

    /// <summary>Requests of one firing that go to a device in one call, where its kind does so. Default 64: the zones of a whole panel.</summary>
    public int PerCall { get; init; } = 64;

    /// <summary>How long one call may take before it counts as unreachable. Default 30 s: three times what a device connection allows itself.</summary>
    public TimeSpan CallTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait before the first retry; doubles each time. Default 0.5 s: a busy device is free again after a moment.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait between retries. Default 15 s: an arming that is worth doing for 5 minutes gets some 20 tries.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Calls in a row that do not reach a device until its circuit opens. Default 5: half a minute of tries.</summary>
    public int FailuresToOpen { get; init; } = 5;

    /// <summary>How long an open circuit keeps everything that waits for the device from calling; then one call looks. Default 30 s. A device whose stream comes back is called at once.</summary>
    public TimeSpan Break { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much a wait varies, as a share of itself, so that devices that came back together are not called together. 0 to 1, default 0.2.</summary>
    public double Jitter { get; init; } = 0.2;

    /// <summary>Closed rows kept. Default 10,000.</summary>
    public int KeptRows { get; init; } = 10_000;

    /// <summary>How long closed rows are kept. Default 7 days.</summary>
    public TimeSpan KeptFor { get; init; } = TimeSpan.FromDays(7);

    /// <summary>On stopping: how long calls under way may go on. Default 3 s, then they are cancelled; the whole stop stays under 5 s.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>On stopping: how long a cancelled call may take to return before it is left behind. Default 1 s.</summary>
    public TimeSpan CancelGrace { get; init; } = TimeSpan.FromSeconds(1);
}
