namespace Automation.Host.History;

/// <summary>Bounds of the history.</summary>
internal sealed record HistoryLimits
{
    public static HistoryLimits Default { get; } = new();

    /// <summary>How long it is kept. Default 400 days: the same week of last year can be looked at.</summary>
    public TimeSpan KeptFor { get; init; } = TimeSpan.FromDays(400);

    /// <summary>Bytes it may take, by our own count (<see cref="HistoryTable.RowBytes"/>); the oldest hours give way. Default 1 GiB: some four million rows, and room on a small card.</summary>
    public long KeptBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>How long numbers by minute are kept. Default 400 days, like the rest.</summary>
    public TimeSpan SamplesKeptFor { get; init; } = TimeSpan.FromDays(400);

    /// <summary>Properties that are not recorded: they change all the time and say little.</summary>
    public IReadOnlySet<string> Unrecorded { get; init; } = new HashSet<string>(StringComparer.Ordinal) { "azimuth", "elevation", "zoom", "lastSeen", "uptime", "deviceTime" };

    /// <summary>Rows of one commit; detail above that is left out and counted. Default 4,000: a commit of 256 inputs with fifteen each, so only a storm reaches it.</summary>
    public int RowsOfACommit { get; init; } = 4_000;

    /// <summary>Characters of the detail of a row; a longer one keeps its beginning only. Default 4,000: an event with all its data is shorter.</summary>
    public int DetailLength { get; init; } = 4_000;

    /// <summary>Rows of a page at most.</summary>
    public const int PageRows = 1_000;

    /// <summary>Samples of one answer at most: a week by minute.</summary>
    public const int SamplesOfAnAnswer = 10_080;

    /// <summary>Rows removed in one transaction, so that a site that commits does not wait long.</summary>
    public const int DropRows = 2_000;
}
