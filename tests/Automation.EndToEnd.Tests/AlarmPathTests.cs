using System.Text.Json;
using Automation.EndToEnd.Tests.Kit;
using Automation.TestKit;

namespace Automation.EndToEnd.Tests;

/// <summary>The main job: an alarm comes in, linked devices act, every client sees it and can switch the rule off.</summary>
public sealed class AlarmPathTests
{
    private static readonly object Alarm = new { device = "panel", @event = "zoneAlarm", zone = 3, state = "active" };
    private static readonly object Restored = new { device = "panel", @event = "zoneAlarm", zone = 3, state = "inactive" };

    [Fact, Trait("Req", "LNK-1"), Trait("Req", "HUB-5")]
    public async Task ZoneAlarm_WithLinkage_RecordsTriggersAndCallsPresetOnceInOrder_AndEveryClientSeesIt()
    {
        await using Store store = await Store.StartAsync();
        await using HostProcess host = await store.RunAsync();
        await using MosquittoSub sub = await MosquittoSub.StartAsync(host.MqttPort);

        await store.EmitAsync(Alarm);
        await Until.True(() => sub.On("automation/store/actions").Count >= 3, () => host.Output);

        IReadOnlyList<JsonElement> commands = await store.CommandsAsync("nvr");
        Assert.Equal(
            ["/ISAPI/ContentMgmt/record/control/manual/start/tracks/101", "/ISAPI/System/IO/outputs/1/trigger", "/ISAPI/PTZCtrl/channels/4/presets/3/goto"],
            commands.Where(Authenticated).Select(PathOf));
        IReadOnlyList<JsonElement> firings = sub.JsonOn("automation/store/firings");
        JsonElement firing = Assert.Single(firings);
        string cause = firing.GetProperty("cause").GetString()!;
        Assert.Equal("store-after-hours", firing.GetProperty("rule").GetString());
        IReadOnlyList<JsonElement> actions = sub.JsonOn("automation/store/actions");
        Assert.Equal(["record", "triggerAlarmOutput", "callPreset"], actions.Select(a => a.GetProperty("action").GetString()!));
        Assert.All(actions, a => Assert.Equal("succeeded", a.GetProperty("outcome").GetString()));
        Assert.All(actions, a => Assert.Equal(cause, a.GetProperty("cause").GetString()));
        Assert.Contains(sub.JsonOn("automation/store/panel/zone/3/event"), e => e.GetProperty("type").GetString() == "zoneAlarm" && e.GetProperty("cause").GetString() == cause);
        await sub.HearsAsync("automation/rules/store-after-hours/state", p => p.Contains("\"firings\":1", StringComparison.Ordinal));
        await host.StopAsync();
        Assert.Equal(0, host.ExitCode);
        Assert.Contains("Stopped; nothing is under way.", host.Output, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "LNK-1"), Trait("Req", "HUB-3")]
    public async Task RuleSwitchedOff_StaysOffThroughARestart_SendsNothing_AndTheFileIsUntouched()
    {
        await using Store store = await Store.StartAsync();
        string ruleFile = Path.Combine(store.RulesFolder, "rules.json");
        byte[] before = await File.ReadAllBytesAsync(ruleFile);
        HostProcess host = await store.RunAsync();
        await using (host)
        {
            await using MosquittoSub sub = await MosquittoSub.StartAsync(host.MqttPort);
            await sub.HearsAsync("automation/rules/store-after-hours/enabled", p => p == "ON");
            await MosquittoPub.PublishAsync(host.MqttPort, "automation/rules/store-after-hours/enabled/set", "OFF");
            await sub.HearsAsync("automation/rules/store-after-hours/enabled", p => p == "OFF");
            await AlarmAndNothingFollowsAsync(store, sub);
            await host.StopAsync();
        }

        await using HostProcess again = await store.RunAsync();
        await using MosquittoSub subAgain = await MosquittoSub.StartAsync(again.MqttPort);
        await subAgain.HearsAsync("automation/rules/store-after-hours/enabled", p => p == "OFF");
        await AlarmAndNothingFollowsAsync(store, subAgain);
        Assert.Equal(before, await File.ReadAllBytesAsync(ruleFile));
        Assert.DoesNotContain(await store.CommandsAsync("nvr"), Authenticated);
    }

    [Fact, Trait("Req", "HUB-3")]
    public async Task ToggleThatMakesNoSense_IsIgnored_AndSaidOnTheLog()
    {
        await using Store store = await Store.StartAsync();
        await using HostProcess host = await store.RunAsync();
        await using MosquittoSub sub = await MosquittoSub.StartAsync(host.MqttPort);
        await MosquittoPub.PublishAsync(host.MqttPort, "automation/rules/store-after-hours/enabled/set", "maybe");
        await host.SaysAsync("neither ON nor OFF");
        await MosquittoPub.PublishAsync(host.MqttPort, "automation/rules/no-such-rule/enabled/set", "OFF");
        await host.SaysAsync("there is no such rule");
        Assert.DoesNotContain("OFF", sub.On("automation/rules/store-after-hours/enabled"));
    }

    [Fact, Trait("Req", "HUB-3")]
    public async Task ToggleLeftRetained_IsNotObeyedAgainAtTheNextStart()
    {
        const string Enabled = "automation/rules/store-after-hours/enabled";
        await using Store store = await Store.StartAsync();
        await using (HostProcess host = await store.RunAsync())
        {
            await using MosquittoSub sub = await MosquittoSub.StartAsync(host.MqttPort);
            await MosquittoPub.PublishAsync(host.MqttPort, Enabled + "/set", "OFF", "-r");
            await sub.HearsAsync(Enabled, p => p == "OFF");
            await MosquittoPub.PublishAsync(host.MqttPort, Enabled + "/set", "ON");
            await Until.True(() => sub.On(Enabled) is [.., "ON"] and { Count: >= 2 });
            await host.StopAsync();
        }

        await using HostProcess again = await store.RunAsync();
        await again.SaysAsync("a retained message is not obeyed");
        await using MosquittoSub later = await MosquittoSub.StartAsync(again.MqttPort);
        await later.HearsAsync(Enabled, p => p == "ON");
        Assert.DoesNotContain("OFF", later.On(Enabled));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task KilledBetweenOutboxAndDevice_AfterRestart_EachActionIsDoneOnce()
    {
        await using Store store = await Store.StartAsync();
        HostProcess host = await store.RunAsync();
        await using (host)
        {
            await using MosquittoSub sub = await MosquittoSub.StartAsync(host.MqttPort);

            // The recorder does not answer: the rows are in the outbox, the first call hangs.
            await store.FaultsAsync(new { device = "nvr", fault = "noAnswer", path = "ContentMgmt/record" });
            await store.EmitAsync(Alarm);
            await sub.HearsAsync("automation/store/firings", p => p.Contains("store-after-hours", StringComparison.Ordinal));
            await host.KillAsync();
        }

        await store.FaultsAsync();
        (await store.Control.DeleteAsync("/requests")).Dispose();
        await using HostProcess again = await store.RunAsync();
        await again.SaysAsync("callPreset on store/nvr/channel/4 done");
        IReadOnlyList<JsonElement> commands = [.. (await store.CommandsAsync("nvr")).Where(Authenticated)];
        Assert.Equal(
            ["/ISAPI/ContentMgmt/record/control/manual/start/tracks/101", "/ISAPI/System/IO/outputs/1/trigger", "/ISAPI/PTZCtrl/channels/4/presets/3/goto"],
            commands.Select(PathOf));
    }

    internal static bool Authenticated(JsonElement request) => request.GetProperty("authenticated").GetBoolean();

    internal static string PathOf(JsonElement request) => request.GetProperty("path").GetString()!.Split('?')[0];

    /// <summary>An alarm, then something that certainly comes after it on the same path: when that was seen, nothing is still on its way.</summary>
    private static async Task AlarmAndNothingFollowsAsync(Store store, MosquittoSub sub)
    {
        await store.EmitAsync(Restored);
        await store.EmitAsync(Alarm);
        await sub.HearsAsync("automation/store/panel/zone/3/event", p => p.Contains("\"zoneAlarm\"", StringComparison.Ordinal) && p.Contains("\"begin\"", StringComparison.Ordinal));
        await store.EmitAsync(new { device = "panel", @event = "zoneAlarm", zone = 5, state = "active" });
        await sub.HearsAsync("automation/store/panel/zone/5/event", p => p.Contains("\"begin\"", StringComparison.Ordinal));
        Assert.Empty(sub.On("automation/store/firings"));
        Assert.Empty(sub.On("automation/store/actions"));
        await store.EmitAsync(Restored);
        await store.EmitAsync(new { device = "panel", @event = "zoneAlarm", zone = 5, state = "inactive" });
    }
}
