using System.Buffers;
using Automation.Host.Storage;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Journal;

/// <summary>Keeps a site's state now and then, so that a start need not step the whole journal. Used by the writer's loop; the disk is waited for beside it.</summary>
internal sealed partial class SiteSnapshots(string site, JournalStore store, JournalLimits limits, int inputs, long bytes, TimeProvider time, ILogger logger)
{
    private int _inputs = inputs;
    private long _bytes = bytes;
    private DateTimeOffset _changed = inputs > 0 ? time.GetUtcNow() : DateTimeOffset.MaxValue;
    private Task _saving = Task.CompletedTask;

    /// <summary>When the state is to be kept even if little happens.</summary>
    public DateTimeOffset NextDue => _changed == DateTimeOffset.MaxValue ? _changed : _changed + limits.TimeToSnapshot;

    public void Committed(int inputs, long bytes)
    {
        _inputs += inputs;
        _bytes += bytes;
        if (_changed == DateTimeOffset.MaxValue) _changed = time.GetUtcNow();
    }

    public void SaveIfDue(JournalPlayer player)
    {
        if (!_saving.IsCompleted || (_inputs < limits.InputsToSnapshot && _bytes < limits.BytesToSnapshot && time.GetUtcNow() < NextDue)) return;
        _saving = SaveAsync(player);
    }

    /// <summary>After a start that found something wrong: the next one need not find it again.</summary>
    public Task SaveNowAsync(JournalPlayer player) => SaveAsync(player);

    /// <summary>At the stop: the next start has nothing to step.</summary>
    public async Task SaveLastAsync(JournalPlayer player)
    {
        await _saving;
        if (_inputs > 0) await SaveAsync(player);
    }

    private async Task SaveAsync(JournalPlayer player)
    {
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        player.Engine!.Snapshot(buffer);
        var snapshot = new SiteSnapshot(player.Sequence, player.Engine.Now, player.Rules!.Fingerprint, buffer.WrittenMemory);
        long journal = _bytes;
        (_inputs, _bytes, _changed) = (0, 0, DateTimeOffset.MaxValue);
        try
        {
            await store.SaveSnapshotAsync(site, snapshot, journal, CancellationToken.None);
        }
        catch (StorageException e)
        {
            // The one before and the journal since are there; the next try is due as usual.
            LogNotKept(logger, site, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Site}: the state could not be kept, the next start steps more of the journal: {Reason}")]
    private static partial void LogNotKept(ILogger logger, string site, string reason);
}
