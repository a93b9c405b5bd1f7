using System.Text.Json;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Mqtt;
using Automation.Mqtt.Client;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Hub.Discovery;

/// <summary>
/// Tells Home Assistant of every device and rule (HUB-2): retained documents, published again with everything else on a connect and when the hub says that it
/// came. What an earlier run or rule set left there and is gone is taken away.
/// </summary>
internal sealed class HomeAssistantDiscovery(DiscoveryNames names, IReadOnlyList<Site> sites, string version, RetainedTopics retained, ILogger logger) : IAsyncDisposable
{
    /// <summary>Larger documents are not ours.</summary>
    private const int MaximumBytes = 4 * 1024 * 1024;

    private readonly List<IAsyncDisposable> _subscriptions = [];

    // One at a time, so that an older document never follows a newer one. Guards the three below.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, IReadOnlyList<RuleDefinition>> _rules = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DiscoveryDocument> _shown = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, string>> _entities = new(StringComparer.Ordinal);

    /// <summary>Every document there can be; what else is found under our ids is left from earlier.</summary>
    private readonly HashSet<string> _topics = new(StringComparer.Ordinal);

    public async Task StartAsync(IMqttBus bus, CancellationToken cancellationToken)
    {
        DiscoveryDocument[] devices = [.. sites.SelectMany(s => s.Devices).SelectMany(d => DeviceEntities.Build(d, names, version))];
        _topics.UnionWith(devices.Select(d => d.Topic).Append(names.Config(names.HubId)));
        try
        {
            // Before anything is published: what comes retained is then of an earlier run.
            _subscriptions.Add(await bus.SubscribeAsync(names.ConfigFilter, QoS.AtLeastOnce, FoundAsync, cancellationToken));
            _subscriptions.Add(await bus.SubscribeAsync(names.Birth, QoS.AtLeastOnce, BornAsync, cancellationToken));
        }
        catch (MqttClientException e)
        {
            // The broker does not let us read there: devices are shown all the same, and again at each connect.
            HubLog.DiscoveryDeaf(logger, names.ConfigFilter, e.Message);
        }

        foreach (DiscoveryDocument document in devices) await ShowAsync(document, cancellationToken);
    }

    /// <summary>Shows the rules that are in force at a site. The device "Automation" appears when every site has told its rules.</summary>
    public async Task ShowRulesAsync(string site, IReadOnlyList<RuleDefinition> rules, CancellationToken cancellationToken)
    {
        DiscoveryDocument document;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _rules[site] = rules;
            if (_rules.Count < sites.Count) return;
            int count = _rules.Values.Sum(r => r.Count);
            if (count > HubEntities.MaximumRules) HubLog.DiscoveryTooManyRules(logger, count, HubEntities.MaximumRules);
            document = HubEntities.Build(_rules.Values.SelectMany(r => r), names, version);
            await ShowAsync_NeedsTurn(document, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable subscription in _subscriptions) await subscription.DisposeAsync();
        _subscriptions.Clear();
    }

    private async Task ShowAsync(DiscoveryDocument document, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await ShowAsync_NeedsTurn(document, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task ShowAsync_NeedsTurn(DiscoveryDocument document, CancellationToken cancellationToken)
    {
        Dictionary<string, string> now = document.Platforms();
        KeyValuePair<string, string>[] gone = _entities.TryGetValue(document.Topic, out Dictionary<string, string>? before) ? [.. before.Where(e => !now.ContainsKey(e.Key))] : [];
        _entities[document.Topic] = now;
        _shown[document.Topic] = document;

        // Leaving an entity out does not take it away; naming it without anything does, and then it can be left out.
        if (gone.Length > 0) await retained.SetAsync(document.Topic, document.BytesWithout(gone), cancellationToken);
        await retained.SetAsync(document.Topic, document.Bytes(), cancellationToken);
    }

    /// <summary>The hub came: it may have forgotten everything.</summary>
    private async ValueTask BornAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        // A retained birth is of the past; whoever was born then gets what is retained.
        if (!message.Retain && message.Payload.Span.SequenceEqual("online"u8)) await retained.RepublishAsync(cancellationToken);
    }

    private async ValueTask FoundAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        if (!message.Retain || message.Payload.IsEmpty || message.Payload.Length > MaximumBytes || !IsOurs(message.Payload, out Dictionary<string, string> entities)) return;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_topics.Contains(message.Topic))
            {
                await retained.ClearAsync(message.Topic, cancellationToken);
                return;
            }

            if (_shown.TryGetValue(message.Topic, out DiscoveryDocument? shown))
            {
                _entities[message.Topic] = entities.Concat(_entities[message.Topic]).DistinctBy(e => e.Key).ToDictionary(StringComparer.Ordinal);
                await ShowAsync_NeedsTurn(shown, cancellationToken);
            }
            else
            {
                _entities[message.Topic] = entities;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether the document is of this base topic: its first availability is our status. Others' documents are none of our business, whatever they hold.</summary>
    private bool IsOurs(ReadOnlyMemory<byte> payload, out Dictionary<string, string> entities)
    {
        entities = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = 16 });
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root ||
                !root.TryGetProperty("availability", out JsonElement availability) || availability.ValueKind != JsonValueKind.Array || availability.GetArrayLength() == 0 ||
                availability[0] is not { ValueKind: JsonValueKind.Object } first || !first.TryGetProperty("topic", out JsonElement topic) ||
                topic.ValueKind != JsonValueKind.String || topic.GetString() != names.Topics.Status)
            {
                return false;
            }

            if (!root.TryGetProperty("components", out JsonElement components) || components.ValueKind != JsonValueKind.Object) return true;
            foreach (JsonProperty component in components.EnumerateObject())
            {
                if (component.Value.ValueKind == JsonValueKind.Object && component.Value.TryGetProperty("platform", out JsonElement platform) && platform.ValueKind == JsonValueKind.String) entities[component.Name] = platform.GetString()!;
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
