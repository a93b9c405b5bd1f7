using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Automation.Isapi.Tests.Simulator;

public sealed class PanelTests
{
    private const string Delayed = """
        {"devices":[{"id":"panel","kind":"panel","areas":2,"zones":6,"zoneAreas":[1,1,1,1,2,2],"zoneTypes":["Delay","Follow","Instant","Instant","Instant","24hSound"],
          "exitDelaySeconds":30,"entryDelaySeconds":20,"relays":2,"sirens":1}]}
        """;

    [Fact, Trait("Req", "ACT-3")]
    public async Task Arming_disarming_and_a_break_in_between_are_told_by_code()
    {
        await using Site site = await Site.StartAsync();
        HttpClient panel = site.Client("panel");
        await using PartReader stream = await PartReader.OpenAsync(panel);
        await OkAsync(panel, "arm/1?ways=away&format=json");
        Assert.Equal("away", await ArmingAsync(panel, 0));
        Assert.Contains("\"code\":3401", await stream.FindAsync("cidEvent"), StringComparison.Ordinal);
        await site.EmitAsync("""{"device":"panel","event":"zoneOpen","zone":2,"state":"active"}""");
        Assert.Contains("\"code\":1103", await stream.FindAsync("cidEvent"), StringComparison.Ordinal);
        JsonNode zone = (await GetAsync(panel, "/ISAPI/SecurityCP/status/zones?format=json"))["ZoneList"]![2]!["Zone"]!;
        Assert.Equal(("trigger", true, true), ((string)zone["status"]!, (bool)zone["alarm"]!, (bool)zone["armed"]!));
        Assert.Equal("on", (string)(await GetAsync(panel, "/ISAPI/SecurityCP/status/exDevStatus?format=json"))["ExDevStatus"]!["SirenList"]![0]!["Siren"]!["status"]!);
        await site.EmitAsync("""{"device":"panel","event":"zoneOpen","zone":2,"state":"inactive"}""");
        Assert.Contains("\"code\":3103", await stream.FindAsync("cidEvent"), StringComparison.Ordinal);
        await OkAsync(panel, "disarm/1?format=json");
        Assert.Contains("\"code\":1401", await stream.FindAsync("cidEvent"), StringComparison.Ordinal);
        Assert.Equal("disarm", await ArmingAsync(panel, 0));
        Assert.Equal("off", (string)(await GetAsync(panel, "/ISAPI/SecurityCP/status/exDevStatus?format=json"))["ExDevStatus"]!["SirenList"]![0]!["Siren"]!["status"]!);
    }

    [Fact, Trait("Req", "ACT-3")]
    public async Task Arming_with_an_open_zone_is_refused_until_the_zone_is_bypassed()
    {
        await using Site site = await Site.StartAsync();
        HttpClient panel = site.Client("panel");
        await site.ControlAsync("PUT", "/state", """{"panel":{"zones":[{"id":2,"open":true}]}}""");
        using HttpResponseMessage refused = await panel.PutAsync("/ISAPI/SecurityCP/control/arm/1?ways=away&format=json", null);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        JsonNode status = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!;
        Assert.Equal((4, "arming", 1073774621), ((int)status["statusCode"]!, (string)status["subStatusCode"]!, (int)status["errorCode"]!));
        Assert.Equal("disarm", await ArmingAsync(panel, 0));
        using var list = new StringContent("""{"List":[{"id":2}]}""", Encoding.UTF8, "application/json");
        Assert.True((await panel.PutAsync("/ISAPI/SecurityCP/control/bypass?format=json", list)).IsSuccessStatusCode);
        await OkAsync(panel, "arm/1?ways=away&format=json");
        Assert.Equal(HttpStatusCode.Forbidden, (await panel.PutAsync("/ISAPI/SecurityCP/control/bypassRecover/2?format=json", null)).StatusCode);
        await OkAsync(panel, "disarm/0xffffffff?format=json");
        await OkAsync(panel, "bypassRecover/2?format=json");
    }

    [Fact, Trait("Req", "ACT-3")]
    public async Task Exit_delay_says_arming_until_it_is_over()
    {
        await using Site site = await Site.StartAsync(Delayed);
        HttpClient panel = site.Client("panel");
        await OkAsync(panel, "arm/1?ways=stay&format=json");
        Assert.Equal("arming", await ArmingAsync(panel, 0));
        site.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal("arming", await ArmingAsync(panel, 0));
        site.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("stay", await ArmingAsync(panel, 0));
        Assert.Equal("disarm", await ArmingAsync(panel, 1));
    }

    [Fact, Trait("Req", "ACT-3")]
    public async Task Exit_delay_ends_in_a_failure_when_a_zone_stands_open()
    {
        await using Site site = await Site.StartAsync(Delayed);
        HttpClient panel = site.Client("panel");
        await using PartReader stream = await PartReader.OpenAsync(panel);
        await OkAsync(panel, "arm/1?ways=away&format=json");
        await site.EmitAsync("""{"device":"panel","event":"zoneOpen","zone":3,"state":"active"}""");
        site.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Contains("\"code\":1822", await stream.FindAsync("cidEvent"), StringComparison.Ordinal);
        Assert.Equal("disarm", await ArmingAsync(panel, 0));
    }

    [Fact, Trait("Req", "ACT-3")]
    public async Task Entry_delay_leaves_time_to_disarm_and_then_alarms()
    {
        await using Site site = await Site.StartAsync(Delayed);
        HttpClient panel = site.Client("panel");
        await OkAsync(panel, "arm/1?ways=away&format=json");
        site.Time.Advance(TimeSpan.FromSeconds(30));
        await EnterAsync(site);
        Assert.False(await AlarmAsync(panel));
        await OkAsync(panel, "disarm/1?format=json");
        site.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.False(await AlarmAsync(panel));

        await site.ControlAsync("PUT", "/state", """{"panel":{"areas":[{"id":1,"arming":"away"}],"zones":[{"id":0,"open":false},{"id":1,"open":false}]}}""");
        await EnterAsync(site);
        site.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.True(await AlarmAsync(panel));
        await OkAsync(panel, "clearAlarm/1?format=json");
        Assert.False(await AlarmAsync(panel));
        Assert.Equal("away", await ArmingAsync(panel, 0));

        // The follow zone belongs to the way in and stays quiet while the entry delay runs.
        static async Task EnterAsync(Site site)
        {
            await site.EmitAsync("""{"device":"panel","event":"zoneOpen","zone":0,"state":"active"}""");
            await site.EmitAsync("""{"device":"panel","event":"zoneOpen","zone":1,"state":"active"}""");
        }
    }

    [Fact, Trait("Req", "ACT-3")]
    public async Task A_disarmed_zone_is_silent_and_a_24_hour_zone_is_not()
    {
        await using Site site = await Site.StartAsync();
        HttpClient panel = site.Client("panel");
        await using PartReader stream = await PartReader.OpenAsync(panel);
        await site.EmitAsync("""[{"device":"panel","event":"zoneOpen","zone":2,"state":"active"},{"device":"panel","event":"zoneOpen","zone":5,"state":"active"}]""");
        string part = await stream.FindAsync("cidEvent");
        Assert.Contains("\"code\":1124", part, StringComparison.Ordinal);
        Assert.Contains("\"system\":2", part, StringComparison.Ordinal);
        Assert.Contains("\"zone\":5", part, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "ACT-5")]
    public async Task Relays_switch_one_by_one_and_in_batches_that_tell_each_failure()
    {
        await using Site site = await Site.StartAsync();
        HttpClient panel = site.Client("panel");
        using var open = new StringContent("""{"OutputsCtrl":{"switch":"open"}}""");
        Assert.True((await panel.PutAsync("/ISAPI/SecurityCP/control/outputs/0?format=json", open)).IsSuccessStatusCode);
        using var both = new StringContent("""{"OutputsCtrl":{"switch":"open","List":[{"id":1},{"id":7}]}}""");
        using HttpResponseMessage partly = await panel.PostAsync("/ISAPI/SecurityCP/control/outputs?format=json", both);
        JsonNode errors = JsonNode.Parse(await partly.Content.ReadAsStringAsync())!["ErrorList"]!;
        Assert.Equal(("1", "ok", "7", "badParameters"), ((string)errors[0]!["id"]!, (string)errors[0]!["errorMsg"]!, (string)errors[1]!["id"]!, (string)errors[1]!["subStatusCode"]!));
        Assert.Equal("[true,true]", (await site.ControlAsync("GET", "/state?device=panel"))["relays"]!.ToJsonString());
    }

    [Fact, Trait("Req", "ACT-4")]
    public async Task Zones_come_in_pages()
    {
        await using Site site = await Site.StartAsync();
        HttpClient panel = site.Client("panel");
        var seen = new List<int>();
        string state;
        do
        {
            using var condition = new StringContent($$$"""{"ZoneCond":{"searchID":"a","searchResultPosition":{{{seen.Count}}},"maxResults":"4"}}""");
            using HttpResponseMessage response = await panel.PostAsync("/ISAPI/SecurityCP/status/zones?format=json", condition);
            JsonNode search = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["ZoneSearch"]!;
            state = (string)search["responseStatusStrg"]!;
            seen.AddRange(search["ZoneList"]!.AsArray().Select(z => (int)z!["Zone"]!["id"]!));
        }
        while (state == "MORE" && seen.Count < 100);
        Assert.Equal([0, 1, 2, 3, 4, 5], seen);
    }

    [Theory, Trait("Req", "ACT-8")]
    [InlineData("arm/9?ways=away", 400)]
    [InlineData("arm/1?ways=sideways", 400)]
    [InlineData("arm/x?ways=away", 400)]
    [InlineData("bypass/6", 400)]
    [InlineData("outputs/0", 400)]
    [InlineData("siren/0", 400)]
    [InlineData("bypass", 400)]
    [InlineData("nothing/1", 403)]
    public async Task A_command_that_makes_no_sense_is_refused_with_a_ResponseStatus(string command, int status)
    {
        await using Site site = await Site.StartAsync();
        using HttpResponseMessage response = await site.Client("panel").PutAsync($"/ISAPI/SecurityCP/control/{command}{(command.Contains('?', StringComparison.Ordinal) ? "&" : "?")}format=json", null);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.True((int)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["statusCode"]! is 4 or 5 or 6);
    }

    private static async Task OkAsync(HttpClient panel, string command)
    {
        using HttpResponseMessage response = await panel.PutAsync("/ISAPI/SecurityCP/control/" + command, null);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        Assert.Equal(1, (int)JsonNode.Parse(text)!["statusCode"]!);
    }

    private static async Task<JsonNode> GetAsync(HttpClient panel, string path) => JsonNode.Parse(await panel.GetStringAsync(path))!;

    private static async Task<string> ArmingAsync(HttpClient panel, int index) => (string)(await GetAsync(panel, "/ISAPI/SecurityCP/status/subSystems?format=json"))["SubSysList"]![index]!["SubSys"]!["arming"]!;

    private static async Task<bool> AlarmAsync(HttpClient panel) => (bool)(await GetAsync(panel, "/ISAPI/SecurityCP/status/subSystems?format=json"))["SubSysList"]![0]!["SubSys"]!["alarm"]!;
}
