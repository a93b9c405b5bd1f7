using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Foreign;
using Automation.Host.Hub;
using Automation.Host.Notifications;
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
    private readonly CancellationTokenSource _stop = new();
    private readonly List<IAsyncDisposable> _subscriptions = [];
    private readonly HashSet<string> _seenOnline = new(StringComparer.Ordinal);
    private readonly IMqttBus _bus;
    private readonly TopicNames _topics;
    private readonly ActionOutbox _outbox;
    private readonly ILogger _logger;
    private readonly SiteWriter _writer;
    private readonly RuleReloader _reloader;
    private readonly ForeignTopics _foreign;
    private Task _writing = Task.CompletedTask;
    private Task _reloading = Task.CompletedTask;

    public SiteRuntime(
        Site site, SiteRules rules, IReadOnlyList<string> rulePaths, TemplateLibrary templates, SiteEngine engine, IHostStore store, ActionOutbox outbox, NotificationCentre notifications, IMqttBus bus, TopicNames topics,
        Outlet outlet, RetainedTopics retained, TimeProvider time, Random random, ILoggerFactory loggers)
    {
        Site = site;
        Rules = rules;
        _bus = bus;
        _outbox = outbox;
        _topics = topics;
        _logger = loggers.CreateLogger("Automation." + site.Id);
        Projection = new SiteProjection(site, rules.Definitions, topics, outlet, retained, time, _logger);
        _writer = new SiteWriter(site, rules, engine, Inbox, store, outbox, notifications, Projection, new SequenceSource(site.Id, store), time, _logger);
        _reloader = new RuleReloader(site, rulePaths, templates, Inbox, Projection, rules.Fingerprint, time, _logger);
        Folder = new RuleFolder(site, rulePaths, templates, _reloader.LookAsync);
        _foreign = new ForeignTopics(site, this, time);
        // Gateways first: the devices behind them speak through their connections.
        foreach (Device device in site.Devices.Where(d => d.Connection is not null).OrderByDescending(d => d.Connection!.Gateway.IsEmpty))
        {
            DeviceConnection? gateway = _connections.GetValueOrDefault(device.Connection!.Gateway.Value);
            _connections[device.Address.Value] = new DeviceConnection(device, new DeviceConnectionLimits(), this, time, new Random(random.Next()), _logger, gateway);
        }
    }

    public Site Site { get; }

    /// <summary>The rules in force.</summary>
    public SiteRules Rules { get; set; }

    /// <summary>The site's rule files.</summary>
    public RuleFolder Folder { get; }

    public SiteInbox Inbox { get; } = new();

    public SiteProjection Projection { get; }

    public bool HasRule(string rule) => Projection.HasRule(rule);

    public async Task StartAsync(IReadOnlyDictionary<string, bool> toggles, CancellationToken cancellationToken)
    {
        foreach ((string rule, bool on) in toggles)
        {
            if (Rules.Definitions.Any(d => d.Id == rule)) await Inbox.PostAsync(new SiteInput.Engine(EngineInput.RuleToggle(0, default, rule, on)), cancellationToken);
        }

        _writing = Task.Run(_writer.RunAsync, CancellationToken.None);
        _subscriptions.AddRange(await new DeviceCommands(Site, _topics, Inbox, _logger).SubscribeAsync(_bus, cancellationToken));
        foreach (DeviceConnection connection in _connections.Values) connection.Start();
        _subscriptions.AddRange(await _foreign.SubscribeAsync(_bus, cancellationToken));
        _reloading = Task.Run(() => _reloader.RunAsync(_stop.Token), CancellationToken.None);
    }

    /// <summary>The site's devices may push their events.</summary>
    public void AddTo(PushInbox inbox)
    {
        foreach ((string device, DeviceConnection connection) in _connections) inbox.Add(ResourceAddress.Parse(device), connection);
    }

    public DeviceConnection? ConnectionOf(ResourceAddress resource) => _connections.GetValueOrDefault(resource.DeviceAddress.Value);

    /// <summary>Asks the engine between two inputs.</summary>
    public async Task AskAsync(Action<SiteEngine, SiteRules> question, CancellationToken cancellationToken)
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Inbox.PostAsync(new SiteInput.Ask(question, answered), cancellationToken);
        await answered.Task.WaitAsync(cancellationToken);
    }

    /// <summary>No more input; what came before is finished and kept.</summary>
    public async Task StopInputAsync()
    {
        await _stop.CancelAsync();
        foreach (IAsyncDisposable subscription in _subscriptions) await subscription.DisposeAsync();
        _subscriptions.Clear();
        _foreign.Stop();
        await Task.WhenAll(_connections.Values.Select(c => c.StopAsync()));
        await _reloading;
        Inbox.Complete();
        await _writing;
    }

    public async ValueTask DisposeAsync()
    {
        await StopInputAsync();
        foreach (DeviceConnection connection in _connections.Values.Reverse()) await connection.DisposeAsync();
        Folder.Dispose();
        _reloader.Dispose();
        _stop.Dispose();
    }

    public void EventReported(ResourceAddress resource, string type, EventState state, DataObject data, bool old) =>
        Inbox.Post(new SiteInput.Engine(EngineInput.Event(0, default, resource, type, state, data) with { Initial = old }));

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
