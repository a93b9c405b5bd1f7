namespace Automation.Host.Storage.Sql;

/// <summary>A few sessions for reading, opened when they are first needed. A session that failed is not used again.</summary>
internal sealed class SqlReaders(ISqlSource source, int maximum) : IAsyncDisposable
{
    private readonly SemaphoreSlim _free = new(maximum);
    private readonly Stack<SqlSession> _idle = new();
    private readonly Lock _gate = new();

    public async Task<T> RunAsync<T>(Func<SqlSession, T> work, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Run(work), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Waits for the readers under way, then closes all.</summary>
    public async ValueTask DisposeAsync()
    {
        for (int i = 0; i < maximum; i++) await _free.WaitAsync().ConfigureAwait(false);
        foreach (SqlSession session in _idle) session.Dispose();
        _free.Dispose();
    }

    private T Run<T>(Func<SqlSession, T> work)
    {
        while (true)
        {
            SqlSession? idle;
            lock (_gate) _idle.TryPop(out idle);
            SqlSession? session = idle;
            try
            {
                session ??= source.OpenReader();
                T result = work(session);
                lock (_gate) _idle.Push(session);
                return result;
            }
            catch (Exception e)
            {
                // The server may have been restarted since this session was used last.
                bool stale = idle is { IsBroken: true };
                session?.Dispose();
                if (stale) continue;
                if (e is OperationCanceledException) throw;
                throw source.Explain(e);
            }
        }
    }
}
