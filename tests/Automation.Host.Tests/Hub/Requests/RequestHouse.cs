using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Hub.Requests;
using Automation.Host.Tests.Validation;
using Automation.Mqtt;
using Automation.Mqtt.Broker;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Hub.Requests;

/// <summary>A whole host with its embedded broker and the demo's rules; its devices have no connection, so nothing leaves the process.</summary>
public sealed class RequestHouse : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private AutomationHost _host = null!;

    private readonly Lock _gate = new();
    private readonly List<MqttMessage> _answers = [];

    /// <summary>The site's rules folder: a copy that tests may change.</summary>
    public string Rules => _folder.File("rules");

    private IMqttBus Bus => _host.Bus;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Rules);
        foreach (string file in Directory.GetFiles(Path.Combine(ShippedSchemas.Root, "rules", "examples", "demo", "rules"))) File.Copy(file, Path.Combine(Rules, Path.GetFileName(file)));
        Site demo = Discovery.DemoDocuments.Site;
        var settings = new HostSettings
        {
            DataFolder = _folder.File("data"),
            Sites = [new SiteSource(demo with { Devices = [.. demo.Devices.Select(d => d with { Connection = null })] }, Discovery.DemoDocuments.SiteFile, [Rules])],
            Broker = new EmbeddedBroker
            {
                Options = new MqttBrokerOptions { Listeners = [new MqttListener { Address = new IPEndPoint(IPAddress.Loopback, 0) }] },
                Authenticator = MqttAuthenticator.AllowAll,
                Authorizer = MqttAuthorizer.AllowAll,
            },
        };
        _host = await AutomationHost.StartAsync(settings, TimeProvider.System, new Random(1), NullLoggerFactory.Instance, CancellationToken.None);
        foreach (string filter in (string[])["automation/response/#", "elsewhere/#"])
        {
            await Bus.SubscribeAsync(
                filter,
                QoS.AtLeastOnce,
                (message, _) =>
                {
                    lock (_gate) _answers.Add(message);
                    return ValueTask.CompletedTask;
                },
                CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Asks, and waits for the answer with the same correlation data; the answer is checked against its schema.</summary>
    internal async Task<(MqttMessage Message, JsonElement Answer)> AskAsync(string verb, string request, string? responseTopic = null, bool retain = false)
    {
        byte[] correlation = Guid.NewGuid().ToByteArray();
        await Bus.PublishAsync(
            new MqttMessage { Topic = "automation/request/" + verb, Payload = Encoding.UTF8.GetBytes(request), QoS = QoS.AtLeastOnce, Retain = retain, ResponseTopic = responseTopic, CorrelationData = correlation },
            CancellationToken.None);
        MqttMessage? found = null;
        await Until.True(() =>
        {
            lock (_gate) found = _answers.FirstOrDefault(m => m.CorrelationData.Span.SequenceEqual(correlation));
            return found is not null;
        });
        JsonElement answer = JsonSerializer.Deserialize<JsonElement>(found!.Payload.Span);
        Assert.Empty(ShippedSchemas.Topic("response").Validate(answer));
        if (answer.GetProperty("status").GetString() == "ok" && ShippedSchemas.TopicDocuments["response"].Root.GetProperty("$defs").TryGetProperty(verb, out _))
        {
            IReadOnlyList<Automation.Host.Validation.SchemaFinding> wrong = ShippedSchemas.Part("response", "/$defs/" + verb.Replace("/", "~1", StringComparison.Ordinal)).Validate(answer.GetProperty("data"));
            Assert.True(wrong.Count == 0, $"{verb}: {string.Join("; ", wrong)} in {answer.GetRawText()}");
        }

        return (found, answer);
    }

    internal async Task PublishAsync(string topic, string payload) =>
        await Bus.PublishAsync(new MqttMessage { Topic = topic, Payload = Encoding.UTF8.GetBytes(payload), QoS = QoS.AtLeastOnce }, CancellationToken.None);

    internal async Task<JsonElement> DataAsync(string verb, string request)
    {
        JsonElement answer = (await AskAsync(verb, request)).Answer;
        Assert.True(answer.GetProperty("status").GetString() == "ok", answer.GetRawText());
        return answer.GetProperty("data");
    }

    internal async Task<string> ErrorAsync(string verb, string request)
    {
        JsonElement answer = (await AskAsync(verb, request)).Answer;
        Assert.Equal("error", answer.GetProperty("status").GetString());
        return answer.GetProperty("error").GetString()!;
    }

    /// <summary>What is retained on a topic now.</summary>
    internal async Task UntilRetainedAsync(string topic, Func<JsonElement, bool> condition)
    {
        var last = new System.Collections.Concurrent.ConcurrentQueue<string>();
        IAsyncDisposable subscription = await Bus.SubscribeAsync(
            topic,
            QoS.AtLeastOnce,
            (message, _) =>
            {
                last.Enqueue(Encoding.UTF8.GetString(message.Payload.Span));
                return ValueTask.CompletedTask;
            },
            CancellationToken.None);
        await Until.True(() => last.Any(t => condition(JsonSerializer.Deserialize<JsonElement>(t))), () => string.Join(' ', last));
        await subscription.DisposeAsync();
    }
}
