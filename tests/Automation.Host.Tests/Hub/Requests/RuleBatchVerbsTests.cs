using System.Text.Json;

namespace Automation.Host.Tests.Hub.Requests;

/// <summary>One rule's settings for other resources, and one change in many rules.</summary>
[Trait("Req", "EXC-5")]
public sealed class RuleBatchVerbsTests(RequestHouse house) : IClassFixture<RequestHouse>
{
    private const string Watch = """{"kind":"exception","id":"watch","name":"Watch","sources":["store/nvr/channel/1"],"exceptions":["videoLoss"],"receivedBy":["email"],"recipients":["installerAdmin"],"schedule":{"weekly":{"mon":["08:00-18:00"]}}}""";

    [Fact]
    public async Task Copy_AnExceptionRule_HasItsSettingsForTheOtherResources_AndIsWrittenAnewWhenCopiedAgain()
    {
        await house.DataAsync("rules/put", $$"""{"document":{{Watch}}}""");
        JsonElement data = await house.DataAsync("rules/copy", """{"rule":"watch","to":["store/nvr/channel/2","store/nvr/channel/3"]}""");
        Assert.Equal(["watch-store-nvr-channel-2", "watch-store-nvr-channel-3"], data.GetProperty("rules").EnumerateArray().Select(r => r.GetString()));
        JsonElement copy = await DocumentAsync("watch-store-nvr-channel-2");
        Assert.Equal(["store/nvr/channel/2"], copy.GetProperty("sources").EnumerateArray().Select(s => s.GetString()));
        JsonElement original = await DocumentAsync("watch");
        foreach (string member in (string[])["exceptions", "receivedBy", "recipients", "schedule"]) Assert.True(JsonElement.DeepEquals(original.GetProperty(member), copy.GetProperty(member)), member);
        Assert.StartsWith("Watch – ", copy.GetProperty("name").GetString(), StringComparison.Ordinal);
        await house.UntilRetainedAsync("automation/rules/watch-store-nvr-channel-3/state", s => s.GetProperty("kind").GetString() == "exception");

        await house.DataAsync("rules/put", $$"""{"document":{{Watch.Replace("\"email\"", "\"mobileClient\"", StringComparison.Ordinal)}}}""");
        await house.DataAsync("rules/copy", """{"rule":"watch","to":["store/nvr/channel/2"]}""");
        Assert.Equal("mobileClient", (await DocumentAsync("watch-store-nvr-channel-2")).GetProperty("receivedBy")[0].GetString());
        foreach (string rule in (string[])["watch", "watch-store-nvr-channel-2", "watch-store-nvr-channel-3"]) await house.DataAsync("rules/delete", $$"""{"rule":"{{rule}}"}""");
    }

    [Fact]
    public async Task Edit_SeveralRules_ChangesAllOrNone()
    {
        await house.DataAsync("rules/put", $$"""{"document":{{Watch.Replace("\"watch\"", "\"one\"", StringComparison.Ordinal)}}}""");
        await house.DataAsync("rules/put", $$"""{"document":{{Watch.Replace("\"watch\"", "\"two\"", StringComparison.Ordinal).Replace("channel/1", "channel/2", StringComparison.Ordinal)}}}""");
        await house.DataAsync("rules/edit", """{"rules":["one","two"],"set":{"receivedBy":["portal","mobileClient"],"schedule":"allDays"}}""");
        foreach (string rule in (string[])["one", "two"])
        {
            JsonElement document = await DocumentAsync(rule);
            Assert.Equal("allDays", document.GetProperty("schedule").GetString());
            Assert.Equal(["portal", "mobileClient"], document.GetProperty("receivedBy").EnumerateArray().Select(w => w.GetString()));
            Assert.Equal("videoLoss", document.GetProperty("exceptions")[0].GetString());
        }

        string wrong = await house.ErrorAsync("rules/edit", """{"rules":["one","two"],"set":{"receivedBy":["pager"]}}""");
        Assert.StartsWith("nothing was changed: 2 error(s)", wrong, StringComparison.Ordinal);
        Assert.Equal("portal", (await DocumentAsync("one")).GetProperty("receivedBy")[0].GetString());
        foreach (string rule in (string[])["one", "two"]) await house.DataAsync("rules/delete", $$"""{"rule":"{{rule}}"}""");
    }

    [Theory]
    [InlineData("rules/copy", """{"rule":"store-after-hours","to":["store/nvr/channel/2"]}""", "'store-after-hours' is no exception rule")]
    [InlineData("rules/copy", """{"rule":"nothing","to":["store/nvr/channel/2"]}""", "there is no rule 'nothing'")]
    [InlineData("rules/copy", """{"rule":"store-after-hours","to":[]}""", "\"to\" is not a list of 1 to 500")]
    [InlineData("rules/edit", """{"rules":["nothing"],"set":{}}""", "there is no rule 'nothing'")]
    [InlineData("rules/edit", """{"rules":["store-after-hours"],"set":{"id":"x"}}""", "\"id\" is each rule's own")]
    public async Task Request_ThatIsWrong_SaysWhatToChange(string verb, string request, string said) => Assert.Contains(said, await house.ErrorAsync(verb, request), StringComparison.Ordinal);

    [Theory]
    [InlineData("store/nvr/channel/99", "the site has no 'store/nvr/channel/99'")]
    [InlineData("store/panel", "and the rule is about channel")]
    public async Task Copy_ToWhatIsNotOfTheKind_SaysSo(string to, string said)
    {
        string id = "kind-" + to.Replace('/', '-');
        await house.DataAsync("rules/put", $$"""{"document":{{Watch.Replace("\"watch\"", $"\"{id}\"", StringComparison.Ordinal)}}}""");
        Assert.Contains(said, await house.ErrorAsync("rules/copy", $$"""{"rule":"{{id}}","to":["{{to}}"]}"""), StringComparison.Ordinal);
        await house.DataAsync("rules/delete", $$"""{"rule":"{{id}}"}""");
    }

    private async Task<JsonElement> DocumentAsync(string rule) => (await house.DataAsync("rules/get", $$"""{"rule":"{{rule}}"}""")).GetProperty("document");
}
