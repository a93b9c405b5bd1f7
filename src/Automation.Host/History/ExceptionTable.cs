using System.Data.Common;
using System.Globalization;
using System.Text;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Storage.Sql;

namespace Automation.Host.History;

/// <summary>The rows of the exception centre. Every method works inside the caller's transaction or reading session.</summary>
internal static class ExceptionTable
{
    private const string Columns = "id, site, device, resource, type, rule, began, ended, cause, message, received_by, recipients, acknowledged_at, acknowledged_by, note";

    public static SqlPart Part { get; } = new(
        "exceptions",
        """
        CREATE TABLE exceptions (
            id {identity}, site {text} NOT NULL, device {text}, resource {text}, type {text} NOT NULL, rule {text},
            began BIGINT NOT NULL, ended BIGINT, cause BIGINT, message TEXT NOT NULL, received_by TEXT NOT NULL, recipients TEXT NOT NULL,
            acknowledged_at BIGINT, acknowledged_by TEXT, note TEXT);
        CREATE INDEX exceptions_device ON exceptions (device, id);
        CREATE INDEX exceptions_type ON exceptions (type, id);
        CREATE INDEX exceptions_lasting ON exceptions (site, type) WHERE ended IS NULL;
        CREATE INDEX exceptions_began ON exceptions (began);
        """)
    {
        Salvaged = ["exceptions"],
    };

    /// <summary>What the engine says of an exception rule. A begin that is known (of the same cause, or still lasting) adds nothing.</summary>
    public static void Take(SqlSession s, string site, in ExceptionChange change, string message)
    {
        if (!change.Active) End(s, site, change.Source, change.Exception, change.Rule, change.At);
        else Begin(s, new ExceptionRecord
        {
            Id = 0, Site = site, Source = change.Source, Type = change.Exception, Rule = change.Rule, Began = change.At, Cause = change.Cause, Message = message,
            ReceivedBy = change.ReceivedBy, Recipients = change.Recipients,
        });
    }

    public static void Begin(SqlSession s, ExceptionRecord x)
    {
        string? device = x.Source.IsEmpty ? null : x.Source.DeviceAddress.Value;
        string? resource = x.Source.IsEmpty || x.Source.IsDevice ? null : x.Source.Value;
        s.Execute(
            """
            INSERT INTO exceptions (site, device, resource, type, rule, began, ended, cause, message, received_by, recipients)
            SELECT $1, $2, $3, $4, $5, CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT), $9, $10, $11 WHERE NOT EXISTS
                (SELECT 1 FROM exceptions WHERE site = $1 AND type = $4 AND ended IS NULL AND coalesce(device, '') = coalesce($2, '') AND coalesce(resource, '') = coalesce($3, '') AND coalesce(rule, '') = coalesce($5, ''))
            """,
            x.Site, device, resource, x.Type, x.Rule, x.Began, x.Ended, x.Cause?.Sequence, x.Message, string.Join(' ', x.ReceivedBy), string.Join(' ', x.Recipients));
    }

    public static void End(SqlSession s, string site, ResourceAddress source, string type, string? rule, DateTimeOffset at) => s.Execute(
        """
        UPDATE exceptions SET ended = $6 WHERE site = $1 AND type = $4 AND ended IS NULL
        AND coalesce(device, '') = $2 AND coalesce(resource, '') = $3 AND coalesce(rule, '') = $5
        """,
        site, source.IsEmpty ? "" : source.DeviceAddress.Value, source.IsEmpty || source.IsDevice ? "" : source.Value, type, rule ?? "", at);

    /// <summary>The exception that people were told of under this notice.</summary>
    public static void AcknowledgeNotice(SqlSession s, string notice, string by, DateTimeOffset at) => s.Execute(
        """
        UPDATE exceptions SET acknowledged_at = $2, acknowledged_by = $3, note = '' WHERE acknowledged_at IS NULL AND id = (
            SELECT max(x.id) FROM exceptions x JOIN notices n ON n.id = $1 AND n.site = x.site AND n.rule = x.rule AND n.exception = x.type AND n.at = x.began AND n.source = coalesce(x.resource, x.device, ''))
        """,
        notice, at, by);

    public static bool Acknowledge(SqlSession s, long id, string by, string note, DateTimeOffset at) =>
        s.Execute("UPDATE exceptions SET acknowledged_at = $2, acknowledged_by = $3, note = $4 WHERE id = $1 AND acknowledged_at IS NULL", id, at, by, note) == 1;

    public static List<ExceptionRecord> Read(SqlSession s, ExceptionFilter filter, long? before, int maximum)
    {
        var values = new List<object?>();
        string where = Where(filter, values);
        if (before is { } id) where += And(values, "id < ", id);
        values.Add((long)maximum);
        return s.Query(string.Create(CultureInfo.InvariantCulture, $"SELECT {Columns} FROM exceptions WHERE 1 = 1{where} ORDER BY id DESC LIMIT ${values.Count}"), Row, values.ToArray());
    }

    public static Dictionary<string, long> Count(SqlSession s, ExceptionFilter filter)
    {
        var values = new List<object?>();
        string where = Where(filter, values);
        return s.Query($"SELECT type, count(*) FROM exceptions WHERE 1 = 1{where} GROUP BY type", r => KeyValuePair.Create(r.GetString(0), r.GetInt64(1)), values.ToArray()).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>Removes what is over and began before an instant, the oldest so many at most. What lasts stays.</summary>
    public static int Drop(SqlSession s, DateTimeOffset before, int maximum) =>
        s.Execute("DELETE FROM exceptions WHERE id IN (SELECT id FROM exceptions WHERE began < $1 AND ended IS NOT NULL ORDER BY began LIMIT $2)", before, maximum);

    /// <summary>Removes the oldest that are over until so many are left.</summary>
    public static int Keep(SqlSession s, long rows, int maximum) => s.Execute(
        "DELETE FROM exceptions WHERE id IN (SELECT id FROM exceptions WHERE ended IS NOT NULL ORDER BY id LIMIT (SELECT CASE WHEN count(*) - $1 < 0 THEN 0 WHEN count(*) - $1 > $2 THEN $2 ELSE count(*) - $1 END FROM exceptions))",
        rows, maximum);

    private static string Where(ExceptionFilter filter, List<object?> values)
    {
        var where = new StringBuilder();
        if (filter.Sites.Count > 0) where.Append(In(values, "site", filter.Sites));
        if (!filter.Source.IsEmpty) where.Append(And(values, "device = ", filter.Source.DeviceAddress.Value));
        if (!filter.Source.IsEmpty && !filter.Source.IsDevice) where.Append(And(values, "resource = ", filter.Source.Value));
        if (filter.Types.Count > 0) where.Append(In(values, "type", filter.Types));
        if (filter.From is { } from) where.Append(And(values, "coalesce(ended, 9223372036854775807) >= ", from));
        if (filter.Until is { } until) where.Append(And(values, "began < ", until));
        if (filter.Lasting is { } lasting) where.Append(lasting ? " AND ended IS NULL" : " AND ended IS NOT NULL");
        if (filter.Acknowledged is { } acknowledged) where.Append(acknowledged ? " AND acknowledged_at IS NOT NULL" : " AND acknowledged_at IS NULL");
        return where.ToString();
    }

    private static string And(List<object?> values, string condition, object value)
    {
        values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $" AND {condition}${values.Count}");
    }

    private static string In(List<object?> values, string column, IReadOnlyList<string> any)
    {
        var list = new StringBuilder();
        foreach (string one in any)
        {
            values.Add(one);
            list.Append(CultureInfo.InvariantCulture, $"{(list.Length == 0 ? "" : ", ")}${values.Count}");
        }

        return $" AND {column} IN ({list})";
    }

    private static ExceptionRecord Row(DbDataReader r)
    {
        string site = r.GetString(1);
        return new ExceptionRecord
        {
            Id = r.GetInt64(0),
            Site = site,
            Source = ResourceAddress.TryParse(r.TextOrNull(3) ?? r.TextOrNull(2), out ResourceAddress source) ? source : default,
            Type = r.GetString(4),
            Rule = r.TextOrNull(5),
            Began = r.Instant(6),
            Ended = r.InstantOrNull(7),
            Cause = r.IsDBNull(8) ? null : new CauseId(site, r.GetInt64(8)),
            Message = r.GetString(9),
            ReceivedBy = Words(r.GetString(10)),
            Recipients = Words(r.GetString(11)),
            Acknowledged = r.InstantOrNull(12) is { } at ? new ExceptionAcknowledgement(at, r.GetString(13), r.TextOrNull(14) ?? "") : null,
        };
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
