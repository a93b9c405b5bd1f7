using System.Text.Json;
using Automation.TestKit;

namespace Automation.Host.Tests.Hub.Requests;

/// <summary>Questions about what happened and who did it, to a running host.</summary>
public sealed class HistoryRequestTests(RequestHouse house) : IClassFixture<RequestHouse>
{
    [Fact, Trait("Req", "HUB-6")]
    public async Task Who_switched_or_commanded_something_is_in_the_operation_log()
    {
        await house.DataAsync("rules/enable", """{"rule":"loitering","enabled":false}""");
        await house.PublishAsync("automation/rules/loitering/enabled/set", "on");
        await house.PublishAsync("automation/rules/no-such-rule/enabled/set", "ON");
        await house.PublishAsync("automation/store/panel/area/1/set", """{"action":"arm","mode":"away"}""");
        await house.PublishAsync("automation/store/panel/area/77/set", "disarm");
        JsonElement[] found = [];
        await Until.True(() => (found = [.. house.DataAsync("operations/list", "{}").GetAwaiter().GetResult().GetProperty("operations").EnumerateArray().Where(o => o.GetProperty("what").GetString() != "exceptions/acknowledge")]).Length >= 6, () => string.Join('\n', found));

        // What comes over several topics is not in one order.
        Assert.Equal(
            ["command store/panel/area/1 {\"action\":\"arm\",\"mode\":\"away\"}", "command store/panel/area/77 disarm refused", "ruleSwitch loitering ON", "ruleSwitch no-such-rule ON refused", "rules/enable", "start"],
            found.Select(Text).Order(StringComparer.Ordinal));
        Assert.Equal(["mqtt", "mqtt", "mqtt", "mqtt", "process", "request"], found.Select(o => o.GetProperty("via").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal("{\"rule\":\"loitering\",\"enabled\":false}", found.Single(o => Text(o) == "rules/enable").GetProperty("detail").GetString());
        Assert.Equal(2, (await house.DataAsync("operations/list", """{"what":"command"}""")).GetProperty("operations").GetArrayLength());
        Assert.True((await house.DataAsync("operations/verify", "{}")).GetProperty("unchanged").GetBoolean());

        static string Text(JsonElement o) =>
            $"{o.GetProperty("what")} {(o.TryGetProperty("target", out JsonElement target) ? target.GetString() : "")} {(o.GetProperty("via").GetString() == "mqtt" ? o.GetProperty("detail").GetString() : "")} {(o.TryGetProperty("refusal", out _) ? "refused" : "")}".Replace("  ", " ", StringComparison.Ordinal).Trim();
    }

    [Theory, Trait("Req", "HUB-5")]
    [InlineData("history/query", """{"kind":"firings"}""", "\"kind\" is none of event, state, firing")]
    [InlineData("history/query", """{"resource":"Store/Panel"}""", "\"resource\" is not an address")]
    [InlineData("history/query", """{"site":"stor"}""", "there is no site 'stor'")]
    [InlineData("history/query", """{"limit":501}""", "\"limit\" is not a whole number from 1 to 500")]
    [InlineData("history/query", """{"before":"newest"}""", "\"next\"")]
    [InlineData("history/query", """{"form":"2026-11-20"}""", "\"form\" means nothing here")]
    [InlineData("history/samples", "{}", "\"resource\" is missing")]
    [InlineData("history/samples", """{"resource":"store/panel/area/1","from":"2026-11-20T00:00:00Z","until":"2026-11-20T00:00:00Z"}""", "the first before the second")]
    [InlineData("exceptions/acknowledge", """{"id":4711,"by":"anna"}""", "there is no exception 4711")]
    [InlineData("exceptions/list", """{"lasting":"yes"}""", "\"lasting\" is neither true nor false")]
    public async Task A_wrong_question_is_answered_with_what_to_change(string verb, string request, string said) =>
        Assert.Contains(said, await house.ErrorAsync(verb, request), StringComparison.Ordinal);

    [Fact]
    public async Task The_info_topic_says_how_the_storage_is() =>
        await house.UntilRetainedAsync("automation/info", info => info.GetProperty("storage").GetString() == "ok");
}
