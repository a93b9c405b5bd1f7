using System.Text.Json;
using Automation.EndToEnd.Tests.Kit;
using Automation.TestKit;

namespace Automation.EndToEnd.Tests;

/// <summary>Debian's Mosquitto instead of the broker built in: with certificates, over WebSocket, restarted, and away at the start.</summary>
public sealed class ExternalBrokerTests
{
    private static readonly object Alarm = new { device = "panel", @event = "zoneAlarm", zone = 3, state = "active" };

    [Fact, Trait("Req", "HUB-5"), Trait("Req", "DEV-5")]
    public async Task WithClientCertificate_ARestartOfTheBrokerLosesNeitherStateNorEvent()
    {
        using var authority = new TestAuthority();
        int inside = FreePort.Next();
        await using Mosquitto broker = await Mosquitto.StartAsync(m =>
        {
            File.WriteAllText(m.Path("ca.pem"), authority.Certificate.ExportCertificatePem());
            authority.Issue("localhost", m.Path("server.pem"), m.Path("server.key"));
            authority.Issue("automation", m.Path("client.pem"), m.Path("client.key"));
            return $"""
                per_listener_settings true
                listener {m.Port} 127.0.0.1
                allow_anonymous false
                require_certificate true
                use_identity_as_username true
                cafile {m.Path("ca.pem")}
                certfile {m.Path("server.pem")}
                keyfile {m.Path("server.key")}
                listener {inside} 127.0.0.1
                allow_anonymous true
                persistence true
                """;
        });
        await using Store store = await Store.StartAsync();
        await using HostProcess host = await store.RunAsync($$"""
            { "url": "mqtts://localhost:{{broker.Port}}", "certificateAuthority": "{{broker.Path("ca.pem")}}", "clientCertificate": { "file": "{{broker.Path("client.pem")}}", "keyFile": "{{broker.Path("client.key")}}" } }
            """);
        await using MosquittoSub sub = await MosquittoSub.StartAsync(inside, "automation/#", "-i", "watcher", "-c");
        await sub.HearsAsync("automation/store/panel/availability", p => p == "online");
        await broker.StopAsync();
        await host.SaysAsync("Disconnected from localhost");

        // The rule acts while the broker is away; what is to be told of it waits.
        await store.EmitAsync(Alarm);
        await host.SaysAsync("callPreset on store/nvr/channel/4 done");
        int before = sub.Heard.Count;
        await broker.RunAsync();
        await sub.HearsAsync("automation/store/firings", p => p.Contains("store-after-hours", StringComparison.Ordinal));
        await Until.True(() => sub.On("automation/store/actions").Count == 3, () => string.Join('\n', sub.Heard.Skip(before)));
        Assert.Single(sub.On("automation/store/firings"));
        await Until.True(() => sub.Heard.Skip(before).Any(h => h is { Topic: "automation/status", Payload: "online" }));

        // Commands are heard again.
        await MosquittoPub.PublishAsync(inside, "automation/rules/store-after-hours/enabled/set", "OFF");
        await sub.HearsAsync("automation/rules/store-after-hours/enabled", p => p == "OFF");
        await host.StopAsync();
        await sub.HearsAsync("automation/status", p => p == "offline");
    }

    [Fact, Trait("Req", "HUB-5")]
    public async Task AwayAtTheStart_RulesAct_AndEverythingIsShownOnceItComes_OverWebSocketAndMqtt311()
    {
        int inside = FreePort.Next();
        string users = "";
        await using Mosquitto broker = await Mosquitto.StartAsync(m =>
        {
            // The password is "open sesame" (mosquitto_passwd -b).
            users = m.Path("users");
            return $"per_listener_settings true\nlistener {inside} 127.0.0.1\nallow_anonymous true\nlistener {m.Port} 127.0.0.1\nprotocol websockets\nallow_anonymous false\npassword_file {Users(users)}";
        });
        await broker.StopAsync();
        await using Store store = await Store.StartAsync();
        store.Environment["BROKER_PASSWORD"] = "open sesame";
        await using HostProcess host = await store.RunAsync($$"""{ "url": "ws://127.0.0.1:{{broker.Port}}/mqtt", "version": "3.1.1", "user": "hub", "passwordEnv": "BROKER_PASSWORD", "queue": { "messages": 100 } }""");
        Assert.Contains("Starting without the broker", host.Output, StringComparison.Ordinal);
        await store.EmitAsync(Alarm);
        await host.SaysAsync("callPreset on store/nvr/channel/4 done");
        Assert.Equal(3, (await store.CommandsAsync("nvr")).Count(c => !c.GetProperty("path").GetString()!.Contains("Security", StringComparison.Ordinal)));
        await broker.RunAsync();
        await host.SaysAsync("Connected to ws://");
        await using MosquittoSub sub = await MosquittoSub.StartAsync(inside);
        await sub.HearsAsync("automation/status", p => p == "online");
        await sub.HearsAsync("automation/rules/store-after-hours/state", p => JsonDocument.Parse(p).RootElement.GetProperty("firings").GetInt32() == 1);
        await sub.HearsAsync("automation/store/panel/zone/3/state", p => JsonDocument.Parse(p).RootElement.GetProperty("alarm").GetBoolean());
    }

    private static string Users(string file)
    {
        using System.Diagnostics.Process make = Peer.Start(Peer.Find("mosquitto_passwd", "mosquitto"), ["-c", "-b", file, "hub", "open sesame"], static (_, _) => { });
        make.WaitForExit();
        return file;
    }
}
