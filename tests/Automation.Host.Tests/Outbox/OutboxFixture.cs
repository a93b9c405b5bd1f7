using System.Collections.Concurrent;
using System.Globalization;
using Automation.Core.Model;
using Automation.Host.Outbox;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Outbox;

/// <summary>An outbox on a store of its own, with a clock that stands still. Restarting keeps the folder.</summary>
internal sealed class OutboxFixture : IAsyncDisposable
{
    public const string Area = "store/panel/area/1";
    public const string Relay = "store/panel/relay/0";
    public const string Door = "store/gate/door/1";
    public const string Camera = "store/nvr/channel/1";

    private readonly TempFolder _folder = new();
    private readonly ConcurrentQueue<(ActionRequest Request, ActionOutcome Outcome, int Attempts)> _finished = new();

    private readonly ConcurrentQueue<Task> _marks = new();

    private OutboxFixture(IActionExecutor executor, OutboxLimits limits)
    {
        Executor = executor;
        Limits = limits;
    }

    public ManualTime Time { get; } = new();

    public IActionExecutor Executor { get; set; }

    public OutboxLimits Limits { get; }

    public SqlDatabase Database { get; private set; } = null!;

    public SqlHostStore Store { get; private set; } = null!;

    public ActionOutbox Outbox { get; private set; } = null!;

    public IReadOnlyList<(ActionRequest Request, ActionOutcome Outcome, int Attempts)> Finished => [.. _finished];

    public static async Task<OutboxFixture> StartAsync(IActionExecutor executor, OutboxLimits? limits = null, bool start = true)
    {
        // No jitter, so that a test can say when a try is due.
        var fixture = new OutboxFixture(executor, limits ?? new OutboxLimits { Jitter = 0 });
        await fixture.OpenAsync();
        if (start) fixture.Outbox.Start();
        return fixture;
    }

    public async Task OpenAsync()
    {
        Database = await SqlDatabase.OpenAsync(new SqliteSource(new SqliteOptions { Path = _folder.File(SqliteOptions.FileName), ReserveBytes = 0 }, Time), StorageParts.All, new SqlLimits(), CancellationToken.None);
        Store = new SqlHostStore(Database, Time, NullLogger.Instance);
        Outbox = new ActionOutbox(Store, Executor, Limits, Time, new Random(1), NullLogger.Instance);
        SqlDatabase database = Database;
        Outbox.Finished += row =>
        {
            // A site: hears of it, and marks it in its next commit.
            _finished.Enqueue((row.Request, row.Outcome!, row.Attempts));
            _marks.Enqueue(database.RunAsync(s => Mark(s, row.Request.Id), CancellationToken.None).AsTask());
        };
    }

    public async Task RestartAsync()
    {
        await PassTimeUntil(Outbox.DisposeAsync().AsTask());
        await Task.WhenAll(_marks);
        await Database.DisposeAsync();
        await OpenAsync();
        Outbox.Start();
    }

    public ActionRequest Request(long sequence, string action = "arm", string on = Area, TimeSpan? worth = null) => new()
    {
        Cause = new CauseId("store", sequence),
        Rule = "r" + sequence.ToString(CultureInfo.InvariantCulture),
        Index = 0,
        Action = action,
        On = ResourceAddress.Parse(on),
        Parameters = DataObject.Empty,
        At = Time.GetUtcNow(),
        ExpiresAt = Time.GetUtcNow() + (worth ?? ActionTypes.All[action].WorthDoing),
    };

    public async Task AddAsync(params ActionRequest[] requests) => Outbox.Take(await Store.AddRequestsAsync(requests, CancellationToken.None));

    public Task FinishedAsync(int count) => Until.True(() => _finished.Count >= count, () => $"{_finished.Count} of {count} finished");

    /// <summary>Waits until that many devices sleep on the clock until their next try.</summary>
    public Task AsleepAsync(int devices = 1) => Until.True(() => Outbox.DevicesWaitingForRetry == devices);

    /// <summary>Moves the clock until the task ends: stopping has limits of its own.</summary>
    public async Task PassTimeUntil(Task task)
    {
        await Until.True(() =>
        {
            if (!task.IsCompleted) Time.Advance(TimeSpan.FromMilliseconds(200));
            return task.IsCompleted;
        });
        await task;
    }

    private static int Mark(SqlSession session, string id)
    {
        OutboxTable.Tell(session, id);
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        await PassTimeUntil(Outbox.DisposeAsync().AsTask());
        await Task.WhenAll(_marks);
        await Database.DisposeAsync();
        _folder.Dispose();
    }
}
