using System.Globalization;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Journal;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.CrashTest;

/// <summary>
/// Looks at what a life left on disk: steps the journal in one engine that never stops (the straight run), restores as the next start will, and compares.
/// </summary>
internal sealed class Auditor(string dataFolder, string scratch, Witness witness, Action<string> say)
{
    private static readonly ResourceAddress Floor = ResourceAddress.Parse("store/groups/floor");

    private readonly Dictionary<string, SiteRules> _rules = new(StringComparer.Ordinal);
    private readonly HashSet<long> _numbers = [];
    private readonly SiteOutputs _outputs = new();
    private JournalPlayer? _straight;
    private long _last;
    private int _round;

    /// <summary>Every action request that was ever accepted, as it was seen last, by id.</summary>
    public Dictionary<string, Accepted> Requests { get; } = new(StringComparer.Ordinal);

    public int Lost { get; private set; }

    public int HashMismatches { get; private set; }

    /// <summary>Inputs so far.</summary>
    public int Inputs => _numbers.Count;

    public long Inside => _straight?.Engine?.StateOf(Floor)?["inside"].Number is { } inside && double.IsFinite(inside) ? (long)inside : -1;

    public async Task AuditAsync()
    {
        if (!File.Exists(Path.Combine(dataFolder, SqliteOptions.FileName))) return;
        string copy = Copy();
        try
        {
            await using SqlDatabase database = await SqlDatabase.OpenAsync(new SqliteSource(new SqliteOptions { Path = Path.Combine(copy, SqliteOptions.FileName), ReserveBytes = 0 }, TimeProvider.System), StorageParts.All, new SqlLimits(), CancellationToken.None);
            var store = new SqlHostStore(database, TimeProvider.System, NullLogger.Instance);
            var journal = new JournalStore(database);
            await StepAsync(journal);
            await CompareAsync(journal, store, copy);
            await database.ReadAsync(ReadRequests, CancellationToken.None);
            CheckTold(await store.ReadTogglesAsync(CancellationToken.None));
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    public void Miss(string what)
    {
        Lost++;
        say("LOST: " + what);
    }

    /// <summary>The files as they are: opening the originals would do the next start's work for it.</summary>
    private string Copy()
    {
        string copy = Path.Combine(scratch, "audit-" + (_round++).ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.EnumerateFiles(dataFolder).Where(f => Path.GetFileName(f) is var name && (name.StartsWith(SqliteOptions.FileName, StringComparison.Ordinal) || name.EndsWith(".mark", StringComparison.Ordinal)) && !name.EndsWith("-shm", StringComparison.Ordinal) && !name.EndsWith(".reserve", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    private async Task StepAsync(JournalStore journal)
    {
        _straight ??= new JournalPlayer("store", fingerprint => _rules[fingerprint], _outputs, NullLogger.Instance);
        if (await journal.LastAsync("store", CancellationToken.None) is var last && last < _last) Miss($"the journal ends at {last}, it was at {_last} before");
        await foreach ((long first, _, byte[] bytes) in journal.ReadAsync("store", _last, CancellationToken.None))
        {
            JournalBatch batch = JournalDecoder.Read(bytes);
            _straight.ResetDigest();
            foreach (JournalEntry entry in batch.Entries)
            {
                if (entry.Kind == JournalEntryKind.Load) await FetchAsync(journal, entry.Text!);
                _numbers.Add(entry.Sequence);
                _straight.Play(entry);
            }

            _outputs.Clear();
            _last = batch.Entries[^1].Sequence;
            if (_straight.Digest != batch.Digest)
            {
                HashMismatches++;
                say($"DIFFERS: the commit from {first} gave out something else");
            }
        }
    }

    private async Task CompareAsync(JournalStore journal, SqlHostStore store, string copy)
    {
        if (_straight?.Rules is not { } rules) return;
        using SequenceMark mark = SequenceMark.Open(copy, "store");
        SitePlace place = await new SiteRestorer("store", journal, store, rules, mark, JournalLimits.Default, TimeProvider.System, NullLogger.Instance).RestoreAsync(CancellationToken.None);
        foreach (string problem in place.Problems)
        {
            HashMismatches++;
            say("DIFFERS: " + problem);
        }

        if (place.Player.Engine!.StateHash().AsSpan().SequenceEqual(_straight.Engine!.StateHash())) return;
        HashMismatches++;
        say("DIFFERS: the restored state is not that of the straight run");
    }

    private async Task FetchAsync(JournalStore journal, string fingerprint)
    {
        if (_rules.ContainsKey(fingerprint)) return;
        byte[] bytes = await journal.RulesAsync("store", fingerprint, CancellationToken.None) ?? throw new InvalidOperationException("the rule set is not kept");
        _rules[fingerprint] = RuleSetFiles.Unpack(bytes).Load();
    }

    private int ReadRequests(SqlSession session)
    {
        foreach ((string id, Accepted request) in session.Query(
            "SELECT id, action, target, parameters, state, reason, rule FROM outbox",
            r => (r.GetString(0), new Accepted(r.GetString(1), r.GetString(2), r.GetString(3), (OutboxState)r.GetInt64(4), r.TextOrNull(5), r.GetString(6)))))
        {
            Requests[id] = request;
        }

        return 0;
    }

    /// <summary>Whatever was told is so.</summary>
    private void CheckTold(IReadOnlyDictionary<string, bool> toggles)
    {
        foreach (long number in witness.Heard.Keys)
        {
            if (_numbers.Contains(number)) witness.Heard.TryRemove(number, out _);
            else Miss($"input {number} was told and is not in the journal");
        }

        foreach ((string rule, HashSet<bool> possible) in witness.Switches)
        {
            bool now = toggles.GetValueOrDefault(rule, true);
            lock (possible)
            {
                if (!possible.Contains(now)) Miss($"{rule} was switched {(now ? "off" : "on")}, and is not");
                possible.Clear();
                possible.Add(now);
            }

            if (_straight!.Engine!.Status(rule).Enabled != now) Miss($"{rule} is {(now ? "on" : "off")} on disk and not in the engine");
        }

        foreach ((string rule, long firings) in witness.Firings)
        {
            if (_straight!.Engine!.Status(rule).Firings < firings) Miss($"{rule} was told to have fired {firings} times and fired {_straight.Engine.Status(rule).Firings} times");
        }

        if (Inside < witness.Inside) Miss($"{witness.Inside} people were told to be inside, and it is {Inside}");
    }
}

/// <param name="Rule">Who asked; <c>command</c> for another client.</param>
internal sealed record Accepted(string Action, string Target, string Parameters, OutboxState State, string? Reason, string Rule);
