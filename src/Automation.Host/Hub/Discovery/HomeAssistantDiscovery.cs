using System.Text.Json;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Hub.Commands;
using Automation.Mqtt;
using Automation.Mqtt.Client;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Hub.Discovery;

/// <summary>
/// Tells Home Assistant of every device and rule (HUB-2): retained documents, published again with everything else on a connect and when the hub says that it
/// came. What an earlier run, another form or an older rule set left there is taken away.
/// </summary>
internal sealed class HomeAssistantDiscovery : IAsyncDisposable
{
    /// <summary>Larger documents are not ours.</summary>
    private const int MaximumBytes = 4 * 1024 * 1024;

    private readonly DiscoveryNames _names;
    private readonly IReadOnlyList<Site> _sites;
    private readonly string _version;
    private readonly DiscoveryForm _form;
    private readonly AlarmCodeSettings? _code;
    private readonly RetainedTopics _retained;
    private readonly ILogger _logger;
    private readonly List<IAsyncDisposable> _subscriptions = [];

    // One at a time, so that an older document never follows a newer one. Guards what follows.
    private readonly Lock _turn = new();
    private readonly IDiscoveryForm _shown;
    private readonly Dictionary<string, IReadOnlyList<RuleDefinition>> _rules = new(StringComparer.Ordinal);
    private readonly HashSet<string> _expected = new(StringComparer.Ordinal);

    public HomeAssistantDiscovery(DiscoveryNames names, IReadOnlyList<Site> sites, string version, DiscoveryForm form, AlarmCodeSettings? code, RetainedTopics retained, ILogger logger)
    {
        _names = names;
        _sites = sites;
        _version = version;
        _form = form;
        _code = code;
        _retained = retained;
        _logger = logger;
        _shown = form == DiscoveryForm.Component ? new ComponentForm(names, retained) : new DeviceForm(retained);
    }

    public async Task StartAsync(IMqttBus bus, CancellationToken cancellationToken)
    {
        DiscoveryDocument[] devices = _form == DiscoveryForm.Off ? [] : [.. _sites.SelectMany(s => s.Devices).SelectMany(d => DeviceEntities.Build(d, null, _names, _version, _code))];
        if (_form != DiscoveryForm.Off) _expected.UnionWith(devices.Select(d => d.Id).Append(_names.HubId));
        if (_form == DiscoveryForm.Device) ((DeviceForm)_shown).Expect(devices.Select(d => d.Topic).Append(_names.Config(_names.HubId)));
        try
        {
            // Before anything is published: what comes retained is then of an earlier run.
            foreach (string filter in _names.ConfigFilters) _subscriptions.Add(await bus.SubscribeAsync(filter, QoS.AtLeastOnce, FoundAsync, cancellationToken));
            _subscriptions.Add(await bus.SubscribeAsync(_names.Birth, QoS.AtLeastOnce, BornAsync, cancellationToken));
        }
        catch (MqttClientException e)
        {
            // The broker does not let us read there: devices are shown all the same, and again at each connect.
            HubLog.DiscoveryDeaf(_logger, _names.ConfigFilters[0], e.Message);
        }

        foreach (DiscoveryDocument document in devices) Show(document);
    }

    /// <summary>Shows the rules that are in force at a site. The device "Automation" appears when every site has told its rules.</summary>
    public void ShowRules(string site, IReadOnlyList<RuleDefinition> rules)
    {
        if (_form == DiscoveryForm.Off) return;
        lock (_turn)
        {
            _rules[site] = rules;
            if (_rules.Count < _sites.Count) return;
            int count = _rules.Values.Sum(r => r.Count);
            if (count > HubEntities.MaximumRules) HubLog.DiscoveryTooManyRules(_logger, count, HubEntities.MaximumRules);
            _shown.Show(HubEntities.Build(_rules.Values.SelectMany(r => r), _names, _version));
        }
    }

    /// <summary>Shows a device again, now that its firmware's version is known.</summary>
    public void ShowFirmware(Device device, string firmware)
    {
        if (_form == DiscoveryForm.Off) return;
        foreach (DiscoveryDocument document in DeviceEntities.Build(device, firmware, _names, _version, _code)) Show(document);
    }

    /// <summary>Takes a device away that the site has no more.</summary>
    public void Remove(Device device)
    {
        if (_form == DiscoveryForm.Off) return;
        lock (_turn)
        {
            foreach (DiscoveryDocument document in DeviceEntities.Build(device, null, _names, _version, _code))
            {
                _expected.Remove(document.Id);
                _shown.Remove(document);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable subscription in _subscriptions) await subscription.DisposeAsync();
        _subscriptions.Clear();
    }

    private void Show(DiscoveryDocument document)
    {
        lock (_turn) _shown.Show(document);
    }

    /// <summary>The hub came: it may have forgotten everything.</summary>
    private ValueTask BornAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        // A retained birth is of the past; whoever was born then gets what is retained.
        if (!message.Retain && message.Payload.Span.SequenceEqual("online"u8)) _retained.Republish();
        return ValueTask.CompletedTask;
    }

    private ValueTask FoundAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        if (!message.Retain || message.Payload.IsEmpty || message.Payload.Length > MaximumBytes || !IsOurs(message.Payload, out Dictionary<string, string> entities)) return ValueTask.CompletedTask;
        lock (_turn)
        {
            if (_shown.Found(message.Topic, entities, _expected)) return ValueTask.CompletedTask;
            _retained.Clear(message.Topic);

            // The hub may have refused an entity of ours because the old document still had its id.
            if (_form != DiscoveryForm.Off) _retained.Republish(topic => _names.IsConfigOf(topic, message.Topic));
        }

        return ValueTask.CompletedTask;
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
                topic.ValueKind != JsonValueKind.String || topic.GetString() != _names.Topics.Status)
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
