using Automation.Mqtt.Sessions;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Storage.Sqlite;

/// <summary>
/// Keeps sessions and retained messages of the embedded broker in one SQLite file. One writer takes everything that has come since its
/// last commit into the next one: many messages share one disk flush, and the more there are, the more share it.
/// </summary>
/// <remarks>What was queued and delivered between two commits never reaches the disk. Dispose writes what is left.</remarks>
internal sealed class SqliteMqttStore : IMqttPersistence
{
    /// <summary>Changes that may wait before publishers are slowed down: some hundred milliseconds of a busy broker.</summary>
    private const int FullAt = 20_000;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly SqliteConnection _connection;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly ReaderWriterLockSlim _groups = new(); // Read: a group is being appended. Write: the writer takes what there is. Before _gate.
    private readonly SemaphoreSlim _work = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private List<MqttStoreChange> _changes = [];
    private long _lastTicket;
    private long _durable;
    private Task _writer = Task.CompletedTask;
    private bool _failing;
    private bool _disposed;

    private SqliteMqttStore(SqliteConnection connection, TimeProvider time, ILogger logger)
    {
        _connection = connection;
        _time = time;
        _logger = logger;
    }

    public event Action<long>? DurableChanged;

    public bool IsEnabled => true;

    public long Durable => Volatile.Read(ref _durable);

    public bool IsFull => Volatile.Read(ref _lastTicket) - Volatile.Read(ref _durable) > FullAt;

    /// <summary>Opens the file, or creates it. Another process that holds it is an error with the file's name.</summary>
    public static SqliteMqttStore Open(string path, TimeProvider time, ILogger logger)
    {
        SQLitePCL.Batteries_V2.Init();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 1 }.ToString());
        try
        {
            connection.Open();

            // Full: a commit is on the disk when it returns, which is what an acknowledgement promises.
            Execute(connection, "pragma journal_mode = wal; pragma synchronous = full; pragma locking_mode = exclusive;");
            long version = Convert.ToInt64(Scalar(connection, "pragma user_version"), System.Globalization.CultureInfo.InvariantCulture);
            if (version > SqliteMqttSchema.Version)
                throw new InvalidDataException($"{path} was written by a newer version (schema {version}, this one knows {SqliteMqttSchema.Version}). Use that version or another data folder.");
            string upgrade = version == 1 ? SqliteMqttSchema.From1 : "";
            Execute(connection, $"begin; {upgrade} {SqliteMqttSchema.Create} pragma user_version = {SqliteMqttSchema.Version}; commit;");
            return new SqliteMqttStore(connection, time, logger);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new IOException($"The broker's file {path} cannot be opened: {e.Message}. Is another instance running with the same data folder?", e);
        }
        catch (InvalidDataException)
        {
            connection.Dispose();
            throw;
        }
    }

    public Task<MqttStoredState> LoadAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            MqttStoredState state = SqliteMqttReader.Read(_connection, cancellationToken);
            _writer = Task.Run(WriteLoopAsync, CancellationToken.None);
            return state;
        },
        cancellationToken);

    public long Append(MqttStoreChange change)
    {
        long ticket;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _changes.Add(change);
            ticket = ++_lastTicket;
        }

        Wake();
        return ticket;
    }

    public void BeginGroup() => _groups.EnterReadLock();

    public void EndGroup() => _groups.ExitReadLock();

    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        long ticket = Volatile.Read(ref _lastTicket);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Check(long durable)
        {
            if (durable >= ticket) done.TrySetResult();
        }

        DurableChanged += Check;
        try
        {
            Check(Durable);
            await done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            DurableChanged -= Check;
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        Wake();
        await _writer.ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
        _work.Dispose();
        _groups.Dispose();
    }

    private async Task WriteLoopAsync()
    {
        using var writer = new SqliteMqttWriter(_connection);
        while (true)
        {
            await _work.WaitAsync().ConfigureAwait(false);
            (List<MqttStoreChange> changes, long ticket) = Take();
            if (changes.Count > 0 && await TryWriteAsync(writer, changes).ConfigureAwait(false))
            {
                Volatile.Write(ref _durable, ticket);
                DurableChanged?.Invoke(ticket);
            }

            if (_stop.IsCancellationRequested && IsDrained()) return;
        }
    }

    /// <summary>Everything so far, but no half of a group.</summary>
    private (List<MqttStoreChange> Changes, long Ticket) Take()
    {
        _groups.EnterWriteLock();
        try
        {
            lock (_gate)
            {
                List<MqttStoreChange> changes = _changes;
                _changes = new List<MqttStoreChange>(Math.Min(changes.Count, FullAt));
                return (changes, _lastTicket);
            }
        }
        finally
        {
            _groups.ExitWriteLock();
        }
    }

    /// <summary>Until it succeeds: what was promised is not given up because a disk is full for a while. Said once, and once when it is over.</summary>
    private async ValueTask<bool> TryWriteAsync(SqliteMqttWriter writer, List<MqttStoreChange> changes)
    {
        while (true)
        {
            try
            {
                writer.Write(changes);
                if (_failing) SqliteMqttLog.Recovered(_logger);
                _failing = false;
                return true;
            }
            catch (SqliteException e)
            {
                if (!_failing) SqliteMqttLog.Failing(_logger, e);
                _failing = true;
                if (_stop.IsCancellationRequested) return false;
                await Task.Delay(RetryDelay, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private bool IsDrained()
    {
        lock (_gate) return _changes.Count == 0;
    }

    private void Wake()
    {
        try
        {
            if (_work.CurrentCount == 0) _work.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else has woken the writer just now.
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Only the constants of this folder come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Only the constants of this folder come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}

internal static partial class SqliteMqttLog
{
    [LoggerMessage(1, LogLevel.Error, "The broker's sessions cannot be written to disk; publishers wait until they can.")]
    public static partial void Failing(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Information, "The broker's sessions are written to disk again.")]
    public static partial void Recovered(ILogger logger);
}
