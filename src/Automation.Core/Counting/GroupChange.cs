namespace Automation.Core.Counting;

/// <summary>What one report, correction or reset did to a people-counting group.</summary>
/// <param name="Changed">The number of people inside, or whether the maximum is reached, is another than before.</param>
/// <param name="Maximum">Whether the alarm of the maximum begins or ends with this.</param>
/// <param name="JumpedBy">People the camera's total moved by when that is more than can be; they were not counted. 0: no jump.</param>
internal readonly record struct GroupChange(bool Changed, MaximumChange Maximum, long JumpedBy)
{
    public static GroupChange None => default;
}

internal enum MaximumChange : byte
{
    None,

    /// <summary>The maximum was reached; told once until it is left.</summary>
    Reached,

    /// <summary>The count fell below the maximum.</summary>
    Left,
}
