using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Journal;

/// <param name="From">Where it began: the instant asked for, or later where the journal does not go back so far.</param>
/// <param name="Inputs">Entries that were stepped in the time asked for.</param>
/// <param name="Differing">Commits that gave out something else than they did then.</param>
internal sealed record ReplaySummary(DateTimeOffset From, long Inputs, int Commits, int Differing);

/// <summary>
/// Runs a past time of a site again from its journal: from the snapshot before it, with the rules that were in force then, or with others from its beginning on. Only reads, so it goes beside a plugin
/// that runs.
/// </summary>
internal sealed class JournalReplay(JournalStore store, string site)
{
    private readonly Dictionary<string, SiteRules> _rules = new(StringComparer.Ordinal);

    /// <param name="to">Inclusive.</param>
    /// <param name="instead">Given the site of then; the rules to run with. Null: those of then.</param>
    /// <param name="sinkOf">Given the site of then; takes what is given out in the time asked for.</param>
    /// <exception cref="InvalidDataException">The journal does not have this time, or cannot be read.</exception>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public async Task<ReplaySummary> RunAsync(DateTimeOffset from, DateTimeOffset to, Func<Site, SiteRules>? instead, Func<Site, IEngineSink> sinkOf, CancellationToken cancellationToken)
    {
        var gate = new Gate();
        var player = new JournalPlayer(site, fingerprint => _rules[fingerprint], gate, NullLogger.Instance);
        DateTimeOffset known = await BeginAsync(player, from, cancellationToken);
        long inputs = 0;
        (int commits, int differing) = (0, 0);
        SiteRules? other = null;
        bool over = false;
        await foreach ((_, _, byte[] bytes) in store.ReadAsync(site, player.Sequence, cancellationToken))
        {
            JournalBatch batch = JournalDecoder.Read(bytes);
            player.ResetDigest();
            foreach (JournalEntry entry in batch.Entries)
            {
                if (over = entry.At > to) break;
                if (entry.Kind == JournalEntryKind.Load) await FetchAsync(entry.Text!, cancellationToken);
                if (!gate.IsOpen && entry.At >= from)
                {
                    if (player.Rules is null && entry.Kind != JournalEntryKind.Load) throw NotThere(from);
                    if (player.Rules is null) player.Play(entry);
                    gate.Open(sinkOf(player.Rules!.Program.Site));
                    if (instead is not null) LoadOther(player, other = instead(player.Rules.Program.Site), entry.At);
                }

                if (gate.IsOpen) inputs++;
                if (player.Sequence < entry.Sequence && (other is null || entry.Kind != JournalEntryKind.Load)) player.Play(entry);
            }

            if (over) break;
            if (gate.IsOpen) commits++;
            if (other is null && player.Digest != batch.Digest) differing++;
        }

        if (other is not null) player.Play(JournalEntry.Of(EngineInput.Time(player.Sequence + 1, to)));
        return new ReplaySummary(known > from ? known : from, inputs, commits, differing);
    }

    /// <summary>Takes up the newest state that is old enough, or else the oldest there is; answers from when on it is known.</summary>
    private async Task<DateTimeOffset> BeginAsync(JournalPlayer player, DateTimeOffset from, CancellationToken cancellationToken)
    {
        DateTimeOffset known = DateTimeOffset.MinValue;
        List<SnapshotPlace> snapshots = await store.SnapshotsAsync(site, cancellationToken);

        // One of the very instant may have something of it behind it already.
        foreach (SnapshotPlace place in snapshots.Where(s => s.At < from))
        {
            if (await TryBeginAsync(player, place, cancellationToken)) return known;
        }

        // Before its first snapshot a journal begins with its rules; one that was shortened begins with a snapshot.
        await foreach ((_, _, byte[] bytes) in store.ReadAsync(site, 0, cancellationToken))
        {
            JournalEntry first = JournalDecoder.Read(bytes).Entries[0];
            if (first.Kind == JournalEntryKind.Load) return first.At;
            break;
        }

        foreach (SnapshotPlace place in snapshots.AsEnumerable().Reverse())
        {
            if (await TryBeginAsync(player, place, cancellationToken)) return place.At;
        }

        throw NotThere(from);
    }

    private async Task<bool> TryBeginAsync(JournalPlayer player, SnapshotPlace place, CancellationToken cancellationToken)
    {
        try
        {
            await FetchAsync(place.Rules, cancellationToken);
            if (await store.SnapshotBytesAsync(site, place.Sequence, cancellationToken) is not { } bytes) return false;
            player.Restore(_rules[place.Rules], place.Sequence, bytes);
            return true;
        }
        catch (InvalidDataException)
        {
            // One before it does, with more of the journal.
            return false;
        }
    }

    private async Task FetchAsync(string fingerprint, CancellationToken cancellationToken)
    {
        if (_rules.ContainsKey(fingerprint)) return;
        byte[] bytes = await store.RulesAsync(site, fingerprint, cancellationToken) ?? throw new InvalidDataException($"the rules {fingerprint[..Math.Min(8, fingerprint.Length)]} of then are not kept any more");
        _rules[fingerprint] = RuleSetFiles.Unpack(bytes).Load();
    }

    private static void LoadOther(JournalPlayer player, SiteRules rules, DateTimeOffset at)
    {
        player.Offer(rules);
        player.Play(JournalEntry.Load(player.Sequence, at, rules.Fingerprint));
    }

    private InvalidDataException NotThere(DateTimeOffset from) => new($"the journal of {site} has nothing from {from:yyyy-MM-dd'T'HH:mm:ss'Z'} on");

    /// <summary>Lets nothing out until the time asked for has come.</summary>
    private sealed class Gate : IEngineSink
    {
        private IEngineSink? _inner;

        public bool IsOpen => _inner is not null;

        public void Open(IEngineSink inner) => _inner = inner;

        public void EventOccurred(in EngineEvent engineEvent) => _inner?.EventOccurred(in engineEvent);

        public void StateChanged(in StateChange change) => _inner?.StateChanged(in change);

        public void Fired(in Firing firing) => _inner?.Fired(in firing);

        public void Requested(in ActionRequest request) => _inner?.Requested(in request);

        public void Published(in PublishRequest request) => _inner?.Published(in request);

        public void Notified(in NotificationRequest request) => _inner?.Notified(in request);

        public void ExceptionChanged(in ExceptionChange change) => _inner?.ExceptionChanged(in change);

        public void RuleSwitched(in RuleSwitch change) => _inner?.RuleSwitched(in change);

        public void Faulted(in EngineFault fault) => _inner?.Faulted(in fault);
    }
}
