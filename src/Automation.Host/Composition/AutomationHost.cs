using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Devices;
using Automation.Host.Foreign;
using Automation.Host.History;
using Automation.Host.Hub;
using Automation.Host.Hub.Discovery;
using Automation.Host.Hub.Requests;
using Automation.Host.Hub.Requests.Verbs;
using Automation.Host.Notifications;
using Automation.Host.Outbox;
using Automation.Host.Reports;
using Automation.Host.Scripting;
using Automation.Host.Storage;
using Automation.Host.Storage.Postgres;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;
using Automation.Isapi;
using Automation.Isapi.Push;
using Automation.Mqtt;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Client;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Composition;

/// <summary>The process put together: storage, bus, outbox, sites, hub. Starts in the order in which parts need each other and stops in the opposite one.</summary>
internal sealed partial class AutomationHost : IAsyncDisposable
{
    private readonly List<SiteRuntime> _sites = [];
    private readonly List<IAsyncDisposable> _subscriptions = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly HostSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TopicNames _topics;
    private readonly DateTimeOffset _started;
    private DataFolderLock? _folder;
    private SqlDatabase? _database;
    private IReadOnlyList<StorageProblem> _storageProblems = [];
    private IHostStore? _store;
    private SqliteMqttStore? _mqttStore;
    private MqttBroker? _broker;
    private MqttClient? _client;
    private IMqttBus? _bus;
    private Outlet? _outlet;
    private RetainedTopics? _retained;
    private readonly ActionRuns _runs = new();
    private HomeAssistantDiscovery? _discovery;
    private ActionOutbox? _outbox;
    private NotificationCentre? _notifications;
    private HealthPage? _health;
    private PushEndpoint? _push;
    private Task _cleanup = Task.CompletedTask;
    private bool _stopped;

    private AutomationHost(HostSettings settings, TimeProvider time, ILoggerFactory loggers)
    {
        _settings = settings;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger("Automation");
        _topics = new TopicNames(settings.BaseTopic);
        _started = time.GetUtcNow();
    }

    public static string Version { get; } =
        typeof(AutomationHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public IReadOnlyList<SiteRuntime> Sites => _sites;

    /// <summary>Where the embedded broker listens; null with an external one.</summary>
    public System.Net.IPEndPoint? BrokerEndpoint => _broker?.Endpoints[0];

    public Uri? HealthUrl => _health?.Url;

    /// <summary>Where devices push their events to; null: nowhere.</summary>
    public Uri? PushUrl => _push?.Url;

    public IMqttBus Bus => _bus ?? throw new InvalidOperationException("The host is not started.");

    /// <exception cref="StartRefusedException">Something outside is not as asked: a port in use, a folder that cannot be written, rules that cannot be read.</exception>
    public static async Task<AutomationHost> StartAsync(HostSettings settings, TimeProvider time, Random random, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var host = new AutomationHost(settings, time, loggers);
        try
        {
            await host.StartAsync(random, cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops within seconds: no more input, what was taken is finished or kept durable, then the bus goes.</summary>
    public async Task StopAsync()
    {
        if (_stopped) return;
        _stopped = true;
        await _stop.CancelAsync();
        await _cleanup;
        if (_health is not null) await _health.DisposeAsync();
        if (_push is not null) await _push.DisposeAsync();
        foreach (IAsyncDisposable subscription in _subscriptions) await subscription.DisposeAsync();
        await Task.WhenAll(_sites.Select(s => s.StopInputAsync()));
        if (_outbox is not null) await _outbox.StopAsync();
        await _runs.StopAsync();
        foreach (SiteRuntime site in _sites) await site.DisposeAsync();
        if (_notifications is not null) await _notifications.DisposeAsync();
        if (_discovery is not null) await _discovery.DisposeAsync();
        if (_retained is not null && _bus is { IsConnected: true })
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1), _time);
            try
            {
                _retained.Set(_topics.Status, "offline"u8.ToArray());
                await _outlet!.EmptiedAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                // The broker's will says it instead.
            }
        }

        if (_outlet is not null) await _outlet.DisposeAsync();

        if (_client is not null) await _client.DisposeAsync();
        if (_broker is not null) await _broker.DisposeAsync();
        if (_mqttStore is not null) await _mqttStore.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        _folder?.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task StartAsync(Random random, CancellationToken cancellationToken)
    {
        var loaded = _settings.Sites.Select(source => (Source: source, Rules: RuleDirectory.Load(source.Site, source.RulePaths, _settings.Templates))).ToList();
        foreach (SiteSource source in _settings.Sites) ForeignTopics.RefuseOwn(source.Site, _settings.BaseTopic);
        RefuseDuplicates(loaded.SelectMany(l => l.Rules.Definitions));
        _store = await OpenStorageAsync(cancellationToken);
        await OpenBusAsync(random, cancellationToken);
        _outlet = new Outlet(_bus!, new OutletLimits(), _logger);
        _retained = new RetainedTopics(_outlet);
        _outbox = new ActionOutbox(_store, new DeviceExecutor(ConnectionOf), new OutboxLimits(), _time, new Random(random.Next()), _loggers.CreateLogger("Automation.Outbox"));
        _outbox.Finished += (request, outcome, attempts) =>
        {
            SiteRuntime? site = SiteOf(request.On);
            if (site is null) return;
            site.Inbox.Post(new SiteInput.Engine(EngineInput.Outcome(0, default, request.On, request.Id, outcome.IsEffective)));
            _ = site.Projection.OutcomeAsync(request, outcome, attempts);
            _ = _runs.EndedAsync(request, outcome, attempts, _time.GetUtcNow(), site.Site.TimeZone);
        };

        var world = new RunningSites(_sites);
        _notifications = new NotificationCentre(_settings.Notifications, _settings.DataFolder, _database!, _bus!, _topics, world, _time, new Random(random.Next()), _loggers.CreateLogger("Automation.Notifications"));
        _notifications.Service.Failed = (notice, detail) => SiteOf(notice)?.Projection.ProblemAsync("notificationFailed", default, detail) ?? Task.CompletedTask;
        IReadOnlyDictionary<string, bool> toggles = await _store.ReadTogglesAsync(cancellationToken);
        foreach ((SiteSource source, SiteRules rules) in loaded)
        {
            foreach (Finding finding in rules.Findings) LogFinding(_logger, finding.Severity == FindingSeverity.Error ? LogLevel.Error : LogLevel.Warning, finding.ToString());
            SiteEngine engine = await OpenEngineAsync(source.Site, rules, cancellationToken);
            _sites.Add(new SiteRuntime(source.Site, rules, source.RulePaths, _settings.Templates, engine, _store, _outbox, _notifications, _bus!, _topics, _outlet, _retained, _time, random, _loggers));
        }

        _retained.Set(_topics.Status, "online"u8.ToArray());
        ShowInfo();
        foreach (SiteRuntime site in _sites)
        {
            site.Projection.RulesLoaded = rules =>
            {
                site.Rules = rules;
                ShowInfo();
                _discovery?.ShowRules(site.Site.Id, rules.Definitions);
            };
            site.Projection.FirmwareKnown = (device, firmware) => _discovery?.ShowFirmware(device, firmware);
        }

        await StartDiscoveryAsync(cancellationToken);
        await _notifications.Service.StartAsync(cancellationToken);
        foreach (SiteRuntime site in _sites) await site.StartAsync(toggles, cancellationToken);
        _outbox.Start();
        _subscriptions.Add(await new RuleSwitchboard(_topics, rule => _sites.FirstOrDefault(s => s.HasRule(rule))?.Inbox, _logger).SubscribeAsync(_bus!, cancellationToken));
        _subscriptions.Add(await new RequestDesk(_topics, _bus!, new RequestVerbs(Verbs()), _time, _logger).SubscribeAsync(cancellationToken));
        _bus!.ConnectionChanged += connected =>
        {
            if (connected) _retained.Republish();
        };
        _cleanup = CleanAsync();
        await OpenPushAsync(cancellationToken);
        if (_settings.HttpPort is { } port) _health = await HealthPage.StartAsync(port, this, _loggers, cancellationToken);
    }

    /// <summary>Everything that can be asked for.</summary>
    private IEnumerable<RequestVerb> Verbs()
    {
        var sites = new SiteLookup(_sites, _topics, _retained!);
        return
        [
            .. new HealthVerbs(sites, _bus!, _started).All,
            .. new RuleVerbs(sites).All,
            .. new RuleFileVerbs(sites).All,
            .. new RuleBatchVerbs(sites).All,
            .. new SimulateVerbs(sites).All,
            .. new TemplateVerbs(sites, _settings.Templates).All,
            .. new DeviceVerbs(sites).All,
            .. new GroupVerbs(sites).All,
            .. new NotificationVerbs(_notifications!, _bus!, _topics, new RunningSites(_sites), _time).All,
            new ExceptionExport(new ExceptionCentre(_database!, _time), () => [.. _sites.Select(s => s.Site)], new ExportFolder(_settings.DataFolder, new ReportLimits(), _time), new ReportLimits(), _time).Verb,
            _runs.Verb(sites),
        ];
    }

    /// <summary>The push endpoint, where one is configured; a device that counts on it and has none is told of (EVT-3).</summary>
    private async Task OpenPushAsync(CancellationToken cancellationToken)
    {
        if (_settings.Push is { } settings)
        {
            var inbox = new PushInbox(new DeviceConnectionLimits());
            foreach (SiteRuntime site in _sites) site.AddTo(inbox);
            _push = await PushEndpoint.StartAsync(settings, inbox, TellSitesAsync, _time, _loggers.CreateLogger("Automation.Push"), cancellationToken);
            return;
        }

        foreach (Device device in _sites.SelectMany(s => s.Site.Devices).Where(d => d.Connection is { Events: "push" }))
        {
            await SiteOf(device.Address)!.Projection.ProblemAsync("pushNotConfigured", device.Address, "its events are to be pushed, but no 'push' is configured, so none arrive: add it to the configuration, or take \"events\": \"push\" from the site file");
        }
    }

    private async Task TellSitesAsync(string type, string detail)
    {
        foreach (SiteRuntime site in _sites) await site.Projection.ProblemAsync(type, default, detail);
    }

    private async Task StartDiscoveryAsync(CancellationToken cancellationToken)
    {
        _discovery = new HomeAssistantDiscovery(new DiscoveryNames(_settings.Discovery.Prefix, _topics), [.. _sites.Select(s => s.Site)], Version, _settings.Discovery.Form, _retained!, _logger);
        await _discovery.StartAsync(_bus!, cancellationToken);
    }

    private void ShowInfo() => _retained!.Set(_topics.Info, Payloads.Info(Version, _started, _sites.Select(s => (s.Site, s.Rules))));

    private async Task CleanAsync()
    {
        try
        {
            await new RetainedCleanup(_topics, [.. _sites.Select(s => s.Site.Id)], topic => _sites.Any(s => s.Projection.Owns(topic)), _time).RunAsync(_bus!, _stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or MqttClientException or InvalidOperationException or IOException or TimeoutException)
        {
            // Left-overs stay until the next start.
        }
    }

    private async Task<IHostStore> OpenStorageAsync(CancellationToken cancellationToken)
    {
        try
        {
            string folder = Path.GetFullPath(_settings.DataFolder);
            _folder = DataFolderLock.Take(folder);
            if (_settings.Postgres is { } postgres) _database = await SqlDatabase.OpenAsync(new PostgresSource(postgres), StorageParts.All, new SqlLimits(), cancellationToken);
            else (_database, _storageProblems) = await SqliteStorage.OpenAsync(_settings.Sqlite with { Path = Path.Combine(folder, SqliteOptions.FileName) }, StorageParts.All, new SqlLimits(), _time, cancellationToken);
            return new SqlHostStore(_database, _time, _loggers.CreateLogger("Automation.Storage"));
        }
        catch (StorageException e)
        {
            throw new StartRefusedException(e.Message, e);
        }
    }

    private async Task OpenBusAsync(Random random, CancellationToken cancellationToken)
    {
        if (_settings.ExternalBroker is { } external)
        {
            var will = new MqttMessage { Topic = _topics.Status, Payload = "offline"u8.ToArray(), QoS = QoS.AtLeastOnce, Retain = true };
            _client = await MqttClient.ConnectAsync(external with { Will = new MqttWill { Message = will } }, _time, new Random(random.Next()), _loggers.CreateLogger("Automation.Mqtt"), cancellationToken);
            _bus = _client;
            return;
        }

        EmbeddedBroker embedded = _settings.Broker ?? throw new InvalidOperationException("Neither an embedded nor an external broker is configured.");
        try
        {
            _mqttStore = SqliteMqttStore.Open(Path.Combine(_settings.DataFolder, "mqtt.db"), _time, _loggers.CreateLogger("Automation.Storage"));
            _broker = new MqttBroker(embedded.Options, _mqttStore, embedded.Authenticator, embedded.Authorizer, _time, new Random(random.Next()), _loggers);
            await _broker.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new StartRefusedException(e.Message, e);
        }

        _bus = _broker;
    }

    /// <summary>The engine as it was when the process last stopped, or a new one when there is nothing to go on from.</summary>
    private async Task<SiteEngine> OpenEngineAsync(Site site, SiteRules rules, CancellationToken cancellationToken)
    {
        var scripts = new JintScriptHost(ScriptLimits.Default);
        EngineOptions options = EngineOptions.Default;
        if (await _store!.ReadSnapshotAsync(site.Id, cancellationToken) is { } snapshot)
        {
            try
            {
                return SiteEngine.Restore(rules.Program, options, snapshot.Bytes.Span, scripts);
            }
            catch (InvalidDataException e)
            {
                LogSnapshotUnusable(_logger, site.Id, e.Message);
            }
        }

        return new SiteEngine(rules.Program, options, scripts);
    }

    private SiteRuntime? SiteOf(Notice notice) => _sites.FirstOrDefault(s => s.Site.Id == notice.Site);

    private SiteRuntime? SiteOf(ResourceAddress resource) => _sites.FirstOrDefault(s => s.Site.Id == resource.Site);

    private Automation.Isapi.DeviceConnection? ConnectionOf(ResourceAddress resource) => SiteOf(resource)?.ConnectionOf(resource);

    private static void RefuseDuplicates(IEnumerable<RuleDefinition> rules)
    {
        var seen = new Dictionary<string, RuleDefinition>(StringComparer.Ordinal);
        foreach (RuleDefinition rule in rules)
        {
            if (!seen.TryAdd(rule.Id, rule)) throw new StartRefusedException($"{rule.File}:{rule.Line}: the rule '{rule.Id}' exists already in {seen[rule.Id].File}; ids are unique over all sites: rename one");
        }
    }

    [LoggerMessage(Message = "{Finding}")]
    private static partial void LogFinding(ILogger logger, LogLevel level, string finding);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Site}: what was kept of the rules' timers and counts cannot be used and they start anew: {Reason}")]
    private static partial void LogSnapshotUnusable(ILogger logger, string site, string reason);
}
