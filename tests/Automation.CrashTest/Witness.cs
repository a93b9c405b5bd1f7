using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Automation.Core.Model;
using Automation.Mqtt;
using Automation.Mqtt.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.CrashTest;

/// <summary>Another MQTT client: asks for things in one life of the program, and remembers in all of them what it was told.</summary>
internal sealed partial class Witness
{
    private readonly ConcurrentDictionary<string, Action<bool>> _asked = new(StringComparer.Ordinal);
    private long _lastTransaction;
    private MqttClient? _client;

    /// <summary>Numbers of inputs that were told with an event: the program has them.</summary>
    public ConcurrentDictionary<long, bool> Heard { get; } = new();

    /// <summary>By rule, the highest number of firings that was told.</summary>
    public ConcurrentDictionary<string, long> Firings { get; } = new(StringComparer.Ordinal);

    /// <summary>The highest count of people that was told.</summary>
    public long Inside { get; private set; } = -1;

    /// <summary>By rule, what it may be: what was answered last (on at first), and what was asked for since.</summary>
    public ConcurrentDictionary<string, HashSet<bool>> Switches { get; } = new(StringComparer.Ordinal);

    /// <summary>Azimuths of moves that were answered as done.</summary>
    public ConcurrentBag<int> Moved { get; } = [];

    public DateTime LastHeard { get; private set; } = DateTime.UtcNow;

    public bool IsConnected => _client is not null;

    public async Task ConnectAsync(int port, CancellationToken cancellationToken)
    {
        MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions { Host = "127.0.0.1", Port = port, SessionExpiry = TimeSpan.Zero }, TimeProvider.System, new Random(1), NullLogger.Instance, cancellationToken);
        await client.SubscribeAsync("automation/store/#", QoS.AtLeastOnce, HearAsync, cancellationToken);
        await client.SubscribeAsync("automation/response/#", QoS.AtLeastOnce, AnsweredAsync, cancellationToken);
        _client = client;
    }

    public async Task SwitchAsync(string rule, bool on)
    {
        HashSet<bool> possible = Switches.GetOrAdd(rule, _ => [true]);
        lock (possible) possible.Add(on);
        await AskAsync("rules/enable", new { rule, enabled = on }, ok =>
        {
            if (!ok) return;
            lock (possible)
            {
                // Answered: it is on disk. One question at a time is under way for a rule.
                possible.Clear();
                possible.Add(on);
            }
        });
    }

    public Task MoveAsync(int azimuth) => AskAsync(
        "action/run",
        new { action = "movePtz", on = "store/nvr/channel/2", parameters = new { mode = "absolute", pan = azimuth / 10.0, tilt = 10, zoom = 1 } },
        ok =>
        {
            if (ok) Moved.Add(azimuth);
        });

    public async Task CommandAsync(string resource, object payload)
    {
        if (_client is { } client) await client.PublishAsync(Message($"automation/{resource}/set", payload), CancellationToken.None);
    }

    /// <summary>The program is gone: what was not answered may have happened or not.</summary>
    public async Task DisconnectAsync()
    {
        if (_client is { } client)
        {
            _client = null;
            await client.DisposeAsync();
        }

        _asked.Clear();
    }

    public bool IsAsking(string what) => _asked.Keys.Any(k => k.StartsWith(what, StringComparison.Ordinal));

    private async Task AskAsync(string verb, object request, Action<bool> answered)
    {
        if (_client is not { } client) return;
        string transaction = $"{verb}#{Interlocked.Increment(ref _lastTransaction)}";
        _asked[transaction] = answered;
        Dictionary<string, object?> body = JsonSerializer.Deserialize<Dictionary<string, object?>>(JsonSerializer.Serialize(request))!;
        body["transaction"] = transaction;
        await client.PublishAsync(Message("automation/request/" + verb, body), CancellationToken.None);
    }

    private ValueTask AnsweredAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        using JsonDocument document = JsonDocument.Parse(message.Payload);
        if (document.RootElement.TryGetProperty("transaction", out JsonElement transaction) && _asked.TryRemove(transaction.GetString()!, out Action<bool>? answered))
        {
            answered(document.RootElement.GetProperty("status").GetString() == "ok");
        }

        return ValueTask.CompletedTask;
    }

    private ValueTask HearAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        LastHeard = DateTime.UtcNow;
        if (message.Payload.IsEmpty || message.Payload.Span[0] != '{') return ValueTask.CompletedTask;
        using JsonDocument document = JsonDocument.Parse(message.Payload);
        JsonElement root = document.RootElement;
        if (message.Topic.EndsWith("/event", StringComparison.Ordinal)) Heard[SequenceOf(root)] = true;
        else if (message.Topic == "automation/store/firings")
        {
            Heard[SequenceOf(root)] = true;
            Firings.AddOrUpdate(root.GetProperty("rule").GetString()!, root.GetProperty("firings").GetInt64(), (_, old) => Math.Max(old, root.GetProperty("firings").GetInt64()));
        }
        else if (message.Topic == "automation/store/groups/floor/state" && root.TryGetProperty("inside", out JsonElement inside)) Inside = Math.Max(Inside, inside.GetInt64());
        return ValueTask.CompletedTask;
    }

    private static long SequenceOf(JsonElement told) => long.Parse(Sequence().Match(told.GetProperty("cause").GetString()!).Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);

    private static MqttMessage Message(string topic, object payload) => new() { Topic = topic, Payload = JsonSerializer.SerializeToUtf8Bytes(payload), QoS = QoS.AtLeastOnce };

    [GeneratedRegex("-([0-9]+)$")]
    private static partial Regex Sequence();
}
