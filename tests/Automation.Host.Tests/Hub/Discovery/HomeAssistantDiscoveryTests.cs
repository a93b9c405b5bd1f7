using System.Text;
using System.Text.Json;
using Automation.Core.Rules;
using Automation.Host.Hub;
using Automation.Host.Hub.Discovery;
using Automation.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Hub.Discovery;

/// <summary>What is told is taken back when it is gone, also after a restart, and told again when the hub comes.</summary>
public sealed class HomeAssistantDiscoveryTests
{
    private const string Hub = "homeassistant/device/automation/config";

    private readonly FakeBus _bus = new();

    [Fact, Trait("Req", "HUB-2")]
    public async Task Start_ShowsEveryDevice_RetainedWithQoS1()
    {
        await using HomeAssistantDiscovery discovery = await StartAsync();
        Assert.Equal(6, _bus.Retained.Count);
        Assert.All(_bus.Retained.Values, m => Assert.Equal(QoS.AtLeastOnce, m.QoS));
        await discovery.ShowRulesAsync("store", DemoDocuments.Rules.Definitions, CancellationToken.None);
        Assert.Equal(DemoDocuments.Rules.Definitions.Length, Switches(_bus.Retained[Hub]).Length);
    }

    [Fact, Trait("Req", "HUB-2")]
    public async Task ShowRules_ARuleIsGone_IsNamedOnceMoreWithoutAnything()
    {
        await using HomeAssistantDiscovery discovery = await StartAsync();
        await discovery.ShowRulesAsync("store", DemoDocuments.Rules.Definitions, CancellationToken.None);
        _bus.Forget();
        await discovery.ShowRulesAsync("store", [.. DemoDocuments.Rules.Definitions.Where(d => d.Id != "loitering")], CancellationToken.None);
        MqttMessage[] told = [.. _bus.Published.Where(m => m.Topic == Hub)];
        Assert.Equal(2, told.Length);
        JsonElement gone = Components(told[0]).GetProperty("rule_loitering");
        Assert.Equal("""{"platform":"switch"}""", gone.GetRawText());
        Assert.False(Components(told[1]).TryGetProperty("rule_loitering", out _));
    }

    [Fact, Trait("Req", "HUB-2")]
    public async Task Start_AnEarlierRunKnewMore_TakesItAway()
    {
        await using (HomeAssistantDiscovery earlier = await StartAsync()) await earlier.ShowRulesAsync("store", DemoDocuments.Rules.Definitions, CancellationToken.None);
        await _bus.PublishTextAsync("homeassistant/device/automation_store_sold/config", """{"availability":[{"topic":"automation/status"}],"components":{}}""", retain: true);
        _bus.Forget();
        await using HomeAssistantDiscovery discovery = await StartAsync();
        await discovery.ShowRulesAsync("store", [.. DemoDocuments.Rules.Definitions.Where(d => d.Id != "loitering")], CancellationToken.None);
        Assert.DoesNotContain("homeassistant/device/automation_store_sold/config", _bus.Retained.Keys);
        Assert.Equal(7, _bus.Retained.Count);
        MqttMessage[] told = [.. _bus.Published.Where(m => m.Topic == Hub)];
        Assert.Equal("""{"platform":"switch"}""", Components(told[0]).GetProperty("rule_loitering").GetRawText());
        Assert.False(Components(told[^1]).TryGetProperty("rule_loitering", out _));
    }

    [Theory, Trait("Req", "HUB-2")]
    [InlineData("""{"availability":[{"topic":"zigbee2mqtt/bridge/state"}],"components":{}}""")]
    [InlineData("""{"availability":[{"topic":"automation2/status"}]}""")]
    [InlineData("""{"availability":[]}""")]
    [InlineData("""{"availability":["automation/status"]}""")]
    [InlineData("""[1,2]""")]
    [InlineData("""{"availability":""")]
    public async Task Start_DocumentsOfOthers_AreLeftAlone(string document)
    {
        await _bus.PublishTextAsync("homeassistant/device/automation_store_other/config", document, retain: true);
        await using HomeAssistantDiscovery discovery = await StartAsync();
        Assert.Equal(document, Encoding.UTF8.GetString(_bus.Retained["homeassistant/device/automation_store_other/config"].Payload.Span));
    }

    [Fact, Trait("Req", "HUB-2")]
    public async Task Birth_OfTheHub_TellsEverythingAgain_AndARetainedOneNothing()
    {
        await _bus.PublishTextAsync("homeassistant/status", "online", retain: true);
        await using HomeAssistantDiscovery discovery = await StartAsync();
        int documents = _bus.Published.Count - 1;
        Assert.Equal(6, documents);
        _bus.Forget();
        await _bus.PublishTextAsync("homeassistant/status", "offline");
        Assert.Single(_bus.Published);
        _bus.Forget();
        await _bus.PublishTextAsync("homeassistant/status", "online");
        Assert.Equal(documents + 1, _bus.Published.Count);
        Assert.Equal(documents, _bus.Published.Count(m => m.Retain));
    }

    [Fact, Trait("Req", "HUB-2")]
    public async Task ShowRules_OneOfTwoSites_WaitsForTheOther()
    {
        var retained = new RetainedTopics(_bus, NullLogger.Instance);
        await using var discovery = new HomeAssistantDiscovery(DemoDocuments.Names, [DemoDocuments.Site, DemoDocuments.Site with { Id = "plant", Devices = [] }], "1.2.3", retained, NullLogger.Instance);
        await discovery.StartAsync(_bus, CancellationToken.None);
        await discovery.ShowRulesAsync("store", DemoDocuments.Rules.Definitions, CancellationToken.None);
        Assert.DoesNotContain(Hub, _bus.Retained.Keys);
        await discovery.ShowRulesAsync("plant", [], CancellationToken.None);
        Assert.Contains(Hub, _bus.Retained.Keys);
    }

    private async Task<HomeAssistantDiscovery> StartAsync()
    {
        var discovery = new HomeAssistantDiscovery(DemoDocuments.Names, [DemoDocuments.Site], "1.2.3", new RetainedTopics(_bus, NullLogger.Instance), NullLogger.Instance);
        await discovery.StartAsync(_bus, CancellationToken.None);
        return discovery;
    }

    private static JsonElement Components(MqttMessage message) => JsonSerializer.Deserialize<JsonElement>(message.Payload.Span).GetProperty("components");

    private static JsonProperty[] Switches(MqttMessage message) => [.. Components(message).EnumerateObject().Where(c => c.Name.StartsWith("rule_", StringComparison.Ordinal))];
}
