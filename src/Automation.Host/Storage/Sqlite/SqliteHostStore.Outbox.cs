using Automation.Core.Model;
using Microsoft.Data.Sqlite;

namespace Automation.Host.Storage.Sqlite;

/// <summary>The rows of the outbox.</summary>
internal sealed partial class SqliteHostStore
{
    private const string Columns =
        "position, site, sequence, number, rule, action, target, parameters, at, expires_at, state, attempts, reason, retry_safe, device_status, finished_at";

    public async ValueTask<IReadOnlyList<OutboxRow>> AddRequestsAsync(IReadOnlyList<ActionRequest> requests, CancellationToken cancellationToken) =>
        requests.Count == 0 ? [] : await _writer.RunAsync(s => Add(s, requests), cancellationToken);

    public async ValueTask SetStateAsync(OutboxRow row, OutboxState state, int attempts, CancellationToken cancellationToken) =>
        await _writer.RunAsync(
            s => s.Execute("UPDATE outbox SET state = $2, attempts = $3 WHERE position = $1 AND finished_at IS NULL", row.Position, (int)state, attempts),
            cancellationToken);

    public async ValueTask FinishAsync(OutboxRow row, ActionOutcome outcome, int attempts, DateTimeOffset at, CancellationToken cancellationToken)
    {
        OutboxState state = outcome.Succeeded ? OutboxState.Done : outcome.Reason == ActionReason.Expired ? OutboxState.Expired : OutboxState.Failed;
        await _writer.RunAsync(
            s => s.Execute(
                "UPDATE outbox SET state = $2, attempts = $3, reason = $4, retry_safe = $5, device_status = $6, finished_at = $7 WHERE position = $1 AND finished_at IS NULL",
                row.Position, (int)state, attempts, outcome.Reason.ToString(), outcome.RetrySafe, outcome.DeviceStatus, at.UtcTicks),
            cancellationToken);
    }

    public async ValueTask<IReadOnlyList<OutboxRow>> ReadOpenAsync(CancellationToken cancellationToken)
    {
        List<OutboxRow?> rows = await _writer.RunAsync(s => s.Query($"SELECT {Columns} FROM outbox WHERE finished_at IS NULL ORDER BY position", Read), cancellationToken);
        return [.. rows.OfType<OutboxRow>()];
    }

    public async ValueTask<IReadOnlyList<OutboxRow>> ReadFinishedAsync(int maximum, CancellationToken cancellationToken)
    {
        List<OutboxRow?> rows = await _writer.RunAsync(
            s => s.Query($"SELECT {Columns} FROM outbox WHERE finished_at IS NOT NULL ORDER BY finished_at DESC, position DESC LIMIT $1", Read, maximum), cancellationToken);
        return [.. rows.OfType<OutboxRow>()];
    }

    public async ValueTask PruneAsync(DateTimeOffset before, int keep, CancellationToken cancellationToken) =>
        await _writer.RunAsync(
            s => s.Execute("DELETE FROM outbox WHERE finished_at < $1", before.UtcTicks) +
                s.Execute(
                    "DELETE FROM outbox WHERE position IN (SELECT position FROM outbox WHERE finished_at IS NOT NULL ORDER BY finished_at DESC, position DESC LIMIT -1 OFFSET $1)", keep),
            cancellationToken);

    private static List<OutboxRow> Add(SqliteSession s, IReadOnlyList<ActionRequest> requests)
    {
        var added = new List<OutboxRow>(requests.Count);
        foreach (ActionRequest request in requests)
        {
            int rows = s.Execute(
                """
                INSERT INTO outbox (id, site, sequence, number, rule, action, target, parameters, at, expires_at, state, attempts)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0) ON CONFLICT (id) DO NOTHING
                """,
                request.Id, request.Cause.Site, request.Cause.Sequence, request.Index, request.Rule, request.Action, request.On.Value,
                DataObjectJson.Write(request.Parameters), request.At.UtcTicks, request.ExpiresAt.UtcTicks);
            if (rows == 0) continue;
            long position = (long)s.Scalar("SELECT last_insert_rowid()")!;
            added.Add(new OutboxRow(position, request, OutboxState.Pending, 0, null, null));
        }

        return added;
    }

    private OutboxRow? Read(SqliteDataReader r)
    {
        long position = r.GetInt64(0);
        try
        {
            var request = new ActionRequest
            {
                Cause = new CauseId(r.GetString(1), r.GetInt64(2)),
                Index = r.GetInt32(3),
                Rule = r.GetString(4),
                Action = r.GetString(5),
                On = ResourceAddress.Parse(r.GetString(6)),
                Parameters = DataObjectJson.Read(r.GetString(7)),
                At = Instant(r.GetInt64(8)),
                ExpiresAt = Instant(r.GetInt64(9)),
            };
            ActionReason reason = r.IsDBNull(12) || !Enum.TryParse(r.GetString(12), out ActionReason named) ? ActionReason.None : named;
            var state = (OutboxState)r.GetInt32(10);
            ActionOutcome? outcome = r.IsDBNull(15) ? null : new(state == OutboxState.Done, reason, !r.IsDBNull(13) && r.GetBoolean(13), r.IsDBNull(14) ? null : r.GetString(14));
            return new OutboxRow(position, request, state, r.GetInt32(11), outcome, r.IsDBNull(15) ? null : Instant(r.GetInt64(15)));
        }
        catch (FormatException e)
        {
            // Somebody edited the file: that row is lost, the others are not.
            LogUnreadable(_logger, position, e.Message);
            return null;
        }
    }
}
