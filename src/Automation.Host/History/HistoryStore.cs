using System.Runtime.CompilerServices;
using Automation.Core.Model;
using Automation.Host.Storage.Sql;

namespace Automation.Host.History;

/// <summary>Reads the history beside the writer, and keeps it within its limits.</summary>
internal sealed class HistoryStore(IDatabase database) : IHistory
{
    public async ValueTask<HistoryPage> ReadAsync(HistoryFilter filter, HistoryCursor? before, int maximum, CancellationToken cancellationToken)
    {
        maximum = Math.Clamp(maximum, 1, HistoryLimits.PageRows);
        List<HistoryRow> rows = await database.ReadAsync(s => Read(s, filter, before, maximum + 1), cancellationToken);
        if (rows.Count <= maximum) return new HistoryPage(rows, null);
        rows.RemoveRange(maximum, rows.Count - maximum);
        return new HistoryPage(rows, new HistoryCursor(rows[^1].At, rows[^1].Place));
    }

    public async IAsyncEnumerable<HistoryRow> StreamAsync(HistoryFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        HistoryCursor? next = null;
        do
        {
            HistoryPage page = await ReadAsync(filter, next, HistoryLimits.PageRows, cancellationToken);
            foreach (HistoryRow row in page.Rows) yield return row;
            next = page.Next;
        }
        while (next is not null);
    }

    public ValueTask<IReadOnlyList<Sample>> SamplesAsync(ResourceAddress resource, string? property, DateTimeOffset from, DateTimeOffset until, TimeSpan step, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<Sample>>(s => SampleTable.Read(s, resource, property, from, until, step, HistoryLimits.SamplesOfAnAnswer), cancellationToken);

    /// <summary>Removes what is older or more than the limits allow, a little at a time; returns the rows that went.</summary>
    public async ValueTask<int> PruneAsync(HistoryLimits limits, DateTimeOffset now, CancellationToken cancellationToken)
    {
        int dropped = 0;
        while (await database.RunAsync(HistoryTable.Oldest, cancellationToken) is { } oldest)
        {
            bool tooOld = oldest.Hour < HistoryTable.HourOf(now - limits.KeptFor);
            if (!tooOld && (await database.RunAsync(HistoryTable.Size, cancellationToken)).Bytes <= limits.KeptBytes) break;
            int rows;
            do
            {
                rows = await database.RunAsync(s => HistoryTable.Drop(s, oldest, HistoryLimits.DropRows), cancellationToken);
                dropped += rows;
            }
            while (rows == HistoryLimits.DropRows);
        }

        int samples;
        do
        {
            samples = await database.RunAsync(s => SampleTable.Drop(s, now - limits.SamplesKeptFor, HistoryLimits.DropRows), cancellationToken);
            dropped += samples;
        }
        while (samples == HistoryLimits.DropRows);
        return dropped;
    }

    /// <summary>The sites' (and kinds') rows, each in order already, put into one order.</summary>
    private static List<HistoryRow> Read(SqlSession s, HistoryFilter filter, HistoryCursor? before, int maximum)
    {
        IReadOnlyList<string> sites = !filter.Resource.IsEmpty ? [filter.Resource.Site] : filter.Sites.Count > 0 ? filter.Sites : HistoryTable.Sites(s);
        if (!filter.Resource.IsEmpty && filter.Sites.Count > 0 && !filter.Sites.Contains(filter.Resource.Site)) return [];
        IReadOnlyList<HistoryKind>[] kinds = filter.Kinds.Count < 2 || HistoryTable.IsNarrow(filter) ? [filter.Kinds] : [.. filter.Kinds.Select(k => (IReadOnlyList<HistoryKind>)[k])];
        var rows = new List<HistoryRow>();
        foreach (string site in sites)
        {
            foreach (IReadOnlyList<HistoryKind> kind in kinds) rows.AddRange(HistoryTable.Read(s, site, kind, filter, before, maximum));
        }

        if (sites.Count == 1 && kinds.Length == 1) return rows;
        rows.Sort(NewestFirst);
        if (rows.Count > maximum) rows.RemoveRange(maximum, rows.Count - maximum);
        return rows;
    }

    private static int NewestFirst(HistoryRow a, HistoryRow b)
    {
        int order = b.At.CompareTo(a.At);
        if (order == 0) order = string.CompareOrdinal(b.Place.Site, a.Place.Site);
        if (order == 0) order = b.Place.Sequence.CompareTo(a.Place.Sequence);
        return order != 0 ? order : b.Place.Number.CompareTo(a.Place.Number);
    }
}
