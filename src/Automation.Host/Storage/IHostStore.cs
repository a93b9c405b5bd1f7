namespace Automation.Host.Storage;

/// <summary>What outlives a restart (design section 9). Every method that writes returns when the change is on disk; all are safe to call from any thread. Does not own its database.</summary>
/// <remarks>Methods throw <see cref="StorageException"/> when the disk refuses; nothing of the call is then stored.</remarks>
internal interface IHostStore : IOutboxStore
{
    /// <summary>Rules that a hub owner switched, by rule id: true is on. A rule that is not here does what its file says.</summary>
    ValueTask<IReadOnlyDictionary<string, bool>> ReadTogglesAsync(CancellationToken cancellationToken);

    ValueTask SaveToggleAsync(string rule, bool enabled, CancellationToken cancellationToken);
}
