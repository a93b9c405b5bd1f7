using Automation.EndToEnd.Tests.Kit;

namespace Automation.EndToEnd.Tests;

/// <summary>A changed rule file is checked and swapped in whole; a bad one leaves the old rules running and says so.</summary>
public sealed class HotReloadTests
{
    private static readonly object Alarm = new { device = "panel", @event = "zoneAlarm", zone = 3, state = "active" };
    private static readonly object Restored = new { device = "panel", @event = "zoneAlarm", zone = 3, state = "inactive" };

    [Fact, Trait("Req", "LNK-1"), Trait("Req", "LNK-12")]
    public async Task ChangedFile_IsInForce_ABadOneIsNot_AndARuleThatIsGoneIsTakenOffTheBroker()
    {
        await using Store store = await Store.StartAsync();
        string file = Path.Combine(store.RulesFolder, "rules.json");
        await using HostProcess host = await store.RunAsync();
        await using MosquittoSub sub = await MosquittoSub.StartAsync(host.MqttPort);
        await sub.HearsAsync("automation/rules/store-after-hours/enabled", p => p == "ON");

        // Another id and another target: the old rule goes, the new one works.
        await File.WriteAllTextAsync(file, Store.Linkage.Replace("store-after-hours", "store-at-night", StringComparison.Ordinal).Replace("alarm-output/1", "alarm-output/2", StringComparison.Ordinal));
        await host.SaysAsync("the changed rules are in force, 1 in all");
        await sub.HearsAsync("automation/rules/store-at-night/enabled", p => p == "ON");
        await sub.HearsAsync("automation/rules/store-after-hours/enabled", p => p.Length == 0);
        await store.EmitAsync(Alarm);
        await sub.HearsAsync("automation/store/actions", p => p.Contains("store/nvr/alarm-output/2", StringComparison.Ordinal));
        await store.EmitAsync(Restored);

        // A bad file: told with its place, and the rule that was loaded last still fires.
        await File.WriteAllTextAsync(file, Store.Linkage.Replace("zone/3", "zone/99", StringComparison.Ordinal));
        await host.SaysAsync("AUT3302");
        await host.SaysAsync("rules.json:2:13: error AUT1201");
        await sub.HearsAsync("automation/store/exceptions", p => p.Contains("rulesNotLoaded", StringComparison.Ordinal));
        int before = sub.On("automation/store/firings").Count;
        await store.EmitAsync(Alarm);
        await Automation.TestKit.Until.True(() => sub.On("automation/store/firings").Count == before + 1, () => host.Output);
        Assert.All(sub.JsonOn("automation/store/firings"), f => Assert.Equal("store-at-night", f.GetProperty("rule").GetString()));
    }
}
