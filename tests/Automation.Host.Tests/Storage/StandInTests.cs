using System.Collections.Concurrent;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.History;
using Automation.Host.Journal;
using Automation.Host.Outbox;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;
using Automation.Host.Tests.History;
using Automation.Host.Tests.Outbox;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Storage;

/// <summary>While the database refuses, alarms act; when it is back, all of it is written, in order and once.</summary>
public sealed class StandInTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ManualTime _time = new(StoreHouse.Noon);
    private readonly ConcurrentQueue<string> _ended = new();
    private FakeExecutor _executor = new();
    private FaultySource _source = null!;
    private SqlDatabase _database = null!;
    private StandIn _standIn = null!;
    private JournalStore _journal = null!;
    private ActionOutbox _outbox = null!;
    private long _last;

    [Fact, Trait("Req", "ACT-10")]
    public async Task Alarms_act_while_the_disk_is_full_and_everything_is_written_when_it_is_back()
    {
        await OpenAsync();
        await CommitAsync(Request(1, "openDoor", OutboxFixture.Door));
        await EndedAsync(1);
        _source.IsFull = () => true;
        await CommitAsync(Request(2, "arm", OutboxFixture.Area), Request(2, "openDoor", OutboxFixture.Door, index: 1));
        await CommitAsync(Request(3, "arm", OutboxFixture.Area));
        await EndedAsync(4);
        Assert.Equal(["store-2.0", "store-3.0"], _executor.Calls.Where(c => c is "store-2.0" or "store-3.0"));
        Assert.True(_standIn.IsInUse);
        Assert.Equal(1, await _database.ReadAsync(s => JournalTable.Last(s, "store"), default));

        _source.IsFull = () => false;
        await WrittenAsync();
        Assert.Equal([1L, 2L, 3L], (await _database.ReadAsync(s => JournalTable.Read(s, "store", 0, 100), default)).Select(r => r.Last));
        var store = new SqlHostStore(_database, _time, NullLogger.Instance);
        Assert.Empty(await store.ReadOpenAsync(default));
        IReadOnlyList<OutboxRow> finished = await store.ReadFinishedAsync(10, default);
        Assert.Equal(["store-1.0", "store-2.0", "store-2.1", "store-3.0"], finished.Select(r => r.Request.Id).Order(StringComparer.Ordinal));
        Assert.All(finished, r => Assert.Equal(OutboxState.Done, r.State));
        Assert.Equal(3, (await new HistoryStore(_database).ReadAsync(new HistoryFilter { Kinds = [HistoryKind.Event] }, null, 10, default)).Rows.Count);

        // And on as before.
        await CommitAsync(Request(4, "arm", OutboxFixture.Area));
        await EndedAsync(5);
        Assert.False(_standIn.IsInUse);
        Assert.Equal(4, await _database.ReadAsync(s => JournalTable.Last(s, "store"), default));
        Assert.Equal(5, _executor.Calls.Distinct().Count());
        Assert.Equal(5, _executor.Calls.Count);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task A_door_that_is_on_disk_is_not_opened_unmarked_it_expires_and_what_waits_behind_it_acts()
    {
        var call = new TaskCompletionSource<ActionOutcome>();
        _executor = new FakeExecutor((request, _) => request.Id == "store-1.0" ? call.Task : Task.FromResult(ActionOutcome.Done()));
        await OpenAsync();
        await CommitAsync(Request(1, "openDoor", OutboxFixture.Door));
        await Until.True(() => _executor.Calls.Count == 1);
        await CommitAsync(Request(2, "openDoor", OutboxFixture.Door));
        _source.IsFull = () => true;
        await CommitAsync(Request(3, "remainOpen", OutboxFixture.Door));
        call.SetResult(ActionOutcome.Done());
        await Until.True(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
            return _ended.Count == 3;
        });
        Assert.Equal(["store-1.0", "store-3.0"], _executor.Calls);
        Assert.Equal(["store-1.0 None", "store-2.0 Expired", "store-3.0 None"], _ended);
        _source.IsFull = () => false;
        await WrittenAsync();
        Assert.Empty(await new SqlHostStore(_database, _time, NullLogger.Instance).ReadOpenAsync(default));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task What_has_no_room_in_memory_is_counted_and_acts_all_the_same()
    {
        await OpenAsync(maximumBytes: 3_000);
        _source.IsFull = () => true;
        for (int i = 1; i <= 10; i++) await CommitAsync(Request(i, "arm", OutboxFixture.Area));
        await EndedAsync(10);
        Assert.InRange(_standIn.LeftOut, 1, 19);
        _source.IsFull = () => false;
        await WrittenAsync();
        Assert.InRange(await _database.ReadAsync(s => JournalTable.Last(s, "store"), default), 1, 9);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task A_part_that_is_wrong_does_not_hold_up_the_site()
    {
        await OpenAsync();
        var refused = new List<string>();
        var journal = new JournalStore(_database, [new WrongPart()], _standIn) { PartsRefused = e => refused.Add(e.Message) };
        Assert.Single(await journal.CommitAsync(Commit(Request(1, "arm", OutboxFixture.Area)), default));
        Assert.Contains("nowhere", Assert.Single(refused), StringComparison.Ordinal);
        Assert.False(_standIn.IsInUse);
    }

    public async ValueTask DisposeAsync()
    {
        Task end = _outbox.DisposeAsync().AsTask();
        await Until.True(() =>
        {
            if (!end.IsCompleted) _time.Advance(TimeSpan.FromMilliseconds(200));
            return end.IsCompleted;
        });
        await _standIn.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    private async Task OpenAsync(long maximumBytes = 64_000_000)
    {
        _source = new FaultySource(new SqliteSource(new SqliteOptions { Path = _folder.File("a.db"), ReserveBytes = 0 }, _time));
        _database = await SqlDatabase.OpenAsync(_source, StorageParts.All, new SqlLimits(), default);
        _standIn = new StandIn(_database, 0, _time, NullLogger.Instance, maximumBytes);
        _journal = new JournalStore(_database, [new HistoryPart(new HistoryRecorder(HistoryLimits.Default))], _standIn);
        _outbox = new ActionOutbox(new SqlHostStore(_database, _time, NullLogger.Instance, _standIn), _executor, new OutboxLimits { Jitter = 0 }, _time, new Random(1), NullLogger.Instance);
        _outbox.Finished += row => _ended.Enqueue($"{row.Request.Id} {row.Outcome!.Reason}");
        _outbox.Start();
        await Until.True(() => _outbox.IsLoaded);
    }

    private async Task CommitAsync(params ActionRequest[] requests) => _outbox.Take(await _journal.CommitAsync(Commit(requests), default));

    private SiteCommit Commit(params ActionRequest[] requests)
    {
        var encoder = new JournalEncoder();
        encoder.Add(JournalEntry.Of(EngineInput.Time(++_last, _time.GetUtcNow())));
        return new SiteCommit { Site = "store", Row = encoder.Take(0), Requests = requests, Outputs = [HistoryTests.Event(_last, "store/panel/zone/3", "zoneAlarm", _time.GetUtcNow())] };
    }

    private ActionRequest Request(long sequence, string action, string on, int index = 0) =>
        StoreHouse.Request(sequence, index, action, on) with { At = _time.GetUtcNow(), ExpiresAt = _time.GetUtcNow() + ActionTypes.All[action].WorthDoing };

    private Task EndedAsync(int count) => Until.True(() => _ended.Count >= count, () => string.Join(' ', _ended));

    private Task WrittenAsync() => Until.True(() =>
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return !_standIn.IsInUse;
    });

    private sealed class WrongPart : ISiteCommitPart
    {
        public void Write(SqlSession session, SiteCommit commit) => session.Execute("INSERT INTO nowhere VALUES (1)");
    }
}
