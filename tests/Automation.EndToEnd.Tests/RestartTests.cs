using Automation.EndToEnd.Tests.Kit;

namespace Automation.EndToEnd.Tests;

/// <summary>What a site has counted and measured goes on after a restart.</summary>
public sealed class RestartTests
{
    private const string FirstFloor = """
        { "kind": "peopleCounting", "id": "first-floor", "name": "1st Floor", "channels": [ { "channel": "store/entrance/channel/1" } ], "maxPeople": 6, "pushAlarm": true }
        """;

    private const string Group = "automation/store/groups/first-floor/state";

    [Fact, Trait("Req", "PPL-3"), Trait("Req", "PPL-4")]
    public async Task PeopleCount_GoesOnAfterARestart_AndTheMaximumIsToldOnce()
    {
        await using Store store = await Store.StartAsync(FirstFloor);
        await using (HostProcess host = await store.RunAsync())
        {
            await store.ListenedToAsync("entrance");
            await using MosquittoSub sub = await MosquittoSub.StartAsync(host.MqttPort);

            // The first running total is where counting starts from.
            await store.EmitAsync(new { device = "entrance", @event = "peopleCounting", enter = 1 });
            await store.EmitAsync(new { device = "entrance", @event = "peopleCounting", enter = 4 });
            await sub.HearsAsync(Group, p => p.Contains("\"inside\":4", StringComparison.Ordinal));
            await host.StopAsync();
        }

        await using HostProcess again = await store.RunAsync();
        await store.ListenedToAsync("entrance");
        await using MosquittoSub later = await MosquittoSub.StartAsync(again.MqttPort);
        await store.EmitAsync(new { device = "entrance", @event = "peopleCounting", enter = 3 });
        await later.HearsAsync(Group, p => p.Contains("\"inside\":7", StringComparison.Ordinal) && p.Contains("\"reached\":true", StringComparison.Ordinal));
        await later.HearsAsync("automation/store/firings", p => p.Contains("first-floor", StringComparison.Ordinal));
        await store.EmitAsync(new { device = "entrance", @event = "peopleCounting", enter = 1 });
        await later.HearsAsync(Group, p => p.Contains("\"inside\":8", StringComparison.Ordinal));
        Assert.Single(later.On("automation/store/firings"));
    }
}
