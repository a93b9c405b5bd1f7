using Automation.Core.Model;
using Automation.Host.Journal;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;

namespace Automation.Host.Tests.Journal;

/// <summary>What a disk does to its last pages: the site starts, says what it dropped, and what is left fits together.</summary>
public sealed class DamageTests
{
    private const string Rules = """
        [ { "kind": "linkage", "id": "alarm", "name": "Alarm", "source": "store/panel/zone/3", "event": "zoneAlarm", "actions": [ { "action": "openRelay", "on": ["store/panel/relay/0"] } ] },
          { "kind": "peopleCounting", "id": "floor", "name": "Floor", "channels": [ { "channel": "store/entrance/channel/1" } ], "maxPeople": 10 } ]
        """;

    private const string Inside = "automation/store/groups/floor/state";

    [Fact, Trait("Req", "ACT-10")]
    public async Task ADamagedRow_EndsTheJournal_AndThatIsSaid()
    {
        await using SiteHouse house = await SiteHouse.StartAsync(Rules);
        for (int i = 1; i <= 6; i++) await CountAsync(house, i);
        house.Kill();
        long damaged = await RunAsync(house, s =>
        {
            // The row of the fifth report; the one after it is whole.
            List<(long Position, long First)> rows = s.Query("SELECT position, first FROM journal ORDER BY last", r => (r.GetInt64(0), r.GetInt64(1)));
            s.Execute("UPDATE journal SET bytes = $2 WHERE position = $1", rows[^2].Position, new byte[] { 1, 2, 3 });
            return rows[^2].First;
        });
        await house.StartAsync();
        Assert.Contains(house.Problems, p => p.Contains($"after input {damaged - 1}", StringComparison.Ordinal) && p.Contains("a row is cut", StringComparison.Ordinal));
        Assert.Contains(house.Problems, p => p.Contains($"inputs {damaged} to {damaged + 1} are lost", StringComparison.Ordinal));
        Assert.Contains(house.On("automation/store/exceptions"), e => e.GetProperty("type").GetString() == "stateLost");
        Assert.Contains("\"inside\":3", house.Retained(Inside)!, StringComparison.Ordinal);
        await CountAsync(house, 7);
        await NextStartIsCleanAsync(house);

        // Numbers of what was lost are not given again.
        Assert.DoesNotContain(await NumbersAsync(house), n => n >= damaged && n <= damaged + 1);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task AMissingRow_EndsTheJournal_AndThatIsSaid()
    {
        await using SiteHouse house = await SiteHouse.StartAsync(Rules);
        for (int i = 1; i <= 6; i++) await CountAsync(house, i);
        house.Kill();
        await RunAsync(house, s => s.Execute("DELETE FROM journal WHERE last = (SELECT max(last) FROM journal) - 2"));
        await house.StartAsync();
        Assert.Contains(house.Problems, p => p.Contains("rows are missing", StringComparison.Ordinal));
        Assert.Contains("\"inside\":2", house.Retained(Inside)!, StringComparison.Ordinal);
        await NextStartIsCleanAsync(house);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task ADamagedSnapshot_IsReplacedByTheOneBeforeIt_AndTheJournal()
    {
        await using SiteHouse house = await SiteHouse.StartAsync(Rules);
        await CountAsync(house, 1);
        await house.StopAsync();
        await house.StartAsync();
        await CountAsync(house, 5);
        await house.StopAsync();
        await RunAsync(house, s => s.Execute("UPDATE state_snapshots SET bytes = $1 WHERE sequence = (SELECT max(sequence) FROM state_snapshots)", new byte[100]));
        await house.StartAsync();
        Assert.Contains(house.Problems, p => p.Contains("cannot be used", StringComparison.Ordinal));
        Assert.Contains("\"inside\":4", house.Retained(Inside)!, StringComparison.Ordinal);
        Assert.Equal(await house.StraightRunAsync(), await house.HashAsync());
        await NextStartIsCleanAsync(house);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task WithoutAnySnapshot_TheJournalFromItsBeginningIsEnough()
    {
        await using SiteHouse house = await SiteHouse.StartAsync(Rules);
        await CountAsync(house, 1);
        await CountAsync(house, 4);
        await house.StopAsync();
        await RunAsync(house, s => s.Execute("DELETE FROM state_snapshots"));
        await house.StartAsync();
        Assert.Contains("\"inside\":3", house.Retained(Inside)!, StringComparison.Ordinal);
        Assert.Empty(house.Problems);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task WhenNothingCanBeUsed_ItStartsAnew_SaysSo_AndKeepsToggles()
    {
        await using SiteHouse house = await SiteHouse.StartAsync(Rules);
        await CountAsync(house, 1);
        await CountAsync(house, 4);
        await house.ToggleAsync("alarm", false);
        await house.StopAsync();
        await RunAsync(house, s => s.Execute("UPDATE state_snapshots SET bytes = $1", new byte[100]) + s.Execute("DELETE FROM journal WHERE first = (SELECT min(first) FROM journal)"));
        await house.StartAsync();
        Assert.Contains(house.Problems, p => p.Contains("start anew", StringComparison.Ordinal));
        Assert.Equal("OFF", house.Retained("automation/rules/alarm/enabled"));
        await CountAsync(house, 9);
        await NextStartIsCleanAsync(house);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task RulesOfThenThatAreGone_AreReplacedByThePresentOnes_AndThatIsSaid()
    {
        await using SiteHouse house = await SiteHouse.StartAsync(Rules);
        await CountAsync(house, 1);
        await CountAsync(house, 4);
        await house.StopAsync();
        await File.WriteAllTextAsync(house.RulesFile, Rules.Replace("\"Floor\"", "\"First floor\"", StringComparison.Ordinal));
        await RunAsync(house, s => s.Execute("DELETE FROM rule_sets"));
        await house.StartAsync();
        Assert.Contains(house.Problems, p => p.Contains("rules that were in force then cannot be read", StringComparison.Ordinal));
        Assert.Contains("\"inside\":3", house.Retained(Inside)!, StringComparison.Ordinal);
        await NextStartIsCleanAsync(house);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task AStateThatComesOutDifferently_IsSaid()
    {
        await using SiteHouse house = await SiteHouse.StartAsync(Rules);
        await house.EventAsync("panel/zone/3", "zoneAlarm");
        house.Kill();

        // As if another program had written it: the digest of what followed is not what follows now.
        await RunAsync(house, s =>
        {
            (long position, byte[] bytes) = s.Query("SELECT position, bytes FROM journal ORDER BY last DESC LIMIT 1", r => (r.GetInt64(0), r.Bytes(1)))[0];
            bytes[5] ^= 1;
            BitConverter.TryWriteBytes(bytes, Crc32C.Of(bytes.AsSpan(4)));
            return s.Execute("UPDATE journal SET bytes = $2 WHERE position = $1", position, bytes);
        });
        await house.StartAsync();
        Assert.Contains(house.Problems, p => p.Contains("1 of the 2 commits", StringComparison.Ordinal));
        Assert.Equal(1, await house.AskAsync(e => e.Status("alarm").Firings));
        await NextStartIsCleanAsync(house);
    }

    [Theory, Trait("Req", "ACT-10")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(20261130)]
    public async Task ATornEnd_IsDropped_AndWhatIsLeftFitsTogether(int seed)
    {
        var random = new Random(seed);
        await using SiteHouse house = await SiteHouse.StartAsync(Rules);
        for (int round = 0; round < 6; round++)
        {
            for (int i = 0; i < 8; i++)
            {
                await CountAsync(house, (10 * round) + i);
                if (i % 3 == 0) await house.EventAsync("panel/zone/3", "zoneAlarm", i % 2 == 0 ? EventState.Active : EventState.Inactive);
            }

            // Outcomes are inputs too: they are in before the journal is read, or the last number is not the last.
            await house.DoneAsync();
            IReadOnlyList<long> before = await NumbersAsync(house);
            house.Kill();
            Tear(house.DatabaseFile + "-wal", random);
            await house.StartAsync();

            // Outcomes that are told again come after the start.
            await house.DoneAsync();
            IReadOnlyList<long> after = await NumbersAsync(house);

            // What is lost is an end: everything before it is as it was.
            long last = after.Where(before.Contains).DefaultIfEmpty(0).Max();
            Assert.Equal(before.Where(n => n <= last), after.Where(before.Contains));
            if (last < before[^1]) Assert.Contains(house.Problems, p => p.Contains($"to {before[^1]} were taken before the stop", StringComparison.Ordinal));
            else Assert.Empty(house.Problems);
            Assert.All(after.Except(before), n => Assert.True(n > before[^1]));
            string straight = Convert.ToHexString(await house.StraightRunAsync());
            Assert.True(straight == Convert.ToHexString(await house.HashAsync()), $"seed {seed}, round {round}: {string.Join(' ', before)} | {string.Join(' ', after)} | {string.Join(" | ", house.Problems)}");

            // No action without the input that asked for it.
            IReadOnlyList<long> causes = await house.Database.ReadAsync(s => s.Query("SELECT sequence FROM outbox", r => r.GetInt64(0)), CancellationToken.None);
            Assert.All(causes, c => Assert.Contains(c, after));
        }
    }

    private static void Tear(string wal, Random random)
    {
        using FileStream file = File.Open(wal, FileMode.Open);
        long at = Math.Max(32, file.Length - random.Next(1, 60_000));
        if (random.Next(2) == 0)
        {
            file.SetLength(at);
            return;
        }

        // The end is there and is rubbish, as after a sector that was half written.
        file.Position = at;
        byte[] rubbish = new byte[file.Length - at];
        random.NextBytes(rubbish);
        file.Write(rubbish);
    }

    private static Task<SiteHouse> CountAsync(SiteHouse house, int enter) => house.EventAsync("entrance/channel/1", "peopleCounting", data: DataObject.Of(("enter", enter), ("exit", 0)));

    private static async Task NextStartIsCleanAsync(SiteHouse house)
    {
        byte[] hash = await house.HashAsync();
        Assert.NotEmpty(hash);
        house.Kill();
        await house.StartAsync();
        Assert.Empty(house.Problems);
        await house.StopAsync();
        await house.StartAsync();
        Assert.Empty(house.Problems);
    }

    private static async Task<IReadOnlyList<long>> NumbersAsync(SiteHouse house)
    {
        var numbers = new List<long>();
        await foreach ((_, _, byte[] bytes) in house.Journal.ReadAsync("store", 0, CancellationToken.None)) numbers.AddRange(JournalDecoder.Read(bytes).Entries.Select(e => e.Sequence));
        return numbers;
    }

    private static async Task<T> RunAsync<T>(SiteHouse house, Func<SqlSession, T> work)
    {
        await using SqlDatabase database = await SqlDatabase.OpenAsync(new SqliteSource(new SqliteOptions { Path = house.DatabaseFile, ReserveBytes = 0 }, house.Time), StorageParts.All, new SqlLimits(), CancellationToken.None);
        return await database.RunAsync(work, CancellationToken.None);
    }
}
