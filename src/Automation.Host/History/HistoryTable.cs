using System.Data.Common;
using System.Globalization;
using System.Text;
using Automation.Core.Model;
using Automation.Host.Storage.Sql;

namespace Automation.Host.History;

/// <summary>The rows of the history. Every method works inside the caller's transaction or reading session.</summary>
internal static class HistoryTable
{
    /// <summary>What a row costs besides its texts, with its share of the indexes; measured with ten million rows (results/history.md).</summary>
    public const int RowBytes = 160;

    private const string Columns = "site, sequence, number, kind, at, cause, coalesce(resource, device), type, rule, detail";

    /// <summary>Adds rows of one site, which are in order; those that are there already are left as they are. Returns how many are new.</summary>
    public static int Add(SqlSession s, IReadOnlyList<HistoryRow> rows)
    {
        if (rows.Count == 0) return 0;
        var values = new object?[rows.Count][];
        for (int i = 0; i < rows.Count; i++)
        {
            HistoryRow r = rows[i];
            string? device = r.Resource.IsEmpty ? null : r.Resource.DeviceAddress.Value;
            string? resource = r.Resource.IsEmpty || r.Resource.IsDevice ? null : r.Resource.Value;
            values[i] = [r.Place.Site, r.Place.Sequence, r.Place.Number, (long)r.Kind, r.At.UtcTicks, r.Cause.Sequence, device, resource, r.Type, r.Rule, r.Detail];
        }

        int added = s.ExecuteMany(
            """
            INSERT INTO history (site, sequence, number, kind, at, cause, device, resource, type, rule, detail)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (site, sequence, number) DO NOTHING
            """,
            values);
        if (added > 0) Count(s, rows);
        return added;
    }

    /// <summary>One page of one site, newest first.</summary>
    /// <param name="before">Only rows that come before this one; null: the newest.</param>
    public static List<HistoryRow> Read(SqlSession s, string site, IReadOnlyList<HistoryKind> kinds, HistoryFilter filter, HistoryCursor? before, int maximum)
    {
        (long first, long last)? range = Range(s, site, filter.From, Earlier(filter.Until, before?.At));
        if (range is not { } sequences) return [];
        var values = new List<object?>();
        var where = new StringBuilder();
        And($"sequence BETWEEN {Value(sequences.first)} AND {Value(sequences.last)}");
        // One index at a time: an expression keeps the planner from taking the one of the site.
        And(!filter.Resource.IsEmpty || filter.Rule is not null ? $"site || '' = {Value(site)}" : $"site = {Value(site)}");
        if (!filter.Resource.IsEmpty)
        {
            And($"device = {Value(filter.Resource.DeviceAddress.Value)}");
            if (!filter.Resource.IsDevice) And($"resource = {Value(filter.Resource.Value)}");
        }

        if (filter.Rule is { } rule) And(filter.Resource.IsEmpty ? $"rule = {Value(rule)}" : $"rule || '' = {Value(rule)}");
        if (filter.Type is { } type) And(!filter.Resource.IsEmpty || filter.Rule is not null ? $"type || '' = {Value(type)}" : $"type = {Value(type)}");
        if (kinds is [var one] && !IsNarrow(filter)) And($"kind = {Value((long)one)}");
        else if (kinds.Count > 0) And($"kind + 0 IN ({string.Join(", ", kinds.Select(k => Value((long)k)))})");
        if (filter.Cause is { } cause) And($"cause = {Value(cause)}");
        if (filter.From is { } from) And($"at >= {Value(from.UtcTicks)}");
        if (filter.Until is { } until) And($"at < {Value(until.UtcTicks)}");
        if (before is { } cursor) And(Before(cursor));
        return s.Query($"SELECT {Columns} FROM history WHERE {where} ORDER BY sequence DESC, number DESC LIMIT {Value((long)maximum)}", Row, values.ToArray());

        string Value(object? value)
        {
            values.Add(value);
            return string.Create(CultureInfo.InvariantCulture, $"${values.Count}");
        }

        void And(string condition) => where.Append(where.Length == 0 ? "" : " AND ").Append(condition);

        string Before(HistoryCursor cursor) => string.CompareOrdinal(site, cursor.Place.Site) switch
        {
            0 => $"(sequence, number) < ({Value(cursor.Place.Sequence)}, {Value(cursor.Place.Number)})",
            < 0 => $"at <= {Value(cursor.At.UtcTicks)}",
            _ => $"at < {Value(cursor.At.UtcTicks)}",
        };
    }

    /// <summary>Whether an index other than the kind's finds what is looked for: then all kinds are looked for at once.</summary>
    public static bool IsNarrow(HistoryFilter filter) => !filter.Resource.IsEmpty || filter.Rule is not null || filter.Type is not null;

    public static List<string> Sites(SqlSession s) => s.Query("SELECT DISTINCT site FROM history_hours ORDER BY site", r => r.GetString(0));

    /// <summary>What the history of all sites takes, by our own count.</summary>
    public static (long Rows, long Bytes) Size(SqlSession s) =>
        s.Query("SELECT CAST(coalesce(sum(entries), 0) AS BIGINT), CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM history_hours", r => (r.GetInt64(0), r.GetInt64(1)))[0];

    /// <summary>The oldest hour that is kept, over all sites; null when there is nothing.</summary>
    public static HistoryHour? Oldest(SqlSession s) =>
        s.Query("SELECT site, hour, last, entries, bytes FROM history_hours ORDER BY hour LIMIT 1", r => new HistoryHour(r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4))) is [var oldest] ? oldest : null;

    /// <summary>Removes rows of the oldest hour, so many at most; when fewer went, the hour is gone.</summary>
    public static int Drop(SqlSession s, HistoryHour hour, int maximum)
    {
        int dropped = s.Execute(
            """
            DELETE FROM history WHERE site = $1 AND sequence <= $2 AND (site, sequence, number) IN
                (SELECT site, sequence, number FROM history WHERE site = $1 AND sequence <= $2 ORDER BY sequence, number LIMIT $3)
            """,
            hour.Site, hour.Last, maximum);
        if (dropped < maximum) s.Execute("DELETE FROM history_hours WHERE site = $1 AND hour = $2", hour.Site, hour.Hour);
        return dropped;
    }

    public static long HourOf(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerHour;

    private static void Count(SqlSession s, IReadOnlyList<HistoryRow> rows)
    {
        for (int start = 0; start < rows.Count;)
        {
            long hour = HourOf(rows[start].At);
            long bytes = 0;
            int end = start;
            for (; end < rows.Count && HourOf(rows[end].At) == hour; end++) bytes += RowBytes + rows[end].Detail.Length + rows[end].Resource.Value.Length + 2 * rows[end].Type.Length;
            s.Execute(
                """
                INSERT INTO history_hours (site, hour, first, last, entries, bytes) VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (site, hour) DO UPDATE SET last = excluded.last, entries = history_hours.entries + excluded.entries, bytes = history_hours.bytes + excluded.bytes
                """,
                rows[start].Place.Site, hour, rows[start].Place.Sequence, rows[end - 1].Place.Sequence, end - start, bytes);
            start = end;
        }
    }

    /// <summary>Instants of a site never go back, so a span of time is a span of the key.</summary>
    private static (long First, long Last)? Range(SqlSession s, string site, DateTimeOffset? from, DateTimeOffset? until)
    {
        long lowest = from is { } begin ? HourOf(begin) : 0;
        long highest = until is { } end ? HourOf(end) : long.MaxValue;
        return s.Query(
            "SELECT min(first), max(last) FROM history_hours WHERE site = $1 AND hour BETWEEN $2 AND $3",
            r => r.IsDBNull(0) ? ((long, long)?)null : (r.GetInt64(0), r.GetInt64(1)), site, lowest, highest)[0];
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;

    private static HistoryRow Row(DbDataReader r)
    {
        string site = r.GetString(0);
        return new HistoryRow
        {
            Place = new HistoryPlace(site, r.GetInt64(1), r.GetInt64(2)),
            Kind = (HistoryKind)r.GetInt64(3),
            At = r.Instant(4),
            Cause = new CauseId(site, r.GetInt64(5)),
            Resource = ResourceAddress.TryParse(r.TextOrNull(6), out ResourceAddress resource) ? resource : default,
            Type = r.GetString(7),
            Rule = r.TextOrNull(8),
            Detail = r.GetString(9),
        };
    }
}

/// <summary>What a site's history of one hour (since the year 1) takes.</summary>
internal readonly record struct HistoryHour(string Site, long Hour, long Last, long Entries, long Bytes);
