using System.Threading.Channels;
using Automation.Core.Compilation.Lowering;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Hub;
using Automation.Host.Notifications;
using Automation.Host.Outbox;
using Automation.Host.Storage;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Composition;

/// <summary>
/// The one writer of a site (docs/decisions/0002): takes inputs in order, steps the engine, makes the action requests durable, then tells the world.
/// </summary>
internal sealed partial class SiteWriter : IEngineSink
{
    /// <summary>Inputs stepped before their requests are committed together: one disk flush for a burst.</summary>
    private const int BatchSize = 256;

    /// <summary>What a power cut can cost of timers and counts; more often wears out memory cards.</summary>
    private static readonly TimeSpan SnapshotEvery = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan DiskRetry = TimeSpan.FromSeconds(1);

    private readonly Site _site;
    private readonly SiteEngine _engine;
    private readonly SiteInbox _inbox;
    private readonly IHostStore _store;
    private readonly ActionOutbox _outbox;
    private readonly NotificationCentre _notifications;
    private readonly SiteProjection _projection;
    private readonly SequenceSource _sequence;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    // Only the writer's loop touches these.
    private readonly List<SiteOutput> _outputs = [];
    private readonly List<ActionRequest> _requests = [];
    private SiteRules _rules;

    /// <summary>This sink, told of documents instead of their parts.</summary>
    private DocumentSink _sink;
    private DateTimeOffset _lastSnapshot;

    /// <summary>Something was taken since the last snapshot.</summary>
    private bool _changed;

    public SiteWriter(
        Site site, SiteRules rules, SiteEngine engine, SiteInbox inbox, IHostStore store, ActionOutbox outbox, NotificationCentre notifications, SiteProjection projection, SequenceSource sequence, TimeProvider time, ILogger logger)
    {
        _site = site;
        _rules = rules;
        _sink = new DocumentSink(rules.Program, this);
        _engine = engine;
        _inbox = inbox;
        _store = store;
        _outbox = outbox;
        _notifications = notifications;
        _projection = projection;
        _sequence = sequence;
        _time = time;
        _logger = logger;
        _lastSnapshot = time.GetUtcNow();
    }

    /// <summary>Runs until the inbox is completed and empty; then keeps the engine's state for the next start.</summary>
    public async Task RunAsync()
    {
        EngineInput start = EngineInput.Time(_sequence.Next(), _time.GetUtcNow());
        _engine.Start(start, _sink);
        await _projection.RulesLoadedAsync(_engine, _rules);
        await FlushAsync();
        while (await WaitAsync())
        {
            Step(EngineInput.Time(_sequence.Next(), _time.GetUtcNow()));
            for (int i = 0; i < BatchSize && _inbox.Reader.TryRead(out SiteInput? input); i++) await TakeAsync(input);
            await FlushAsync();
            if (_changed && _time.GetUtcNow() - _lastSnapshot >= SnapshotEvery) await SaveAsync();
        }

        await FlushAsync();
        await SaveAsync();
    }

    /// <summary>Waits for an input or for the engine's next deadline; false when the site stops.</summary>
    private async Task<bool> WaitAsync()
    {
        if (_inbox.Reader.TryPeek(out _)) return true;
        DateTimeOffset now = _time.GetUtcNow();
        DateTimeOffset wake = _changed ? _lastSnapshot + SnapshotEvery : DateTimeOffset.MaxValue;
        if (_engine.NextDue is { } due && due < wake) wake = due;
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
        DateTimeOffset now = _time.GetUtcNow();
        _changed |= input is not SiteInput.Ask;
        switch (input)
        {
            case SiteInput.Engine engine:
                Step(engine.Input with { Sequence = _sequence.Next(), At = now });
                break;
            case SiteInput.Command command:
                Command(command, now);
                break;
            case SiteInput.Ask ask:
                try
                {
                    ask.Question(_engine, _rules);
                    ask.Answered.TrySetResult();
                }
                catch (Exception e)
                {
                    // The one who asked gets the failure; the site goes on.
                    ask.Answered.TrySetException(e);
                }

                break;
            case SiteInput.Load load:
                await FlushAsync();
                _sink = new DocumentSink(load.Rules.Program, this);
                _engine.Load(load.Rules.Program, EngineInput.Time(_sequence.Next(), now), _sink);
                _rules = load.Rules;
                await ApplyTogglesAsync(now);
                await _projection.RulesLoadedAsync(_engine, _rules);
                load.Loaded.TrySetResult();
                break;
        }
    }

    /// <summary>Toggles are state: a rule that comes (back) with a file gets the one that was kept for it (decision 0004).</summary>
    private async Task ApplyTogglesAsync(DateTimeOffset now)
    {
        IReadOnlyDictionary<string, bool> toggles = await _store.ReadTogglesAsync(CancellationToken.None);
        foreach (string rule in _rules.Definitions.Select(d => d.Id))
        {
            if (toggles.TryGetValue(rule, out bool on) && _engine.Status(rule).Enabled != on) Step(EngineInput.RuleToggle(_sequence.Next(), now, rule, on));
        }
    }

    private void Step(in EngineInput input)
    {
        try
        {
            _engine.Step(input, _sink);
        }
        catch (Exception e)
        {
            // A broken invariant of the engine drops this input, never the site.
            LogEngineBroke(_logger, _site.Id, input.Sequence, e);
        }
    }

    private void Command(SiteInput.Command command, DateTimeOffset now)
    {
        TimeSpan worth = ActionTypes.All.TryGetValue(command.Action, out ActionTypeInfo? type) ? type.WorthDoing : TimeSpan.FromSeconds(30);
        var request = new ActionRequest
        {
            Cause = new CauseId(_site.Id, _sequence.Next()),
            Rule = command.By,
            Index = 0,
            Action = command.Action,
            On = command.On,
            Parameters = command.Parameters,
            At = now,
            ExpiresAt = now + worth,
        };
        command.Requested?.Invoke(request.Id);
        Requested(request);
    }

    private async Task FlushAsync()
    {
        if (_requests.Count > 0 || _outputs.Count > 0)
        {
            await KeepAsync();
            _requests.Clear();
        }

        for (int i = 0; i < _outputs.Count; i++)
        {
            if (_outputs[i] is SiteOutput.Switched switched)
            {
                await KeepToggleAsync(switched.Value);
            }

            await _projection.ShowAsync(_outputs[i], _engine, _rules);
        }

        _outputs.Clear();
    }

    private async Task KeepToggleAsync(RuleSwitch change)
    {
        try
        {
            await _store.SaveToggleAsync(change.Rule, change.Enabled, CancellationToken.None);
        }
        catch (StorageException e)
        {
            // In force now, and told; it would not survive a restart.
            await _projection.DiskRefusesAsync($"the switch of {change.Rule} is not kept: {e.Message}");
        }
    }

    /// <summary>Nothing leaves before it is durable: while the disk refuses, the site waits and tries again, and says so once. Only a stop gives up, and says what is lost.</summary>
    private async Task KeepAsync()
    {
        bool told = false;
        while (true)
        {
            try
            {
                if (_requests.Count > 0) await _outbox.AddAsync([.. _requests], CancellationToken.None);
                await _notifications.KeepAsync(_outputs);
                if (told) LogDiskIsBack(_logger, _site.Id);
                return;
            }
            catch (StorageException e)
            {
                if (!told) await _projection.DiskRefusesAsync(e.Message);
                told = true;
                if (_inbox.Reader.Completion.IsCompleted)
                {
                    LogRequestsLost(_logger, _site.Id, _requests.Count, e.Message);
                    return;
                }
            }

            await Task.Delay(DiskRetry, _time);
        }
    }

    private async Task SaveAsync()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(4096);
        _engine.Snapshot(buffer);
        _lastSnapshot = _time.GetUtcNow();
        _changed = false;
        try
        {
            await _store.SaveSnapshotAsync(_site.Id, _lastSnapshot, buffer.WrittenMemory, CancellationToken.None);
        }
        catch (StorageException e)
        {
            // The one before is still there; the next try is in a minute.
            LogSnapshotNotKept(_logger, _site.Id, e.Message);
        }
    }

    void IEngineSink.EventOccurred(in EngineEvent engineEvent) => _outputs.Add(new SiteOutput.Occurred(engineEvent));

    void IEngineSink.StateChanged(in StateChange change) => _outputs.Add(new SiteOutput.Changed(change));

    void IEngineSink.Fired(in Firing firing) => _outputs.Add(new SiteOutput.FiredRule(firing));

    public void Requested(in ActionRequest request) => _requests.Add(request);

    void IEngineSink.Published(in PublishRequest request) => _outputs.Add(new SiteOutput.Published(request));

    void IEngineSink.Notified(in NotificationRequest request) => _outputs.Add(new SiteOutput.Notified(request));

    void IEngineSink.ExceptionChanged(in ExceptionChange change) => _outputs.Add(new SiteOutput.Exceptional(change));

    void IEngineSink.RuleSwitched(in RuleSwitch change) => _outputs.Add(new SiteOutput.Switched(change));

    void IEngineSink.Faulted(in EngineFault fault) => _outputs.Add(new SiteOutput.Fault(fault));

    [LoggerMessage(Level = LogLevel.Error, Message = "{Site}: input {Sequence} was dropped, the engine could not take it")]
    private static partial void LogEngineBroke(ILogger logger, string site, long sequence, Exception e);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Site}: the disk takes action requests again")]
    private static partial void LogDiskIsBack(ILogger logger, string site);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Site}: {Count} action requests are lost, the disk did not take them before the stop: {Reason}")]
    private static partial void LogRequestsLost(ILogger logger, string site, int count, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Site}: timers and counts could not be kept: {Reason}")]
    private static partial void LogSnapshotNotKept(ILogger logger, string site, string reason);
}
