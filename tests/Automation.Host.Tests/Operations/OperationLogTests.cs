using Automation.Host.Operations;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;
using Automation.Host.Tests.Storage;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using static Automation.Host.Tests.Storage.StoreHouse;

namespace Automation.Host.Tests.Operations;

public sealed class SqliteOperationLogTests : OperationLogTests
{
    private protected override Task<StoreHouse> HouseAsync() => Task.FromResult(Sqlite());

    private protected override string[] Unlocks => ["DROP TRIGGER operations_fixed", "DROP TRIGGER operations_kept"];
}

public sealed class PostgresOperationLogTests(PostgresServer server) : OperationLogTests
{
    private protected override Task<StoreHouse> HouseAsync() => PostgresAsync(server);

    private protected override string[] Unlocks => ["ALTER TABLE operations DISABLE TRIGGER ALL"];
}

/// <summary>Who did what is kept, cannot be changed, and shows when somebody did so all the same.</summary>
public abstract class OperationLogTests
{
    private protected abstract Task<StoreHouse> HouseAsync();

    /// <summary>What somebody with all rights on the database does first.</summary>
    private protected abstract string[] Unlocks { get; }

    [Fact, Trait("Req", "HUB-6")]
    public async Task What_was_done_is_found_by_who_what_where_and_when_and_survives_a_restart()
    {
        await using StoreHouse house = await HouseAsync();
        await AddAsync(house, await house.OpenAsync());
        SqlDatabase database = await house.ReopenAsync();
        await using var log = new OperationLog(database, OperationLimits.Default, house.Time, NullLogger.Instance);

        Assert.Equal("stop,command,ruleSwitch,ruleSwitch", await FindAsync(log, new OperationFilter()));
        Assert.Equal("ruleSwitch", await FindAsync(log, new OperationFilter { By = "anna" }));
        Assert.Equal("command", await FindAsync(log, new OperationFilter { Target = "store/panel/area/1" }));
        Assert.Equal("ruleSwitch,ruleSwitch", await FindAsync(log, new OperationFilter { What = "ruleSwitch", Site = "store" }));
        OperationRecord command = (await log.ReadAsync(new OperationFilter { What = "command" }, null, 1, default))[0];
        Assert.Equal((3L, OperationVia.Mqtt, "{\"action\":\"arm\"}", "there is no such resource"), (command.Id, command.Operation.Via, command.Operation.Detail, command.Operation.Refusal));
        Assert.Equal("ruleSwitch,ruleSwitch", string.Join(',', (await log.ReadAsync(new OperationFilter(), 3, 10, default)).Select(o => o.Operation.What)));
        Assert.Equal("ruleSwitch,ruleSwitch", await FindAsync(log, new OperationFilter { Until = command.At }));
        Assert.Null(await log.VerifyAsync(default));
    }

    [Theory, Trait("Req", "HUB-6")]
    [InlineData("UPDATE operations SET by_whom = 'eve' WHERE id = 2")]
    [InlineData("DELETE FROM operations WHERE id = 4")]
    [InlineData("DELETE FROM operations WHERE id = 1")]
    public async Task The_database_refuses_to_change_or_shorten_it(string statement)
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        await AddAsync(house, database);
        StorageException e = await Assert.ThrowsAsync<StorageException>(async () => await database.RunAsync(s => s.Execute(statement), default));
        Assert.Contains("the operation log cannot be", e.Message, StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "HUB-6")]
    [InlineData("UPDATE operations SET by_whom = 'eve' WHERE id = 2", 2)]
    [InlineData("UPDATE operations SET at = at + 1 WHERE id = 3", 3)]
    [InlineData("DELETE FROM operations WHERE id = 2", 2)]
    [InlineData("UPDATE operations SET what = 'rule', site = 'Switch' WHERE id = 1", 1)]
    public async Task Who_changes_it_all_the_same_breaks_the_chain(string statement, long at)
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        await AddAsync(house, database);
        foreach (string unlock in Unlocks) await database.RunAsync(s => s.Execute(unlock), default);
        Assert.Equal(1, await database.RunAsync(s => s.Execute(statement), default));
        await using var log = new OperationLog(database, OperationLimits.Default, house.Time, NullLogger.Instance);
        Assert.Equal(at, (await log.VerifyAsync(default))?.Id);
    }

    [Fact, Trait("Req", "HUB-6")]
    public async Task What_is_too_old_is_given_up_from_the_beginning_and_the_chain_still_holds()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        await using var log = new OperationLog(database, new OperationLimits { KeptFor = TimeSpan.FromDays(10), KeptEntries = 12 }, house.Time, NullLogger.Instance);
        for (int day = 0; day < 20; day++)
        {
            log.Add(new Operation { Via = OperationVia.Web, What = "day" + day });
            await WrittenAsync(log, day + 1);
            house.Time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(10, await log.PruneAsync(default));
        Assert.Equal(11, (await log.ReadAsync(new OperationFilter(), null, 100, default))[^1].Id);
        Assert.Null(await log.VerifyAsync(default));
        for (int i = 0; i < 5; i++) log.Add(new Operation { Via = OperationVia.Web, What = "more" });
        await WrittenAsync(log, 25);
        Assert.Equal(3, await log.PruneAsync(default));
        Assert.Equal(0, await log.PruneAsync(default));
        Assert.Null(await log.VerifyAsync(default));
        Assert.Equal(12, (await log.ReadAsync(new OperationFilter(), null, 100, default)).Count);
    }

    [Fact, Trait("Req", "HUB-6")]
    public async Task A_text_that_no_database_takes_as_it_is_does_not_break_the_chain()
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        await using (var log = new OperationLog(database, OperationLimits.Default, house.Time, NullLogger.Instance))
        {
            log.Add(new Operation { Via = OperationVia.Mqtt, What = "command", By = "zero\0client", Detail = "half \ud83d, " + new string('x', 5_000) });
            await WrittenAsync(log, 1);
            Assert.Null(await log.VerifyAsync(default));
            Assert.Equal(1_001, (await log.ReadAsync(new OperationFilter(), null, 1, default))[0].Operation.Detail.Length);
        }
    }

    private static async Task AddAsync(StoreHouse house, SqlDatabase database)
    {
        await using var log = new OperationLog(database, OperationLimits.Default, house.Time, NullLogger.Instance);
        log.Add(new Operation { Via = OperationVia.Mqtt, What = "ruleSwitch", By = "anna", Site = "store", Target = "night", Detail = "OFF" });
        log.Add(new Operation { Via = OperationVia.Web, What = "ruleSwitch", By = "ben", From = "192.0.2.7", Site = "store", Target = "night", Detail = "ON" });
        await WrittenAsync(log, 2);
        house.Time.Advance(TimeSpan.FromHours(1));
        log.Add(new Operation { Via = OperationVia.Mqtt, What = "command", By = "panel-app", Site = "store", Target = "store/panel/area/1", Detail = "{\"action\":\"arm\"}", Refusal = "there is no such resource" });
        log.Add(new Operation { Via = OperationVia.Process, What = "stop" });
    }

    private static async Task WrittenAsync(OperationLog log, long id)
    {
        for (int i = 0; i < 10_000; i++)
        {
            if (await log.ReadAsync(new OperationFilter(), null, 1, default) is [var last] && last.Id >= id) return;
            await Task.Delay(2);
        }

        Assert.Fail($"entry {id} is not written");
    }

    private static async Task<string> FindAsync(OperationLog log, OperationFilter filter) => string.Join(',', (await log.ReadAsync(filter, null, 100, default)).Select(o => o.Operation.What));
}
