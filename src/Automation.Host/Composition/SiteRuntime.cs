using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Foreign;
using Automation.Host.Hub;
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
    private readonly Dictionary<string, DeviceConnection> _connections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ForeignCommands> _commands;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<IAsyncDisposable> _subscriptions = [];
    private readonly HashSet<string> _seenOnline = new(StringComparer.Ordinal);
    private readonly IMqttBus _bus;
    private readonly TopicNames _topics;
    private readonly ActionOutbox _outbox;
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
        SiteSource source, SiteRuleSet rules, TemplateLibrary templates, SitePlace place, JournalStore journal, IHostStore store, IOperationLog operations, ActionOutbox outbox, IMqttBus bus, TopicNames topics,
        Outlet outlet, RetainedTopics retained, JournalLimits limits, DiagnosisWatchLimits diagnosis, TimeProvider time, Random random, ILoggerFactory loggers)
    {
        Site site = source.Site;
        Site = site;
        Rules = rules.Rules;
        _bus = bus;
        _outbox = outbox;
        _operations = operations;
        _topics = topics;
        _time = time;
        _logger = loggers.CreateLogger("Automation." + site.Id);
        Projection = new SiteProjection(site, rules.Rules.Definitions, topics, outlet, retained, time, _logger);
        _writer = new SiteWriter(site, rules, place, Inbox, journal, store, outbox, Projection, limits, time, _logger);
        _reloader = new RuleReloader(source, templates, Inbox, Projection, rules.Rules.Fingerprint, operations, time, _logger);
        Folder = new RuleFolder(site, source.RulePaths, templates, _reloader.LookAsync);
        _foreign = new ForeignTopics(site, this, time);
        _commands = site.Devices.Where(d => d.Topic is not null).ToDictionary(d => d.Address.Value, d => new ForeignCommands(d, bus), StringComparer.Ordinal);
        _seen = new LastSeen(time);
        Diagnosis = new DiagnosisWatch(site, () => Rules, ConnectionOf, _seen, ShowHealthAsync, diagnosis, time, _logger);
        // Gateways first: the devices behind them speak through their connections.
        foreach (Device device in site.Devices.Where(d => d.Connection is not null).OrderByDescending(d => d.Connection!.Gateway.IsEmpty))
        {
            DeviceConnection? gateway = _connections.GetValueOrDefault(device.Connection!.Gateway.Value);
            _connections[device.Address.Value] = new DeviceConnection(device, new DeviceConnectionLimits(), this, time, new Random(random.Next()), _logger, gateway);
        }
    }

    public Site Site { get; }

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
        _subscriptions.AddRange(await new DeviceCommands(Site, _topics, Inbox, _operations, _logger).SubscribeAsync(_bus, cancellationToken));
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
        await Task.WhenAll(_connections.Values.Select(c => c.StopAsync()));
        await _reloading;
        await _diagnosing;
    }

    /// <summary>Finishes and keeps what came before; outcomes of actions are heard until here.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopInputAsync();
        Inbox.Complete();
        await _writing;
        foreach (DeviceConnection connection in _connections.Values.Reverse()) await connection.DisposeAsync();
        Folder.Dispose();
        _reloader.Dispose();
        _stop.Dispose();
    }

    private Task ShowHealthAsync(IReadOnlyDictionary<string, string> health) => AskAsync((engine, rules) => Projection.ShowHealth(engine, rules, health), _stop.Token);

    public void EventReported(ResourceAddress resource, string type, EventState state, DataObject data, bool old)
    {
        _seen.Note(resource, type);
        Inbox.Post(new SiteInput.Engine(EngineInput.Event(0, default, resource, type, state, data) with { Initial = old }));
    }

    public void StateReported(ResourceAddress resource, DataObject properties, bool initial) =>
        Inbox.Post(new SiteInput.Engine(EngineInput.State(0, default, resource, properties, initial)));

    public void AvailabilityChanged(ResourceAddress device, bool online, string? reason)
    {
        // What is first learnt of a device after a start is no change of the world.
        bool initial;
        lock (_seenOnline) initial = _seenOnline.Add(device.Value);
        Inbox.Post(new SiteInput.Engine(EngineInput.State(0, default, device, DataObject.Of(("online", online)), initial)));
        _ = Projection.AvailabilityAsync(device, online, reason);
        if (online) _outbox.DeviceIsBack(device);
    }

    public void PictureTaken(ResourceAddress resource, string contentType, ReadOnlyMemory<byte> picture) => _ = Projection.PictureAsync(resource, picture).AsTask();

    public void ProblemFound(DeviceProblem problem) => _ = Projection.ProblemAsync(Payloads.Camel(problem.Kind.ToString()), problem.Device, problem.Detail);
}
