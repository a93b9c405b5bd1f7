using Automation.Core.Model;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using static Automation.Host.Tests.Storage.StoreHouse;

namespace Automation.Host.Tests.Storage;

/// <summary>What a bad disk or a power cut makes of the file: the program starts, says what it lost, and what is left is whole.</summary>
public sealed class SqliteDamageTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ManualTime _time = new(Noon);

    private string File => _folder.File(SqliteOptions.FileName);

    [Fact]
    public async Task ADamagedFile_IsSetAside_AndWhatCanBeReadIsTakenOver()
    {
        await FillAsync(requests: 50);
        Overwrite(PageOf("samples_minute"), 4096);

        (SqlDatabase database, IReadOnlyList<StorageProblem> problems) = await OpenAsync();
        await using SqlDatabase open = database;
        var store = new SqlHostStore(database, _time, NullLogger.Instance);
        Assert.False((await store.ReadTogglesAsync(default))["night"]);
        Assert.Equal(50, (await store.ReadOpenAsync(default)).Count);
        StorageProblem problem = Assert.Single(problems);
        Assert.Equal("storageDamaged", problem.Type);
        Assert.Contains(File + ".damaged-20261120-120000", problem.Message, StringComparison.Ordinal);
        Assert.Contains("rule_toggles 1", problem.Message, StringComparison.Ordinal);
        Assert.Contains("outbox 50", problem.Message, StringComparison.Ordinal);
        Assert.True(System.IO.File.Exists(File + ".damaged-20261120-120000"));
    }

    [Fact]
    public async Task APageInTheMiddleOfATable_CostsWhatIsInIt_AndNotWhatIsAroundIt()
    {
        await FillAsync(requests: 2_000);
        int[] leaves = [.. LeavesOf("outbox")];
        Assert.True(leaves.Length > 20, $"{leaves.Length} pages");
        Overwrite(leaves[leaves.Length / 2], 4096);

        (SqlDatabase database, IReadOnlyList<StorageProblem> problems) = await OpenAsync();
        await using SqlDatabase open = database;
        int left = (await new SqlHostStore(database, _time, NullLogger.Instance).ReadOpenAsync(default)).Count;
        Assert.InRange(left, 1_800, 1_999);
        Assert.Contains($"outbox {left} (not all)", problems[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    public async Task AFileThatIsNoDatabaseAnyMore_IsSetAside_AndANewOneIsBegun(int from)
    {
        await FillAsync(requests: 5);
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        bytes.AsSpan(from).Fill(0xA5);
        System.IO.File.WriteAllBytes(File, bytes);

        (SqlDatabase database, IReadOnlyList<StorageProblem> problems) = await OpenAsync();
        await using SqlDatabase open = database;
        Assert.Empty(await new SqlHostStore(database, _time, NullLogger.Instance).ReadTogglesAsync(default));
        Assert.Contains("rule_toggles 0 (not all)", problems[0].Message, StringComparison.Ordinal);
        Assert.Equal(bytes, System.IO.File.ReadAllBytes(File + ".damaged-20261120-120000"));
    }

    [Fact]
    public async Task OnlyTheNewestDamagedFiles_AreKept_AndThatIsTold()
    {
        for (int i = 0; i < 5; i++)
        {
            System.IO.File.WriteAllText(File, new string('x', 5_000));
            (SqlDatabase database, IReadOnlyList<StorageProblem> problems) = await OpenAsync();
            await database.DisposeAsync();
            Assert.Equal(i < 3 ? 1 : 2, problems.Count);
            if (i >= 3) Assert.Contains("was removed", problems[1].Message, StringComparison.Ordinal);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3, Directory.GetFiles(_folder.Path, "*.damaged-*").Length);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task ALogThatWasCutAnywhere_OpensToAWholeNumberOfCommits_AndSaysWhatWasDropped()
    {
        const int Commits = 12;
        (SqlDatabase writing, _) = await OpenAsync();
        await using SqlDatabase first = writing;
        var store = new SqlHostStore(writing, _time, NullLogger.Instance);
        long[] sizes = new long[Commits];
        for (int i = 0; i < Commits; i++)
        {
            // Two requests in one commit: none or both must be there.
            await store.AddRequestsAsync([Request(i + 1, 0), Request(i + 1, 1)], default);
            sizes[i] = new FileInfo(File + "-wal").Length;
        }

        byte[] database = ReadShared(File), log = ReadShared(File + "-wal");
        var random = new Random(7);
        for (int round = 0; round < 25; round++)
        {
            int cut = round == 0 ? log.Length : random.Next(33, log.Length);
            string copy = _folder.File($"cut-{round}.db");
            System.IO.File.WriteAllBytes(copy, database);
            System.IO.File.WriteAllBytes(copy + "-wal", log[..cut]);
            (SqlDatabase opened, IReadOnlyList<StorageProblem> problems) = await OpenAsync(copy);
            await using SqlDatabase open = opened;
            int whole = sizes.Count(s => s <= cut);
            Assert.Equal(2 * whole, (await new SqlHostStore(opened, _time, NullLogger.Instance).ReadOpenAsync(default)).Count);
            long over = cut - (whole == 0 ? 32 : sizes[whole - 1]);
            Assert.True(over < 24 ? problems.Count == 0 : problems is [{ Type: "storageTorn" }], $"cut at {cut}, {over} over, {problems.Count} problems");
        }
    }

    [Fact]
    public async Task ALogWithAWrongByte_GoesOnBeforeIt_AndSaysWhenAcknowledgedCommitsWereAfterIt()
    {
        (SqlDatabase writing, _) = await OpenAsync();
        await using SqlDatabase first = writing;
        var store = new SqlHostStore(writing, _time, NullLogger.Instance);
        long half = 0;
        for (int i = 0; i < 10; i++)
        {
            await store.AddRequestsAsync([Request(i + 1, 0)], default);
            if (i == 4) half = new FileInfo(File + "-wal").Length;
        }

        string copy = _folder.File("bitten.db");
        System.IO.File.WriteAllBytes(copy, ReadShared(File));
        byte[] log = ReadShared(File + "-wal");
        log[half + 100] ^= 1;
        System.IO.File.WriteAllBytes(copy + "-wal", log);
        (SqlDatabase opened, IReadOnlyList<StorageProblem> problems) = await OpenAsync(copy);
        await using SqlDatabase open = opened;
        Assert.Equal(5, (await new SqlHostStore(opened, _time, NullLogger.Instance).ReadOpenAsync(default)).Count);
        Assert.Contains("5 commits are among them", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACleanStop_LeavesNothingToTell()
    {
        await FillAsync(requests: 5);
        (SqlDatabase database, IReadOnlyList<StorageProblem> problems) = await OpenAsync();
        await database.DisposeAsync();
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("outbox", true, 5, true)]
    [InlineData("outbox", false, 5, false)]
    [InlineData("outbox", true, 0, false)]
    [InlineData("samples_minute", true, 5, false)]
    public async Task ALargeFile_IsCheckedAfterAnUncleanStop_WhereAlarmsNeedIt_AndNotForLong(string damaged, bool unclean, int seconds, bool found)
    {
        await FillAsync(requests: 2_000);
        Overwrite(damaged == "outbox" ? LeavesOf(damaged)[10] : PageOf(damaged), 4096);
        if (unclean) System.IO.File.WriteAllBytes(File + "-wal", [0]);
        var options = new SqliteOptions { Path = File, AlwaysCheckedBytes = 0, CheckTime = TimeSpan.FromSeconds(seconds), ReserveBytes = 0 };
        Task<SqlDatabase> opening = SqlDatabase.OpenAsync(new SqliteSource(options, _time, "rule_toggles", "not_there", "outbox"), StorageParts.All, new SqlLimits(), default);
        if (found)
        {
            Assert.Equal(StorageReason.Damaged, (await Assert.ThrowsAsync<StorageException>(() => opening)).Reason);
            return;
        }

        // It opens, and what is damaged shows when it is read.
        await using SqlDatabase database = await opening;
        string table = damaged == "outbox" ? damaged : "samples WHERE minute = 1";
        StorageException e = await Assert.ThrowsAsync<StorageException>(async () => await database.RunAsync(s => s.Query($"SELECT * FROM {table}", r => r.GetValue(0)), default));
        Assert.Equal(StorageReason.Damaged, e.Reason);
        Assert.Equal(StorageReason.Damaged, database.Refusal?.Reason);
    }

    public void Dispose() => _folder.Dispose();

    private Task<(SqlDatabase, IReadOnlyList<StorageProblem>)> OpenAsync(string? file = null) =>
        SqliteStorage.OpenAsync(new SqliteOptions { Path = file ?? File, ReserveBytes = 0 }, StorageParts.All, new SqlLimits(), _time, default);

    private async Task FillAsync(int requests)
    {
        (SqlDatabase database, _) = await OpenAsync();
        await using SqlDatabase open = database;
        var store = new SqlHostStore(database, _time, NullLogger.Instance);
        await store.SaveToggleAsync("night", false, default);
        await store.AddRequestsAsync([.. Enumerable.Range(0, requests).Select(i => Request(1, i))], default);
    }

    private int PageOf(string table) => (int)Ask($"SELECT rootpage FROM sqlite_schema WHERE name = '{table}'")[0];

    /// <summary>The pages of a table's rows: children of its root.</summary>
    private List<int> LeavesOf(string table)
    {
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        ReadOnlySpan<byte> root = bytes.AsSpan((PageOf(table) - 1) * 4096, 4096);
        Assert.Equal(5, root[0]);
        int cells = System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(root[3..]);
        var leaves = new List<int>();
        for (int i = 0; i < cells; i++)
        {
            int cell = System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(root[(12 + 2 * i)..]);
            leaves.Add(System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(root[cell..]));
        }

        return leaves;
    }

    private List<long> Ask(string sql)
    {
        using SqlSession session = new SqliteSource(new SqliteOptions { Path = File, ReserveBytes = 0 }, _time).OpenReader();
        return session.Query(sql, r => r.GetInt64(0));
    }

    private void Overwrite(int page, int bytes)
    {
        using FileStream file = System.IO.File.OpenWrite(File);
        file.Position = (page - 1) * 4096L;
        file.Write(Enumerable.Repeat((byte)0xA5, bytes).ToArray());
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
