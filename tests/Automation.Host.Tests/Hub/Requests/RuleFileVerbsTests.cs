using System.Text.Json;

namespace Automation.Host.Tests.Hub.Requests;

/// <summary>Rules are read, written, tried and removed over MQTT; the files on disk are what counts.</summary>
[Trait("Req", "HUB-5")]
public sealed class RuleFileVerbsTests(RequestHouse house) : IClassFixture<RequestHouse>
{
    private const string Bell = """{"kind":"automation","id":"bell","name":"Bell","triggers":[{"event":"zoneAlarm","source":"store/panel/zone/3"}],"actions":[{"action":"record","on":["store/nvr/channel/1"]}]}""";

    [Fact]
    public async Task Get_ARule_IsItsDocumentAsItStandsInTheFile()
    {
        JsonElement data = await house.DataAsync("rules/get", """{"rule":"store-after-hours"}""");
        Assert.Equal("after-hours.json", data.GetProperty("file").GetString());
        Assert.Equal("store/panel/zone/3", data.GetProperty("document").GetProperty("source").GetString());
    }

    [Fact]
    public async Task PutAndDelete_ARule_ChangesFileAndRules()
    {
        JsonElement made = await house.DataAsync("rules/put", $$"""{"document":{{Bell}}}""");
        Assert.True(made.GetProperty("created").GetBoolean());
        Assert.Equal(0, made.GetProperty("findings").GetArrayLength());
        string file = Path.Combine(house.Rules, "bell.json");
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(Bell).RootElement, JsonDocument.Parse(File.ReadAllText(file)).RootElement));
        await house.UntilRetainedAsync("automation/rules/bell/state", s => s.GetProperty("name").GetString() == "Bell");

        JsonElement changed = await house.DataAsync("rules/put", $$"""{"site":"store","document":{{Bell.Replace("\"Bell\"", "\"Front bell\"", StringComparison.Ordinal)}}}""");
        Assert.False(changed.GetProperty("created").GetBoolean());
        await house.UntilRetainedAsync("automation/rules/bell/state", s => s.GetProperty("name").GetString() == "Front bell");

        await house.DataAsync("rules/delete", """{"rule":"bell"}""");
        Assert.False(File.Exists(file));
        Assert.Contains("there is no rule 'bell'", await house.ErrorAsync("rules/get", """{"rule":"bell"}"""), StringComparison.Ordinal);
        Assert.Contains("there is no rule 'bell'", await house.ErrorAsync("rules/delete", """{"rule":"bell"}"""), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "LNK-12")]
    public async Task Put_AWrongRule_IsAnsweredWithFindingsAndWritesNothing()
    {
        string[] before = Directory.GetFiles(house.Rules);
        JsonElement answer = (await house.AskAsync("rules/put", """{"document":{"kind":"linkage","id":"wrong","source":"store/panel/zone/33","event":"zoneAlarm","actions":[{"action":"record","on":["store/nvr/channel/1"]}]}}""")).Answer;
        Assert.StartsWith("nothing was changed: 1 error(s), first: AUT1201", answer.GetProperty("error").GetString(), StringComparison.Ordinal);
        JsonElement finding = Assert.Single(answer.GetProperty("data").GetProperty("findings").EnumerateArray());
        Assert.Equal("AUT1201", finding.GetProperty("code").GetString());
        Assert.Equal("/source", finding.GetProperty("pointer").GetString());
        Assert.Equal("wrong.json", finding.GetProperty("path").GetString());
        Assert.Equal(before, Directory.GetFiles(house.Rules));
    }

    [Fact, Trait("Req", "PPL-3"), Trait("Req", "HUB-2")]
    public async Task Set_ANumber_ChangesItAloneInTheFile_AndIsInForce()
    {
        string file = Path.Combine(house.Rules, "first-floor.json");
        string before = File.ReadAllText(file);
        await house.DataAsync("groups/correct", """{"group":"first-floor","inside":7}""");
        JsonElement data = await house.DataAsync("rules/set", """{"rule":"first-floor","setting":"maxPeople","value":150.0}""");
        Assert.Equal(150, data.GetProperty("value").GetInt32());
        Assert.Equal(before.Replace("120", "150", StringComparison.Ordinal), File.ReadAllText(file));
        await house.UntilRetainedAsync("automation/rules/first-floor/state", s => s.GetProperty("settings").GetProperty("maxPeople").GetInt32() == 150);
        await house.UntilRetainedAsync("automation/store/groups/first-floor/state", s => s.GetProperty("max").GetInt32() == 150 && s.GetProperty("inside").GetInt32() == 7);

        await house.DataAsync("rules/set", """{"rule":"transformer-hot","setting":"above","value":82.5}""");
        await house.UntilRetainedAsync("automation/rules/transformer-hot/state", s => s.GetProperty("settings").GetProperty("above").GetDouble() == 82.5);
        await house.DataAsync("rules/set", """{"rule":"transformer-hot","setting":"above","value":80}""");
        await house.DataAsync("rules/set", """{"rule":"first-floor","setting":"maxPeople","value":120}""");
        Assert.Equal(before, File.ReadAllText(file));
    }

    [Theory]
    [InlineData("""{"rule":"first-floor","setting":"maxPeople","value":0}""", "a whole number from 1 to 100000")]
    [InlineData("""{"rule":"first-floor","setting":"maxPeople","value":1.5}""", "a whole number from 1 to 100000")]
    [InlineData("""{"rule":"first-floor","setting":"maxPeople","value":"150"}""", "\"value\" is not a number")]
    [InlineData("""{"rule":"first-floor","setting":"resetAt","value":1}""", "it has maxPeople")]
    [InlineData("""{"rule":"loitering","setting":"count","value":1}""", "it has none")]
    [InlineData("""{"rule":"none","setting":"count","value":1}""", "there is no rule 'none'")]
    [InlineData("""{"rule":"transformer-hot","setting":"above","value":70}""", "nothing was changed: 1 error(s), first: AUT1")]
    public async Task Set_ANumberThatIsWrong_IsAnsweredAndChangesNothing(string request, string said)
    {
        string[] before = [.. Directory.GetFiles(house.Rules).Order().Select(File.ReadAllText)];
        Assert.Contains(said, await house.ErrorAsync("rules/set", request), StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(house.Rules).Order().Select(File.ReadAllText));
    }

    [Fact]
    public async Task Set_ANumberOfAnInstance_IsAnInputOfIt()
    {
        await house.DataAsync("rules/put", """{"document":{"template":"overheating-equipment","id":"boiler","inputs":{"source":"store/thermal/channel/1"}}}""");
        await house.UntilRetainedAsync("automation/rules/boiler/state", s => s.GetProperty("settings").GetProperty("clearBelow").GetDouble() == 75);
        await house.DataAsync("rules/set", """{"rule":"boiler","setting":"above","value":95}""");
        await house.UntilRetainedAsync("automation/rules/boiler/state", s => s.GetProperty("settings").GetProperty("above").GetDouble() == 95);
        Assert.Equal(95, (await house.DataAsync("rules/get", """{"rule":"boiler"}""")).GetProperty("document").GetProperty("inputs").GetProperty("above").GetInt32());
        await house.DataAsync("rules/delete", """{"rule":"boiler"}""");
    }

    [Fact]
    public async Task Validate_ARule_TellsWhatIsWrongAndChangesNothing()
    {
        string[] before = Directory.GetFiles(house.Rules);
        Assert.Equal(0, (await house.DataAsync("rules/validate", $$"""{"document":{{Bell}}}""")).GetProperty("findings").GetArrayLength());
        JsonElement data = await house.DataAsync("rules/validate", """{"document":{"kind":"linkge","id":"x"}}""");
        Assert.Equal("AUT1103", Assert.Single(data.GetProperty("findings").EnumerateArray()).GetProperty("code").GetString());
        Assert.Equal(before, Directory.GetFiles(house.Rules));
    }

    [Fact]
    public async Task Simulate_ADocument_ShowsWhatItWouldDo()
    {
        JsonElement data = await house.DataAsync("rules/simulate", $$"""{"document":{{Bell}},"events":[{"at":"2026-11-20T18:00:00+01:00","resource":"store/panel/zone/3","event":"zoneAlarm","state":"active"}]}""");
        string[] actions = [.. data.GetProperty("outputs").EnumerateArray().Where(o => o.GetProperty("type").GetString() == "action" && o.GetProperty("rule").GetString() == "bell").Select(o => o.GetProperty("action").GetString() + " " + o.GetProperty("on").GetString())];
        Assert.Equal(["record store/nvr/channel/1"], actions);
        Assert.Contains("there is no rule 'bell'", await house.ErrorAsync("rules/explain", """{"rule":"bell"}"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rules/put", "{}", "\"document\" is missing")]
    [InlineData("rules/put", """{"document":[]}""", "\"document\" is not an object")]
    [InlineData("rules/put", """{"site":"stor","document":{}}""", "there is no site 'stor'")]
    [InlineData("rules/simulate", "{}", "\"events\" is not a list of 1 to 1000")]
    [InlineData("rules/simulate", """{"events":[{"at":"yesterday"}]}""", "event 1: ")]
    [InlineData("rules/simulate", """{"events":[{"at":"2026-11-20T18:00:00Z"}],"until":"2027-11-20T18:00:00Z"}""", "\"until\" is more than 31 days")]
    [InlineData("templates/instantiate", """{"template":"nothing","rule":"x","inputs":{}}""", "there is no template 'nothing'")]
    [InlineData("templates/instantiate", """{"template":"intrusion","rule":"x","inputs":{}}""", "first: AUT1253")]
    public async Task Request_ThatIsWrong_IsAnsweredWithWhatToChange(string verb, string request, string told)
    {
        Assert.Contains(told, await house.ErrorAsync(verb, request), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "LNK-11")]
    public async Task Templates_AreListedAndFilledIn()
    {
        JsonElement templates = (await house.DataAsync("templates/list", "{}")).GetProperty("templates");
        JsonElement overheating = Assert.Single(templates.EnumerateArray(), t => t.GetProperty("template").GetString() == "panic-button");
        string inputs = string.Join(',', overheating.GetProperty("inputs").EnumerateObject().Where(i => i.Value.GetProperty("needed").GetBoolean()).Select(i => i.Name));
        Assert.NotEmpty(inputs);
    }
}
