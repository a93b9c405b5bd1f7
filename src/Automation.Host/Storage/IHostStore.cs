using Automation.Core.Model;

namespace Automation.Host.Storage;

/// <summary>What outlives a restart (design section 9). Every method that writes returns when the change is on disk; all are safe to call from any thread. Does not own its database.</summary>
/// <remarks>Methods throw <see cref="StorageException"/> when the disk refuses; nothing of the call is then stored.</remarks>
internal interface IHostStore : IOutboxStore
{
    /// <summary>Rules that a hub owner switched, by rule id: true is on. A rule that is not here does what its file says.</summary>
    ValueTask<IReadOnlyDictionary<string, bool>> ReadTogglesAsync(CancellationToken cancellationToken);

    ValueTask SaveToggleAsync(string rule, bool enabled, CancellationToken cancellationToken);

    /// <summary>Forgets the toggle of a rule that is gone for good.</summary>
    ValueTask RemoveToggleAsync(string rule, CancellationToken cancellationToken);

    /// <summary>Reserves the next <paramref name="count"/> input numbers of a site and returns the first of them (from 1). No number is ever given twice, even after a crash.</summary>
    /// <remarks>Blocks for one commit; called once in a block's time.</remarks>
    long ReserveSequence(string site, int count);

    ValueTask<IReadOnlyDictionary<string, RuleStatistics>> ReadStatisticsAsync(CancellationToken cancellationToken);

    ValueTask SaveStatisticsAsync(IReadOnlyList<KeyValuePair<string, RuleStatistics>> rules, CancellationToken cancellationToken);

    /// <summary>The engine of a site as it was saved last; null when it never was.</summary>
    ValueTask<EngineSnapshot?> ReadSnapshotAsync(string site, CancellationToken cancellationToken);

    /// <summary>Replaces the snapshot of the site.</summary>
    ValueTask SaveSnapshotAsync(string site, EngineSnapshot snapshot, CancellationToken cancellationToken);

    ValueTask SaveSnapshotAsync(string site, DateTimeOffset at, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        SaveSnapshotAsync(site, new EngineSnapshot(at, bytes, ""), cancellationToken);
}

/// <param name="Firings">Since the rule was first loaded.</param>
/// <param name="LastFired">Null: never.</param>
internal readonly record struct RuleStatistics(long Firings, DateTimeOffset? LastFired);

/// <param name="At">When it was taken.</param>
/// <param name="ProgramHash">Names the rule set it belongs to; empty when the bytes say so themselves.</param>
internal sealed record EngineSnapshot(DateTimeOffset At, ReadOnlyMemory<byte> Bytes, string ProgramHash);
