using System.Text.Json;
using Automation.EndToEnd.Tests.Kit;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;
using Automation.TestKit;

namespace Automation.EndToEnd.Tests;

/// <summary>The whole program on storage that has no room left.</summary>
public sealed class StorageFullTests
{
    [Fact, Trait("Req", "ACT-10")]
    public async Task AnAlarm_WhileTheStorageIsFull_ActsAndIsTold_AndIsInTheHistoryWhenThereIsRoomAgain()
    {
        await using Store store = await Store.StartAsync();
        File.WriteAllText(store.ConfigFile, """{ "sites": [{ "site": "site.json", "rules": ["rules"] }], "httpPort": null, "storage": { "sqlite": { "maximumMegabytes": 1, "reserveMegabytes": 0 }, "minimumFreeMegabytes": 0 } }""");
        await FillAsync(store);

        await using HostProcess host = await store.RunAsync();
        await using MosquittoSub sub = await MosquittoSub.StartAsync(host.MqttPort);
        await sub.HearsAsync("automation/info", p => p.Contains("\"storage\":\"refusing\"", StringComparison.Ordinal));
        await store.EmitAsync(new { device = "panel", @event = "zoneAlarm", zone = 3, state = "active" });
        await Until.True(() => sub.On("automation/store/actions").Count >= 3, () => host.Output);
        Assert.All(sub.JsonOn("automation/store/actions"), a => Assert.Equal("succeeded", a.GetProperty("outcome").GetString()));
        Assert.Contains("the disk is full", host.Output, StringComparison.Ordinal);

        MakeRoom(store);
        await sub.HearsAsync("automation/info", p => p.Contains("\"storage\":\"ok\"", StringComparison.Ordinal));
        await sub.HearsAsync("automation/store/exceptions", p => p.Contains("storageFailed", StringComparison.Ordinal) && p.Contains("\"end\"", StringComparison.Ordinal));
        JsonElement[] rows = [];
        await Until.True(() =>
        {
            MosquittoPub.PublishAsync(host.MqttPort, "automation/request/history/query", """{"kind":"action"}""").GetAwaiter().GetResult();
            rows = [.. sub.JsonOn("automation/response/history/query").SelectMany(a => a.GetProperty("data").GetProperty("rows").EnumerateArray())];
            return rows.Length >= 3;
        }, () => host.Output);
        await host.StopAsync();

        // What was done is known to be done: a restart does nothing again.
        int commands = (await store.CommandsAsync("nvr")).Count;
        await using HostProcess again = await store.RunAsync();
        await again.StopAsync();
        Assert.Equal(commands, (await store.CommandsAsync("nvr")).Count);
    }

    /// <summary>A database without a free page, as years of use leave it behind.</summary>
    private static async Task FillAsync(Store store)
    {
        Directory.CreateDirectory(store.DataFolder);
        var options = new SqliteOptions { Path = Path.Combine(store.DataFolder, SqliteOptions.FileName), MaximumBytes = 1_000_000, ReserveBytes = 0 };
        await using SqlDatabase database = await SqlDatabase.OpenAsync(new SqliteSource(options, TimeProvider.System), StorageParts.All, new SqlLimits(), default);
        await database.RunAsync(s => s.Execute("CREATE TABLE padding (bytes BLOB)"), default);
        for (int size = 100_000; size > 0; size /= 4)
        {
            try
            {
                while (true) await database.RunAsync(s => s.Execute("INSERT INTO padding VALUES (zeroblob($1))", size), default);
            }
            catch (StorageException e) when (e.Reason == StorageReason.Full)
            {
                // Smaller ones may still fit.
            }
        }
    }

    private static void MakeRoom(Store store)
    {
        using SqlSession session = new SqliteSource(new SqliteOptions { Path = Path.Combine(store.DataFolder, SqliteOptions.FileName), ReserveBytes = 0 }, TimeProvider.System).OpenWriter();
        session.Execute("DELETE FROM padding");
    }
}
