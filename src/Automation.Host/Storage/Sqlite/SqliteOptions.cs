namespace Automation.Host.Storage.Sqlite;

/// <summary>How the file is kept (<c>storage.sqlite</c> in the configuration).</summary>
internal sealed record SqliteOptions
{
    public const string FileName = "automation.db";

    /// <summary>The database file. What goes with it stands beside it.</summary>
    public required string Path { get; init; }

    /// <summary>The file may not grow beyond; what would make it larger is refused like on a full disk. 0: the disk is the limit.</summary>
    public long MaximumBytes { get; init; }

    /// <summary>Space held back, and given up when the disk is full, so that what must be durable still is. Default 16 MiB: some ten thousand alarms with their actions.</summary>
    public long ReserveBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Files up to this size are checked at every start. Default 64 MiB: a tenth of a second.</summary>
    public long AlwaysCheckedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>A larger file is checked after a stop that was not clean, table by table; after this no further table is begun. Default 5 s: doors should not wait longer for it.</summary>
    public TimeSpan CheckTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Damaged files that are kept set aside; the oldest are removed.</summary>
    public int DamagedFiles { get; init; } = 3;
}
