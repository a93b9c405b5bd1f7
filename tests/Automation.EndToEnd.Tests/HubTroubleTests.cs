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
    private const int CommandsEach = 15;

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
        await using HostProcess host = await store.RunAsync($$"""{ "url": "mqtt://127.0.0.1:{{network.Port}}" }""");
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
        await Task.WhenAll(CommandAsync(phone, 0), CommandAsync(tablet, CommandsEach));
        await OutcomesAsync(2 * CommandsEach);

        // Whatever they command while the broker goes and comes is done once, or not at all where it came too late.
        Task[] people = [CommandAsync(phone, 2 * CommandsEach), CommandAsync(tablet, 3 * CommandsEach)];
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
        await Until.True(() => Alarms().Count >= AlarmCount, () => $"{Alarms().Count} alarms");
        await AnswersAsync(phone);
        await Task.WhenAll(CommandAsync(phone, 4 * CommandsEach), CommandAsync(tablet, 5 * CommandsEach));
        int[] sure = [.. Enumerable.Range(0, 2 * CommandsEach), .. Enumerable.Range(4 * CommandsEach, 2 * CommandsEach)];
        await Until.True(() => Outcomes() is var told && sure.All(told.Contains), () => $"{Outcomes().Count} outcomes; {host.Output[Math.Max(0, host.Output.Length - 3000)..]}");

        // Done once each, by the device's own book, and each that was done was told of.
        int[] done = [.. (await store.CommandsAsync("nvr")).Where(r => r.GetProperty("path").GetString()!.Contains("absolute", StringComparison.OrdinalIgnoreCase)).Select(r => Azimuth(r.GetProperty("body").GetString()!))];
        Assert.Equal(done.Distinct().Order(), done.Order());
        Assert.Empty(sure.Except(done));
        Assert.Empty(done.Except(Outcomes()));
        Assert.Equal(AlarmCount, Alarms().Count);

        // Whoever comes now sees the truth.
        await using MosquittoSub late = await MosquittoSub.StartAsync(broker.Port);
        await late.HearsAsync("automation/status", p => p == "online");
        await late.HearsAsync("automation/store/panel/zone/3/state", p => !JsonDocument.Parse(p).RootElement.GetProperty("alarm").GetBoolean());
        await late.HearsAsync("automation/rules/store-after-hours/state", p => JsonDocument.Parse(p).RootElement.GetProperty("firings").GetInt32() == AlarmCount);

        Task OutcomesAsync(int count) => Until.True(() => Outcomes().Count >= count, () => $"{Outcomes().Count} of {count}; {host.Output[Math.Max(0, host.Output.Length - 3000)..]}");

        HashSet<int> Outcomes()
        {
            lock (heard) return [.. heard.Where(h => h.Topic.EndsWith("/actions", StringComparison.Ordinal) && h.Payload.TryGetProperty("transaction", out _)).Select(h =>
            {
                Assert.True(h.Payload.GetProperty("outcome").GetString() is "succeeded" or "refused", h.Payload.GetRawText());
                return h.Payload.GetProperty("transaction").GetInt32();
            })];
        }

        HashSet<string> Alarms()
        {
            lock (heard) return [.. heard.Where(h => h.Topic == "automation/store/panel/zone/3/event" && h.Payload.GetProperty("state").GetString() == "begin").Select(h => h.Payload.GetProperty("cause").GetString()!)];
        }
    }

    private static Task<MqttClient> ConnectAsync(int port, string name) =>
        MqttClient.ConnectAsync(new MqttClientOptions { Host = "127.0.0.1", Port = port, ClientId = name }, TimeProvider.System, new Random(name.Length), NullLogger.Instance, CancellationToken.None);

    /// <summary>Asks again and again, until the program answers: it is there again.</summary>
    private static async Task AnswersAsync(MqttClient client)
    {
        int answers = 0;
        await using IAsyncDisposable subscription = await client.SubscribeAsync("automation/response/health", QoS.AtLeastOnce, (_, _) =>
        {
            Interlocked.Increment(ref answers);
            return ValueTask.CompletedTask;
        }, CancellationToken.None);
        await Until.True(() =>
        {
            client.PublishAsync(new MqttMessage { Topic = "automation/request/health", QoS = QoS.AtLeastOnce }, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            return Volatile.Read(ref answers) > 0;
        });
    }

    private static async Task CommandAsync(MqttClient client, int first)
    {
        for (int i = first; i < first + CommandsEach; i++)
        {
            string command = string.Create(CultureInfo.InvariantCulture, $$"""{"action":"movePtz","mode":"absolute","pan":{{i / 10.0}},"tilt":10,"zoom":1,"transaction":{{i}}}""");
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
