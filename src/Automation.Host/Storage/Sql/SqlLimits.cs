namespace Automation.Host.Storage.Sql;

/// <summary>Bounds of one database.</summary>
internal sealed record SqlLimits
{
    /// <summary>Changes that may wait; further callers wait in turn. A second of work at a flush of 2 ms.</summary>
    public int WaitingChanges { get; init; } = 4_096;

    /// <summary>Changes in one commit: keeps the time until the first of them is answered short.</summary>
    public int ChangesInACommit { get; init; } = 512;

    /// <summary>Readers at once; further ones wait. Two: a long export and the dashboard, without a third core to use.</summary>
    public int Readers { get; init; } = 2;
}
