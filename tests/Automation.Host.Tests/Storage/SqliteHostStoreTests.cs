using System.Globalization;
using Automation.Core.Model;
using Automation.Host.Storage;
using Automation.Host.Storage.Sqlite;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Storage;

public sealed class SqliteHostStoreTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, 123, TimeSpan.Zero);

    private readonly ManualTime _time = new(Noon);

    [Fact, Trait("Req", "ACT-10")]
    public async Task Everything_saved_is_there_after_closing_and_opening()
    {
        using var folder = new TempFolder();
        string data = folder.File("made/on/the/way");
        await using (SqliteHostStore store = await OpenAsync(data))
        {
            await store.SaveToggleAsync("a", false, default);
            await store.SaveToggleAsync("b", true, default);
            await store.SaveToggleAsync("a", true, default);
            await store.SaveToggleAsync("c", false, default);
            await store.RemoveToggleAsync("c", default);
            await store.SaveStatisticsAsync([KeyValuePair.Create("a", new RuleStatistics(7, Noon)), KeyValuePair.Create("b", new RuleStatistics(0, null))], default);
            await store.SaveSnapshotAsync("store", new EngineSnapshot(Noon, new byte[] { 1, 2, 3 }, "hash"), default);
            await ((IHostStore)store).SaveSnapshotAsync("plant", Noon, new byte[] { 9 }, default);
        }

        await using SqliteHostStore again = await OpenAsync(data);
        Assert.Equal([("a", true), ("b", true)], (await again.ReadTogglesAsync(default)).OrderBy(t => t.Key).Select(t => (t.Key, t.Value)));
        IReadOnlyDictionary<string, RuleStatistics> statistics = await again.ReadStatisticsAsync(default);
        Assert.Equal(new RuleStatistics(7, Noon), statistics["a"]);
        Assert.Equal(new RuleStatistics(0, null), statistics["b"]);
        EngineSnapshot snapshot = (await again.ReadSnapshotAsync("store", default))!;
        Assert.Equal((Noon, "hash"), (snapshot.At, snapshot.ProgramHash));
        Assert.Equal([1, 2, 3], snapshot.Bytes.ToArray());
        Assert.Null(await again.ReadSnapshotAsync("elsewhere", default));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task ReserveSequence_AfterACrash_NeverGivesANumberTwice()
    {
        using var folder = new TempFolder();
        await using SqliteHostStore store = await OpenAsync(folder.File("data"));
        Assert.Equal(1, store.ReserveSequence("store", 1000));
        Assert.Equal(1001, store.ReserveSequence("store", 10));
        Assert.Equal(1, store.ReserveSequence("plant", 5));

        await using SqliteHostStore afterCrash = await OpenAsync(CopyAsAfterACrash(folder));
        Assert.Equal(1011, afterCrash.ReserveSequence("store", 10));
        Assert.Equal(6, afterCrash.ReserveSequence("plant", 10));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task Requests_that_were_acknowledged_survive_a_crash_without_closing()
    {
        using var folder = new TempFolder();
        await using SqliteHostStore store = await OpenAsync(folder.File("data"));
        DataObject awkward = DataObject.Of(("mode", "a\"w'a\u0000y\n\u00e4\ud83d\udc32"), ("n", -1.5e-300), ("b", true), ("none", DataValue.Null), ("", 1));
        ActionRequest request = Request(1, 0) with { Parameters = awkward, At = Noon.ToOffset(TimeSpan.FromHours(5)) };
        IReadOnlyList<OutboxRow> added = await store.AddRequestsAsync([request, Request(1, 1)], default);
        await store.SetStateAsync(added[1], OutboxState.Sent, 3, default);

        await using SqliteHostStore afterCrash = await OpenAsync(CopyAsAfterACrash(folder));
        IReadOnlyList<OutboxRow> open = await afterCrash.ReadOpenAsync(default);
        Assert.Equal(request, open[0].Request);
        Assert.Equal((OutboxState.Pending, 0), (open[0].State, open[0].Attempts));
        Assert.Equal((OutboxState.Sent, 3, "store-1.1"), (open[1].State, open[1].Attempts, open[1].Request.Id));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task AddRequests_KnownIds_AreNotAddedAgain()
    {
        using var folder = new TempFolder();
        await using SqliteHostStore store = await OpenAsync(folder.File("data"));
        IReadOnlyList<OutboxRow> first = await store.AddRequestsAsync([Request(1, 0), Request(1, 1), Request(1, 0)], default);
        await store.FinishAsync(first[0], ActionOutcome.Done("1 OK"), 1, Noon, default);
        IReadOnlyList<OutboxRow> second = await store.AddRequestsAsync([Request(1, 0), Request(1, 1), Request(2, 0)], default);

        Assert.Equal(["store-1.0", "store-1.1"], first.Select(r => r.Request.Id));
        Assert.Equal(["store-2.0"], second.Select(r => r.Request.Id));
        Assert.Equal(["store-1.1", "store-2.0"], (await store.ReadOpenAsync(default)).Select(r => r.Request.Id));
    }

    [Fact]
    public async Task Finish_IsFinal_AndReadBack()
    {
        using var folder = new TempFolder();
        await using SqliteHostStore store = await OpenAsync(folder.File("data"));
        IReadOnlyList<OutboxRow> rows = await store.AddRequestsAsync([Request(1, 0), Request(1, 1)], default);
        await store.FinishAsync(rows[0], ActionOutcome.Failed(ActionReason.Refused, false, "4 invalidOperation"), 2, Noon, default);
        await store.FinishAsync(rows[0], ActionOutcome.Done(), 9, Noon, default);
        await store.SetStateAsync(rows[0], OutboxState.Pending, 0, default);
        await store.FinishAsync(rows[1], ActionOutcome.Failed(ActionReason.Expired, false), 0, Noon.AddSeconds(1), default);

        IReadOnlyList<OutboxRow> finished = await store.ReadFinishedAsync(10, default);
        Assert.Equal(["store-1.1", "store-1.0"], finished.Select(r => r.Request.Id));
        Assert.Equal((OutboxState.Expired, Noon.AddSeconds(1)), (finished[0].State, finished[0].FinishedAt));
        Assert.Equal((OutboxState.Failed, 2, ActionOutcome.Failed(ActionReason.Refused, false, "4 invalidOperation")), (finished[1].State, finished[1].Attempts, finished[1].Outcome));
        Assert.Single(await store.ReadFinishedAsync(1, default));
    }

    [Fact]
    public async Task Prune_KeepsTheNewestAndTheYoung_AndWhatIsOpen()
    {
        using var folder = new TempFolder();
        await using SqliteHostStore store = await OpenAsync(folder.File("data"));
        IReadOnlyList<OutboxRow> rows = await store.AddRequestsAsync([.. Enumerable.Range(0, 20).Select(i => Request(1, i))], default);
        for (int i = 0; i < 19; i++) await store.FinishAsync(rows[i], ActionOutcome.Done(), 1, Noon.AddHours(i), default);
        await store.PruneAsync(Noon.AddHours(3), 10, default);

        Assert.Equal(Enumerable.Range(9, 10).Reverse().Select(i => $"store-1.{i}"), (await store.ReadFinishedAsync(100, default)).Select(r => r.Request.Id));
        Assert.Single(await store.ReadOpenAsync(default));
        await store.PruneAsync(Noon.AddHours(18), 10, default);
        Assert.Single(await store.ReadFinishedAsync(100, default));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task Open_FolderHeldByAnother_SaysWhoAndWhatToDo()
    {
        using var folder = new TempFolder();
        SqliteHostStore first = await OpenAsync(folder.File("data"));
        DataFolderInUseException e = await Assert.ThrowsAsync<DataFolderInUseException>(() => OpenAsync(folder.File("data")));
        Assert.Contains($"in use by process {Environment.ProcessId}", e.Message, StringComparison.Ordinal);
        Assert.Contains("--data", e.Message, StringComparison.Ordinal);
        await first.DisposeAsync();
        await using SqliteHostStore second = await OpenAsync(folder.File("data"));
    }

    [Fact]
    public async Task Open_APathThatIsAFile_IsOneMessage()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("data"), "x");
        StorageException e = await Assert.ThrowsAsync<StorageException>(() => OpenAsync(folder.File("data")));
        Assert.Contains("cannot be written", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4_096)]
    public async Task Open_ADamagedFile_IsOneMessage_AndTheFolderIsFreeAgain(int at)
    {
        using var folder = new TempFolder();
        string data = folder.File("data");
        await using (SqliteHostStore store = await OpenAsync(data))
            await store.SaveSnapshotAsync("store", new EngineSnapshot(Noon, new byte[100_000], ""), default);
        string file = Path.Combine(data, SqliteHostStore.FileName);
        byte[] bytes = File.ReadAllBytes(file);
        bytes.AsSpan(at, 12_000).Fill(0xA5);
        File.WriteAllBytes(file, bytes);

        StorageException e = await Assert.ThrowsAsync<StorageException>(() => OpenAsync(data));
        Assert.Contains("is damaged", e.Message, StringComparison.Ordinal);
        Assert.Contains(file, e.Message, StringComparison.Ordinal);
        File.Delete(file);
        await using SqliteHostStore anew = await OpenAsync(data);
    }

    [Fact]
    public async Task Open_AFileOfANewerProgram_IsRefused()
    {
        using var folder = new TempFolder();
        string data = folder.File("data");
        await using (SqliteHostStore store = await OpenAsync(data))
        {
            // Only to make the file.
        }

        using (SqliteSession session = SqliteFiles.Open(Path.Combine(data, SqliteHostStore.FileName))) session.Execute("UPDATE schema_version SET version = 1000");
        StorageException e = await Assert.ThrowsAsync<StorageException>(() => OpenAsync(data));
        Assert.Contains("newer version", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_that_somebody_broke_does_not_hide_the_others()
    {
        using var folder = new TempFolder();
        string data = folder.File("data");
        await using (SqliteHostStore store = await OpenAsync(data)) await store.AddRequestsAsync([Request(1, 0), Request(1, 1), Request(1, 2)], default);
        using (SqliteSession session = SqliteFiles.Open(Path.Combine(data, SqliteHostStore.FileName)))
        {
            session.Execute("UPDATE outbox SET target = 'no address' WHERE number = 0");
            session.Execute("UPDATE outbox SET parameters = '[1' WHERE number = 1");
        }

        await using SqliteHostStore again = await OpenAsync(data);
        Assert.Equal(["store-1.2"], (await again.ReadOpenAsync(default)).Select(r => r.Request.Id));
    }

    [Fact]
    public async Task Backup_WhileOpen_HoldsWhatWasCommitted_AndNeverOverwrites()
    {
        using var folder = new TempFolder();
        await using SqliteHostStore store = await OpenAsync(folder.File("data"));
        await store.SaveToggleAsync("a", false, default);
        Directory.CreateDirectory(folder.File("copy"));
        string copy = Path.Combine(folder.File("copy"), SqliteHostStore.FileName);
        await store.BackupAsync(copy, default);
        await Assert.ThrowsAsync<StorageException>(async () => await store.BackupAsync(copy, default));

        await using SqliteHostStore restored = await OpenAsync(folder.File("copy"));
        Assert.False((await restored.ReadTogglesAsync(default))["a"]);
    }

    [Fact]
    public async Task Calls_after_closing_are_refused_by_name()
    {
        using var folder = new TempFolder();
        SqliteHostStore store = await OpenAsync(folder.File("data"));
        await store.DisposeAsync();
        StorageException e = await Assert.ThrowsAsync<StorageException>(async () => await store.SaveToggleAsync("a", true, default));
        Assert.Contains("is closed", e.Message, StringComparison.Ordinal);
    }

    internal static ActionRequest Request(long sequence, int index, string action = "arm", string on = "store/panel/area/1") => new()
    {
        Cause = new CauseId("store", sequence),
        Rule = "rule-" + sequence.ToString(CultureInfo.InvariantCulture),
        Index = index,
        Action = action,
        On = ResourceAddress.Parse(on),
        Parameters = DataObject.Empty,
        At = Noon,
        ExpiresAt = Noon.AddMinutes(5),
    };

    // The files as the system has them at this moment, without anything a clean end would have done.
    private static string CopyAsAfterACrash(TempFolder folder)
    {
        string copy = folder.File("crashed-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(copy);
        foreach (string name in new[] { SqliteHostStore.FileName, SqliteHostStore.FileName + "-wal" })
            File.Copy(Path.Combine(folder.File("data"), name), Path.Combine(copy, name));
        return copy;
    }

    private Task<SqliteHostStore> OpenAsync(string folder) => SqliteHostStore.OpenAsync(folder, _time, NullLogger.Instance, CancellationToken.None);
}
