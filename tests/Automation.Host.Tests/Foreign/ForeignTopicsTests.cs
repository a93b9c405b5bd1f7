using System.Text;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Foreign;
using Automation.Host.Tests.Hub;
using Automation.TestKit;

namespace Automation.Host.Tests.Foreign;

/// <summary>Messages of other bridges, as they publish them, become states and events of MQTT-only devices.</summary>
[Trait("Req", "DEV-3")]
public sealed class ForeignTopicsTests : IAsyncDisposable
{
    private const string Zigbee = """
        { "id": "home", "timeZone": "Europe/Berlin", "devices": [ { "id": "hall", "kind": "mqtt",
            "availability": { "topic": "zigbee2mqtt/hall/availability", "path": "$.state", "silentAfter": "01:00:00" },
            "feeds": [ { "topic": "zigbee2mqtt/hall", "property": "battery", "path": "$.battery" } ],
            "resources": [ { "kind": "zone", "number": 0, "feeds": [
              { "topic": "zigbee2mqtt/hall", "property": "open", "path": "$.contact", "values": { "true": false, "false": true } },
              { "topic": "zigbee2mqtt/hall", "property": "temperature", "path": "$.temperature", "unit": "fahrenheit" },
              { "topic": "zigbee2mqtt/hall", "event": "zoneAlarm", "path": "$.occupancy", "active": true, "data": { "battery": "$.battery" } } ] } ] } ] }
        """;

    private const string Frigate = """
        { "id": "home", "timeZone": "Europe/Berlin", "devices": [ { "id": "frigate", "kind": "mqtt",
            "resources": [ { "kind": "channel", "number": 1, "feeds": [
              { "topic": "frigate/events", "event": "intrusion", "path": "$.type", "active": ["new", "update"],
                "where": { "$.after.camera": "yard", "$.after.label": ["person", "car"] }, "data": { "target": "$.after.label", "score": "$.after.top_score" } },
              { "topic": "frigate/yard/person", "property": "people" } ] } ] } ] }
        """;

    private const string Tasmota = """
        { "id": "home", "timeZone": "Europe/Berlin", "devices": [ { "id": "plug", "kind": "mqtt",
            "availability": { "topic": "tele/plug/LWT", "online": "Online" },
            "resources": [ { "kind": "relay", "number": 0, "feeds": [
              { "topic": "stat/plug/POWER", "property": "on", "values": { "ON": true, "OFF": false } },
              { "topic": "tele/plug/SENSOR", "property": "power", "path": "$.ENERGY.Power" } ] } ] } ] }
        """;

    private readonly FakeBus _bus = new();
    private readonly ManualTime _time = new();
    private readonly NotedObserver _seen = new();
    private IReadOnlyList<IAsyncDisposable> _subscriptions = [];
    private ForeignTopics? _topics;

    [Fact]
    public async Task Zigbee2Mqtt_SensorMessage_BecomesStatesAndAnEvent()
    {
        await ListenAsync(Zigbee);
        await _bus.PublishTextAsync("zigbee2mqtt/hall", """{"contact":false,"occupancy":true,"temperature":68,"battery":91,"linkquality":120}""");
        await _bus.PublishTextAsync("zigbee2mqtt/hall", """{"contact":true,"occupancy":false,"temperature":68,"battery":91}""");
        Assert.Equal(
            [
                "state home/hall {battery: 91} initial", "state home/hall/zone/0 {open: true, temperature: 20} initial",
                "event home/hall/zone/0 zoneAlarm Active {battery: 91}",
                "state home/hall {battery: 91}", "state home/hall/zone/0 {open: false, temperature: 20}",
                "event home/hall/zone/0 zoneAlarm Inactive {battery: 91}",
            ],
            _seen.All);
    }

    [Fact]
    public async Task Frigate_Events_CountOnlyWhereTheyShould()
    {
        await ListenAsync(Frigate);
        await _bus.PublishTextAsync("frigate/events", """{"type":"new","before":{},"after":{"camera":"yard","label":"person","top_score":0.78125,"box":[1,2,3,4]}}""");
        await _bus.PublishTextAsync("frigate/events", """{"type":"new","after":{"camera":"yard","label":"dog"}}""");
        await _bus.PublishTextAsync("frigate/events", """{"type":"new","after":{"camera":"street","label":"person"}}""");
        await _bus.PublishTextAsync("frigate/events", """{"type":"end","after":{"camera":"yard","label":"person"}}""");
        await _bus.PublishTextAsync("frigate/yard/person", "2");
        Assert.Equal(
            [
                "online home/frigate", "event home/frigate/channel/1 intrusion Active {score: 0.78125, target: person}",
                "event home/frigate/channel/1 intrusion Inactive {target: person}", "state home/frigate/channel/1 {people: 2} initial",
            ],
            _seen.All);
    }

    [Fact]
    public async Task Tasmota_PlainWords_AreUnderstood()
    {
        await ListenAsync(Tasmota);
        await _bus.PublishTextAsync("tele/plug/LWT", "Online", retain: true);
        await _bus.PublishTextAsync("stat/plug/POWER", "ON");
        await _bus.PublishTextAsync("tele/plug/SENSOR", """{"Time":"2026-11-20T12:00:00","ENERGY":{"Power":41.5}}""");
        await _bus.PublishTextAsync("stat/plug/POWER", "OFF");
        await _bus.PublishTextAsync("tele/plug/LWT", "Offline", retain: true);
        Assert.Equal(
            ["online home/plug", "state home/plug/relay/0 {on: true} initial", "state home/plug/relay/0 {power: 41.5} initial", "state home/plug/relay/0 {on: false}", "offline home/plug its bridge says Offline"],
            _seen.All);
    }

    [Fact]
    public async Task Retained_AtTheStart_IsStateAndNeverAnEvent()
    {
        await _bus.PublishTextAsync("zigbee2mqtt/hall", """{"contact":false,"occupancy":true}""", retain: true);
        await ListenAsync(Zigbee);
        Assert.Equal(["state home/hall/zone/0 {open: true} initial"], _seen.All);
    }

    [Fact, Trait("Req", "DEV-7")]
    public async Task Silence_MakesItOfflineOnce_AndAMessageBringsItBack()
    {
        await ListenAsync(Zigbee);
        await _bus.PublishTextAsync("zigbee2mqtt/hall/availability", """{"state":"online"}""");
        _time.Advance(TimeSpan.FromMinutes(59));
        await _bus.PublishTextAsync("zigbee2mqtt/hall", """{"contact":true}""");
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(["online home/hall", "state home/hall/zone/0 {open: false} initial"], _seen.All);
        _time.Advance(TimeSpan.FromMinutes(121));
        await _bus.PublishTextAsync("zigbee2mqtt/hall", """{"contact":true}""");
        Assert.Equal(["offline home/hall nothing was heard of it for 01:00:00", "online home/hall", "state home/hall/zone/0 {open: false}"], _seen.All.Skip(2));
    }

    [Theory]
    [InlineData("""{"contact":""", "zigbee2mqtt/hall: the payload is not JSON (byte 12 of line 1)")]
    [InlineData("""{"contact":{"a":1}}""", "zigbee2mqtt/hall: what is at $.contact is not a single value")]
    [InlineData("""{"temperature":"warm"}""", "zigbee2mqtt/hall: what is at $.temperature is not a temperature")]
    public async Task Nonsense_IsToldOnce_AndTheNextMessageCounts(string nonsense, string told)
    {
        await ListenAsync(Zigbee);
        await _bus.PublishTextAsync("zigbee2mqtt/hall", nonsense);
        await _bus.PublishTextAsync("zigbee2mqtt/hall", nonsense);
        await _bus.PublishTextAsync("zigbee2mqtt/hall", """{"battery":5}""");
        Assert.Equal(["problem home/hall " + told, "state home/hall {battery: 5} initial"], _seen.All);
    }

    [Fact]
    public async Task Payload_ThatIsTooLong_IsNotRead()
    {
        await ListenAsync(Frigate);
        await _bus.PublishTextAsync("frigate/yard/person", new string('1', ForeignValue.MaximumBytes + 1));
        Assert.Equal(["online home/frigate", "problem home/frigate frigate/yard/person: the payload is longer than 262144 bytes"], _seen.All);
    }

    [Theory]
    [InlineData("automation/store/panel/state", true)]
    [InlineData("automation/#", true)]
    [InlineData("+/store/#", true)]
    [InlineData("#", true)]
    [InlineData("automations/store", false)]
    [InlineData("other/automation/store", false)]
    public void RefuseOwn_FilterThatReadsWhatWePublish_IsRefused(string filter, bool refused)
    {
        Site site = Read($$"""{ "id": "home", "timeZone": "Europe/Berlin", "devices": [ { "id": "hall", "kind": "mqtt", "feeds": [ { "topic": "{{filter}}", "property": "x" } ] } ] }""");
        if (refused) Assert.Contains(filter, Assert.Throws<StartRefusedException>(() => ForeignTopics.RefuseOwn(site, "automation")).Message, StringComparison.Ordinal);
        else ForeignTopics.RefuseOwn(site, "automation");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable subscription in _subscriptions) await subscription.DisposeAsync();
        _topics?.Stop();
    }

    private async Task ListenAsync(string site)
    {
        _topics = new ForeignTopics(Read(site), _seen, _time);
        _subscriptions = await _topics.SubscribeAsync(_bus, CancellationToken.None);
    }

    private static Site Read(string text)
    {
        SiteReading reading = SiteReader.Read(new SourceFile("site.json", Encoding.UTF8.GetBytes(text)), _ => null);
        Assert.Empty(reading.Findings);
        return reading.Site!;
    }
}
