using System.Collections.Concurrent;
using System.Text;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Hub;
using Automation.Host.Hub.Commands;
using Automation.Host.Journal;
using Automation.Host.Outbox;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;
using Automation.Host.Tests.Hub;
using Automation.Host.Tests.Operations;
using Automation.Host.Tests.Outbox;
using Automation.Mqtt;
using Automation.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Journal;

/// <summary>A site on a database file of its own, with a clock that stands still and devices that a test plays. It can be stopped, killed and started again.</summary>
internal sealed class SiteHouse : IAsyncDisposable
{
    private const string Site = """
        { "id": "store", "name": "Store", "timeZone": "Europe/Berlin",
          "devices": [
            { "id": "panel", "name": "Panel", "kind": "security-panel", "resources": [ { "kind": "area", "number": 1 }, { "kind": "zone", "number": 3, "area": 1 }, { "kind": "relay", "number": 0 } ] },
            { "id": "nvr", "name": "Recorder", "kind": "nvr", "resources": [ { "kind": "channel", "number": 1 }, { "kind": "channel", "number": 4, "capabilities": ["ptz"], "presets": [1, 2, 3] }, { "kind": "alarm-output", "number": 1 } ] },
            { "id": "gate", "name": "Gate", "kind": "access-controller", "resources": [ { "kind": "door", "number": 1 } ] },
            { "id": "entrance", "name": "Entrance", "kind": "people-counting-camera", "resources": [ { "kind": "channel", "number": 1, "capabilities": ["peopleCounting"] } ] } ] }
        """;

    private readonly TempFolder _folder = new();
    private readonly TopicNames _topics = new("automation");
    private readonly List<Func<Task>> _left = [];
    private readonly SourceFile _siteFile = new("site.json", Encoding.UTF8.GetBytes(Site));
    private string _database;
    private SqlDatabase? _open;
    private SiteRuntime? _runtime;
    private ActionOutbox? _outbox;
    private SequenceMark? _mark;

    private SiteHouse(string rules, ManualTime time)
    {
        Time = time;
        RulesFile = _folder.File("rules.json");
        File.WriteAllText(RulesFile, rules);
        _database = _folder.File("automation.db");
    }

    public ManualTime Time { get; }

    public string RulesFile { get; }

    public string DatabaseFile => _database;

    public JournalLimits Limits { get; set; } = JournalLimits.Default;

    public FakeBus Bus { get; private set; } = new();

    public FakeExecutor Devices { get; set; } = new();

    public JournalStore Journal => new(_open!);

    public SqlDatabase Database => _open!;

    /// <summary>What the site said that is wrong since it was started last.</summary>
    public ConcurrentQueue<string> Problems { get; } = new();

    /// <summary>Rules that fired since it was started last: time of day (UTC) and rule.</summary>
    public IReadOnlyList<string> Fired => [.. On("automation/store/firings").Select(f => $"{f.GetProperty("at").GetDateTimeOffset().ToUniversalTime():HH:mm:ss} {f.GetProperty("rule").GetString()}")];

    public static async Task<SiteHouse> StartAsync(string rules, DateTimeOffset? at = null, JournalLimits? limits = null)
    {
        var house = new SiteHouse(rules, new ManualTime(at));
        if (limits is not null) house.Limits = limits;
        await house.StartAsync();
        return house;
    }

    /// <summary>Starts on what is on disk.</summary>
    public async Task StartAsync()
    {
        Bus = new FakeBus();
        Problems.Clear();
        SqlDatabase database = _open = await SqlDatabase.OpenAsync(new SqliteSource(new SqliteOptions { Path = _database, ReserveBytes = 0 }, Time), StorageParts.All, new SqlLimits(), CancellationToken.None);
        var store = new SqlHostStore(database, Time, NullLogger.Instance);
        var journal = new JournalStore(database);
        SiteReading reading = SiteReader.Read(_siteFile, static _ => null);
        Assert.True(reading.Site is not null, string.Join('\n', reading.Findings));
        var source = new SiteSource(reading.Site, _siteFile, [RulesFile]);
        RuleSetFiles files = source.ReadFiles();
        SiteRules rules = files.Load(source.Site, ShippedTemplates.Library);
        Assert.False(rules.HasErrors, string.Join('\n', rules.Findings));
        SequenceMark mark = _mark = SequenceMark.Open(_database + "-marks", "store");
        SitePlace place = await new SiteRestorer("store", journal, store, rules, mark, Limits, Time, new Listener(Problems)).RestoreAsync(CancellationToken.None);
        ActionOutbox outbox = _outbox = new ActionOutbox(store, Devices, new OutboxLimits { Jitter = 0 }, Time, new Random(1), NullLogger.Instance);
        var outlet = new Outlet(Bus, new OutletLimits(), NullLogger.Instance);
        var retained = new RetainedTopics(outlet);
        SiteRuntime runtime = _runtime = new SiteRuntime(
            source, new SiteRuleSet(rules, files.Pack()), ShippedTemplates.Library, place, journal, store, new ListedOperations(), outbox, new CommandIntake(new CommandLedger(Time), null), Bus, _topics, outlet, retained, Limits, new DiagnosisWatchLimits(), Time, new Random(1), NullLoggerFactory.Instance);
        outbox.Finished += row => runtime.Inbox.Post(new SiteInput.Ended(row.Request, row.Outcome!, row.Attempts));
        await runtime.StartAsync(CancellationToken.None);
        outbox.Start();
        await SettledAsync();
    }

    /// <summary>Everything that was given is on disk and told, and the site waits.</summary>
    public async Task SettledAsync()
    {
        await Until.Done(_runtime!.AskAsync(static (_, _) => { }, CancellationToken.None));
        await Until.True(() => _outbox!.IsLoaded);
    }

    /// <summary>Also the actions that can be done are done, and their outcomes are inputs.</summary>
    public async Task DoneAsync()
    {
        await SettledAsync();
        await Until.True(() => _outbox!.Waiting == _outbox.DevicesWaitingForRetry);
        await SettledAsync();
    }

    public async Task<SiteHouse> EventAsync(string resource, string type, EventState state = EventState.Instant, DataObject? data = null)
    {
        _runtime!.EventReported(Address(resource), type, state, data ?? DataObject.Empty, old: false);
        await SettledAsync();
        return this;
    }

    public async Task<SiteHouse> StateAsync(string resource, string property, DataValue value, bool initial = false)
    {
        _runtime!.StateReported(Address(resource), DataObject.Of((property, value)), initial);
        await SettledAsync();
        return this;
    }

    public async Task ToggleAsync(string rule, bool on)
    {
        _runtime!.Inbox.Post(new SiteInput.Engine(EngineInput.RuleToggle(0, default, rule, on)));
        await SettledAsync();
    }

    public async Task CommandAsync(string action, string on)
    {
        _runtime!.Inbox.Post(new SiteInput.Command(action, Address(on), DataObject.Empty, "command") { Worth = ActionTypes.All[action].WorthDoing });
        await SettledAsync();
    }

    /// <summary>Lets time pass; what becomes due happens at its own instant.</summary>
    public async Task PassAsync(TimeSpan time, int steps = 1)
    {
        for (int i = 0; i < steps; i++)
        {
            Time.Advance(time / steps);
            await SettledAsync();
        }
    }

    public async Task<T> AskAsync<T>(Func<SiteEngine, T> question)
    {
        T answer = default!;
        await Until.Done(_runtime!.AskAsync((engine, _) => answer = question(engine), CancellationToken.None));
        return answer;
    }

    /// <summary>Nobody runs for so long; then it starts again.</summary>
    public async Task PassTimeDownAsync(TimeSpan time)
    {
        Time.Jump(Time.GetUtcNow() + time);
        await StartAsync();
    }

    /// <summary>The state of one engine that takes the whole journal, from its first entry on, without any stop.</summary>
    public async Task<byte[]> StraightRunAsync()
    {
        var rules = new Dictionary<string, SiteRules>(StringComparer.Ordinal);
        var player = new JournalPlayer("store", fingerprint => rules[fingerprint], new SiteOutputs(), NullLogger.Instance);
        await foreach ((_, _, byte[] bytes) in Journal.ReadAsync("store", 0, CancellationToken.None))
        {
            foreach (JournalEntry entry in JournalDecoder.Read(bytes).Entries)
            {
                if (entry.Kind == JournalEntryKind.Load) rules[entry.Text!] = RuleSetFiles.Unpack((await Journal.RulesAsync("store", entry.Text!, CancellationToken.None))!).Load();
                player.Play(entry);
            }
        }

        return player.Engine!.StateHash();
    }

    public Task<byte[]> HashAsync() => AskAsync(e => e.StateHash());

    public IReadOnlyList<System.Text.Json.JsonElement> On(string topic) =>
        [.. Bus.Published.Where(m => m.Topic == topic).Select(m => System.Text.Json.JsonDocument.Parse(m.Payload).RootElement)];

    public string? Retained(string topic) => Bus.Retained.TryGetValue(topic, out MqttMessage? message) ? Encoding.UTF8.GetString(message.Payload.Span) : null;

    public async Task StopAsync()
    {
        await EndAsync(_outbox!, _runtime!, _open!, _mark!);
        _open = null;
    }

    /// <summary>What a power cut leaves: the files as they are now. The old process goes on without anybody hearing of it.</summary>
    public void Kill()
    {
        string copy = Path.Combine(Directory.CreateDirectory(_folder.File(Guid.NewGuid().ToString("N"))).FullName, SqliteOptions.FileName);
        // The mark first, for it is written last: what it names is in the database.
        Directory.CreateDirectory(copy + "-marks");
        File.Copy(Path.Combine(_database + "-marks", "store.mark"), Path.Combine(copy + "-marks", "store.mark"));
        foreach (string suffix in new[] { "", "-wal" })
        {
            if (File.Exists(_database + suffix)) File.Copy(_database + suffix, copy + suffix);
        }

        (ActionOutbox outbox, SiteRuntime runtime, SqlDatabase database, SequenceMark mark) = (_outbox!, _runtime!, _open!, _mark!);
        Devices = new FakeExecutor();
        _left.Add(() => EndAsync(outbox, runtime, database, mark));
        _database = copy;
        _open = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_open is not null) await StopAsync();
        foreach (Func<Task> end in _left) await end();
        _folder.Dispose();
    }

    private async Task EndAsync(ActionOutbox outbox, SiteRuntime runtime, SqlDatabase database, SequenceMark mark)
    {
        Task end = EndAsync();
        await Until.True(() =>
        {
            // Stopping has limits of its own; nothing else waits on this clock any more.
            if (!end.IsCompleted) Time.Advance(TimeSpan.FromMilliseconds(1));
            return end.IsCompleted;
        });
        await end;

        async Task EndAsync()
        {
            await runtime.StopInputAsync();
            await outbox.DisposeAsync();
            await runtime.DisposeAsync();
            await database.DisposeAsync();
            mark.Dispose();
        }
    }

    private static ResourceAddress Address(string resource) => ResourceAddress.Parse("store/" + resource);

    private sealed class Listener(ConcurrentQueue<string> problems) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) problems.Enqueue(formatter(state, exception));
        }
    }
}
