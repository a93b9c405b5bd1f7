using Automation.Core.Model;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Storage.Sql;

/// <summary>What outlives a restart, in tables of one database.</summary>
internal sealed class SqlHostStore(IDatabase database, TimeProvider time, ILogger logger) : IHostStore
{
    private readonly OutboxTable _outbox = new(logger);

    public async ValueTask<IReadOnlyDictionary<string, bool>> ReadTogglesAsync(CancellationToken cancellationToken) =>
        (await database.RunAsync(s => s.Query("SELECT rule, enabled FROM rule_toggles", r => KeyValuePair.Create(r.GetString(0), r.Flag(1))), cancellationToken)).ToDictionary(StringComparer.Ordinal);

    public async ValueTask SaveToggleAsync(string rule, bool enabled, CancellationToken cancellationToken) =>
        await database.RunAsync(
            s => s.Execute(
                "INSERT INTO rule_toggles (rule, enabled, changed_at) VALUES ($1, $2, $3) ON CONFLICT (rule) DO UPDATE SET enabled = excluded.enabled, changed_at = excluded.changed_at",
                rule, enabled, time.GetUtcNow()),
            cancellationToken);

    public async ValueTask RemoveToggleAsync(string rule, CancellationToken cancellationToken) =>
        await database.RunAsync(s => s.Execute("DELETE FROM rule_toggles WHERE rule = $1", rule), cancellationToken);

    public long ReserveSequence(string site, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return database.RunAsync(
            s =>
            {
                long next = s.Scalar("SELECT next FROM sequences WHERE site = $1", site) is long found ? found : 1;
                s.Execute("INSERT INTO sequences (site, next) VALUES ($1, $2) ON CONFLICT (site) DO UPDATE SET next = excluded.next", site, next + count);
                return next;
            },
            CancellationToken.None).AsTask().GetAwaiter().GetResult();
    }

    public async ValueTask<IReadOnlyDictionary<string, RuleStatistics>> ReadStatisticsAsync(CancellationToken cancellationToken) =>
        (await database.RunAsync(
            s => s.Query("SELECT rule, firings, last_fired FROM rule_statistics", r => KeyValuePair.Create(r.GetString(0), new RuleStatistics(r.GetInt64(1), r.InstantOrNull(2)))),
            cancellationToken)).ToDictionary(StringComparer.Ordinal);

    public async ValueTask SaveStatisticsAsync(IReadOnlyList<KeyValuePair<string, RuleStatistics>> rules, CancellationToken cancellationToken)
    {
        if (rules.Count == 0) return;
        await database.RunAsync(
            s => s.ExecuteMany(
                "INSERT INTO rule_statistics (rule, firings, last_fired) VALUES ($1, $2, $3) ON CONFLICT (rule) DO UPDATE SET firings = excluded.firings, last_fired = excluded.last_fired",
                [.. rules.Select(r => new object?[] { r.Key, r.Value.Firings, r.Value.LastFired })]),
            cancellationToken);
    }

    public async ValueTask<EngineSnapshot?> ReadSnapshotAsync(string site, CancellationToken cancellationToken)
    {
        List<EngineSnapshot> rows = await database.RunAsync(
            s => s.Query("SELECT at, bytes, program FROM snapshots WHERE site = $1", r => new EngineSnapshot(r.Instant(0), r.Bytes(1), r.GetString(2)), site), cancellationToken);
        return rows.Count == 0 ? null : rows[0];
    }

    public async ValueTask SaveSnapshotAsync(string site, EngineSnapshot snapshot, CancellationToken cancellationToken)
    {
        // Copied here: the caller may use its buffer again while this waits for the writer.
        byte[] bytes = snapshot.Bytes.ToArray();
        await database.RunAsync(
            s => s.Execute(
                "INSERT INTO snapshots (site, at, program, bytes) VALUES ($1, $2, $3, $4) ON CONFLICT (site) DO UPDATE SET at = excluded.at, program = excluded.program, bytes = excluded.bytes",
                site, snapshot.At, snapshot.ProgramHash, bytes),
            cancellationToken);
    }

    public async ValueTask<IReadOnlyList<OutboxRow>> AddRequestsAsync(IReadOnlyList<ActionRequest> requests, CancellationToken cancellationToken) =>
        requests.Count == 0 ? [] : await database.RunAsync(s => OutboxTable.Add(s, requests), cancellationToken);

    public async ValueTask SetStateAsync(OutboxRow row, OutboxState state, int attempts, CancellationToken cancellationToken) =>
        await Do(s => OutboxTable.SetState(s, row, state, attempts), cancellationToken);

    public async ValueTask FinishAsync(OutboxRow row, ActionOutcome outcome, int attempts, DateTimeOffset at, CancellationToken cancellationToken) =>
        await Do(s => OutboxTable.Finish(s, row, outcome, attempts, at), cancellationToken);

    public async ValueTask<IReadOnlyList<OutboxRow>> ReadOpenAsync(CancellationToken cancellationToken) => await database.RunAsync(_outbox.ReadOpen, cancellationToken);

    public async ValueTask<IReadOnlyList<OutboxRow>> ReadFinishedAsync(int maximum, CancellationToken cancellationToken) =>
        await database.RunAsync(s => _outbox.ReadFinished(s, maximum), cancellationToken);

    public async ValueTask PruneAsync(DateTimeOffset before, int keep, CancellationToken cancellationToken) =>
        await database.RunAsync(s => OutboxTable.Prune(s, before, keep), cancellationToken);

    private async ValueTask Do(Action<SqlSession> work, CancellationToken cancellationToken) =>
        await database.RunAsync(
            s =>
            {
                work(s);
                return 0;
            },
            cancellationToken);
}
