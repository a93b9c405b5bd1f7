using System.Collections.Immutable;
using System.Data.Common;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Storage.Sql;
using Automation.Notify;
using Automation.Notify.WebPush;

namespace Automation.Host.Notifications;

/// <summary>The tables of notices, of whom they are told, and of browsers. Every method works inside the caller's transaction.</summary>
internal static class NotificationTables
{
    private const string NoticeColumns =
        "position, id, site, cause, at, rule, source, exception, message, triggered_by, received_by, recipients, ended_at, acknowledged_at, acknowledged_by, told_at, escalated, planned, closed, version";

    private const string DeliveryColumns =
        "notice, number, person, way, target, step, is_end, created_at, state, message, attempts, next_at, expires_at, reason, detail, finished_at";

    public static SqlPart Part { get; } = new(
        "notifications",
        """
        CREATE TABLE notices (
            position {identity},
            id {text} NOT NULL UNIQUE,
            site {text} NOT NULL, cause TEXT NOT NULL, at BIGINT NOT NULL, rule {text} NOT NULL, source {text} NOT NULL, exception {text} NOT NULL,
            message TEXT NOT NULL, triggered_by TEXT NOT NULL, received_by TEXT NOT NULL, recipients TEXT NOT NULL,
            ended_at BIGINT, acknowledged_at BIGINT, acknowledged_by TEXT NOT NULL, told_at BIGINT,
            escalated BIGINT NOT NULL, planned BIGINT NOT NULL, closed BIGINT NOT NULL, version BIGINT NOT NULL, seen BIGINT NOT NULL);
        CREATE INDEX notices_changed ON notices (position) WHERE version > seen;
        CREATE INDEX notices_open ON notices (position) WHERE closed = 0;
        CREATE INDEX notices_active ON notices (rule, source, exception) WHERE ended_at IS NULL;
        CREATE TABLE deliveries (
            notice BIGINT NOT NULL, number BIGINT NOT NULL,
            person TEXT NOT NULL, way BIGINT NOT NULL, target TEXT NOT NULL, step BIGINT NOT NULL, is_end BIGINT NOT NULL, created_at BIGINT NOT NULL,
            state BIGINT NOT NULL, message TEXT NOT NULL, attempts BIGINT NOT NULL, next_at BIGINT, expires_at BIGINT, reason TEXT NOT NULL, detail TEXT NOT NULL, finished_at BIGINT,
            PRIMARY KEY (notice, number));
        CREATE INDEX deliveries_dead ON deliveries (notice) WHERE state IN (3, 4);
        CREATE TABLE push_subscriptions (endpoint {text} PRIMARY KEY, person TEXT NOT NULL, p256dh TEXT NOT NULL, auth TEXT NOT NULL, at BIGINT NOT NULL);
        """);

    /// <summary>Keeps what a batch of a site's outputs tells people. Adding the same again adds nothing.</summary>
    public static void Add(SqlSession s, IReadOnlyList<SiteOutput> outputs, NotificationLimits limits)
    {
        for (int i = 0; i < outputs.Count; i++)
        {
            switch (outputs[i])
            {
                case SiteOutput.Notified { Value: var request }:
                    Add(s, Notice.Of(request, TriggerOf(outputs, i, request.Cause, request.Rule), limits));
                    break;
                case SiteOutput.Exceptional { Value: { Active: true } change }:
                    Add(s, Notice.Of(change, TriggerOf(outputs, i, change.Cause, change.Rule)));
                    break;
                case SiteOutput.Exceptional { Value: var change }:
                    s.Execute(
                        "UPDATE notices SET ended_at = $4, version = version + 1 WHERE rule = $1 AND source = $2 AND exception = $3 AND ended_at IS NULL",
                        change.Rule, change.Source.Value, change.Exception, change.At);
                    break;
            }
        }
    }

    public static void Add(SqlSession s, Notice notice) => s.Execute(
        """
        INSERT INTO notices (id, site, cause, at, rule, source, exception, message, triggered_by, received_by, recipients, acknowledged_by, escalated, planned, closed, version, seen)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', 0, 0, 0, 1, 0) ON CONFLICT (id) DO NOTHING
        """,
        notice.Id, notice.Site, notice.Cause, notice.At, notice.Rule, notice.Source.Value ?? "", notice.Exception, notice.Message, notice.Trigger, Join(notice.ReceivedBy), Join(notice.Recipients));

    /// <summary>What changed since it was seen, oldest first.</summary>
    public static List<Notice> Changed(SqlSession s, int maximum) => s.Query($"SELECT {NoticeColumns} FROM notices WHERE version > seen ORDER BY position LIMIT $1", ReadNotice, maximum);

    /// <summary>Those about which something is still to be done, and that were seen.</summary>
    public static List<Notice> Open(SqlSession s) => s.Query($"SELECT {NoticeColumns} FROM notices WHERE closed = 0 AND seen > 0 ORDER BY position", ReadNotice);

    public static Notice? Find(SqlSession s, string id) => s.Query($"SELECT {NoticeColumns} FROM notices WHERE id = $1", ReadNotice, id).FirstOrDefault();

    public static Notice? FindAt(SqlSession s, long position) => s.Query($"SELECT {NoticeColumns} FROM notices WHERE position = $1", ReadNotice, position).FirstOrDefault();

    /// <summary>Newest first. <paramref name="site"/> empty: all.</summary>
    public static List<Notice> List(SqlSession s, string site, NoticeFilter filter, int offset, int maximum)
    {
        string where = filter switch
        {
            NoticeFilter.Unacknowledged => "acknowledged_at IS NULL AND ended_at IS NULL",
            NoticeFilter.Failed => "position IN (SELECT notice FROM deliveries WHERE state IN (3, 4))",
            _ => "1 = 1",
        };
        return s.Query($"SELECT {NoticeColumns} FROM notices WHERE ($1 = '' OR site = $1) AND {where} ORDER BY position DESC LIMIT $2 OFFSET $3", ReadNotice, site, maximum, offset);
    }

    /// <summary>True when this made it acknowledged; one that is already stays as it is.</summary>
    public static bool Acknowledge(SqlSession s, string id, DateTimeOffset at, string by) =>
        s.Execute("UPDATE notices SET acknowledged_at = $2, acknowledged_by = $3, version = version + 1 WHERE id = $1 AND acknowledged_at IS NULL", id, at, by) > 0;

    /// <summary>What people were told of an exception of the exception centre.</summary>
    /// <param name="exception">Its number there.</param>
    public static void AcknowledgeException(SqlSession s, long exception, DateTimeOffset at, string by) => s.Execute(
        """
        UPDATE notices SET acknowledged_at = $2, acknowledged_by = $3, version = version + 1 WHERE acknowledged_at IS NULL AND position = (
            SELECT max(n.position) FROM notices n JOIN exceptions x ON x.id = $1 AND n.site = x.site AND n.rule = x.rule AND n.exception = x.type AND n.at = x.began AND n.source = coalesce(x.resource, x.device, ''))
        """,
        exception, at, by);

    public static List<Delivery> Deliveries(SqlSession s, long notice) => s.Query($"SELECT {DeliveryColumns} FROM deliveries WHERE notice = $1 ORDER BY number", ReadDelivery, notice);

    /// <summary>Keeps what a step of the book changed. An end or acknowledgement that came meanwhile stays: those columns are not written here.</summary>
    public static void Save(SqlSession s, BookStep step)
    {
        foreach (Notice notice in step.Notices)
        {
            s.Execute(
                "UPDATE notices SET told_at = $2, escalated = $3, planned = $4, closed = $5, seen = $6 WHERE position = $1",
                notice.Position, notice.ToldAt, notice.Escalated, notice.Planned, notice.Closed, notice.Version);
        }

        foreach (Delivery d in step.Deliveries)
        {
            s.Execute(
                $"""
                INSERT INTO deliveries ({DeliveryColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
                ON CONFLICT (notice, number) DO UPDATE SET state = excluded.state, message = excluded.message, attempts = excluded.attempts, next_at = excluded.next_at,
                    expires_at = excluded.expires_at, reason = excluded.reason, detail = excluded.detail, finished_at = excluded.finished_at, created_at = excluded.created_at
                """,
                d.Notice, d.Number, d.Person, (int)d.Way, d.Target, d.Step, d.End, d.CreatedAt, (int)d.State, d.Message, d.Attempts, d.NextAt, d.ExpiresAt, d.Reason.ToString(), d.Detail, d.FinishedAt);
        }
    }

    public static void Seen(SqlSession s, IEnumerable<Notice> notices)
    {
        foreach (Notice notice in notices) s.Execute("UPDATE notices SET seen = $2 WHERE position = $1 AND seen < $2", notice.Position, notice.Version);
    }

    public static List<(string Person, PushTarget Target)> Subscriptions(SqlSession s) =>
        s.Query("SELECT person, endpoint, p256dh, auth FROM push_subscriptions ORDER BY at", r => (r.GetString(0), new PushTarget(r.GetString(1), r.GetString(2), r.GetString(3))));

    public static void Subscribe(SqlSession s, string person, PushTarget target, DateTimeOffset at) => s.Execute(
        """
        INSERT INTO push_subscriptions (endpoint, person, p256dh, auth, at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (endpoint) DO UPDATE SET person = excluded.person, p256dh = excluded.p256dh, auth = excluded.auth, at = excluded.at
        """,
        target.Endpoint, person, target.P256dh, target.Auth, at);

    public static bool Unsubscribe(SqlSession s, string endpoint) => s.Execute("DELETE FROM push_subscriptions WHERE endpoint = $1", endpoint) > 0;

    /// <summary>Removes closed notices that are old, or not among the newest, with their deliveries.</summary>
    public static int Prune(SqlSession s, DateTimeOffset before, int keep)
    {
        s.Execute("DELETE FROM deliveries WHERE notice IN (SELECT position FROM notices WHERE closed = 1 AND version = seen AND at < $1)", before);
        int removed = s.Execute("DELETE FROM notices WHERE closed = 1 AND version = seen AND at < $1", before);
        const string Beyond = "SELECT position FROM notices WHERE closed = 1 AND version = seen ORDER BY position DESC LIMIT 9223372036854775807 OFFSET $1";
        s.Execute($"DELETE FROM deliveries WHERE notice IN ({Beyond})", keep);
        return removed + s.Execute($"DELETE FROM notices WHERE position IN ({Beyond})", keep);
    }

    /// <summary>The rule's firing comes before what it asks for, with the same cause.</summary>
    private static string TriggerOf(IReadOnlyList<SiteOutput> outputs, int before, CauseId cause, string rule)
    {
        for (int i = before - 1; i >= 0; i--)
        {
            if (outputs[i] is SiteOutput.FiredRule { Value: var firing } && firing.Cause == cause && firing.Rule == rule) return firing.Trigger;
        }

        return "";
    }

    private static Notice ReadNotice(DbDataReader r) => new()
    {
        Position = r.GetInt64(0),
        Id = r.GetString(1),
        Site = r.GetString(2),
        Cause = r.GetString(3),
        At = r.Instant(4),
        Rule = r.GetString(5),
        Source = ResourceAddress.TryParse(r.GetString(6), out ResourceAddress source) ? source : default,
        Exception = r.GetString(7),
        Message = r.GetString(8),
        Trigger = r.GetString(9),
        ReceivedBy = Split(r.GetString(10)),
        Recipients = Split(r.GetString(11)),
        EndedAt = r.InstantOrNull(12),
        AcknowledgedAt = r.InstantOrNull(13),
        AcknowledgedBy = r.GetString(14),
        ToldAt = r.InstantOrNull(15),
        Escalated = (int)r.GetInt64(16),
        Planned = r.Flag(17),
        Closed = r.Flag(18),
        Version = r.GetInt64(19),
    };

    private static Delivery ReadDelivery(DbDataReader r) => new(r.GetInt64(0), (int)r.GetInt64(1), r.GetString(2), (Way)r.GetInt64(3), r.GetString(4), (int)r.GetInt64(5), r.Flag(6), r.Instant(7))
    {
        State = (DeliveryState)r.GetInt64(8),
        Message = r.GetString(9),
        Attempts = (int)r.GetInt64(10),
        NextAt = r.InstantOrNull(11),
        ExpiresAt = r.InstantOrNull(12),
        Reason = Enum.TryParse(r.GetString(13), out DeliveryReason reason) ? reason : DeliveryReason.BadAnswer,
        Detail = r.GetString(14),
        FinishedAt = r.InstantOrNull(15),
    };

    private static string Join(ImmutableArray<string> words) => words.IsDefault ? "" : string.Join(' ', words);

    private static ImmutableArray<string> Split(string words) => [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
}

internal enum NoticeFilter
{
    All,
    Unacknowledged,

    /// <summary>With dead letters.</summary>
    Failed,
}
