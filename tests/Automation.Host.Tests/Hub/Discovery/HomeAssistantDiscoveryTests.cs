using System.Text;
using System.Text.Json;
using Automation.Core.Rules;
using Automation.Host.Hub;
using Automation.Host.Hub.Discovery;
using Automation.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Hub.Discovery;

/// <summary>What is told is taken back when it is gone, also after a restart, and told again when the hub comes.</summary>
public sealed class HomeAssistantDiscoveryTests : IAsyncDisposable
{
    private const string Hub = "homeassistant/device/automation/config";

    /// <summary>The demo's devices, and the four cameras behind its recorder.</summary>
    private const int Devices = 6 + 4;

    private readonly FakeBus _bus = new();
    private readonly Outlet _outlet;

    public HomeAssistantDiscoveryTests() => _outlet = new Outlet(_bus, new OutletLimits(), NullLogger.Instance);

    public ValueTask DisposeAsync() => _outlet.DisposeAsync();

    [Fact, Trait("Req", "HUB-2")]
    public async Task Start_ShowsEveryDevice_RetainedWithQoS1()
    {
        await using HomeAssistantDiscovery discovery = await StartAsync();
        Assert.Equal(Devices, _bus.Retained.Count);
        Assert.All(_bus.Retained.Values, m => Assert.Equal(QoS.AtLeastOnce, m.QoS));
        discovery.ShowRules("store", DemoDocuments.Rules.Definitions);
        await _outlet.EmptiedAsync(CancellationToken.None);
        Assert.Equal(DemoDocuments.Rules.Definitions.Length, Switches(_bus.Retained[Hub]).Length);
    }

    [Fact, Trait("Req", "HUB-2")]
    public async Task ShowRules_ARuleIsGone_IsNamedOnceMoreWithoutAnything()
    {
        await using HomeAssistantDiscovery discovery = await StartAsync();
        discovery.ShowRules("store", DemoDocuments.Rules.Definitions);
        await _outlet.EmptiedAsync(CancellationToken.None);
        _bus.Forget();
        discovery.ShowRules("store", [.. DemoDocuments.Rules.Definitions.Where(d => d.Id != "loitering")]);
        await _outlet.EmptiedAsync(CancellationToken.None);
        MqttMessage[] told = [.. _bus.Published.Where(m => m.Topic == Hub)];
        Assert.Equal(2, told.Length);
        JsonElement gone = Components(told[0]).GetProperty("rule_loitering");
        Assert.Equal("""{"platform":"switch"}""", gone.GetRawText());
        Assert.False(Components(told[1]).TryGetProperty("rule_loitering", out _));
    }

    [Fact, Trait("Req", "HUB-2")]
    public async Task Start_AnEarlierRunKnewMore_TakesItAway()
    {
        await using (HomeAssistantDiscovery earlier = await StartAsync())
        {
            earlier.ShowRules("store", DemoDocuments.Rules.Definitions);
            await _outlet.EmptiedAsync(CancellationToken.None);
        }

        await _bus.PublishTextAsync("homeassistant/device/automation_store_sold/config", """{"availability":[{"topic":"automation/status"}],"components":{}}""", retain: true);
        _bus.Forget();
        await using HomeAssistantDiscovery discovery = await StartAsync();
        discovery.ShowRules("store", [.. DemoDocuments.Rules.Definitions.Where(d => d.Id != "loitering")]);
        await _outlet.EmptiedAsync(CancellationToken.None);
        Assert.DoesNotContain("homeassistant/device/automation_store_sold/config", _bus.Retained.Keys);
        Assert.Equal(Devices + 1, _bus.Retained.Count);
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
        Assert.Equal(Devices, documents);
        _bus.Forget();
        await _bus.PublishTextAsync("homeassistant/status", "offline");
        Assert.Single(_bus.Published);
        _bus.Forget();
        await _bus.PublishTextAsync("homeassistant/status", "online");
        await _outlet.EmptiedAsync(CancellationToken.None);
        Assert.Equal(documents + 1, _bus.Published.Count);
        Assert.Equal(documents, _bus.Published.Count(m => m.Retain));
    }

    [Fact, Trait("Req", "HUB-2")]
    public async Task ShowRules_OneOfTwoSites_WaitsForTheOther()
    {
        var retained = new RetainedTopics(_outlet);
        await using var discovery = new HomeAssistantDiscovery(DemoDocuments.Names, [DemoDocuments.Site, DemoDocuments.Site with { Id = "plant", Devices = [] }], "1.2.3", DiscoveryForm.Device, null, retained, NullLogger.Instance);
        await discovery.StartAsync(_bus, CancellationToken.None);
        discovery.ShowRules("store", DemoDocuments.Rules.Definitions);
        await _outlet.EmptiedAsync(CancellationToken.None);
        Assert.DoesNotContain(Hub, _bus.Retained.Keys);
        discovery.ShowRules("plant", []);
        await _outlet.EmptiedAsync(CancellationToken.None);
        Assert.Contains(Hub, _bus.Retained.Keys);
    }

    [Theory, Trait("Req", "HUB-2")]
    [InlineData("Device")]
    [InlineData("Component")]
    public async Task Remove_ADevice_ClearsItsDocumentsAndNoOthers(string form)
    {
        await using HomeAssistantDiscovery discovery = await StartAsync(Enum.Parse<DiscoveryForm>(form));
        string[] before = [.. _bus.Retained.Keys];
        discovery.Remove(DemoDocuments.Site.Devices.Single(d => d.Address.Device == "nvr"));
        await _outlet.EmptiedAsync(CancellationToken.None);
        string[] gone = [.. before.Except(_bus.Retained.Keys)];
        Assert.NotEmpty(gone);
        Assert.All(gone, t => Assert.Contains("automation_store_nvr", t, StringComparison.Ordinal));
        Assert.DoesNotContain(_bus.Retained.Keys, t => t.Contains("automation_store_nvr", StringComparison.Ordinal));
        discovery.ShowFirmware(DemoDocuments.Site.Devices.Single(d => d.Address.Device == "panel"), "V1.2");
        await _outlet.EmptiedAsync(CancellationToken.None);
        Assert.DoesNotContain(_bus.Retained.Keys, t => t.Contains("automation_store_nvr", StringComparison.Ordinal));
    }

    [Fact, Trait("Req", "HUB-2")]
    public async Task Components_EachHasADocument_AndThatOfAGoneRuleIsCleared()
    {
        await using HomeAssistantDiscovery discovery = await StartAsync(DiscoveryForm.Component);
        discovery.ShowRules("store", DemoDocuments.Rules.Definitions);
        await _outlet.EmptiedAsync(CancellationToken.None);
        Assert.Equal(DemoDocuments.Entities.Count(), _bus.Retained.Count);
        JsonElement panel = JsonSerializer.Deserialize<JsonElement>(_bus.Retained["homeassistant/alarm_control_panel/automation_store_panel/area_1/config"].Payload.Span);
        Assert.Equal("automation_store_panel", panel.GetProperty("device").GetProperty("identifiers")[0].GetString());
        Assert.Equal("automation/status", panel.GetProperty("availability")[0].GetProperty("topic").GetString());
        Assert.False(panel.TryGetProperty("platform", out _));

        // The connection's own availability is not overwritten by the device's.
        JsonElement connectivity = JsonSerializer.Deserialize<JsonElement>(_bus.Retained["homeassistant/binary_sensor/automation_store_nvr/connectivity/config"].Payload.Span);
        Assert.Equal(1, connectivity.GetProperty("availability").GetArrayLength());

        discovery.ShowRules("store", [.. DemoDocuments.Rules.Definitions.Where(d => d.Id != "loitering")]);
        await _outlet.EmptiedAsync(CancellationToken.None);
        Assert.DoesNotContain("homeassistant/switch/automation/rule_loitering/config", _bus.Retained.Keys);
        Assert.Contains("homeassistant/switch/automation/rule_store-after-hours/config", _bus.Retained.Keys);
    }

    [Theory, Trait("Req", "HUB-2")]
    [InlineData("Device", "Component")]
    [InlineData("Component", "Device")]
    [InlineData("Component", "Component")]
    [InlineData("Device", "Off")]
    [InlineData("Component", "Off")]
    public async Task Start_AnEarlierRunUsedAnotherForm_LeavesNothingOfIt(string earlierForm, string form)
    {
        await using (HomeAssistantDiscovery earlier = await StartAsync(Enum.Parse<DiscoveryForm>(earlierForm)))
        {
            earlier.ShowRules("store", DemoDocuments.Rules.Definitions);
            await _outlet.EmptiedAsync(CancellationToken.None);
        }

        await _bus.PublishTextAsync("homeassistant/sensor/automation_store_sold/x/config", """{"availability":[{"topic":"automation/status"}],"unique_id":"x"}""", retain: true);
        await _bus.PublishTextAsync("homeassistant/sensor/other/x/config", """{"availability":[{"topic":"other/status"}],"unique_id":"y"}""", retain: true);
        await using HomeAssistantDiscovery discovery = await StartAsync(Enum.Parse<DiscoveryForm>(form));
        discovery.ShowRules("store", [.. DemoDocuments.Rules.Definitions.Where(d => d.Id != "loitering")]);
        await _outlet.EmptiedAsync(CancellationToken.None);
        int wanted = form switch { "Off" => 0, "Device" => Devices + 1, _ => DemoDocuments.Entities.Count() - 1 };
        Assert.Equal(wanted + 1, _bus.Retained.Count);
        Assert.Contains("homeassistant/sensor/other/x/config", _bus.Retained.Keys);
    }

    [Fact, Trait("Req", "HUB-2")]
    public async Task ShowFirmware_AddsItsVersionToTheDevice()
    {
        await using HomeAssistantDiscovery discovery = await StartAsync();
        discovery.ShowFirmware(DemoDocuments.Site.Devices.Single(d => d.Kind == "nvr"), "V4.74.210");
        await _outlet.EmptiedAsync(CancellationToken.None);
        JsonElement device = JsonSerializer.Deserialize<JsonElement>(_bus.Retained["homeassistant/device/automation_store_nvr/config"].Payload.Span).GetProperty("device");
        Assert.Equal("V4.74.210", device.GetProperty("sw_version").GetString());
    }

    private async Task<HomeAssistantDiscovery> StartAsync(DiscoveryForm form = DiscoveryForm.Device)
    {
        var discovery = new HomeAssistantDiscovery(DemoDocuments.Names, [DemoDocuments.Site], "1.2.3", form, null, new RetainedTopics(_outlet), NullLogger.Instance);
        await discovery.StartAsync(_bus, CancellationToken.None);
        await _outlet.EmptiedAsync(CancellationToken.None);
        return discovery;
    }

    private static JsonElement Components(MqttMessage message) => JsonSerializer.Deserialize<JsonElement>(message.Payload.Span).GetProperty("components");

    private static JsonProperty[] Switches(MqttMessage message) => [.. Components(message).EnumerateObject().Where(c => c.Value.TryGetProperty("platform", out JsonElement p) && p.GetString() == "switch")];
}
