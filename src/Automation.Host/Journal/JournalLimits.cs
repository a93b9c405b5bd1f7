namespace Automation.Host.Journal;

/// <summary>The bounds of a site's journal.</summary>
internal sealed record JournalLimits
{
    public static JournalLimits Default { get; } = new();

    /// <summary>Inputs stepped and committed together: one flush to disk for a burst.</summary>
    public int InputsInACommit { get; init; } = 256;

    /// <summary>Inputs after which the state is kept anew. Default 50,000: a start re-steps them in a fraction of a second.</summary>
    public int InputsToSnapshot { get; init; } = 50_000;

    /// <summary>Bytes of journal after which the state is kept anew; likewise.</summary>
    public long BytesToSnapshot { get; init; } = 8 * 1024 * 1024;

    /// <summary>After a change the state is kept anew at the latest this much later. Default an hour: a memory card is not worn out by a site where little happens.</summary>
    public TimeSpan TimeToSnapshot { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a past day can be replayed. Default 35 days: last month.</summary>
    public TimeSpan KeptFor { get; init; } = TimeSpan.FromDays(35);

    /// <summary>Bytes of journal kept of one site; the oldest give way. Default 1 GiB: ten million inputs.</summary>
    public long KeptBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>Snapshots kept whatever their age: when the newest cannot be read, the one before it and more of the journal do.</summary>
    public int NewestSnapshots { get; init; } = 2;

    /// <summary>Of older ones, one in this time is kept, so that a replay of a day need not begin a month before it.</summary>
    public TimeSpan SnapshotEvery { get; init; } = TimeSpan.FromHours(12);

    /// <summary>How old what the last commit before a crash gave out may be to be told again at the start. Default 30 s: what an output or a camera action is worth.</summary>
    public TimeSpan ToldLate { get; init; } = TimeSpan.FromSeconds(30);
}
