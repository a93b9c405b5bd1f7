using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Hub.Discovery;
using Automation.Mqtt;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Benchmarks.Hub;

/// <summary>
/// A state change at a device's edge until an MQTT client has it: inbox, engine, disk, broker, socket. <c>projection --resources N [--rate R] [--seconds S]
/// [--broker HOST:PORT]</c> prints one JSON line: latency at the rate, then how many changes a second go through when they come as fast as they are taken.
/// </summary>
internal static class ProjectionBenchmark
{
    private const string Usage = "usage: benchmarks projection --resources N (1 to 100000) [--rate R (1 to 100000, default 500)] [--seconds S (1 to 600, default 5)] [--broker HOST:PORT]";
    private const int PerDevice = 100;

    public static async Task<int> RunAsync(string[] args, TimeProvider time)
    {
        int resources = 0, rate = 500, seconds = 5;
        string? broker = null;
        bool sound = args.Length % 2 == 0 && args.Length > 0;
        for (int i = 0; sound && i < args.Length; i += 2)
        {
            sound = args[i] switch
            {
                "--resources" => Number(args[i + 1], 1, 100_000, out resources),
                "--rate" => Number(args[i + 1], 1, 100_000, out rate),
                "--seconds" => Number(args[i + 1], 1, 600, out seconds),
                "--broker" => (broker = args[i + 1]).Contains(':', StringComparison.Ordinal),
                _ => false,
            };
        }

        if (!sound || resources == 0)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        string folder = Directory.CreateTempSubdirectory("automation-projection-").FullName;
        try
        {
            await MeasureAsync(resources, rate, TimeSpan.FromSeconds(seconds), broker, folder, time);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static async Task MeasureAsync(int resources, int rate, TimeSpan duration, string? broker, string folder, TimeProvider time)
    {
        Site site = SiteOf(resources);
        ResourceAddress[] addresses = [.. site.Devices.SelectMany(d => d.Resources).Select(r => r.Address)];
        var settings = new HostSettings
        {
            DataFolder = folder,
            // The site is made here; its file is only kept beside the journal, to read what was later.
            Sites = [new SiteSource(site, new SourceFile("site.json", "{}"u8.ToArray()), [])],
            Discovery = new DiscoveryOptions(Form: DiscoveryForm.Off),
            HttpPort = null,
            Broker = broker is null ? new EmbeddedBroker
            {
                Options = new MqttBrokerOptions { Listeners = [new MqttListener { Address = new IPEndPoint(IPAddress.Loopback, 0) }] },
                Authenticator = MqttAuthenticator.AllowAll,
                Authorizer = MqttAuthorizer.AllowAll,
            } : null,
            ExternalBroker = broker is null ? null : OptionsOf(broker),
        };
        await using AutomationHost host = await AutomationHost.StartAsync(settings, time, new Random(1), NullLoggerFactory.Instance, CancellationToken.None);
        SiteRuntime runtime = host.Sites[0];
        var seen = new Seen(time);
        await using MqttClient client = await MqttClient.ConnectAsync(
            broker is null ? new MqttClientOptions { Host = "127.0.0.1", Port = host.BrokerEndpoint!.Port } : OptionsOf(broker), time, new Random(2), NullLogger.Instance, CancellationToken.None);
        await client.SubscribeAsync("automation/bench/#", QoS.AtLeastOnce, seen.TakeAsync, CancellationToken.None);

        // Every resource once, so that what is measured is a change.
        foreach (ResourceAddress address in addresses) runtime.StateReported(address, DataObject.Of(("n", -1)), initial: true);
        await seen.WaitAsync(addresses.Length);

        seen.Begin(time.GetTimestamp());
        long begun = time.GetTimestamp();
        int sent = 0;
        int count = (int)(duration.TotalSeconds * rate);
        while (sent < count)
        {
            int due = Math.Min(count, (int)(time.GetElapsedTime(begun).TotalSeconds * rate) + 1);
            for (; sent < due; sent++)
            {
                seen.Sent(time.GetTimestamp());
                runtime.StateReported(addresses[sent % addresses.Length], DataObject.Of(("n", sent)), initial: false);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), time);
        }

        await seen.WaitAsync(count);
        (double p50, double p99) = seen.Percentiles();

        // As fast as the inbox takes them; states that are overtaken leave as the newest.
        seen.Begin(0);
        begun = time.GetTimestamp();
        int offered = 0;
        while (time.GetElapsedTime(begun) < duration)
        {
            for (int i = 0; i < 500; i++) runtime.StateReported(addresses[offered % addresses.Length], DataObject.Of(("n", ++offered)), initial: false);
        }

        await runtime.AskAsync(static (_, _) => { }, CancellationToken.None);
        double took = time.GetElapsedTime(begun).TotalSeconds;
        await seen.QuietAsync();
        using Process self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{{\"resources\":{resources},\"broker\":\"{(broker is null ? "embedded" : "external")}\",\"rate\":{rate},\"p50Microseconds\":{p50:0},\"p99Microseconds\":{p99:0},\"changesPerSecond\":{offered / took:0},\"messagesPerSecond\":{seen.Count / took:0},\"rssMegabytes\":{self.WorkingSet64 / 1048576}}}"));
    }

    private static Site SiteOf(int resources) => new()
    {
        Id = "bench",
        Name = "Bench",
        TimeZone = TimeZoneInfo.Utc,
        Devices = [.. Enumerable.Range(0, (resources + PerDevice - 1) / PerDevice).Select(d =>
        {
            ResourceAddress address = ResourceAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"bench/panel-{d}"));
            return new Device { Address = address, Name = "Panel", Kind = "mqtt", Resources = [.. Enumerable.Range(0, Math.Min(PerDevice, resources - (d * PerDevice))).Select(z => new Resource { Address = address.Resource("zone", z) })] };
        })],
    };

    private static MqttClientOptions OptionsOf(string broker) => new() { Host = broker[..broker.LastIndexOf(':')], Port = int.Parse(broker[(broker.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture) };

    private static bool Number(string text, int minimum, int maximum, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= minimum && value <= maximum;

    /// <summary>What the subscriber got, and when.</summary>
    private sealed class Seen(TimeProvider time)
    {
        private readonly Lock _gate = new();
        private readonly List<long> _sent = [];
        private readonly List<double> _latencies = [];
        private int _count;

        public int Count
        {
            get
            {
                lock (_gate) return _count;
            }
        }

        public void Begin(long at)
        {
            lock (_gate)
            {
                _count = 0;
                _sent.Clear();
                if (at != 0) _latencies.Clear();
            }
        }

        public void Sent(long at)
        {
            lock (_gate) _sent.Add(at);
        }

        public ValueTask TakeAsync(MqttMessage message, CancellationToken cancellationToken)
        {
            if (message.Retain || !message.Topic.EndsWith("/state", StringComparison.Ordinal)) return ValueTask.CompletedTask;
            long now = time.GetTimestamp();
            using JsonDocument document = JsonDocument.Parse(message.Payload);
            int number = document.RootElement.GetProperty("n").GetInt32();
            lock (_gate)
            {
                _count++;
                if (number >= 0 && number < _sent.Count) _latencies.Add((now - _sent[number]) * 1e6 / time.TimestampFrequency);
            }

            return ValueTask.CompletedTask;
        }

        public async Task WaitAsync(int count)
        {
            while (Count < count) await Task.Delay(TimeSpan.FromMilliseconds(5), time);
        }

        /// <summary>Waits until nothing more comes.</summary>
        public async Task QuietAsync()
        {
            int before;
            do
            {
                before = Count;
                await Task.Delay(TimeSpan.FromMilliseconds(300), time);
            }
            while (Count != before);
        }

        public (double P50, double P99) Percentiles()
        {
            lock (_gate)
            {
                _latencies.Sort();
                return (_latencies[_latencies.Count / 2], _latencies[(int)(_latencies.Count * 0.99)]);
            }
        }
    }
}
