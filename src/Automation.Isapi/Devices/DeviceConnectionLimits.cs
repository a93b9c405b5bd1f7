namespace Automation.Isapi;

/// <summary>The bounds of one device connection.</summary>
public sealed record DeviceConnectionLimits
{
    /// <summary>Silence of the event stream after which a device counts as offline.</summary>
    /// <value>10 seconds to 10 minutes. Default 30 s: three missed heartbeats of 10 s (DEV-7, 002 §5).</value>
    public TimeSpan HeartbeatTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one call may take, connecting included.</summary>
    /// <value>1 second to 1 minute. Default 10 s: the slowest honest answer seen is a panel's 6 s.</value>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Wait before the first reconnect; doubles with each failure, with jitter of a half.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait between two reconnects. Default 30 s, so that a device that is back is seen within the same half minute.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>An event that happened longer ago than this when it arrives is old: a replay of history, told as such, not news.</summary>
    /// <value>Default 2 minutes (isapi.md, quirk 9). Measured against the device's own clock, which may be wrong.</value>
    public TimeSpan BacklogAge { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long after its first arrival an event is recognised when it comes by a second way (stream, gateway, push).</summary>
    /// <value>Default 1 minute: gateways forward within seconds.</value>
    public TimeSpan DuplicateWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often the status of a device is read.</summary>
    /// <value>At least 10 s: panels become erratic when asked every 2 s (isapi.md, quirk 14). Default 15 s.</value>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a problem is remembered, so that it is told once and not with each part.</summary>
    public TimeSpan ProblemMemory { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Largest text part of the stream. Default 1 MiB: the largest alert seen has 40 KiB.</summary>
    public int MaxTextPartBytes { get; init; } = 1 << 20;

    /// <summary>Largest picture that is kept of an event; a larger one is skipped and told. Default 4 MiB: pictures of alarms have 100 KiB to 2 MiB.</summary>
    public int MaxPicturePartBytes { get; init; } = 4 << 20;

    /// <summary>Largest document a call may answer with. Default 2 MiB.</summary>
    public int MaxAnswerBytes { get; init; } = 2 << 20;

    /// <summary>Largest picture a capture may bring. Default 8 MiB.</summary>
    public int MaxPictureBytes { get; init; } = 8 << 20;

    /// <summary>Calls that wait for the device's one slot; one more is refused as busy. Default 32.</summary>
    public int MaxWaitingCalls { get; init; } = 32;
}
