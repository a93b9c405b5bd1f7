namespace Automation.Host.Journal;

/// <summary>Which snapshots stay, and from which on the journal is kept.</summary>
/// <param name="Oldest">The journal up to it, and the snapshots before it, may go; null: all of the journal stays.</param>
/// <param name="Thinned">Snapshots between others that are close enough.</param>
internal sealed record SnapshotPlan(SnapshotPlace? Oldest, IReadOnlyList<long> Thinned)
{
    /// <param name="snapshots">Newest first.</param>
    public static SnapshotPlan Of(IReadOnlyList<SnapshotPlace> snapshots, JournalLimits limits, DateTimeOffset now)
    {
        int oldest = OldestNeeded(snapshots, limits, now);
        int kept = oldest < 0 ? snapshots.Count : oldest + 1;
        var thinned = new List<long>();
        DateTimeOffset last = DateTimeOffset.MaxValue;
        for (int i = limits.NewestSnapshots; i < kept - 1; i++)
        {
            // From the newest back; the oldest stays, because the journal begins there.
            if (last - snapshots[i].At >= limits.SnapshotEvery) last = snapshots[i].At;
            else thinned.Add(snapshots[i].Sequence);
        }

        return new SnapshotPlan(oldest < 0 ? null : snapshots[oldest], thinned);
    }

    /// <summary>The place of the first one (from the newest) that is old enough, or beyond which the journal is too large; -1: there is none.</summary>
    private static int OldestNeeded(IReadOnlyList<SnapshotPlace> snapshots, JournalLimits limits, DateTimeOffset now)
    {
        long bytes = 0;
        for (int i = 0; i < snapshots.Count; i++)
        {
            bytes += snapshots[i].JournalBytes;
            if (i + 1 < limits.NewestSnapshots) continue;
            if (snapshots[i].At <= now - limits.KeptFor || bytes > limits.KeptBytes) return i;
        }

        return -1;
    }
}
