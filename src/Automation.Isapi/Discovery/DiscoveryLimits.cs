namespace Automation.Isapi;

/// <summary>The bounds of one discovery.</summary>
public sealed record DiscoveryLimits
{
    /// <summary>More of one kind than the largest device has is a broken document; the rest is left out.</summary>
    public int MaxOfKind { get; init; } = 1024;

    /// <summary>Requests to one device. Default 4 000: a recorder of 256 channels needs about 2 500.</summary>
    public int MaxRequests { get; init; } = 4000;

    /// <summary>Requests in a row without an answer after which the device counts as gone and the rest is not asked.</summary>
    public int MaxUnanswered { get; init; } = 3;

    /// <summary>Devices that are taken from a receiver's list. Default 2 000: twice what a receiver manages.</summary>
    public int MaxBehindReceiver { get; init; } = 2000;

    /// <summary>Notes that are kept; more are counted.</summary>
    public int MaxNotes { get; init; } = 100;
}
