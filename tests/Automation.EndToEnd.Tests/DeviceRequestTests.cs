using System.Text.Json;
using Automation.EndToEnd.Tests.Kit;

namespace Automation.EndToEnd.Tests;

/// <summary>Devices are asked, found and removed over MQTT while the program runs.</summary>
public sealed class DeviceRequestTests
{
    [Fact, Trait("Req", "DEV-4"), Trait("Req", "HLT-1"), Trait("Req", "HUB-5")]
    public async Task Probe_Discover_AndRemove_ARealDevice_LeaveNothingBehind()
    {
        await using Store store = await Store.StartAsync();
        store.Environment["AUTOMATION_SECRET_KEY"] = Convert.ToBase64String(new byte[32]);
        await using (HostProcess host = await store.RunAsync())
        {
            await using MosquittoSub all = await MosquittoSub.StartAsync(host.MqttPort, "#");
            await all.HearsAsync("automation/store/entrance/availability", p => p == "online");
            await all.HearsAsync("homeassistant/device/automation_store_entrance/config", p => p.Length > 0);

            // The site file does not say which events an input can raise; the recorder does.
            JsonElement probe = await AskAsync(host, all, "devices/probe", """{"device":"store/nvr"}""");
            JsonElement data = probe.GetProperty("data");
            Assert.True(data.GetProperty("answers").GetBoolean(), probe.GetRawText());
            Assert.Equal("online", data.GetProperty("availability").GetString());
            Assert.False(string.IsNullOrEmpty(data.GetProperty("identity").GetProperty("serialNumber").GetString()));
            Assert.Contains(data.GetProperty("news").EnumerateArray(), n => n.GetString() == "events of store/nvr/alarm-input/1: now also alarmInput");
            Assert.Contains("no device 'store/none'", (await AskAsync(host, all, "devices/probe", """{"device":"store/none"}""")).GetProperty("error").GetString(), StringComparison.Ordinal);

            // The password is a kept secret, set while the program runs; it is in no message.
            Assert.Contains("secret set", (await AskAsync(host, all, "devices/discover", $$"""{"url":"{{store.UrlOf("nvr")}}","user":"admin","secret":"nvr"}""")).GetProperty("error").GetString(), StringComparison.Ordinal);
            await store.KeepSecretAsync("nvr");
            JsonElement found = await AskAsync(host, all, "devices/discover", $$"""{"url":"{{store.UrlOf("nvr")}}","user":"admin","secret":"nvr"}""");
            JsonElement device = Assert.Single(found.GetProperty("data").GetProperty("devices").EnumerateArray());
            Assert.Equal("store/nvr", device.GetProperty("address").GetString());
            Assert.Equal("nvr", device.GetProperty("document").GetProperty("kind").GetString());
            Assert.Contains(device.GetProperty("document").GetProperty("resources").EnumerateArray(), r => r.GetProperty("kind").GetString() == "channel");
            Assert.DoesNotContain(all.Heard, h => h.Payload.Contains(store.Environment["STORE_PASSWORD"], StringComparison.Ordinal));
            Assert.Contains("\"url\" is not the address", (await AskAsync(host, all, "devices/discover", """{"url":"nvr"}""")).GetProperty("error").GetString(), StringComparison.Ordinal);

            // A rule names the recorder: it stays, and the answer says which rule.
            JsonElement kept = await AskAsync(host, all, "devices/remove", """{"device":"store/nvr"}""");
            Assert.Contains(kept.GetProperty("data").GetProperty("findings").EnumerateArray(), f => f.GetProperty("path").GetString() == "rules.json");
            Assert.Contains("\"nvr\"", await File.ReadAllTextAsync(store.SiteFile), StringComparison.Ordinal);

            // Nothing needs the counter: its file, its connection, its topics and its entities go.
            JsonElement removed = await AskAsync(host, all, "devices/remove", """{"device":"store/entrance"}""");
            Assert.Equal("ok", removed.GetProperty("status").GetString());
            Assert.DoesNotContain("entrance", await File.ReadAllTextAsync(store.SiteFile), StringComparison.Ordinal);
            await all.HearsAsync("automation/store/entrance/availability", p => p.Length == 0);
            await all.HearsAsync("homeassistant/device/automation_store_entrance/config", p => p.Length == 0);
            await using (MosquittoSub late = await MosquittoSub.StartAsync(host.MqttPort, "#"))
            {
                await late.HearsAsync("automation/rules/store-after-hours/state", _ => true);
                Assert.DoesNotContain(late.Heard, h => h.Topic.Contains("entrance", StringComparison.Ordinal));
            }

            JsonElement list = await AskAsync(host, all, "devices/list", "{}");
            Assert.Equal(2, list.GetProperty("data").GetProperty("total").GetInt32());
            await store.EmitAsync(new { device = "panel", @event = "zoneAlarm", zone = 3, state = "active" });
            await host.SaysAsync("callPreset on store/nvr/channel/4 done");
            Assert.Superset(new HashSet<string>(StringComparer.Ordinal) { "request", "response", "actions", "firings" }, TopicCheck.Holds(all.Heard).ToHashSet());
            await host.StopAsync();
        }

        await using HostProcess again = await store.RunAsync();
        await using MosquittoSub after = await MosquittoSub.StartAsync(again.MqttPort, "#");
        await after.HearsAsync("automation/store/nvr/availability", p => p == "online");
        Assert.DoesNotContain(after.Heard, h => h.Topic.Contains("entrance", StringComparison.Ordinal));
    }

    private static int _asked;

    private static async Task<JsonElement> AskAsync(HostProcess host, MosquittoSub all, string verb, string request)
    {
        int transaction = Interlocked.Increment(ref _asked);
        await MosquittoPub.PublishAsync(host.MqttPort, "automation/request/" + verb, request.Insert(1, $"\"transaction\":{transaction}{(request.Length > 2 ? "," : "")}"));
        JsonElement? answer = null;
        await Automation.TestKit.Until.True(
            () => (answer = all.JsonOn("automation/response/" + verb).Cast<JsonElement?>().FirstOrDefault(a => a!.Value.GetProperty("transaction").GetInt32() == transaction)) is not null, () => host.Output);
        return answer!.Value;
    }
}
