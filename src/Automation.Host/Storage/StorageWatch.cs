using System.Globalization;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Storage;

/// <summary>How much the storage can be counted on.</summary>
internal enum StorageLevel
{
    Ok,

    /// <summary>Little room is left: what can be spared is not written any more, what must be durable is.</summary>
    Low,

    /// <summary>Nothing can be written. Alarms act all the same; what happens is in memory only.</summary>
    Refusing,
}

/// <summary>Watches the disk and the database, and tells when one of them stops to be sound. A full disk is a state, told when it begins and when it ends.</summary>
internal sealed partial class StorageWatch : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _look = new(0, 1);
    private readonly SqlDatabase _database;
    private readonly string _folder;
    private readonly long _minimumFreeBytes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<string, long?> _freeSpace;
    private Task _loop = Task.CompletedTask;
    private volatile StorageLevel _level;

    /// <param name="folder">The data folder.</param>
    /// <param name="minimumFreeBytes">Below this the level is low.</param>
    /// <param name="freeSpace">Bytes free where a folder is; null: the system does not say.</param>
    public StorageWatch(SqlDatabase database, string folder, long minimumFreeBytes, TimeProvider time, ILogger logger, Func<string, long?>? freeSpace = null)
    {
        _database = database;
        _folder = folder;
        _minimumFreeBytes = minimumFreeBytes;
        _time = time;
        _logger = logger;
        _freeSpace = freeSpace ?? (path => DiskReserve.FreeSpace(Path.Combine(path, ".")));
        _database.RefusalChanged += Refused;
    }

    /// <summary>The level changed: the new one, and the reason as a sentence. One at a time, on any thread; must return quickly.</summary>
    public event Action<StorageLevel, string>? Changed;

    public StorageLevel Level => _level;

    public void Start() => _loop = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        _database.RefusalChanged -= Refused;
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
        _look.Dispose();
    }

    private void Refused(StorageException? refusal)
    {
        try
        {
            _look.Release();
        }
        catch (SemaphoreFullException)
        {
            // A look is due already.
        }
        catch (ObjectDisposedException)
        {
            // The end of the process.
        }
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Look();
            using var limit = new CancellationTokenSource(Every, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
            try
            {
                await _look.WaitAsync(either.Token);
            }
            catch (OperationCanceledException)
            {
                // Time to look again, or the end.
            }
        }
    }

    private void Look()
    {
        (StorageLevel level, string reason) = Find();
        if (level == _level) return;
        _level = level;
        if (level == StorageLevel.Ok) LogOk(_logger);
        else LogLevelChanged(_logger, level == StorageLevel.Low ? "is low" : "refuses", reason);
        Changed?.Invoke(level, reason);
    }

    private (StorageLevel, string) Find()
    {
        if (_database.Refusal is { } refusal) return (StorageLevel.Refusing, refusal.Message);
        long? free = _freeSpace(_folder);
        if (free is { } bytes && bytes < _minimumFreeBytes)
            return (StorageLevel.Low, string.Create(CultureInfo.InvariantCulture, $"the disk of {_folder} has {bytes / 1_000_000} MB free, {_minimumFreeBytes / 1_000_000} MB should be: free some space; until then no history is written, and the oldest of it makes room"));
        if (!_database.HoldRoom())
            return (StorageLevel.Low, $"the disk of {_folder} was full and what was held in reserve is in use: free some space; until then no history is written, and the oldest of it makes room");
        return (StorageLevel.Ok, "");
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The storage {How}: {Reason}")]
    private static partial void LogLevelChanged(ILogger logger, string how, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The storage is sound again")]
    private static partial void LogOk(ILogger logger);
}
