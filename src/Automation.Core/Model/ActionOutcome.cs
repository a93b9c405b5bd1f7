namespace Automation.Core.Model;

/// <summary>Why an action ended as it did. Counted in metrics and shown to people, so an enum.</summary>
public enum ActionReason
{
    /// <summary>It was done.</summary>
    None,

    /// <summary>The device could not be reached or did not answer in time.</summary>
    Unreachable,

    /// <summary>The device is known to be offline; nothing was sent.</summary>
    DeviceOffline,

    /// <summary>User or password are wrong, or the account is locked.</summary>
    Unauthorized,

    /// <summary>The device is busy; later may work.</summary>
    Busy,

    /// <summary>The device does not have this function.</summary>
    NotSupported,

    /// <summary>The device refused: its own status says why.</summary>
    Refused,

    /// <summary>The answer was not understood.</summary>
    BadAnswer,

    /// <summary>It stayed undone for longer than it was worth doing (ACT-10).</summary>
    Expired,

    /// <summary>The process stopped after the request may have left, and repeating it is not harmless.</summary>
    Interrupted,

    /// <summary>The action or its parameters make no sense for this resource.</summary>
    Invalid,
}

/// <summary>Whether what an action was to bring about was seen on the device afterwards.</summary>
public enum ActionEffect
{
    /// <summary>It cannot be seen, or nobody could look.</summary>
    Unknown,

    /// <summary>It was seen.</summary>
    Confirmed,

    /// <summary>The device took the request, and within the time that this kind of action needs nothing of it was seen.</summary>
    NotSeen,
}

/// <summary>How one action request ended.</summary>
/// <param name="Succeeded">The device said it was done.</param>
/// <param name="Reason">Why it was not.</param>
/// <param name="RetrySafe">Whether the same request can be sent again without harm: it certainly did not happen.</param>
/// <param name="DeviceStatus">The device's own words, e.g. <c>4 invalidOperation</c>; null when it said nothing.</param>
public sealed record ActionOutcome(bool Succeeded, ActionReason Reason, bool RetrySafe, string? DeviceStatus)
{
    /// <summary>Of an action that succeeded: whether its effect was seen.</summary>
    public ActionEffect Effect { get; init; }

    /// <summary>What was seen, as a person reads it, e.g. <c>arming is disarm</c>; null when there is nothing to say.</summary>
    public string? Seen { get; init; }

    /// <summary>The device took it, and nothing speaks against that it happened.</summary>
    public bool IsEffective => Succeeded && Effect != ActionEffect.NotSeen;

    public static ActionOutcome Done(string? deviceStatus = null) => new(true, ActionReason.None, false, deviceStatus);

    public static ActionOutcome Failed(ActionReason reason, bool retrySafe, string? deviceStatus = null) =>
        new(false, reason, retrySafe, deviceStatus);
}
