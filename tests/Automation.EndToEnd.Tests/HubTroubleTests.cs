using System.Globalization;
using System.Text;
using System.Text.Json;
using Automation.EndToEnd.Tests.Kit;
using Automation.Mqtt;
using Automation.Mqtt.Client;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.EndToEnd.Tests;

/// <summary>An external broker that goes away in the middle of it: nothing is lost that it had accepted, and no command is done twice.</summary>
public sealed class HubTroubleTests
{
    private const int CommandsEach = 40;

    private const int AlarmCount = 10;

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    [Theory, Trait("Req", "ACT-10"), Trait("Req", "HUB-5")]
    [InlineData("restart")]
    [InlineData("cut")]
    public async Task BrokerGone_UnderLoad_LosesNothing_AndDoublesNothing(string trouble)
    {
        await using Mosquitto broker = await Mosquitto.StartAsync(m => $"listener {m.Port} 127.0.0.1\nallow_anonymous true\npersistence true\nmax_queued_messages 100000");
        await using var network = new TcpRelay(broker.Port);
        await using Store store = await Store.StartAsync();
        File.WriteAllText(store.ConfigFile, FormattableString.Invariant($$"""{ "sites": [{ "site": "site.json", "rules": ["rules"] }], "httpPort": null, "mqtt": { "external": { "host": "127.0.0.1", "port": {{network.Port}} } } }"""));
        await using HostProcess host = await HostProcess.Start(["run", "--config", store.ConfigFile], store.Environment).RunningAsync();
        await Store.OnlineAsync(host);
        await store.ListenedToAsync("panel");
        var heard = new List<(string Topic, JsonElement Payload)>();
        await using MqttClient listener = await ConnectAsync(broker.Port, "listener");
        await listener.SubscribeAsync("automation/store/#", QoS.AtLeastOnce, (message, _) =>
        {
            if (message.Topic.EndsWith("/event", StringComparison.Ordinal) || message.Topic.EndsWith("/actions", StringComparison.Ordinal))
            {
                lock (heard) heard.Add((message.Topic, JsonDocument.Parse(message.Payload).RootElement));
            }

            return ValueTask.CompletedTask;
        }, CancellationToken.None);

        // Two people command the same camera at once, each position once; an alarm every now and then.
        await using MqttClient phone = await ConnectAsync(broker.Port, "phone");
        await using MqttClient tablet = await ConnectAsync(broker.Port, "tablet");
        Task alarms = AlarmsAsync(store);
        Task[] people = [CommandAsync(phone, 0), CommandAsync(tablet, CommandsEach)];
        await OutcomesAsync(CommandsEach / 3);
        if (trouble == "restart")
        {
            await broker.StopAsync();
            await broker.RunAsync();
        }
        else
        {
            network.Cut();
            await Task.Delay(Silence);
            network.Mend();
        }

        await Until.Done(Task.WhenAll([.. people, alarms]));
        await OutcomesAsync(2 * CommandsEach);
        await Until.True(() => Alarms().Count >= AlarmCount, () => $"{Alarms().Count} alarms");

        // Done once each, by the device's own book; and told.
        IReadOnlyList<JsonElement> done = [.. (await store.CommandsAsync("nvr")).Where(r => r.GetProperty("path").GetString()!.Contains("absolute", StringComparison.OrdinalIgnoreCase))];
        Assert.Equal(Enumerable.Range(0, 2 * CommandsEach), done.Select(r => Azimuth(r.GetProperty("body").GetString()!)).Order());
        Assert.Equal(AlarmCount, Alarms().Count);

        // Whoever comes now sees the truth.
        await using MosquittoSub late = await MosquittoSub.StartAsync(broker.Port);
        await late.HearsAsync("automation/status", p => p == "online");
        await late.HearsAsync("automation/store/panel/zone/3/state", p => !JsonDocument.Parse(p).RootElement.GetProperty("alarm").GetBoolean());
        await late.HearsAsync("automation/rules/store-after-hours/state", p => JsonDocument.Parse(p).RootElement.GetProperty("firings").GetInt32() == AlarmCount);

        Task OutcomesAsync(int count) => Until.True(() => Outcomes().Count >= count, () => $"{Outcomes().Count} of {count}; {host.Output[Math.Max(0, host.Output.Length - 3000)..]}");

        HashSet<string> Outcomes()
        {
            lock (heard) return [.. heard.Where(h => h.Topic.EndsWith("/actions", StringComparison.Ordinal) && h.Payload.TryGetProperty("transaction", out _)).Select(h =>
            {
                Assert.True(h.Payload.GetProperty("outcome").GetString() is "succeeded" or "refused", h.Payload.GetRawText());
                return h.Payload.GetProperty("transaction").GetString()!;
            })];
        }

        HashSet<string> Alarms()
        {
            lock (heard) return [.. heard.Where(h => h.Topic == "automation/store/panel/zone/3/event" && h.Payload.GetProperty("state").GetString() == "begin").Select(h => h.Payload.GetProperty("cause").GetString()!)];
        }
    }

    private static Task<MqttClient> ConnectAsync(int port, string name) =>
        MqttClient.ConnectAsync(new MqttClientOptions { Host = "127.0.0.1", Port = port, ClientId = name }, TimeProvider.System, new Random(name.Length), NullLogger.Instance, CancellationToken.None);

    private static async Task CommandAsync(MqttClient client, int first)
    {
        for (int i = first; i < first + CommandsEach; i++)
        {
            string command = string.Create(CultureInfo.InvariantCulture, $$"""{"action":"movePtz","mode":"absolute","pan":{{i / 10.0}},"tilt":10,"zoom":1,"transaction":"t-{{i}}"}""");
            await client.PublishAsync(new MqttMessage { Topic = "automation/store/nvr/channel/4/set", Payload = Encoding.UTF8.GetBytes(command), QoS = QoS.AtLeastOnce }, CancellationToken.None);
            await Task.Delay(20);
        }
    }

    private static async Task AlarmsAsync(Store store)
    {
        for (int i = 0; i < AlarmCount; i++)
        {
            await store.EmitAsync(new { device = "panel", @event = "zoneAlarm", zone = 3 });
            await Task.Delay(100);
            await store.EmitAsync(new { device = "panel", @event = "zoneAlarm", zone = 3, state = "inactive" });
            await Task.Delay(100);
        }
    }

    private static int Azimuth(string body) => int.Parse(body.Split("<azimuth>")[1].Split('<')[0], CultureInfo.InvariantCulture);
}
