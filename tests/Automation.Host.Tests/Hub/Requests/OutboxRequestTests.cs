using System.Text.Json;
using Automation.TestKit;

namespace Automation.Host.Tests.Hub.Requests;

/// <summary>What was not done is seen, asked for once more and put away by a person. The house's devices have no connection, so nothing is ever done.</summary>
public sealed class OutboxRequestTests(RequestHouse house) : IClassFixture<RequestHouse>
{
    [Fact, Trait("Req", "ACT-10")]
    public async Task What_ended_undone_is_listed_retried_and_dropped()
    {
        await house.PublishAsync("automation/store/nvr/alarm-output/1/set", """{"action":"triggerAlarmOutput"}""");
        JsonElement dead = (await DeadAsync(1))[0];
        Assert.Equal(("failed", "triggerAlarmOutput", "store/nvr/alarm-output/1", "invalid", "command"), (Text(dead, "state"), Text(dead, "action"), Text(dead, "on"), Text(dead, "reason"), Text(dead, "rule")));
        string id = Text(dead, "id");
        JsonElement retried = await house.DataAsync("outbox/retry", $$"""{"id":"{{id}}"}""");
        Assert.Equal(id, Text(retried, "insteadOf"));

        // The old one is gone; the new one came to the same end.
        await Until.True(() => DeadAsync().GetAwaiter().GetResult() is [var one] && Text(one, "id") == Text(retried, "id"));
        Assert.Contains("that ended undone", await house.ErrorAsync("outbox/retry", $$"""{"id":"{{id}}"}"""), StringComparison.Ordinal);
        await Until.True(() => house.AskAsync("outbox/drop", $$"""{"id":"{{Text(retried, "id")}}"}""").GetAwaiter().GetResult().Answer.GetProperty("status").GetString() == "ok");
        Assert.Empty(await DeadAsync());
        Assert.Empty((await house.DataAsync("outbox/list", """{"show":"open"}""")).GetProperty("requests").EnumerateArray());
        Assert.Contains("that ended undone", await house.ErrorAsync("outbox/drop", $$"""{"id":"{{Text(retried, "id")}}"}"""), StringComparison.Ordinal);

        // Both ends stay in the history, and who did it in the operation log.
        JsonElement[] actions = [.. (await house.DataAsync("history/query", """{"kind":"action"}""")).GetProperty("rows").EnumerateArray()];
        Assert.Equal([Text(retried, "id"), id], actions.Select(a => Text(a.GetProperty("detail"), "id")));
        await Until.True(() => house.DataAsync("operations/list", "{}").GetAwaiter().GetResult().GetProperty("operations").EnumerateArray().Select(o => Text(o, "what")).Where(w => w.StartsWith("outbox", StringComparison.Ordinal)).Distinct().Count() == 2);
    }

    [Theory, Trait("Req", "ACT-10")]
    [InlineData("outbox/list", """{"show":"lost"}""", "\"show\" is none of dead, open, all")]
    [InlineData("outbox/list", """{"site":"stor"}""", "there is no site 'stor'")]
    [InlineData("outbox/list", """{"device":"Store"}""", "\"device\" is not an address")]
    [InlineData("outbox/retry", "{}", "\"id\" is missing")]
    [InlineData("outbox/drop", """{"id":"store-9999.0"}""", "there is no request 'store-9999.0' that ended undone")]
    public async Task A_wrong_question_says_what_to_change(string verb, string request, string said) =>
        Assert.Contains(said, await house.ErrorAsync(verb, request), StringComparison.Ordinal);

    private async Task<JsonElement[]> DeadAsync(int atLeast = 0)
    {
        JsonElement[] found = [];
        await Until.True(() => (found = [.. house.DataAsync("outbox/list", """{"device":"store/nvr"}""").GetAwaiter().GetResult().GetProperty("requests").EnumerateArray()]).Length >= atLeast);
        return found;
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
