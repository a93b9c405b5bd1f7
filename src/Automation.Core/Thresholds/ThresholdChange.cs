namespace Automation.Core.Thresholds;

internal enum ThresholdChangeKind : byte
{
    None,

    /// <summary>The number passed its bound; it must stay so until the deadline. Ask <see cref="ThresholdState.Due"/> then.</summary>
    Pending,

    /// <summary>The hold is over before its deadline.</summary>
    Cancelled,

    /// <summary>The threshold is passed: the trigger fires.</summary>
    Entered,

    /// <summary>The threshold was passed and has cleared.</summary>
    Left,
}

/// <param name="Deadline">Of <see cref="ThresholdChangeKind.Pending"/>; otherwise the default.</param>
internal readonly record struct ThresholdChange(ThresholdChangeKind Kind, DateTimeOffset Deadline)
{
    public static ThresholdChange None => default;

    public static implicit operator ThresholdChange(ThresholdChangeKind kind) => new(kind, default);
}
