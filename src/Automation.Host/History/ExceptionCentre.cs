using System.Runtime.CompilerServices;
using Automation.Core.Model;
using Automation.Host.Notifications;
using Automation.Host.Storage.Sql;

namespace Automation.Host.History;

/// <summary>The exception centre on the database of the process.</summary>
internal sealed class ExceptionCentre(IDatabase database, TimeProvider time) : IExceptionCentre
{
    /// <summary>Kept at most; the oldest that are over give way. Default 200,000: years of a troubled estate.</summary>
    private const long KeptRows = 200_000;

    public event Action? Changed;

    /// <summary>What a site's commit holds of exceptions is on disk.</summary>
    public void Committed() => Changed?.Invoke();

    public async ValueTask<IReadOnlyList<ExceptionRecord>> ReadAsync(ExceptionFilter filter, long? before, int maximum, CancellationToken cancellationToken) =>
        await database.ReadAsync(s => ExceptionTable.Read(s, filter, before, Math.Clamp(maximum, 1, HistoryLimits.PageRows)), cancellationToken);

    public async IAsyncEnumerable<ExceptionRecord> StreamAsync(ExceptionFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long? before = null;
        while (true)
        {
            IReadOnlyList<ExceptionRecord> page = await ReadAsync(filter, before, HistoryLimits.PageRows, cancellationToken);
            foreach (ExceptionRecord record in page) yield return record;
            if (page.Count < HistoryLimits.PageRows) yield break;
            before = page[^1].Id;
        }
    }

    public async ValueTask<IReadOnlyDictionary<string, long>> CountAsync(ExceptionFilter filter, CancellationToken cancellationToken) =>
        await database.ReadAsync(s => ExceptionTable.Count(s, filter), cancellationToken);

    public async ValueTask<bool> AcknowledgeAsync(long id, string by, string note, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        bool done = await database.RunAsync(
            s =>
            {
                if (!ExceptionTable.Acknowledge(s, id, by, note, now)) return false;

                // Who has taken it need not be told of it again.
                NotificationTables.AcknowledgeException(s, id, now, by);
                return true;
            },
            cancellationToken);
        if (!done) return false;
        Changed?.Invoke();
        return true;
    }

    public ValueTask ReportAsync(string site, ResourceAddress source, string type, bool? active, string message, CauseId? cause, CancellationToken cancellationToken) =>
        ReportAsync([new ReportedException(site, source, type, null, active, time.GetUtcNow(), message, cause)], cancellationToken);

    /// <summary>Several at once, in one transaction.</summary>
    public async ValueTask ReportAsync(IReadOnlyList<ReportedException> reports, CancellationToken cancellationToken)
    {
        await database.RunAsync(
            s =>
            {
                foreach (ReportedException r in reports)
                {
                    if (r.Active is false) ExceptionTable.End(s, r.Site, r.Source, r.Type, r.Rule, r.At);
                    else ExceptionTable.Begin(s, new ExceptionRecord { Id = 0, Site = r.Site, Source = r.Source, Type = r.Type, Rule = r.Rule, Began = r.At, Ended = r.Active is null ? r.At : null, Cause = r.Cause, Message = r.Message });
                }

                return 0;
            },
            cancellationToken);
        Changed?.Invoke();
    }

    /// <summary>Removes what is older or more than is kept; returns how many went.</summary>
    public async ValueTask<int> PruneAsync(TimeSpan keptFor, CancellationToken cancellationToken)
    {
        int dropped = 0;
        int rows;
        do
        {
            DateTimeOffset before = time.GetUtcNow() - keptFor;
            rows = await database.RunAsync(s => ExceptionTable.Drop(s, before, HistoryLimits.DropRows) + ExceptionTable.Keep(s, KeptRows, HistoryLimits.DropRows), cancellationToken);
            dropped += rows;
        }
        while (rows >= HistoryLimits.DropRows);
        return dropped;
    }
}
