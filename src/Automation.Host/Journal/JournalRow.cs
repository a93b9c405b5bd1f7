namespace Automation.Host.Journal;

/// <summary>What one commit of a site wrote into its journal; <see cref="JournalCodec"/> knows its bytes.</summary>
/// <param name="First">Number of its first entry.</param>
/// <param name="Last">Number of its last entry.</param>
/// <param name="At">Instant of the first entry.</param>
internal readonly record struct JournalRow(long First, long Last, DateTimeOffset At, ReadOnlyMemory<byte> Bytes);

/// <summary>A row as it was read.</summary>
/// <param name="Digest">Of what the engine gave out for it (<see cref="OutputDigest"/>): stepping it again must give the same.</param>
internal sealed record JournalBatch(IReadOnlyList<JournalEntry> Entries, ulong Digest);

/// <summary>A site's state as it was kept.</summary>
/// <param name="Sequence">Number of the last entry that is in it.</param>
/// <param name="Rules">Fingerprint of the rule set it was taken under.</param>
/// <param name="Bytes">As <see cref="Automation.Core.Engine.SiteEngine.Snapshot"/> wrote them, the state's hash first.</param>
internal sealed record SiteSnapshot(long Sequence, DateTimeOffset At, string Rules, ReadOnlyMemory<byte> Bytes);
