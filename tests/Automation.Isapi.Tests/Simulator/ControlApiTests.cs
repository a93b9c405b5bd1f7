using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Automation.Isapi.Tests.Simulator;

public sealed class ControlApiTests
{
    [Theory, Trait("Req", "HUB-4")]
    [InlineData("POST", "/events", "", "not JSON")]
    [InlineData("POST", "/events", "[]", "array of at most 100")]
    [InlineData("POST", "/events", "7", "must be an object")]
    [InlineData("POST", "/events", "{\"event\":\"zoneAlarm\"}", "\"device\" is missing")]
    [InlineData("POST", "/events", "{\"device\":\"fridge\",\"event\":\"zoneAlarm\"}", "must be one of panel, nvr")]
    [InlineData("POST", "/events", "{\"device\":\"panel\",\"event\":\"openSesame\"}", "Device panel has no event \"openSesame\"")]
    [InlineData("POST", "/events", "{\"device\":\"panel\",\"event\":\"zoneAlarm\"}", "\"zone\" is missing; give a whole number from 0 to 5")]
    [InlineData("POST", "/events", "{\"device\":\"panel\",\"event\":\"zoneAlarm\",\"zone\":6}", "\"zone\" is 6; it must be a whole number from 0 to 5")]
    [InlineData("POST", "/events", "{\"device\":\"panel\",\"event\":\"zoneAlarm\",\"zone\":\"three\"}", "whole number")]
    [InlineData("POST", "/events", "{\"device\":\"panel\",\"event\":\"zoneAlarm\",\"zone\":3,\"state\":\"on\"}", "must be one of active, inactive, pulse")]
    [InlineData("POST", "/events", "{\"device\":\"panel\",\"event\":\"zoneAlarm\",\"zone\":3,\"stat\":\"active\"}", "\"stat\" is not known here")]
    [InlineData("POST", "/events", "{\"device\":\"nvr\",\"event\":\"motionDetection\",\"channel\":5}", "from 1 to 4")]
    [InlineData("PUT", "/faults", "{}", "array of at most 100 faults")]
    [InlineData("PUT", "/faults", "[{\"device\":\"nvr\",\"fault\":\"gremlins\"}]", "must be one of silence")]
    [InlineData("PUT", "/faults", "[{\"device\":\"nvr\",\"fault\":\"busy\",\"times\":0}]", "\"times\" is 0")]
    [InlineData("PUT", "/state", "[]", "Give an object")]
    [InlineData("PUT", "/state", "{\"nvr\":{\"mood\":1}}", "only \"hdds\" can be set")]
    [InlineData("PUT", "/state", "{\"panel\":{\"zones\":[{\"id\":9,\"open\":true}]}}", "Of panel can be set")]
    [InlineData("PUT", "/state", "{\"fridge\":{}}", "There is no device \"fridge\"")]
    [InlineData("GET", "/state?device=fridge", null, "There is no device \"fridge\"")]
    public async Task A_bad_request_is_one_sentence_that_says_what_to_change(string method, string path, string? body, string expected)
    {
        await using Site site = await Site.StartAsync();
        string error = (string)(await site.ControlAsync(method, path, body, HttpStatusCode.BadRequest))["error"]!;
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task An_unknown_path_lists_what_there_is()
    {
        await using Site site = await Site.StartAsync();
        Assert.Contains("POST /events", (string)(await site.ControlAsync("GET", "/", null, HttpStatusCode.NotFound))["error"]!, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task A_web_page_cannot_give_orders()
    {
        await using Site site = await Site.StartAsync();
        using var client = new HttpClient { BaseAddress = site.Host.ControlUrl };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/events") { Content = new StringContent("""{"device":"panel","event":"disarm"}""", Encoding.UTF8, "text/plain") };
        request.Headers.Add("Origin", "https://example.org");
        Assert.Equal(HttpStatusCode.BadRequest, (await client.SendAsync(request)).StatusCode);
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task Requests_tell_method_path_body_user_and_how_they_were_judged()
    {
        await using Site site = await Site.StartAsync();
        using var body = new StringContent(new string('x', 10_000));
        await site.Client("nvr").PutAsync("/ISAPI/System/Holidays?a=b", body);
        JsonArray log = (await site.ControlAsync("GET", "/requests")).AsArray();
        JsonNode last = log[^1]!;
        Assert.Equal(("nvr", "PUT", "/ISAPI/System/Holidays?a=b", "admin", true, "accepted", 400), ((string)last["device"]!, (string)last["method"]!, (string)last["path"]!, (string)last["user"]!, (bool)last["authenticated"]!, (string)last["auth"]!, (int)last["status"]!));
        Assert.Equal((10_000, 8_192), ((int)last["bodyBytes"]!, ((string)last["body"]!).Length));
        Assert.Equal((false, "noCredentials", 401), ((bool)log[0]!["authenticated"]!, (string)log[0]!["auth"]!, (int)log[0]!["status"]!));
        Assert.Empty((await site.ControlAsync("GET", "/requests?device=panel")).AsArray());
        Assert.Empty((await site.ControlAsync("GET", "/requests?method=GET")).AsArray());
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task Devices_are_listed_with_their_address_kind_and_events()
    {
        await using Site site = await Site.StartAsync();
        JsonArray devices = (await site.ControlAsync("GET", "/devices")).AsArray();
        Assert.Equal(["panel panel", "nvr recorder"], devices.Select(d => $"{d!["id"]} {d["kind"]}"));
        Assert.Equal(site.Host.Devices["nvr"].ToString(), (string)devices[1]!["url"]!);
        Assert.Contains("zoneAlarm", devices[0]!["events"]!.ToJsonString(), StringComparison.Ordinal);
    }
}
