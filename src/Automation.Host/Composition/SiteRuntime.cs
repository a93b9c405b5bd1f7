using System.Collections.Immutable;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Foreign;
using Automation.Host.Hub;
using Automation.Host.Hub.Commands;
using Automation.Host.Journal;
using Automation.Host.Notifications;
using Automation.Host.Operations;
using Automation.Host.Outbox;
using Automation.Host.Storage;
using Automation.Isapi;
using Automation.Isapi.Push;
using Automation.Mqtt;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Composition;

/// <summary>One site at work: its devices in, its writer, its devices out. Owns every loop of the site and stops them in the order that loses nothing.</summary>
internal sealed class SiteRuntime : IDeviceObserver, IPictureObserver, IAsyncDisposable
{
    // By address; without those of devices that were removed.
    private volatile ImmutableDictionary<string, DeviceConnection> _connections = ImmutableDictionary.Create<string, DeviceConnection>(StringComparer.Ordinal);
    private readonly List<DeviceConnection> _opened = [];
    private volatile ImmutableHashSet<string> _gone = ImmutableHashSet.Create<string>(StringComparer.Ordinal);
    private readonly Dictionary<string, ForeignCommands> _commands;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<IAsyncDisposable> _subscriptions = [];
    private readonly HashSet<string> _seenOnline = new(StringComparer.Ordinal);
    private readonly IMqttBus _bus;
    private readonly TopicNames _topics;
    private readonly ActionOutbox _outbox;
    private readonly CommandIntake _intake;
    private readonly IOperationLog _operations;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SiteWriter _writer;
    private readonly RuleReloader _reloader;
    private readonly LastSeen _seen;
    private Task _diagnosing = Task.CompletedTask;
    private readonly ForeignTopics _foreign;
    private Task _writing = Task.CompletedTask;
    private Task _reloading = Task.CompletedTask;

    public SiteRuntime(
        SiteSource source, SiteRuleSet rules, TemplateLibrary templates, SitePlace place, JournalStore journal, IHostStore store, IOperationLog operations, ActionOutbox outbox, CommandIntake intake, IMqttBus bus, TopicNames topics,
        Outlet outlet, RetainedTopics retained, JournalLimits limits, DiagnosisWatchLimits diagnosis, TimeProvider time, Random random, ILoggerFactory loggers)
    {
        Site site = source.Site;
        Site = site;
        Rules = rules.Rules;
        _bus = bus;
        _outbox = outbox;
        _intake = intake;
        _operations = operations;
        _topics = topics;
        _time = time;
        _logger = loggers.CreateLogger("Automation." + site.Id);
        Projection = new SiteProjection(site, rules.Rules.Definitions, topics, outlet, retained, time, _logger);
        _writer = new SiteWriter(site, rules, place, Inbox, journal, store, outbox, Projection, limits, time, _logger);
        _reloader = new RuleReloader(source, templates, Inbox, Projection, rules.Rules.Fingerprint, operations, time, _logger);
        Folder = new RuleFolder(() => Site, source.RulePaths, templates, _reloader.LookAsync);
        _foreign = new ForeignTopics(site, this, time);
        _commands = site.Devices.Where(d => d.Topic is not null).ToDictionary(d => d.Address.Value, d => new ForeignCommands(d, bus), StringComparer.Ordinal);
        _seen = new LastSeen(time);
        Diagnosis = new DiagnosisWatch(site, () => Rules, ConnectionOf, _seen, ShowHealthAsync, diagnosis, time, _logger);
        // Gateways first: the devices behind them speak through their connections.
        foreach (Device device in site.Devices.Where(d => d.Connection is not null).OrderByDescending(d => d.Connection!.Gateway.IsEmpty))
        {
            DeviceConnection? gateway = _connections.GetValueOrDefault(device.Connection!.Gateway.Value);
            var connection = new DeviceConnection(device, new DeviceConnectionLimits(), this, time, new Random(random.Next()), _logger, gateway);
            _opened.Add(connection);
            _connections = _connections.Add(device.Address.Value, connection);
        }
    }

    /// <summary>With the devices there are now.</summary>
    public Site Site { get; private set; }

    /// <summary>The site file and where the rules are.</summary>
    public SiteSource Source => _reloader.Source;

    /// <summary>The present; the engine's own instant is that of its last input.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>The rules in force.</summary>
    public SiteRules Rules
    {
        get;
        set
        {
            field = value;
            Diagnosis?.Wake();
        }
    }

    /// <summary>The site's rule files.</summary>
    public RuleFolder Folder { get; }

    public SiteInbox Inbox { get; } = new();

    public SiteProjection Projection { get; }

    /// <summary>Whether the events that rules wait for can come.</summary>
    public DiagnosisWatch Diagnosis { get; }

    public bool HasRule(string rule) => Projection.HasRule(rule);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _writing = Task.Run(_writer.RunAsync, CancellationToken.None);
        _subscriptions.AddRange(await new CommandDesk(Site, _topics, Inbox, Projection, _intake, _bus, _operations, _time, _logger).SubscribeAsync(cancellationToken));
        foreach (DeviceConnection connection in _connections.Values) connection.Start();
        _subscriptions.AddRange(await _foreign.SubscribeAsync(_bus, cancellationToken));
        _reloading = Task.Run(() => _reloader.RunAsync(_stop.Token), CancellationToken.None);
        _diagnosing = Task.Run(() => Diagnosis.RunAsync(_stop.Token), CancellationToken.None);
    }

    /// <summary>The site's devices may push their events.</summary>
    public void AddTo(PushInbox inbox)
    {
        foreach ((string device, DeviceConnection connection) in _connections) inbox.Add(ResourceAddress.Parse(device), connection);
    }

    public DeviceConnection? ConnectionOf(ResourceAddress resource) => _connections.GetValueOrDefault(resource.DeviceAddress.Value);

    /// <summary>The commands of an MQTT-only device of a profile; null for others.</summary>
    public ForeignCommands? CommandsOf(ResourceAddress resource) => _commands.GetValueOrDefault(resource.DeviceAddress.Value);

    /// <summary>Goes on without a device: it is not spoken to or heard any more, the rules are loaded for what is left, and what was shown of it is taken away.</summary>
    /// <param name="source">The site and its file without the device.</param>
    public async Task ForgetAsync(Device device, SiteSource source, CancellationToken cancellationToken)
    {
        Site = source.Site;
        _gone = _gone.Add(device.Address.Value);
        DeviceConnection? connection = _connections.GetValueOrDefault(device.Address.Value);
        _connections = _connections.Remove(device.Address.Value);
        if (connection is not null) await connection.StopAsync();
        _reloader.Source = source;
        await _reloader.LookAsync(cancellationToken);
        Projection.Forget(device, source.Site);
    }

    /// <summary>Asks the engine between two inputs.</summary>
    public async Task AskAsync(Action<SiteEngine, SiteRules> question, CancellationToken cancellationToken)
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Inbox.PostAsync(new SiteInput.Ask(question, answered), cancellationToken);
        await answered.Task.WaitAsync(cancellationToken);
    }

    /// <summary>No more input from outside.</summary>
    public async Task StopInputAsync()
    {
        await _stop.CancelAsync();
        foreach (IAsyncDisposable subscription in _subscriptions) await subscription.DisposeAsync();
        _subscriptions.Clear();
        _foreign.Stop();
        await Task.WhenAll(_opened.Select(c => c.StopAsync()));
        await _reloading;
        await _diagnosing;
    }

    /// <summary>Finishes and keeps what came before; outcomes of actions are heard until here.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopInputAsync();
        Inbox.Complete();
        await _writing;
        foreach (DeviceConnection connection in Enumerable.Reverse(_opened)) await connection.DisposeAsync();
        Folder.Dispose();
        _reloader.Dispose();
        _stop.Dispose();
    }

    private Task ShowHealthAsync(IReadOnlyDictionary<string, string> health) => AskAsync((engine, rules) => Projection.ShowHealth(engine, rules, health), _stop.Token);

    public void EventReported(ResourceAddress resource, string type, EventState state, DataObject data, bool old)
    {
        if (IsGone(resource)) return;
        _seen.Note(resource, type);
        Inbox.Post(new SiteInput.Engine(EngineInput.Event(0, default, resource, type, state, data) with { Initial = old }));
    }

    public void StateReported(ResourceAddress resource, DataObject properties, bool initial)
    {
        if (!IsGone(resource)) Inbox.Post(new SiteInput.Engine(EngineInput.State(0, default, resource, properties, initial)));
    }

    public void AvailabilityChanged(ResourceAddress device, bool online, string? reason)
    {
        if (IsGone(device)) return;

        // What is first learnt of a device after a start is no change of the world.
        bool initial;
        lock (_seenOnline) initial = _seenOnline.Add(device.Value);
        Inbox.Post(new SiteInput.Engine(EngineInput.State(0, default, device, DataObject.Of(("online", online)), initial)));
        Projection.Availability(device, online, reason);
        if (online) _outbox.DeviceIsBack(device);
    }

    public void PictureTaken(ResourceAddress resource, string contentType, ReadOnlyMemory<byte> picture)
    {
        if (!IsGone(resource)) Projection.Picture(resource, picture);
    }

    /// <summary>What a device that was removed still has to say, a push for instance, is nobody's business. Cheap while none was.</summary>
    private bool IsGone(ResourceAddress resource) => !_gone.IsEmpty && _gone.Contains(resource.DeviceAddress.Value);

    public void ProblemFound(DeviceProblem problem) => Projection.Problem(Payloads.Camel(problem.Kind.ToString()), problem.Device, problem.Detail);
}
