using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Simulator;

/// <summary>The receiver of seed 002: device list, subscription, calls by devIndex.</summary>
public sealed class GatewayTests
{
    private const string List = "/ISAPI/ContentMgmt/DeviceMgmt/deviceList?format=json";
    private const string Subscribe = "/ISAPI/Event/notification/subscribeDeviceMgmt?format=json";
    private const string All = """{"SubscribeDeviceMgmt":{"eventMode":"all","defenceMode":"all"}}""";

    private const string Devices = """
        {"devices":[
            {"id":"receiver","kind":"gateway","behind":["panel","cam-*"]},
            {"id":"panel","kind":"panel","areas":2,"zones":4,"zoneAreas":[1,1,2,2],"relays":2,"utcOffset":"+08:00"},
            {"id":"cam","kind":"camera","count":24,"alarmInputs":1}
        ]}
        """;

    [Fact, Trait("Req", "DEV-4")]
    public async Task The_device_list_comes_in_pages_and_is_filtered()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient receiver = site.Client("receiver");
        var seen = new List<string>();
        JsonNode page;
        do
        {
            page = await PostAsync(receiver, List, $$$"""{"SearchDescription":{"position":{{{seen.Count}}},"maxResult":10}}""");
            seen.AddRange(page["SearchResult"]!["MatchList"]!.AsArray().Select(m => (string)m!["Device"]!["devName"]!));
        }
        while (seen.Count < (int)page["SearchResult"]!["totalMatches"]!);
        Assert.Equal(["panel", .. Enumerable.Range(1, 24).Select(n => "cam " + n.ToString(CultureInfo.InvariantCulture))], seen);
        Assert.Equal(25, (int)page["SearchResult"]!["numOfDevice"]!);

        JsonNode panels = await PostAsync(receiver, List, """{"SearchDescription":{"position":0,"maxResult":10,"Filter":{"devType":[0]}}}""");
        JsonNode panel = panels["SearchResult"]!["MatchList"]!.AsArray().Single()!["Device"]!;
        Assert.True(Guid.TryParseExact((string)panel["devIndex"]!, "D", out _));
        Assert.Equal(("panel", "online", 0, 1), ((string)panel["devName"]!, (string)panel["devStatus"]!, (int)panel["devSource"]!, (int)panel["connectionMode"]!));
        JsonNode none = await PostAsync(receiver, List, """{"SearchDescription":{"position":0,"maxResult":10,"Filter":{"devStatus":["offline"]}}}""");
        Assert.Equal(0, (int)none["SearchResult"]!["totalMatches"]!);
        Assert.Null(none["SearchResult"]!["MatchList"]);
    }

    [Theory, Trait("Req", "DEV-4")]
    [InlineData("""{"SearchDescription":{"maxResult":10}}""", List, 400, "badParameters")]
    [InlineData("""{"SearchDescription":{"position":0,"maxResult":0}}""", List, 400, "badParameters")]
    [InlineData("{}", List, 400, "badJsonFormat")]
    [InlineData("""{"SearchDescription":{"position":0,"maxResult":10}}""", "/ISAPI/ContentMgmt/DeviceMgmt/deviceList", 400, "badURLFormat")]
    [InlineData("""{"SubscribeDeviceMgmt":{"eventMode":"list","defenceMode":"all"}}""", Subscribe, 400, "badParameters")]
    [InlineData("[]", Subscribe, 400, "badJsonFormat")]
    public async Task A_request_the_document_does_not_know_is_refused(string body, string path, int status, string reason)
    {
        await using Site site = await Site.StartAsync(Devices);
        using var content = new StringContent(body);
        using HttpResponseMessage response = await site.Client("receiver").PostAsync(path, content);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(reason, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EVT-2")]
    public async Task A_subscription_begins_with_its_id_carries_all_events_and_beats_every_ten_seconds()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient receiver = site.Client("receiver");
        await using PartReader parts = await SubscribeAsync(receiver);
        int id = (int)JsonNode.Parse((await parts.NextAsync())!.Value.Text)!["SubscribeDeviceMgmtRsp"]!["id"]!;

        await site.EmitAsync("""{"device":"panel","event":"zoneAlarm","zone":3,"state":"active"}""");
        JsonNode alarm = JsonNode.Parse((await parts.NextAsync())!.Value.Text)!["EventNotificationAlert"]!;
        Assert.Equal(("CIDAlarm", "active", "2026-11-20T20:00:00+08:00", "panel"), ((string)alarm["eventType"]!, (string)alarm["eventState"]!, (string)alarm["dateTime"]!, (string)alarm["channelName"]!));
        Assert.Equal((2, 3, "1103", 1, "-1,-1,3,-1,-1,-1,-1,NONE"), ((int)alarm["CIDAlarm"]!["subSys"]!, (int)alarm["CIDAlarm"]!["zoneNo"]!, (string)alarm["CIDAlarm"]!["CIDCode"]!, (int)alarm["CIDAlarm"]!["CIDType"]!, (string)alarm["CIDAlarm"]!["CIDParam"]!));

        site.Time.Advance(TimeSpan.FromSeconds(10));
        site.Time.Advance(TimeSpan.FromSeconds(10));
        for (int count = 1; count <= 2; count++)
        {
            JsonNode beat = JsonNode.Parse((await parts.NextAsync())!.Value.Text)!["EventNotificationAlert"]!;
            Assert.Equal(("heartBeat", count), ((string)beat["eventType"]!, (int)beat["activePostCount"]!));
        }

        await site.EmitAsync("""{"device":"cam-7","event":"intrusion","picture":true}""");
        JsonNode intrusion = JsonNode.Parse((await parts.NextAsync())!.Value.Text)!["EventNotificationAlert"]!;
        Assert.Equal(("1", "fielddetection", "human"), ((string)intrusion["channelID"]!, (string)intrusion["eventType"]!, (string)intrusion["DetectionRegionList"]![0]!["DetectionRegionEntry"]!["detectionTarget"]!));
        byte[] picture = await receiver.GetByteArrayAsync((string)intrusion["VideoReview"]!["HikCIDParams"]!["videoURL"]!);
        Assert.Equal([0xFF, 0xD8], picture[..2]);

        Assert.Equal(HttpStatusCode.OK, (await receiver.DeleteAsync($"/ISAPI/Event/notification/unSubscribeDeviceMgmt/{id}?format=json")).StatusCode);
        while (await parts.NextAsync() is not null)
        {
            // What was on its way when it was cancelled.
        }

        using HttpResponseMessage again = await receiver.DeleteAsync($"/ISAPI/Event/notification/unSubscribeDeviceMgmt/{id}?format=json");
        Assert.Contains("theSessionIdDoesNotExist", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EVT-2")]
    public async Task A_device_that_goes_offline_is_announced_and_answers_no_more()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient receiver = site.Client("receiver");
        string index = await IndexAsync(receiver, "panel");
        await using PartReader parts = await SubscribeAsync(receiver);
        await site.EmitAsync("""{"device":"receiver","event":"deviceOffline","behind":"panel"}""");
        string told = await parts.FindAsync("devStatusChanged");
        Assert.Contains("\"status\":\"offline\"", told, StringComparison.Ordinal);
        Assert.Contains(index, told, StringComparison.Ordinal);
        using HttpResponseMessage gone = await receiver.GetAsync($"/ISAPI/SecurityCP/status/subSystems?format=json&devIndex={index}");
        Assert.Contains("networkError", await gone.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await site.EmitAsync("""[{"device":"panel","event":"zoneAlarm","zone":0},{"device":"receiver","event":"deviceOnline","behind":"panel"}]""");
        Assert.Contains("\"status\":\"online\"", (await parts.NextAsync())!.Value.Text, StringComparison.Ordinal);
        await receiver.GetStringAsync($"/ISAPI/SecurityCP/status/subSystems?format=json&devIndex={index}");
    }

    [Fact, Trait("Req", "DEV-3")]
    public async Task A_call_by_devIndex_reaches_the_device_and_is_logged_as_its_own()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient receiver = site.Client("receiver");
        string index = await IndexAsync(receiver, "panel");
        using HttpResponseMessage armed = await receiver.PutAsync($"/ISAPI/SecurityCP/control/arm/1?ways=away&format=json&devIndex={index}", null);
        Assert.Equal(1, (int)JsonNode.Parse(await armed.Content.ReadAsStringAsync())!["statusCode"]!);
        Assert.Equal("away", (string)(await site.ControlAsync("GET", "/state?device=panel"))["areas"]![0]!["arming"]!);
        JsonNode log = (await site.ControlAsync("GET", "/requests?device=panel&executed=true")).AsArray().Single()!;
        Assert.Equal(("receiver", 1), ((string)log["through"]!, (int)log["executed"]!));

        JsonNode zones = await PostAsync(receiver, $"/ISAPI/SecurityCP/status/zones?format=json&devIndex={index}", """{"ZoneCond":{"searchID":"a","searchResultPosition":0,"maxResults":30}}""");
        Assert.Equal(4, (int)zones["ZoneSearch"]!["totalMatches"]!);
        using HttpResponseMessage nobody = await receiver.GetAsync($"/ISAPI/SecurityCP/status/subSystems?format=json&devIndex={Guid.Empty}");
        Assert.Contains("theDeviceIdDoesNotExist", await nobody.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using HttpResponseMessage streams = await receiver.GetAsync($"/ISAPI/Event/notification/alertStream?devIndex={index}");
        Assert.Equal(HttpStatusCode.Forbidden, streams.StatusCode);
    }

    private static async Task<string> IndexAsync(HttpClient receiver, string name) =>
        (string)(await PostAsync(receiver, List, """{"SearchDescription":{"position":0,"maxResult":10,"Filter":{"key":"NAME"}}}""".Replace("NAME", name, StringComparison.Ordinal)))["SearchResult"]!["MatchList"]![0]!["Device"]!["devIndex"]!;

    private static async Task<JsonNode> PostAsync(HttpClient receiver, string path, string body)
    {
        using var content = new StringContent(body);
        using HttpResponseMessage response = await receiver.PostAsync(path, content);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private static async Task<PartReader> SubscribeAsync(HttpClient receiver)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Subscribe) { Content = new StringContent(All) };
        HttpResponseMessage response = await Until.Done(receiver.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
        response.EnsureSuccessStatusCode();
        return new(response, await response.Content.ReadAsStreamAsync());
    }
}
