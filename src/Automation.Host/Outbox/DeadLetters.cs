using Automation.Core.Model;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;

namespace Automation.Host.Outbox;

/// <summary>Which requests to look for.</summary>
/// <param name="Device">Empty: of every device.</param>
/// <param name="Before">Only those added before this position.</param>
internal readonly record struct OutboxFilter(OutboxShow Show, string? Site, ResourceAddress Device, long Before);

internal enum OutboxShow
{
    /// <summary>Ended without being done: somebody may want to do something about it.</summary>
    Dead,

    /// <summary>Waiting or being done.</summary>
    Open,

    All,
}

/// <summary>Action requests as a person looks at them, and those that ended undone put away.</summary>
internal sealed class DeadLetters(IDatabase database, OutboxTable table)
{
    /// <summary>Newest first.</summary>
    public ValueTask<List<OutboxRow>> ReadAsync(OutboxFilter filter, int maximum, CancellationToken cancellationToken) => database.ReadAsync(s => table.List(s, filter, maximum), cancellationToken);

    public ValueTask<OutboxRow?> FindAsync(string id, CancellationToken cancellationToken) => database.ReadAsync(s => table.Find(s, id), cancellationToken);

    /// <summary>Takes one out; the history keeps what became of it. False: there is none with this id.</summary>
    public async ValueTask<bool> DropAsync(string id, CancellationToken cancellationToken) => await database.RunAsync(s => OutboxTable.Drop(s, id), cancellationToken) > 0;
}
