using Automation.Core.Model;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Storage.Sql;

/// <summary>What outlives a restart, in tables of one database.</summary>
internal sealed class SqlHostStore(IDatabase database, TimeProvider time, ILogger logger, StandIn? standIn = null) : IHostStore
{
    private readonly OutboxTable _outbox = new(logger);

    public async ValueTask<IReadOnlyDictionary<string, bool>> ReadTogglesAsync(CancellationToken cancellationToken) =>
        (await database.RunAsync(s => s.Query("SELECT rule, enabled FROM rule_toggles", r => KeyValuePair.Create(r.GetString(0), r.Flag(1))), cancellationToken)).ToDictionary(StringComparer.Ordinal);

    public async ValueTask SaveToggleAsync(string rule, bool enabled, CancellationToken cancellationToken) => await Do(s => SaveToggle(s, rule, enabled, time.GetUtcNow()), cancellationToken);

    /// <summary>Inside the caller's transaction.</summary>
    public static void SaveToggle(SqlSession s, string rule, bool enabled, DateTimeOffset at) => s.Execute(
        "INSERT INTO rule_toggles (rule, enabled, changed_at) VALUES ($1, $2, $3) ON CONFLICT (rule) DO UPDATE SET enabled = excluded.enabled, changed_at = excluded.changed_at",
        rule, enabled, at);

    public async ValueTask<IReadOnlyList<OutboxRow>> AddRequestsAsync(IReadOnlyList<ActionRequest> requests, CancellationToken cancellationToken) =>
        requests.Count == 0 ? [] : await database.RunAsync(s => OutboxTable.Add(s, requests), cancellationToken);

    /// <remarks>
    /// A request that is on disk must be sent there before it is sent on: a restart would do it again. So that alone waits for a disk that refuses, until the request expires.
    /// </remarks>
    public async ValueTask SetStateAsync(OutboxRow row, OutboxState state, int attempts, CancellationToken cancellationToken)
    {
        Action<SqlSession> work = s => OutboxTable.SetState(s, row, state, attempts);
        if (state == OutboxState.Sent && !row.IsUnwritten) await Do(work, cancellationToken);
        else await DoOrKeep(work, cancellationToken);
    }

    public async ValueTask FinishAsync(OutboxRow row, ActionOutcome outcome, int attempts, DateTimeOffset at, CancellationToken cancellationToken) =>
        await DoOrKeep(s => OutboxTable.Finish(s, row, outcome, attempts, at), cancellationToken);

    public async ValueTask<IReadOnlyList<OutboxRow>> ReadOpenAsync(CancellationToken cancellationToken) => await database.RunAsync(_outbox.ReadOpen, cancellationToken);

    public async ValueTask<IReadOnlyList<OutboxRow>> ReadUntoldAsync(CancellationToken cancellationToken) => await database.RunAsync(_outbox.ReadUntold, cancellationToken);

    public async ValueTask<OutboxRow?> FindAsync(string id, CancellationToken cancellationToken) => await database.RunAsync(s => _outbox.Find(s, id), cancellationToken);

    public async ValueTask<IReadOnlyList<OutboxRow>> ReadFinishedAsync(int maximum, CancellationToken cancellationToken) =>
        await database.RunAsync(s => _outbox.ReadFinished(s, maximum), cancellationToken);

    public async ValueTask PruneAsync(DateTimeOffset before, int keep, CancellationToken cancellationToken) =>
        await database.RunAsync(s => OutboxTable.Prune(s, before, keep), cancellationToken);

    private async ValueTask DoOrKeep(Action<SqlSession> work, CancellationToken cancellationToken)
    {
        const int Bytes = 300;
        if (standIn is null) await Do(work, cancellationToken);
        else
        {
            await standIn.RunAsync(
                s =>
                {
                    work(s);
                    return 0;
                },
                () => 0, Bytes, cancellationToken);
        }
    }

    private async ValueTask Do(Action<SqlSession> work, CancellationToken cancellationToken) =>
        await database.RunAsync(
            s =>
            {
                work(s);
                return 0;
            },
            cancellationToken);
}
