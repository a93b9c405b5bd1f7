using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Mqtt;
using Automation.Mqtt.Broker;
using Automation.Simulator;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Devices;

/// <summary>A host with its embedded broker, simulated devices beside it, and everything that is published.</summary>
internal sealed class RunningHouse : IAsyncDisposable
{
    private const string Password = "Right-Horse-7";

    private readonly TempFolder _folder = new();
    private readonly HttpClient _control = new(new SocketsHttpHandler { UseProxy = false });
    private SimulatorHost _simulator = null!;
    private AutomationHost _host = null!;

    public ConcurrentQueue<(string Topic, string Payload)> Heard { get; } = new();

    /// <param name="devices">The simulator's file; BROKER stands for the broker's port.</param>
    /// <param name="site">The site file; URL:id stands for the address of a simulated device.</param>
    public static async Task<RunningHouse> StartAsync(string devices, string site, string rules, string password = Password)
    {
        var house = new RunningHouse();
        int port = FreePort.Next();
        SimulatorFile file = SimulatorFile.Parse(Encoding.UTF8.GetBytes(devices.Replace("BROKER", port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal))).File!;
        house._simulator = await SimulatorHost.StartAsync(file, new() { Password = Password }, TimeProvider.System, new Random(5), NullLoggerFactory.Instance, CancellationToken.None);
        house._control.BaseAddress = house._simulator.ControlUrl;
        foreach ((string id, Uri url) in house._simulator.Devices) site = site.Replace("URL:" + id, url.ToString(), StringComparison.Ordinal);
        Directory.CreateDirectory(house._folder.File("rules"));
        await File.WriteAllTextAsync(house._folder.File("rules/rules.json"), rules);
        var source = new SourceFile("site.json", Encoding.UTF8.GetBytes(site));
        SiteReading reading = SiteReader.Read(source, _ => new Secret(password));
        Assert.True(reading.Site is not null, string.Join('\n', reading.Findings));
        var settings = new HostSettings
        {
            DataFolder = house._folder.File("data"),
            Sites = [new SiteSource(reading.Site, source, [house._folder.File("rules")])],
            Broker = new EmbeddedBroker
            {
                Options = new MqttBrokerOptions { Listeners = [new MqttListener { Address = new IPEndPoint(IPAddress.Loopback, port) }] },
                Authenticator = MqttAuthenticator.AllowAll,
                Authorizer = MqttAuthorizer.AllowAll,
            },
        };
        house._host = await AutomationHost.StartAsync(settings, TimeProvider.System, new Random(1), NullLoggerFactory.Instance, CancellationToken.None);
        foreach (string filter in (string[])["automation/#", "outdoor/#"])
        {
            await house._host.Bus.SubscribeAsync(
                filter, QoS.AtLeastOnce,
                (message, _) =>
                {
                    house.Heard.Enqueue((message.Topic, Encoding.UTF8.GetString(message.Payload.Span)));
                    return ValueTask.CompletedTask;
                },
                CancellationToken.None);
        }

        return house;
    }

    public Task PublishAsync(string topic, string payload) =>
        _host.Bus.PublishAsync(new MqttMessage { Topic = topic, Payload = Encoding.UTF8.GetBytes(payload), QoS = QoS.AtLeastOnce }, CancellationToken.None).AsTask();

    /// <summary>Waits until a message of the topic satisfies the condition.</summary>
    public Task UntilAsync(string topic, Func<JsonElement, bool> condition) =>
        Until.True(() => Heard.Any(m => m.Topic == topic && m.Payload.StartsWith('{') && condition(JsonSerializer.Deserialize<JsonElement>(m.Payload))), Text);

    public Task UntilWordAsync(string topic, string word) => Until.True(() => Heard.Any(m => m.Topic == topic && m.Payload == word), Text);

    public async Task<JsonNode> SimulatorAsync(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _control.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    public string Text() => string.Join('\n', Heard.Select(m => m.Topic + " " + m.Payload));

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _simulator.DisposeAsync();
        _control.Dispose();
        _folder.Dispose();
    }
}
