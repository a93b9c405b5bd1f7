using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Mqtt;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Client;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Hub;

/// <summary>A site of ten thousand resources, and a hub that comes back.</summary>
public sealed class BirthTests
{
    private const int Devices = 100;

    private const int ResourcesEach = 100;

    [Theory, Trait("Req", "HUB-2"), Trait("Req", "DEV-5")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Birth_WithTenThousandResources_IsAnsweredWithAllOfThem_AsTheyAreNow(bool mosquitto)
    {
        using var folder = new TempFolder();
        await using Mosquitto? outside = mosquitto ? await Mosquitto.StartAsync(m => $"listener {m.Port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 100000") : null;
        Site site = BigSite();
        var settings = new HostSettings
        {
            DataFolder = folder.Path,
            Sites = [new SiteSource(site, new SourceFile("site.json", "{}"u8.ToArray()), [])],
            Broker = outside is not null ? null : new EmbeddedBroker
            {
                Options = new MqttBrokerOptions { Listeners = [new MqttListener { Address = new IPEndPoint(IPAddress.Loopback, 0) }] },
                Authenticator = MqttAuthenticator.AllowAll,
                Authorizer = MqttAuthorizer.AllowAll,
            },
            ExternalBroker = outside is null ? null : new MqttClientOptions { Host = "127.0.0.1", Port = outside.Port },
        };
        await using AutomationHost host = await AutomationHost.StartAsync(settings, TimeProvider.System, new Random(1), NullLoggerFactory.Instance, CancellationToken.None);
        SiteRuntime runtime = host.Sites[0];
        ResourceAddress[] addresses = [.. site.Devices.SelectMany(d => d.Resources).Select(r => r.Address)];
        foreach (ResourceAddress address in addresses) runtime.StateReported(address, DataObject.Of(("temperature", 20)), initial: true);
        await runtime.AskAsync(static (_, _) => { }, CancellationToken.None);

        var seen = new ConcurrentDictionary<string, (string Payload, int Count)>(StringComparer.Ordinal);
        await using MqttClient hub = await MqttClient.ConnectAsync(
            new MqttClientOptions { Host = "127.0.0.1", Port = outside?.Port ?? host.BrokerEndpoint!.Port }, TimeProvider.System, new Random(2), NullLogger.Instance, CancellationToken.None);
        await hub.SubscribeAsync("automation/big/#", QoS.AtLeastOnce, (message, _) =>
        {
            if (message.Topic.EndsWith("/state", StringComparison.Ordinal))
            {
                string payload = Encoding.UTF8.GetString(message.Payload.Span);
                seen.AddOrUpdate(message.Topic, (payload, 1), (_, s) => (payload, s.Count + 1));
            }

            return ValueTask.CompletedTask;
        }, CancellationToken.None);
        await Until.True(() => seen.Count >= addresses.Length, () => $"{seen.Count}");

        // While everything is published again, every tenth changes: it ends as it is now, whatever overtook what.
        await hub.PublishAsync(new MqttMessage { Topic = "homeassistant/status", Payload = "online"u8.ToArray(), QoS = QoS.AtLeastOnce }, CancellationToken.None);
        for (int i = 0; i < addresses.Length; i += 10) runtime.StateReported(addresses[i], DataObject.Of(("temperature", 21)), initial: false);
        await Until.True(() => addresses.Select((a, i) => (a, i)).All(x => seen["automation/" + x.a.Value + "/state"] is var s && s.Count >= 2 && Temperature(s.Payload) == (x.i % 10 == 0 ? 21 : 20)), () => $"{seen.Count(s => s.Value.Count >= 2)} again");

        // Nobody is told more than once of each value, besides: at the start, at the birth, and of a change.
        Assert.All(seen.Values, s => Assert.InRange(s.Count, 2, 4));
    }

    private static double Temperature(string state) => JsonDocument.Parse(state).RootElement.GetProperty("temperature").GetDouble();

    private static Site BigSite() => new()
    {
        Id = "big",
        Name = "Big",
        TimeZone = TimeZoneInfo.Utc,
        Devices = [.. Enumerable.Range(0, Devices).Select(d =>
        {
            ResourceAddress address = ResourceAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"big/house-{d}"));
            return new Device { Address = address, Name = "House", Kind = "mqtt", Resources = [.. Enumerable.Range(0, ResourcesEach).Select(n => new Resource { Address = address.Resource("zone", n) })] };
        })],
    };
}
