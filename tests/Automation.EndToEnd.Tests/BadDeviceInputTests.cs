using System.Text.Json;
using Automation.EndToEnd.Tests.Kit;
using Automation.TestKit;

namespace Automation.EndToEnd.Tests;

/// <summary>A device that sends nonsense is told about once, and everything else keeps running.</summary>
public sealed class BadDeviceInputTests
{
    [Theory]
    [InlineData("garbagePart")]
    [InlineData("oversizedPart")]
    [InlineData("halfPart")]
    public async Task BadPartOnTheStream_IsToldOnLogAndMqtt_AndTheNextAlarmFires(string fault)
    {
        await using Store store = await Store.StartAsync();
        await using HostProcess host = await store.RunAsync();
        await using MosquittoSub sub = await MosquittoSub.StartAsync(host.MqttPort);
        await store.FaultsAsync(new { device = "panel", fault });
        await store.EmitAsync(new { device = "panel", @event = "zoneAlarm", zone = 5, state = "active" });
        await Until.True(() => sub.JsonOn("automation/store/exceptions").Any(e => e.TryGetProperty("source", out JsonElement s) && s.GetString() == "store/panel"), () => host.Output);
        await store.FaultsAsync();
        await store.ListenedToAsync("panel");
        await store.EmitAsync(new { device = "panel", @event = "zoneAlarm", zone = 3, state = "active" });
        await sub.HearsAsync("automation/store/firings", p => p.Contains("store-after-hours", StringComparison.Ordinal));
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task WrongPassword_IsTriedOnce_AndTheDeviceIsOfflineWithTheReason()
    {
        await using Store store = await Store.StartAsync();
        store.Environment["STORE_PASSWORD"] = "wrong";
        await using HostProcess host = await HostProcess.Start(store.RunArguments(), store.Environment).RunningAsync();
        await host.SaysAsync("store/panel is offline");
        await host.SaysAsync("store/nvr is offline");
        using JsonDocument document = JsonDocument.Parse(await store.Control.GetStringAsync("/requests?device=panel"));
        JsonElement list = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement : document.RootElement.GetProperty("requests");

        // The challenge, and one answer that was rejected: no account is locked out by us.
        Assert.Equal(2, list.GetArrayLength());
        await using MosquittoSub sub = await MosquittoSub.StartAsync(host.MqttPort);
        await sub.HearsAsync("automation/store/panel/availability", p => p == "offline");
    }

    [Fact, Trait("Req", "LNK-12")]
    public async Task RuleNamingAMissingResource_IsToldOnLogAndMqtt_AndTheOthersRun()
    {
        await using Store store = await Store.StartAsync("[" + Store.Linkage + "," + Store.Linkage.Replace("store-after-hours", "broken", StringComparison.Ordinal).Replace("zone/3", "zone/9", StringComparison.Ordinal) + "]");
        await using HostProcess host = await store.RunAsync();
        Assert.Contains("AUT1201", host.Output, StringComparison.Ordinal);
        await using MosquittoSub sub = await MosquittoSub.StartAsync(host.MqttPort);
        await sub.HearsAsync("automation/info", p => p.Contains("AUT1201", StringComparison.Ordinal));
        await store.EmitAsync(new { device = "panel", @event = "zoneAlarm", zone = 3, state = "active" });
        await sub.HearsAsync("automation/store/firings", p => p.Contains("store-after-hours", StringComparison.Ordinal));
    }

    [Fact, Trait("Req", "EVT-5")]
    public async Task UnknownEventType_IsPublishedAndToldOnce_AndTheNextAlarmFires()
    {
        await using Store store = await Store.StartAsync();
        await using HostProcess host = await store.RunAsync();
        await store.ListenedToAsync("nvr");
        await using MosquittoSub sub = await MosquittoSub.StartAsync(host.MqttPort);
        const string Alert = "<EventNotificationAlert version=\"2.0\"><dynChannelID>2</dynChannelID><activePostCount>1</activePostCount><eventType>sunspotDetection</eventType><eventState>active</eventState></EventNotificationAlert>";
        await store.EmitAsync(new { device = "nvr", @event = "raw", contentType = "application/xml", body = Alert });
        await store.EmitAsync(new { device = "nvr", @event = "raw", contentType = "application/xml", body = Alert });
        await sub.HearsAsync("automation/store/nvr/channel/2/event", p => p.Contains("\"type\":\"unknown\"", StringComparison.Ordinal) && p.Contains("sunspotDetection", StringComparison.Ordinal));
        await Until.True(() => sub.On("automation/store/exceptions").Any(p => p.Contains("unknownEvent", StringComparison.Ordinal)), () => host.Output);
        await store.EmitAsync(new { device = "panel", @event = "zoneAlarm", zone = 3, state = "active" });
        await sub.HearsAsync("automation/store/firings", p => p.Contains("store-after-hours", StringComparison.Ordinal));
        Assert.Single(sub.On("automation/store/exceptions"), p => p.Contains("unknownEvent", StringComparison.Ordinal));
    }
}
