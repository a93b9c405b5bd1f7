namespace Automation.Host.Storage.Sql;

/// <summary>One database under all stores of the process. Safe to call from any thread.</summary>
internal interface IDatabase
{
    /// <summary>Runs the work inside a transaction and answers when it is committed. Changes that wait together share one commit (group commit).</summary>
    /// <param name="work">
    /// Everything it writes is stored, or nothing of it. Called once, and once more when a neighbour in the same commit failed: it must not change
    /// anything but the database. Runs on the database's own thread and must be short.
    /// </param>
    /// <param name="cancellationToken">Heard only until the work is queued: afterwards the caller must learn what became of it.</param>
    /// <exception cref="StorageException">The database refused, or is closed; nothing of the work was stored.</exception>
    ValueTask<T> RunAsync<T>(Func<SqlSession, T> work, CancellationToken cancellationToken);

    /// <summary>Reads beside the writer, which goes on. Sees what was committed when it began.</summary>
    /// <exception cref="StorageException">The database refused, or is closed.</exception>
    ValueTask<T> ReadAsync<T>(Func<SqlSession, T> work, CancellationToken cancellationToken);
}
