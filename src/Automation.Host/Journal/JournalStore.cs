using Automation.Core.Engine;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;

namespace Automation.Host.Journal;

/// <summary>The journals of all sites in the one database.</summary>
/// <remarks>Methods throw <see cref="StorageException"/> when the disk refuses; nothing of the call is then stored.</remarks>
internal sealed class JournalStore(IDatabase database, IReadOnlyList<ISiteCommitPart> parts, StandIn? standIn = null)
{
    /// <summary>Rows read at once: some megabytes at most.</summary>
    private const int PageRows = 1_000;

    /// <summary>Rows removed in one transaction, so that a site that commits does not wait long.</summary>
    private const int DropRows = 2_000;

    public JournalStore(IDatabase database)
        : this(database, [])
    {
    }

    /// <summary>Writes a batch with all that follows from it, and returns the rows of the requests that were not there yet.</summary>
    public async ValueTask<List<OutboxRow>> CommitAsync(SiteCommit commit, CancellationToken cancellationToken)
    {
        try
        {
            List<OutboxRow> added = await CommitAsync(commit, parts, cancellationToken);
            foreach (ISiteCommitPart part in parts) part.Committed(commit);
            return added;
        }
        catch (StorageException e) when (e.Reason == StorageReason.Refused && parts.Count > 0)
        {
            // Only this commit is refused, so something of it is wrong: what is kept for people must not hold up an alarm.
            List<OutboxRow> added = await CommitAsync(commit, [], cancellationToken);
            PartsRefused?.Invoke(e);
            return added;
        }
    }

    /// <summary>A commit was kept without its parts, for this reason. Must return quickly.</summary>
    public Action<StorageException>? PartsRefused { get; init; }

    /// <summary>Commits are kept in memory at present, because the database refuses.</summary>
    public bool IsUnwritten => standIn is { IsInUse: true };

    private async ValueTask<List<OutboxRow>> CommitAsync(SiteCommit commit, IReadOnlyList<ISiteCommitPart> all, CancellationToken cancellationToken)
    {
        if (standIn is null) return await database.RunAsync(s => Write(s, commit, all), cancellationToken);
        List<OutboxRow> added = await standIn.RunAsync(s => Write(s, commit, all), () => Unwritten(commit, standIn), commit.Row.Bytes.Length + 400 * (commit.Outputs.Count + commit.Requests.Count), cancellationToken);
        if (added is [.., { IsUnwritten: false } last]) standIn.Seen(last.Position);
        return added;
    }

    private static List<OutboxRow> Write(SqlSession s, SiteCommit commit, IReadOnlyList<ISiteCommitPart> all)
    {
        if (commit.RuleSet is { } rules) JournalTable.AddRules(s, commit.Site, rules.Fingerprint, commit.Row.At, rules.Bytes);
        JournalTable.Add(s, commit.Site, commit.Row);
        foreach (RuleSwitch change in commit.Toggles) SqlHostStore.SaveToggle(s, change.Rule, change.Enabled, change.At);
        foreach (string id in commit.Ended) OutboxTable.Tell(s, id);
        List<OutboxRow> added = OutboxTable.Add(s, commit.Requests);
        foreach (ISiteCommitPart part in all) part.Write(s, commit);
        return added;
    }

    private static List<OutboxRow> Unwritten(SiteCommit commit, StandIn standIn) =>
        [.. commit.Requests.Select(r => new OutboxRow(standIn.NextPosition(), r, OutboxState.Pending, 0, null, null) { IsUnwritten = true })];

    /// <param name="journalBytes">Of the journal since the snapshot before.</param>
    public ValueTask SaveSnapshotAsync(string site, SiteSnapshot snapshot, long journalBytes, CancellationToken cancellationToken) =>
        Do(s => JournalTable.AddSnapshot(s, site, snapshot, journalBytes), cancellationToken);

    /// <summary>Newest first, without their bytes.</summary>
    public ValueTask<List<SnapshotPlace>> SnapshotsAsync(string site, CancellationToken cancellationToken) => database.ReadAsync(s => JournalTable.Snapshots(s, site), cancellationToken);

    public ValueTask<byte[]?> SnapshotBytesAsync(string site, long sequence, CancellationToken cancellationToken) => database.ReadAsync(s => JournalTable.SnapshotBytes(s, site, sequence), cancellationToken);

    public ValueTask<byte[]?> RulesAsync(string site, string fingerprint, CancellationToken cancellationToken) => database.ReadAsync(s => JournalTable.Rules(s, site, fingerprint), cancellationToken);

    public ValueTask<IReadOnlyList<string>> SitesAsync(CancellationToken cancellationToken) => database.ReadAsync(JournalTable.Sites, cancellationToken);

    /// <summary>The number of the last entry; 0 when there is none.</summary>
    public ValueTask<long> LastAsync(string site, CancellationToken cancellationToken) => database.ReadAsync(s => JournalTable.Last(s, site), cancellationToken);

    /// <summary>The rows after a number, in order, read in pages.</summary>
    public async IAsyncEnumerable<(long First, long Last, byte[] Bytes)> ReadAsync(string site, long after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            List<(long First, long Last, byte[] Bytes)> page = await database.ReadAsync(s => JournalTable.Read(s, site, after, PageRows), cancellationToken);
            foreach ((long First, long Last, byte[] Bytes) row in page) yield return row;
            if (page.Count < PageRows) yield break;
            after = page[^1].Last;
        }
    }

    /// <summary>Takes away what cannot be trusted: every row after a number.</summary>
    public ValueTask DropAfterAsync(string site, long last, CancellationToken cancellationToken) => Do(s => JournalTable.DropAfter(s, site, last), cancellationToken);

    /// <summary>Takes away a snapshot that cannot be used.</summary>
    public ValueTask DropSnapshotAsync(string site, long sequence, CancellationToken cancellationToken) => Do(s => JournalTable.Thin(s, site, sequence), cancellationToken);

    /// <summary>Removes what is older or larger than the limits allow; always from one snapshot to the next, so that what is left can be replayed.</summary>
    /// <returns>Rows removed.</returns>
    public async ValueTask<int> PruneAsync(string site, JournalLimits limits, DateTimeOffset now, CancellationToken cancellationToken)
    {
        List<SnapshotPlace> snapshots = await SnapshotsAsync(site, cancellationToken);
        SnapshotPlan plan = SnapshotPlan.Of(snapshots, limits, now);
        foreach (long sequence in plan.Thinned) await Do(s => JournalTable.Thin(s, site, sequence), cancellationToken);
        if (plan.Oldest is not { } oldest) return 0;
        await Do(s => JournalTable.BeginWith(s, site, oldest.Sequence), cancellationToken);
        int removed = 0;
        int rows;
        do
        {
            rows = await database.RunAsync(s => JournalTable.DropBefore(s, site, oldest.Sequence, DropRows), cancellationToken);
            removed += rows;
        }
        while (rows == DropRows);

        await Do(s => JournalTable.DropRules(s, site, oldest.At), cancellationToken);
        return removed;
    }

    private async ValueTask Do(Action<SqlSession> work, CancellationToken cancellationToken) => await database.RunAsync(
        s =>
        {
            work(s);
            return 0;
        },
        cancellationToken);
}
