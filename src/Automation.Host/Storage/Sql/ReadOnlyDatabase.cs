namespace Automation.Host.Storage.Sql;

/// <summary>A database that another process may be writing to.</summary>
internal sealed class ReadOnlyDatabase(ISqlSource source) : IDatabase, IAsyncDisposable
{
    private readonly SqlReaders _readers = new(source, 1);

    public ValueTask<T> RunAsync<T>(Func<SqlSession, T> work, CancellationToken cancellationToken) => throw new NotSupportedException("This database is only read.");

    public ValueTask<T> ReadAsync<T>(Func<SqlSession, T> work, CancellationToken cancellationToken) => new(_readers.RunAsync(work, cancellationToken));

    public ValueTask DisposeAsync() => _readers.DisposeAsync();
}
