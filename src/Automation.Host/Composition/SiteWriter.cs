using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Hub;
using Automation.Host.Journal;
using Automation.Host.Outbox;
using Automation.Host.Storage;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Composition;

/// <summary>
/// The one writer of a site (docs/decisions/0002): takes inputs in order, steps the engine, puts the inputs and what follows from them on disk in one
/// transaction, then tells the world.
/// </summary>
internal sealed partial class SiteWriter
{
    private static readonly TimeSpan DiskRetry = TimeSpan.FromSeconds(1);

    private readonly Site _site;
    private readonly SiteInbox _inbox;
    private readonly JournalStore _journal;
    private readonly IHostStore _store;
    private readonly ActionOutbox _outbox;
    private readonly SiteProjection _projection;
    private readonly JournalLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private readonly SitePlace _place;

    // Only the writer's loop touches these.
    private readonly JournalPlayer _player;
    private readonly SiteOutputs _outputs;
    private readonly JournalEncoder _batch = new();
    private readonly List<string> _ended = [];
    private readonly List<TaskCompletionSource> _waiting = [];
    private readonly SiteSnapshots _snapshots;
    private SiteRuleSet _rules;
    private (string Fingerprint, byte[] Bytes)? _newRules;
    private long _next;

    /// <param name="place">Where it goes on.</param>
    public SiteWriter(
        Site site, SiteRuleSet rules, SitePlace place, SiteInbox inbox, JournalStore journal, IHostStore store, ActionOutbox outbox, SiteProjection projection,
        JournalLimits limits, TimeProvider time, ILogger logger)
    {
        _site = site;
        _rules = rules;
        _place = place;
        _player = place.Player;
        _outputs = place.Outputs;
        _next = place.NextSequence;
        _inbox = inbox;
        _journal = journal;
        _store = store;
        _outbox = outbox;
        _projection = projection;
        _limits = limits;
        _time = time;
        _logger = logger;
        _inbox.Full = () => projection.Overloaded(true);
        _snapshots = new SiteSnapshots(site.Id, journal, limits, place.Inputs, place.Bytes, time, logger);
    }

    private SiteEngine Engine => _player.Engine!;

    /// <summary>Runs until the inbox is completed and empty; then keeps the engine's state for the next start.</summary>
    public async Task RunAsync()
    {
        await StartAsync();
        while (await WaitAsync())
        {
            DateTimeOffset now = Now();
            if (Engine.NextDue <= now) Take(JournalEntry.Of(EngineInput.Time(_next, now)));
            for (int i = 0; i < _limits.InputsInACommit && _inbox.Reader.TryRead(out SiteInput? input); i++) await TakeAsync(input);
            await FlushAsync();
            if (_inbox.TryRelieve()) _projection.Overloaded(false);
            _snapshots.SaveIfDue(_player);
        }

        await FlushAsync();
        await _snapshots.SaveLastAsync(_player);
    }

    /// <summary>Goes on where it stopped: what may not have been told, the rules as they are now, toggles, and then time that was lost.</summary>
    private async Task StartAsync()
    {
        IReadOnlyDictionary<string, bool> toggles = await _store.ReadTogglesAsync(CancellationToken.None);
        string fingerprint = _rules.Rules.Fingerprint;
        DateTimeOffset then = _player.Engine?.Now ?? Now();
        if (_player.Rules?.Fingerprint != fingerprint) LoadNow(_rules, then);
        ApplyToggles(toggles, then);
        Take(JournalEntry.Start(_next, Now()));
        await CommitAsync();
        _projection.ShowRules(Engine, _rules.Rules);
        _projection.ShowStates(Engine);
        foreach (string problem in _place.Problems) _projection.Problem("stateLost", default, problem);
        if (_place.Problems.Count > 0) await _snapshots.SaveNowAsync(_player);
        foreach (SiteOutput output in _place.Untold) _projection.Show(output, Engine, _rules.Rules);
        Tell();
    }

    /// <summary>Waits for an input or for the engine's next deadline; false when the site stops.</summary>
    private async Task<bool> WaitAsync()
    {
        if (_inbox.Reader.TryPeek(out _)) return true;
        DateTimeOffset now = _time.GetUtcNow();
        DateTimeOffset wake = _snapshots.NextDue;
        if (Engine.NextDue is { } due && due < wake) wake = due;
        if (wake <= now) return !_inbox.Reader.Completion.IsCompleted;

        // A wall clock that is set back or forward is noticed at the latest after a second.
        TimeSpan wait = wake - now < TimeSpan.FromSeconds(1) ? wake - now : TimeSpan.FromSeconds(1);
        using var deadline = new CancellationTokenSource(wait, _time);
        try
        {
            return await _inbox.Reader.WaitToReadAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    private async ValueTask TakeAsync(SiteInput input)
    {
        DateTimeOffset now = Now();
        switch (input)
        {
            case SiteInput.Engine engine:
                Take(JournalEntry.Of(engine.Input with { Sequence = _next, At = now }));
                break;
            case SiteInput.Ended ended:
                _ended.Add(ended.Request.Id);
                Take(JournalEntry.Of(EngineInput.Outcome(_next, now, ended.Request.On, ended.Request.Id, ended.Outcome.IsEffective)));
                _outputs.Add(new SiteOutput.Ended(ended.Request, ended.Outcome, ended.Attempts));
                break;
            case SiteInput.Command command:
                JournalEntry entry = JournalEntry.Command(_next, now, command.Action, command.On, command.Parameters, command.By, command.Worth, command.Transaction);
                command.Requested?.Invoke(entry.ToRequest(_site.Id).Id);
                Take(in entry);
                break;
            case SiteInput.Ask ask:
                Answer(ask);
                break;
            case SiteInput.Load load:
                await FlushAsync();
                LoadNow(load.Rules, now);
                ApplyToggles(await _store.ReadTogglesAsync(CancellationToken.None), now);
                await CommitAsync();
                _projection.ShowRules(Engine, _rules.Rules);
                Tell();
                load.Loaded.TrySetResult();
                break;
        }
    }

    private void Take(in JournalEntry entry)
    {
        _batch.Add(in entry);
        _next++;
        _player.Play(in entry);
    }

    private void LoadNow(SiteRuleSet rules, DateTimeOffset at)
    {
        _rules = rules;
        _newRules = (rules.Rules.Fingerprint, rules.Packed);
        _player.Offer(rules.Rules);
        Take(JournalEntry.Load(_next, at, rules.Rules.Fingerprint));
    }

    /// <summary>Toggles are state: a rule that comes (back) with a file gets the one that was kept for it (decision 0004).</summary>
    private void ApplyToggles(IReadOnlyDictionary<string, bool> toggles, DateTimeOffset at)
    {
        foreach (string rule in _rules.Rules.Definitions.Select(d => d.Id))
        {
            if (toggles.TryGetValue(rule, out bool on) && Engine.Status(rule).Enabled != on) Take(JournalEntry.Of(EngineInput.RuleToggle(_next, at, rule, on)));
        }
    }

    private void Answer(SiteInput.Ask ask)
    {
        if (Now() is var now && !Engine.IsCurrent(now)) Take(JournalEntry.Of(EngineInput.Time(_next, now)));
        try
        {
            ask.Question(Engine, _rules.Rules);
        }
        catch (Exception e)
        {
            // The one who asked gets the failure; the site goes on.
            ask.Answered.TrySetException(e);
            return;
        }

        // What was posted before the question is on disk when it is answered.
        if (_batch.Count == 0) ask.Answered.TrySetResult();
        else _waiting.Add(ask.Answered);
    }

    private async Task FlushAsync()
    {
        await CommitAsync();
        Tell();
    }

    /// <summary>Puts the batch and all that follows from it on disk; afterwards its requests are on their way.</summary>
    private async Task CommitAsync()
    {
        if (_batch.Count == 0) return;
        int inputs = _batch.Count;
        var commit = new SiteCommit
        {
            Site = _site.Id, Row = _batch.Take(_player.Digest), Requests = [.. _outputs.Requests], Toggles = [.. _outputs.Toggles], Ended = [.. _ended], RuleSet = _newRules, Outputs = [.. _outputs.All],
        };
        _player.ResetDigest();
        IReadOnlyList<OutboxRow> added = await KeepAsync(commit);
        Mark(commit.Row.Last);
        _newRules = null;
        _ended.Clear();
        _snapshots.Committed(inputs, commit.Row.Bytes.Length);
        _outbox.Take(added);
    }

    private void Tell()
    {
        for (int i = 0; i < _outputs.All.Count; i++) _projection.Show(_outputs.All[i], Engine, _rules.Rules);
        _outputs.Clear();
        foreach (TaskCompletionSource waiting in _waiting) waiting.TrySetResult();
        _waiting.Clear();
    }

    /// <summary>Nothing leaves before it is durable: while the disk refuses, the site waits and tries again, and says so once. Only a stop gives up, and says what is lost.</summary>
    private async Task<IReadOnlyList<OutboxRow>> KeepAsync(SiteCommit commit)
    {
        bool told = false;
        while (true)
        {
            try
            {
                IReadOnlyList<OutboxRow> added = await _journal.CommitAsync(commit, CancellationToken.None);
                if (told) LogDiskIsBack(_logger, _site.Id);
                return added;
            }
            catch (StorageException e)
            {
                if (!told) _projection.DiskRefuses(e.Message);
                told = true;
                if (_inbox.Reader.Completion.IsCompleted)
                {
                    LogLost(_logger, _site.Id, commit.Row.First, commit.Row.Last, commit.Requests.Count, e.Message);
                    return [];
                }
            }

            await Task.Delay(DiskRetry, _time);
        }
    }

    private void Mark(long last)
    {
        try
        {
            _place.Mark.Write(last, flush: _journal.IsUnwritten);
        }
        catch (IOException e)
        {
            // The database has it; what is missing is only the check on the database.
            LogNotMarked(_logger, _site.Id, e.Message);
        }
    }

    /// <summary>The engine's time never goes back, and the journal says what it was.</summary>
    private DateTimeOffset Now()
    {
        DateTimeOffset now = _time.GetUtcNow();
        return _player.Engine is { } engine && engine.Now > now ? engine.Now : now;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Site}: the disk takes inputs again")]
    private static partial void LogDiskIsBack(ILogger logger, string site);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Site}: the number of the last input could not be noted: {Reason}")]
    private static partial void LogNotMarked(ILogger logger, string site, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Site}: inputs {First} to {Last} with {Count} action requests are lost, the disk did not take them before the stop: {Reason}")]
    private static partial void LogLost(ILogger logger, string site, long first, long last, int count, string reason);
}
