using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.Hub.Requests;
using Automation.Mqtt;

namespace Automation.Host.Tests.Hub.Requests;

/// <summary>Requests to a running host over its own broker.</summary>
public sealed class RequestDeskTests(RequestHouse house) : IClassFixture<RequestHouse>
{
    [Fact, Trait("Req", "HUB-5")]
    public async Task Health_SaysWhatRuns_AndEchoesTheTransaction()
    {
        (MqttMessage message, JsonElement answer) = await house.AskAsync("health", """{"transaction":"7f3a"}""");
        Assert.Equal("automation/response/health", message.Topic);
        Assert.False(message.Retain);
        Assert.Equal("7f3a", answer.GetProperty("transaction").GetString());
        JsonElement site = answer.GetProperty("data").GetProperty("sites")[0];
        Assert.Equal("store", site.GetProperty("id").GetString());
        Assert.Equal(6, site.GetProperty("devices").GetInt32());
        Assert.Equal(7, site.GetProperty("rules").GetInt32());
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task DevicesSearch_IsAnsweredAfterIt_AndOthersDoNotWait()
    {
        Task<JsonElement> search = house.DataAsync("devices/search", """{"seconds":1}""");
        await house.DataAsync("health", "");
        Assert.Equal(JsonValueKind.Array, (await search).GetProperty("devices").ValueKind);
    }

    [Fact, Trait("Req", "EVT-7")]
    public async Task DevicesCheck_OfADeviceWithoutConnection_SaysSo() =>
        Assert.Contains("cannot be asked", await house.ErrorAsync("devices/check", """{"device":"store/gate"}"""), StringComparison.Ordinal);

    [Fact, Trait("Req", "HUB-5")]
    public async Task Request_WithAResponseTopic_IsAnsweredThere()
    {
        (MqttMessage message, JsonElement answer) = await house.AskAsync("rules/list", """{"transaction":17}""", "elsewhere/answers");
        Assert.Equal("elsewhere/answers", message.Topic);
        Assert.Equal("application/json", message.ContentType);
        Assert.Equal(17, answer.GetProperty("transaction").GetInt32());
    }

    [Theory, Trait("Req", "HUB-5")]
    [InlineData("automation/store/panel/area/1/set")]
    [InlineData("automation/status")]
    [InlineData("automation/rules/loitering/enabled/set")]
    [InlineData("automation/request/health")]
    [InlineData("automation")]
    [InlineData("$SYS/broker")]
    public async Task Request_WithAResponseTopicThatWouldCommandUs_IsRefusedOnTheUsualOne(string responseTopic)
    {
        (MqttMessage message, JsonElement answer) = await house.AskAsync("health", "{}", responseTopic);
        Assert.Equal("automation/response/health", message.Topic);
        Assert.Contains("response topic", answer.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "HUB-5")]
    [InlineData("health", "{", "is not JSON")]
    [InlineData("health", "[]", "is not an object")]
    [InlineData("health", "[[[[[[[[[[1]]]]]]]]]]", "is not an object")]
    [InlineData("health", """{"transaction":{}}""", "\"transaction\"")]
    [InlineData("health", """{"verbose":true}""", "\"verbose\" means nothing here")]
    [InlineData("rules/lst", "{}", "rules/list")]
    [InlineData("a/b/c", "{}", "is not something to ask for")]
    [InlineData("rules/list", """{"site":"stor"}""", "there is no site 'stor'")]
    [InlineData("rules/list", """{"offset":-1}""", "\"offset\" is not a whole number from 0")]
    [InlineData("rules/enable", """{"enabled":true}""", "\"rule\" is missing")]
    [InlineData("rules/enable", """{"rule":"loitering","enabled":"on"}""", "\"enabled\" is neither true nor false")]
    [InlineData("rules/enable", """{"rule":"loitring","enabled":true}""", "there is no rule 'loitring'")]
    [InlineData("rules/explain", """{"rule":"loitering","at":"yesterday"}""", "\"at\" is not an instant")]
    [InlineData("rules/explain", """{"rule":7}""", "\"rule\" is not a text")]
    [InlineData("devices/list", """{"device":"store/pannel"}""", "there is no device 'store/pannel'")]
    [InlineData("devices/check", "{}", "\"device\" is missing")]
    [InlineData("devices/check", """{"device":"store/pannel"}""", "there is no device 'store/pannel'")]
    [InlineData("devices/search", """{"seconds":60}""", "\"seconds\" is not a whole number from 1 to 10")]
    [InlineData("groups/correct", """{"group":"first-floor"}""", "\"inside\" is not a whole number from 0 to 1000000")]
    [InlineData("groups/correct", """{"group":"first-floor","inside":2.5}""", "\"inside\" is not a whole number")]
    [InlineData("groups/reset", """{"group":"loitering"}""", "there is no people-counting group 'loitering'")]
    [InlineData("action/run", """{"action":"arm"}""", "\"on\" is missing")]
    [InlineData("action/run", """{"action":"arm","on":"plant/panel"}""", "is not an address of a site here")]
    [InlineData("action/run", """{"action":"arm","on":"store/panel/area/9"}""", "there is no resource store/panel/area/9")]
    [InlineData("action/run", """{"action":"explode","on":"store/panel"}""", "'explode' is not an action")]
    [InlineData("action/run", """{"action":"openDoor","on":"store/panel"}""", "cannot be done on a device")]
    [InlineData("action/run", """{"action":"arm","on":"store/panel/area/1","parameters":{"how":"away"}}""", "it takes mode")]
    [InlineData("action/run", """{"action":"arm","on":"store/panel/area/1","parameters":{"mode":["away"]}}""", "is not a single value")]
    [InlineData("action/run", """{"action":"arm","on":"store/panel/area/1","parameters":[]}""", "\"parameters\" is not an object")]
    public async Task Request_ThatIsWrong_IsToldWhatToChange(string verb, string request, string expected) =>
        Assert.Contains(expected, await house.ErrorAsync(verb, request), StringComparison.Ordinal);

    [Fact, Trait("Req", "HUB-5")]
    public async Task Request_ThatIsTooDeep_IsRefused() =>
        Assert.Contains("is not JSON", await house.ErrorAsync("health", $$"""{"transaction":{{new string('[', 70)}}{{new string(']', 70)}}}"""), StringComparison.Ordinal);

    [Fact, Trait("Req", "HUB-5")]
    public async Task Request_ThatIsTooLong_IsRefused() =>
        Assert.Contains("longer than", await house.ErrorAsync("health", $$"""{"transaction":"{{new string('x', RequestDesk.MaximumBytes)}}"}"""), StringComparison.Ordinal);

    [Fact, Trait("Req", "HUB-5")]
    public async Task Request_WithoutAPayload_IsOneWithoutArguments()
    {
        JsonElement data = await house.DataAsync("devices/list", "");
        Assert.Equal(6, data.GetProperty("total").GetInt32());
        Assert.Equal("store/panel", data.GetProperty("devices")[0].GetProperty("address").GetString());
    }

    [Fact, Trait("Req", "HUB-5")]
    public async Task DevicesList_OfOne_HasItsResources()
    {
        JsonElement data = await house.DataAsync("devices/list", """{"device":"store/gate"}""");
        JsonElement door = Assert.Single(data.GetProperty("resources").EnumerateArray());
        Assert.Equal("store/gate/door/1", door.GetProperty("address").GetString());
        Assert.Equal(JsonValueKind.Null, door.GetProperty("state").ValueKind);
    }

    [Fact, Trait("Req", "HUB-5")]
    public async Task RulesEnable_SwitchesAndSaysSo()
    {
        Assert.False((await house.DataAsync("rules/enable", """{"rule":"arm-at-night","enabled":false}""")).GetProperty("enabled").GetBoolean());
        JsonElement rules = (await house.DataAsync("rules/list", """{"site":"store"}""")).GetProperty("rules");
        JsonElement rule = Assert.Single(rules.EnumerateArray(), r => r.GetProperty("id").GetString() == "arm-at-night");
        Assert.False(rule.GetProperty("enabled").GetBoolean());
        Assert.Equal("schedule", rule.GetProperty("kind").GetString());
        Assert.True((await house.DataAsync("rules/enable", """{"rule":"arm-at-night","enabled":true}""")).GetProperty("enabled").GetBoolean());
        Assert.Equal(7, (await house.DataAsync("rules/list", "{}")).GetProperty("total").GetInt32());
        Assert.Empty((await house.DataAsync("rules/list", """{"offset":7}""")).GetProperty("rules").EnumerateArray());
    }

    [Fact, Trait("Req", "HUB-5")]
    public async Task RulesExplain_SaysWhyItDidNotFire()
    {
        JsonElement data = await house.DataAsync("rules/explain", """{"rule":"loitering"}""");
        Assert.Equal("loitering", data.GetProperty("rule").GetString());
        Assert.NotEqual("", data.GetProperty("summary").GetString());
    }

    [Fact, Trait("Req", "PPL-4")]
    public async Task GroupsCorrect_ThenReset_ShowsInTheGroupsState()
    {
        await house.DataAsync("groups/correct", """{"group":"store/groups/first-floor","inside":118}""");
        await house.UntilRetainedAsync("automation/store/groups/first-floor/state", s => s.GetProperty("inside").GetInt32() == 118 && s.GetProperty("remaining").GetInt32() == 2);
        Assert.Equal("store/groups/first-floor", (await house.DataAsync("groups/reset", """{"group":"first-floor"}""")).GetProperty("group").GetString());
        await house.UntilRetainedAsync("automation/store/groups/first-floor/state", s => s.GetProperty("inside").GetInt32() == 0);
    }

    [Fact, Trait("Req", "HUB-2")]
    public async Task The_reset_button_in_Home_Assistant_is_obeyed()
    {
        JsonElement button = Discovery.DemoDocuments.Entity("automation", "group_first-floor_reset");
        Assert.Equal("automation/request/groups/reset", button.GetProperty("command_topic").GetString());
        await house.DataAsync("groups/reset", button.GetProperty("payload_press").GetString()!);
    }

    [Fact, Trait("Req", "ACT-8")]
    public async Task ActionRun_AnswersWithTheOutcome()
    {
        (_, JsonElement answer) = await house.AskAsync("action/run", """{"action":"arm","on":"store/panel/area/1","parameters":{"mode":"away"},"transaction":1}""");
        Assert.Equal("error", answer.GetProperty("status").GetString());
        Assert.Contains("invalid", answer.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, answer.GetProperty("transaction").GetInt32());
        JsonElement data = answer.GetProperty("data");
        Assert.Equal("failed", data.GetProperty("outcome").GetString());
        Assert.Equal("invalid", data.GetProperty("reason").GetString());
        Assert.Equal("away", data.GetProperty("parameters").GetProperty("mode").GetString());
        Assert.Empty(Validation.ShippedSchemas.Topic("action").Validate(data));
    }

    [Fact, Trait("Req", "HUB-2")]
    public async Task The_host_shows_its_rules_in_Home_Assistant()
    {
        await house.UntilRetainedAsync("homeassistant/device/automation/config", d => d.GetProperty("components").TryGetProperty("rule_loitering", out _));
        await house.UntilRetainedAsync("homeassistant/device/automation_store_panel/config", d => d.GetProperty("device").GetProperty("name").GetString() == "Alarm panel");
    }
}
