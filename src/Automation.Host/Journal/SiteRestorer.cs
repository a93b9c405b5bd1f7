using Automation.Core.Engine;
using Automation.Host.Composition;
using Automation.Host.Storage;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Journal;

/// <summary>Where a site goes on after a start.</summary>
/// <param name="Player">Without an engine when there is nothing to go on from.</param>
/// <param name="Outputs">Where the player puts what follows.</param>
/// <param name="Mark">Where the number of the last entry is noted.</param>
/// <param name="NextSequence">The number of the next entry.</param>
/// <param name="Inputs">Entries of the journal since the last snapshot.</param>
/// <param name="Bytes">Bytes of them.</param>
/// <param name="Untold">What the last commit gave out, when nobody knows whether it was told before the process ended.</param>
internal sealed record SitePlace(JournalPlayer Player, SiteOutputs Outputs, SequenceMark Mark, long NextSequence, int Inputs, long Bytes, IReadOnlyList<SiteOutput> Untold)
{
    /// <summary>What was found wrong, for people; empty when all is well.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}

/// <summary>
/// Brings a site back to where it was: the newest snapshot that can be trusted, and the journal after it stepped again. What the journal's rows say
/// of their outputs is compared on the way, so that a state that is not the one that was does not pass unseen.
/// </summary>
internal sealed partial class SiteRestorer(string site, JournalStore store, IOutboxStore outbox, SiteRules current, SequenceMark mark, JournalLimits limits, TimeProvider time, ILogger logger)
{
    private readonly SiteOutputs _outputs = new();
    private readonly Dictionary<string, SiteRules> _rules = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];

    /// <exception cref="StorageException">The database cannot be read.</exception>
    public async Task<SitePlace> RestoreAsync(CancellationToken cancellationToken)
    {
        var player = new JournalPlayer(site, RulesOf, _outputs, logger);
        List<SnapshotPlace> snapshots = await store.SnapshotsAsync(site, cancellationToken);
        foreach (SnapshotPlace place in snapshots)
        {
            await FetchRulesAsync(place.Rules, cancellationToken);
            if (await TryBeginAsync(player, place, cancellationToken)) break;
        }

        // Without a snapshot the journal itself may still begin at the beginning, with its rules.
        var tail = new Tail(player.Sequence);
        await StepAsync(player, tail, cancellationToken);
        if (tail.IsDamaged) await DropAsync(player, tail, cancellationToken);
        if (tail.Differing > 0) Say($"{tail.Differing} of the {tail.Rows} commits after the last snapshot gave out something else than then (another version of the program, or a script that is not the same each time); the site goes on with what they give now");
        long marked = mark.Read();
        if (!tail.Dropped && marked > tail.Last) Say($"inputs {tail.Last + 1} to {marked} were taken before the stop and are not in the database: its end was lost (a disk that does not flush, or an old copy put in its place)");
        long next = Math.Max(tail.Last, marked) + 1;
        IReadOnlyList<SiteOutput> untold = await UntoldAsync(tail.LastBatch, cancellationToken);
        _outputs.Clear();
        player.ResetDigest();
        return new SitePlace(player, _outputs, mark, next, tail.Inputs, tail.Bytes, untold) { Problems = _problems };
    }

    /// <summary>What came of the last commit is told again: twice is better than never. What is old is not: a message that lets something happen must not come minutes late.</summary>
    private async Task<IReadOnlyList<SiteOutput>> UntoldAsync(IReadOnlyList<JournalEntry> last, CancellationToken cancellationToken)
    {
        if (last.Count == 0) return [];

        // A clock that is far behind says nothing of how long ago it was.
        List<SiteOutput> untold = (time.GetUtcNow() - last[^1].At).Duration() <= limits.ToldLate ? [.. _outputs.All] : [];
        foreach (JournalEntry entry in last.Where(e => e.Kind == JournalEntryKind.Outcome))
        {
            if (await outbox.FindAsync(entry.Input.Name!, cancellationToken) is { Outcome: { } outcome } row) untold.Add(new SiteOutput.Ended(row.Request, outcome, row.Attempts));
        }

        return untold;
    }

    private async Task<bool> TryBeginAsync(JournalPlayer player, SnapshotPlace place, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.SnapshotBytesAsync(site, place.Sequence, cancellationToken) is not { } bytes) return false;
            SiteRules rules = RulesOf(place.Rules);
            player.Restore(rules, place.Sequence, bytes);

            // The same rules must give the same state, to the bit; with others something may have lost its meaning.
            if (rules.Fingerprint == place.Rules && !bytes.AsSpan(0, SiteEngine.HashBytes).SequenceEqual(player.Engine!.StateHash()))
            {
                Say($"the state kept at input {place.Sequence} reads as another one: this version of the program understands it differently; the site goes on with what it understands");
            }

            return true;
        }
        catch (Exception e) when (IsDamage(e))
        {
            Say($"the state kept at input {place.Sequence} ({place.At:yyyy-MM-dd'T'HH:mm:ss'Z'}) cannot be used: {e.Message}; the one before it and the journal since are used instead");
            await store.DropSnapshotAsync(site, place.Sequence, cancellationToken);
            return false;
        }
    }

    /// <summary>Steps the journal after the snapshot; stops before the first row that cannot be trusted.</summary>
    private async Task StepAsync(JournalPlayer player, Tail tail, CancellationToken cancellationToken)
    {
        try
        {
            await foreach ((long first, long last, byte[] bytes) in store.ReadAsync(site, player.Sequence, cancellationToken))
            {
                JournalBatch batch = JournalDecoder.Read(bytes);
                if (batch.Entries.Count == 0 || batch.Entries[0].Sequence != first || batch.Entries[^1].Sequence != last || first <= tail.Last) throw JournalCodec.Damaged("a row is not the one it says");

                // Numbers are left out at a start only, after an end that was lost.
                if (first != tail.Last + 1 && !batch.Entries.Any(e => e.Kind == JournalEntryKind.Start)) throw JournalCodec.Damaged("rows are missing");
                foreach (JournalEntry entry in batch.Entries.Where(e => e.Kind == JournalEntryKind.Load)) await FetchRulesAsync(entry.Text!, cancellationToken);
                _outputs.Clear();
                player.ResetDigest();
                foreach (JournalEntry entry in batch.Entries) player.Play(entry);
                tail.Take(batch, bytes.Length, player.Digest);
            }
        }
        catch (Exception e) when (IsDamage(e))
        {
            tail.IsDamaged = true;
            Say($"the journal cannot be read after input {tail.Last}: {e.Message}; what came after it is dropped");
        }
    }

    private async Task DropAsync(JournalPlayer player, Tail tail, CancellationToken cancellationToken)
    {
        if (player.Engine is null) Say("no state that was kept can be used: timers, counts and what was known start anew");
        try
        {
            long last = Math.Max(tail.Last, await store.LastAsync(site, cancellationToken));
            await store.DropAfterAsync(site, tail.Last, cancellationToken);
            if (last > tail.Last) Say($"inputs {tail.Last + 1} to {last} are lost");
            tail.Drop(last);
        }
        catch (StorageException e) when (IsDamage(e))
        {
            Say($"what cannot be read cannot be removed either: {e.Message}");
        }
    }

    /// <summary>What is on the disk is wrong; anything else (a server that does not answer) must not cost data.</summary>
    private static bool IsDamage(Exception e) => e is InvalidDataException or StorageException { Reason: StorageReason.Damaged };

    /// <summary>Makes a rule set of then ready; one that cannot be had is replaced by the present one, and that is said.</summary>
    private async Task FetchRulesAsync(string fingerprint, CancellationToken cancellationToken)
    {
        if (fingerprint == current.Fingerprint || _rules.ContainsKey(fingerprint)) return;
        try
        {
            byte[] bytes = await store.RulesAsync(site, fingerprint, cancellationToken) ?? throw new InvalidDataException("it was not kept");
            _rules[fingerprint] = RuleSetFiles.Unpack(bytes).Load();
        }
        catch (Exception e) when (IsDamage(e))
        {
            Say($"the rules that were in force then cannot be read ({e.Message}); the present ones are used instead");
            _rules[fingerprint] = current;
        }
    }

    private SiteRules RulesOf(string fingerprint) => fingerprint == current.Fingerprint ? current : _rules.GetValueOrDefault(fingerprint, current);

    private void Say(string problem)
    {
        _problems.Add(problem);
        LogProblem(logger, site, problem);
    }

    private sealed class Tail(long last)
    {
        public long Last { get; private set; } = last;

        public int Rows { get; private set; }

        public int Inputs { get; private set; }

        public long Bytes { get; private set; }

        public int Differing { get; private set; }

        public bool IsDamaged { get; set; }

        public bool Dropped { get; private set; }

        public IReadOnlyList<JournalEntry> LastBatch { get; private set; } = [];

        public void Take(JournalBatch batch, int bytes, ulong digest)
        {
            Rows++;
            Inputs += batch.Entries.Count;
            Bytes += bytes;
            if (digest != batch.Digest) Differing++;
            Last = batch.Entries[^1].Sequence;
            LastBatch = batch.Entries;
        }

        public void Drop(long last)
        {
            Dropped = true;
            Last = last;
            LastBatch = [];
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Site}: {Problem}")]
    private static partial void LogProblem(ILogger logger, string site, string problem);
}
