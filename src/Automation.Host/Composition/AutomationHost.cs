using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Devices;
using Automation.Host.Foreign;
using Automation.Host.History;
using Automation.Host.Hub;
using Automation.Host.Hub.Commands;
using Automation.Host.Hub.Discovery;
using Automation.Host.Hub.Requests;
using Automation.Host.Hub.Requests.Verbs;
using Automation.Host.Journal;
using Automation.Host.Notifications;
using Automation.Host.Operations;
using Automation.Host.Outbox;
using Automation.Host.Reports;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;
using Automation.Isapi;
using Automation.Isapi.Push;
using Automation.Mqtt;
using Automation.Mqtt.Client;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Composition;

/// <summary>The process put together: storage, bus, outbox, sites, hub. Starts in the order in which parts need each other and stops in the opposite one.</summary>
internal sealed partial class AutomationHost : IAsyncDisposable
{

    private readonly List<SiteRuntime> _sites = [];
    private readonly List<SequenceMark> _marks = [];
    private readonly List<IAsyncDisposable> _subscriptions = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly HostSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TopicNames _topics;
    private readonly DateTimeOffset _started;
    private HostStorage? _storage;
    private SqlHostStore? _store;
    private HostBus? _bus;
    private Outlet? _outlet;
    private RetainedTopics? _retained;
    private readonly CommandLedger _commands;
    private readonly CommandIntake _intake;
    private HomeAssistantDiscovery? _discovery;
    private ActionOutbox? _outbox;
    private NotificationCentre? _notifications;
    private DeviceInspection? _inspection;
    private HealthMailer? _mailer;
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
        _commands = new CommandLedger(time);
        AlarmCode? code = settings.AlarmCode is { } alarm ? new AlarmCode(alarm, time) { Locked = detail => TellSites("alarmCodeLocked", detail) } : null;
        _intake = new CommandIntake(_commands, code);
    }

    public static string Version { get; } =
        typeof(AutomationHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public IReadOnlyList<SiteRuntime> Sites => _sites;

    /// <summary>Where the embedded broker listens; null with an external one.</summary>
    public System.Net.IPEndPoint? BrokerEndpoint => _bus?.Endpoint;

    public Uri? HealthUrl => _health?.Url;

    /// <summary>Where devices push their events to; null: nowhere.</summary>
    public Uri? PushUrl => _push?.Url;

    public IMqttBus Bus => _bus?.Bus ?? throw new InvalidOperationException("The host is not started.");

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
        if (_mailer is not null) await _mailer.DisposeAsync();
        if (_push is not null) await _push.DisposeAsync();
        foreach (IAsyncDisposable subscription in _subscriptions) await subscription.DisposeAsync();
        if (_inspection is not null) await _inspection.DisposeAsync();
        await Task.WhenAll(_sites.Select(s => s.StopInputAsync()));
        if (_outbox is not null) await _outbox.StopAsync();
        foreach (SiteRuntime site in _sites) await site.DisposeAsync();
        foreach (SequenceMark mark in _marks) mark.Dispose();
        await _commands.StopAsync();
        if (_notifications is not null) await _notifications.DisposeAsync();
        if (_discovery is not null) await _discovery.DisposeAsync();
        if (_retained is not null && _bus is { Bus.IsConnected: true })
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

        // What a broker that is away was not told ends with the client: the outlet waits for that.
        Task let = _outlet is null ? Task.CompletedTask : _outlet.DisposeAsync().AsTask();
        if (_bus is not null) await _bus.LeaveAsync();
        await let;
        if (_bus is not null) await _bus.DisposeAsync();
        _storage?.Operations.Add(new Operation { Via = OperationVia.Process, What = "stop", Detail = Version });
        if (_storage is not null) await _storage.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task StartAsync(Random random, CancellationToken cancellationToken)
    {
        var loaded = _settings.Sites.Select(source => (Source: source, Rules: ReadRules(source))).ToList();
        RefuseDuplicates(loaded.SelectMany(l => l.Rules.Rules.Definitions));
        foreach (SiteSource source in _settings.Sites) ForeignTopics.RefuseOwn(source.Site, _settings.BaseTopic);
        _storage = await HostStorage.OpenAsync(_settings, _time, _loggers.CreateLogger("Automation.Storage"), cancellationToken);
        _store = _storage.Store;
        _bus = await HostBus.OpenAsync(_settings, _topics, _time, random, _loggers, cancellationToken);
        _outlet = new Outlet(Bus, _settings.Outlet, _logger);
        _retained = new RetainedTopics(_outlet);
        _outbox = new ActionOutbox(_store, new DeviceExecutor(ConnectionOf, CommandsOf), new OutboxLimits(), _time, new Random(random.Next()), _loggers.CreateLogger("Automation.Outbox"));
        _outbox.Finished += row =>
        {
            if (SiteOf(row.Request.On) is { } site) site.Inbox.Post(new SiteInput.Ended(row.Request, row.Outcome!, row.Attempts));
        };

        var world = new RunningSites(_sites);
        _notifications = new NotificationCentre(_settings.Notifications, _settings.DataFolder, _storage.Database, Bus, _topics, world, _time, new Random(random.Next()), _loggers.CreateLogger("Automation.Notifications"));
        _notifications.Service.Failed = (notice, detail) => SiteOf(notice)?.Projection.Problem("notificationFailed", default, detail);
        _storage.Exceptions.Changed += _notifications.Service.Look;
        _storage.StandIn.Written += _notifications.Service.Look;
        var journal = new JournalStore(_storage.Database, [_notifications, new HistoryPart(_storage.Recorder, _storage.Exceptions)], _storage.StandIn) { PartsRefused = e => LogPartsRefused(_logger, e.Message) };
        foreach ((SiteSource source, SiteRuleSet rules) in loaded)
        {
            foreach (Finding finding in rules.Rules.Findings) LogFinding(_logger, finding.Severity == FindingSeverity.Error ? LogLevel.Error : LogLevel.Warning, finding.ToString());
            ILogger logger = _loggers.CreateLogger("Automation." + source.Site.Id);
            SequenceMark mark = OpenMark(source.Site.Id);
            SitePlace place = await new SiteRestorer(source.Site.Id, journal, _store, rules.Rules, mark, _settings.Retention.Journal, _time, logger).RestoreAsync(cancellationToken);
            _sites.Add(new SiteRuntime(source, rules, _settings.Templates, place, journal, _store, _storage.Operations, _outbox, _intake, Bus, _topics, _outlet, _retained, _settings.Retention.Journal, _settings.Diagnosis, _time, random, _loggers));
        }

        _retained.Set(_topics.Status, "online"u8.ToArray());
        ShowInfo();
        foreach (SiteRuntime site in _sites)
        {
            site.Projection.ExceptionTold = (exception, lasts) => _storage.Report(site.Site.Id, exception, lasts);
            site.Projection.ActionEnded = (request, outcome, attempts) => _ = _commands.EndedAsync(request, outcome, attempts);
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
        foreach (SiteRuntime site in _sites) await site.StartAsync(cancellationToken);
        StartStorage();
        _outbox.Start();
        _subscriptions.Add(await new RuleSwitchboard(_topics, rule => _sites.FirstOrDefault(s => s.HasRule(rule))?.Inbox, Bus, _storage.Operations, _logger).SubscribeAsync(cancellationToken));
        _subscriptions.Add(await new RequestDesk(_topics, Bus, new RequestVerbs(Verbs(random)), _storage.Operations, _time, _logger).SubscribeAsync(cancellationToken));
        Bus.ConnectionChanged += connected =>
        {
            if (connected) _retained.Republish();
        };
        if (_settings.Notifications.HealthReports is { } reports)
        {
            var health = new HealthSource(new SiteLookup(_sites, _topics, _retained!), _storage.Exceptions);
            _mailer = new HealthMailer(reports, _settings.Notifications, [.. _sites.Select(s => s.Site)], health, _time, new Random(random.Next()), _loggers.CreateLogger("Automation.Reports"));
            _mailer.Start();
        }

        _cleanup = CleanAsync();
        await OpenPushAsync(cancellationToken);
        if (_settings.HttpPort is { } port) _health = await HealthPage.StartAsync(port, this, _loggers, cancellationToken);
    }

    /// <summary>Everything that can be asked for.</summary>
    private IEnumerable<RequestVerb> Verbs(Random random)
    {
        var sites = new SiteLookup(_sites, _topics, _retained!);
        var diagnosis = new DiagnosisVerbs(sites, _time);
        _subscriptions.Add(diagnosis);
        var limits = new ReportLimits();
        _inspection = new DeviceInspection(sites, _settings.Secrets, _time, new Random(random.Next()));
        var exports = new ExportFolder(_settings.DataFolder, limits, _time);
        return
        [
            .. new HealthVerbs(sites, Bus, _started).All,
            .. new RuleVerbs(sites).All,
            .. new RuleFileVerbs(sites).All,
            .. new RuleBatchVerbs(sites).All,
            .. new SimulateVerbs(sites).All,
            .. new TemplateVerbs(sites, _settings.Templates).All,
            .. new DeviceVerbs(sites, device => _discovery?.Remove(device)).All,
            .. _inspection.All,
            .. diagnosis.All,
            .. new GroupVerbs(sites).All,
            .. new HistoryVerbs(sites, _storage!.History, _storage.Exceptions).All,
            .. new OutboxVerbs(sites, _storage.DeadLetters).All,
            .. new OperationVerbs(sites, _storage.Operations).All,
            .. new NotificationVerbs(_notifications!, Bus, _topics, new RunningSites(_sites), _time).All,
            new ExceptionExport(_storage.Exceptions, () => [.. _sites.Select(s => s.Site)], exports, limits, _time).Verb,
            new HealthExport(sites, new HealthSource(sites, _storage.Exceptions), exports, limits, _time).Verb,
            .. new ActionVerbs(sites, _intake, _time).All,
        ];
    }

    /// <summary>The push endpoint, where one is configured; a device that counts on it and has none is told of (EVT-3).</summary>
    private async Task OpenPushAsync(CancellationToken cancellationToken)
    {
        if (_settings.Push is { } settings)
        {
            var inbox = new PushInbox(new DeviceConnectionLimits());
            foreach (SiteRuntime site in _sites) site.AddTo(inbox);
            _push = await PushEndpoint.StartAsync(settings, inbox, TellSites, _time, _loggers.CreateLogger("Automation.Push"), cancellationToken);
            return;
        }

        foreach (Device device in _sites.SelectMany(s => s.Site.Devices).Where(d => d.Connection is { Events: "push" }))
        {
            SiteOf(device.Address)!.Projection.Problem("pushNotConfigured", device.Address, "its events are to be pushed, but no 'push' is configured, so none arrive: add it to the configuration, or take \"events\": \"push\" from the site file");
        }
    }

    private void TellSites(string type, string detail)
    {
        foreach (SiteRuntime site in _sites) site.Projection.Problem(type, default, detail);
    }

    private async Task StartDiscoveryAsync(CancellationToken cancellationToken)
    {
        _discovery = new HomeAssistantDiscovery(new DiscoveryNames(_settings.Discovery.Prefix, _topics), [.. _sites.Select(s => s.Site)], Version, _settings.Discovery.Form, _settings.AlarmCode, _retained!, _logger);
        await _discovery.StartAsync(Bus, cancellationToken);
    }

    private void ShowInfo() => _retained!.Set(_topics.Info, Payloads.Info(Version, _started, Payloads.Camel(_storage!.Watch.Level.ToString()), _sites.Select(s => (s.Site, s.Rules))));

    /// <summary>Tells what the storage lost or cannot do, on every site: each may have an owner of its own.</summary>
    private void StartStorage()
    {
        foreach (StorageProblem problem in _storage!.Problems)
        {
            LogStorageProblem(_logger, problem.Message);
            foreach (SiteRuntime site in _sites) site.Projection.Problem(problem.Type, default, problem.Message);
        }

        _storage.Watch.Changed += (level, reason) =>
        {
            foreach (SiteRuntime site in _sites) site.Projection.Storage(level, reason);
            ShowInfo();
        };
        _storage.Operations.Add(new Operation { Via = OperationVia.Process, What = "start", Detail = Version });
        _storage.Start();
    }

    private async Task CleanAsync()
    {
        try
        {
            await _bus!.ConnectedAsync(_stop.Token);
            await new RetainedCleanup(_topics, [.. _sites.Select(s => s.Site.Id)], topic => _sites.Any(s => s.Projection.Owns(topic)), _time).RunAsync(Bus, _stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or MqttClientException or InvalidOperationException or IOException or TimeoutException)
        {
            // Left-overs stay until the next start.
        }
    }

    private SequenceMark OpenMark(string site)
    {
        try
        {
            var mark = SequenceMark.Open(_settings.DataFolder, site);
            _marks.Add(mark);
            return mark;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{_settings.DataFolder}: {site}.mark cannot be written: {e.Message}", e);
        }
    }

    private SiteRuleSet ReadRules(SiteSource source)
    {
        RuleSetFiles files = source.ReadFiles();
        return new SiteRuleSet(files.Load(source.Site, _settings.Templates), files.Pack());
    }

    private SiteRuntime? SiteOf(Notice notice) => _sites.FirstOrDefault(s => s.Site.Id == notice.Site);

    private SiteRuntime? SiteOf(ResourceAddress resource) => _sites.FirstOrDefault(s => s.Site.Id == resource.Site);

    private Automation.Isapi.DeviceConnection? ConnectionOf(ResourceAddress resource) => SiteOf(resource)?.ConnectionOf(resource);

    private ForeignCommands? CommandsOf(ResourceAddress resource) => SiteOf(resource)?.CommandsOf(resource);

    private static void RefuseDuplicates(IEnumerable<RuleDefinition> rules)
    {
        var seen = new Dictionary<string, RuleDefinition>(StringComparer.Ordinal);
        foreach (RuleDefinition rule in rules)
        {
            if (!seen.TryAdd(rule.Id, rule)) throw new StartRefusedException($"{rule.File}:{rule.Line}: the rule '{rule.Id}' exists already in {seen[rule.Id].File}; ids are unique over all sites: rename one");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "What happened is not in the history, and the site went on: {Reason}")]
    private static partial void LogPartsRefused(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem}")]
    private static partial void LogStorageProblem(ILogger logger, string problem);

    [LoggerMessage(Message = "{Finding}")]
    private static partial void LogFinding(ILogger logger, LogLevel level, string finding);
}
