using System.Data.Common;
using Automation.Core.Model;
using Automation.Host.Outbox;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Storage.Sql;

/// <summary>The rows of the outbox. Every method works inside the caller's transaction.</summary>
internal sealed partial class OutboxTable(ILogger logger)
{
    private const string Columns =
        "position, site, sequence, number, rule, action, target, parameters, at, expires_at, state, attempts, reason, retry_safe, device_status, finished_at, caller_transaction";

    public static void SetState(SqlSession s, OutboxRow row, OutboxState state, int attempts) =>
        s.Execute("UPDATE outbox SET state = $2, attempts = $3 WHERE id = $1 AND finished_at IS NULL", row.Request.Id, (int)state, attempts);

    public static void Finish(SqlSession s, OutboxRow row, ActionOutcome outcome, int attempts, DateTimeOffset at)
    {
        OutboxState state = outcome.Succeeded ? OutboxState.Done : outcome.Reason == ActionReason.Expired ? OutboxState.Expired : OutboxState.Failed;
        s.Execute(
            "UPDATE outbox SET state = $2, attempts = $3, reason = $4, retry_safe = $5, device_status = $6, finished_at = $7 WHERE id = $1 AND finished_at IS NULL",
            row.Request.Id, (int)state, attempts, outcome.Reason.ToString(), outcome.RetrySafe, outcome.DeviceStatus, at);
    }

    /// <summary>The outcome is among the site's inputs: nobody need be told of it again.</summary>
    public static void Tell(SqlSession s, string id) => s.Execute("UPDATE outbox SET told = 1 WHERE id = $1", id);

    /// <summary>Closed rows whose outcome nobody was told of, in order.</summary>
    public List<OutboxRow> ReadUntold(SqlSession s) => [.. s.Query($"SELECT {Columns} FROM outbox WHERE finished_at IS NOT NULL AND told = 0 ORDER BY position", Read).OfType<OutboxRow>()];

    public OutboxRow? Find(SqlSession s, string id) => s.Query($"SELECT {Columns} FROM outbox WHERE id = $1", Read, id).FirstOrDefault();

    /// <summary>Of the last row that was ever added; 0 when there was none.</summary>
    public static long LastPosition(SqlSession s) => s.Scalar("SELECT max(position) FROM outbox") is long last ? last : 0;

    public List<OutboxRow> ReadOpen(SqlSession s) => [.. s.Query($"SELECT {Columns} FROM outbox WHERE finished_at IS NULL ORDER BY position", Read).OfType<OutboxRow>()];

    public List<OutboxRow> ReadFinished(SqlSession s, int maximum) =>
        [.. s.Query($"SELECT {Columns} FROM outbox WHERE finished_at IS NOT NULL ORDER BY finished_at DESC, position DESC LIMIT $1", Read, maximum).OfType<OutboxRow>()];

    /// <summary>Newest first.</summary>
    public List<OutboxRow> List(SqlSession s, OutboxFilter filter, int maximum)
    {
        string which = filter.Show switch
        {
            OutboxShow.Dead => "finished_at IS NOT NULL AND state IN (3, 4)",
            OutboxShow.Open => "finished_at IS NULL",
            _ => "1 = 1",
        };
        string device = filter.Device.IsEmpty ? "" : filter.Device.Value;
        return [.. s.Query(
            $"SELECT {Columns} FROM outbox WHERE {which} AND position < $1 AND ($2 = '' OR site = $2) AND ($3 = '' OR target = $3 OR substr(target, 1, length($3) + 1) = $3 || '/') ORDER BY position DESC LIMIT $4",
            Read, filter.Before, filter.Site ?? "", device, maximum).OfType<OutboxRow>()];
    }

    /// <summary>Removes a row that ended undone and whose site heard of it; returns how many went.</summary>
    public static int Drop(SqlSession s, string id) => s.Execute("DELETE FROM outbox WHERE id = $1 AND finished_at IS NOT NULL AND state IN (3, 4) AND told = 1", id);

    /// <summary>Removes closed rows that are older than <paramref name="before"/> or not among the newest <paramref name="keep"/>.</summary>
    public static int Prune(SqlSession s, DateTimeOffset before, int keep) =>
        s.Execute("DELETE FROM outbox WHERE finished_at < $1", before) +
        s.Execute(
            "DELETE FROM outbox WHERE position IN (SELECT position FROM outbox WHERE finished_at IS NOT NULL ORDER BY finished_at DESC, position DESC LIMIT 9223372036854775807 OFFSET $1)", keep);

    /// <summary>Adds the requests that are not there yet, and returns their rows in order.</summary>
    public static List<OutboxRow> Add(SqlSession s, IReadOnlyList<ActionRequest> requests)
    {
        var rows = new List<OutboxRow>(requests.Count);
        foreach (ActionRequest request in requests)
        {
            object? position = s.Scalar(
                """
                INSERT INTO outbox (id, site, sequence, number, rule, action, target, parameters, at, expires_at, state, attempts, caller_transaction)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, $11) ON CONFLICT (id) DO NOTHING RETURNING position
                """,
                request.Id, request.Cause.Site, request.Cause.Sequence, request.Index, request.Rule, request.Action, request.On.Value,
                DataObjectJson.Write(request.Parameters), request.At, request.ExpiresAt, request.Transaction);
            if (position is long added) rows.Add(new OutboxRow(added, request, OutboxState.Pending, 0, null, null));
        }

        return rows;
    }

    private OutboxRow? Read(DbDataReader r)
    {
        long position = r.GetInt64(0);
        try
        {
            var request = new ActionRequest
            {
                Cause = new CauseId(r.GetString(1), r.GetInt64(2)),
                Index = (int)r.GetInt64(3),
                Rule = r.GetString(4),
                Action = r.GetString(5),
                On = ResourceAddress.Parse(r.GetString(6)),
                Parameters = DataObjectJson.Read(r.GetString(7)),
                At = r.Instant(8),
                ExpiresAt = r.Instant(9),
                Transaction = r.TextOrNull(16),
            };
            ActionReason reason = r.IsDBNull(12) || !Enum.TryParse(r.GetString(12), out ActionReason named) ? ActionReason.None : named;
            var state = (OutboxState)r.GetInt64(10);
            ActionOutcome? outcome = r.IsDBNull(15) ? null : new(state == OutboxState.Done, reason, r.Flag(13), r.TextOrNull(14));
            return new OutboxRow(position, request, state, (int)r.GetInt64(11), outcome, r.InstantOrNull(15));
        }
        catch (FormatException e)
        {
            // Somebody edited the table: that row is lost, the others are not.
            LogUnreadable(logger, position, e.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outbox row {Position} cannot be read and is left out: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, long position, string reason);
}
