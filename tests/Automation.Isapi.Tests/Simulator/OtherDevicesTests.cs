using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Simulator;

public sealed class OtherDevicesTests
{
    private const string Devices = """
        {"devices":[{"id":"gate","kind":"access","doors":1},{"id":"thermal","kind":"thermal","channels":2},{"id":"entrance","kind":"counting"}]}
        """;

    [Fact, Trait("Req", "ACT-6")]
    public async Task A_door_opens_locks_itself_again_and_leaves_a_history()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient gate = site.Client("gate");
        await using PartReader stream = await PartReader.OpenAsync(gate);
        Assert.Equal("MIME_boundary", stream.Boundary);
        await CommandAsync(gate, "open");
        Assert.Contains("\"subEventType\":1024", await stream.FindAsync("AccessControllerEvent"), StringComparison.Ordinal);
        Assert.Contains("\"subEventType\":21", await stream.FindAsync("AccessControllerEvent"), StringComparison.Ordinal);
        Assert.Equal("[1]", await WorkAsync(gate, "doorLockStatus"));
        site.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Contains("\"subEventType\":22", await stream.FindAsync("AccessControllerEvent"), StringComparison.Ordinal);
        Assert.Equal("[0]", await WorkAsync(gate, "doorLockStatus"));
        using var condition = new StringContent("""{"AcsEventCond":{"searchID":"1","searchResultPosition":0,"maxResults":10,"major":5,"minor":0}}""");
        using HttpResponseMessage history = await gate.PostAsync("/ISAPI/AccessControl/AcsEvent?format=json", condition);
        Assert.Equal(2, (int)JsonNode.Parse(await history.Content.ReadAsStringAsync())!["AcsEvent"]!["totalMatches"]!);
    }

    [Fact, Trait("Req", "ACT-6")]
    public async Task A_door_held_open_stays_open_until_it_is_resumed_and_a_closed_one_lets_nobody_in()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient gate = site.Client("gate");
        await CommandAsync(gate, "alwaysOpen");
        site.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("[1]", await WorkAsync(gate, "doorLockStatus"));
        Assert.Equal("[2]", await WorkAsync(gate, "doorStatus"));
        await CommandAsync(gate, "resume");
        Assert.Equal("[0]", await WorkAsync(gate, "doorLockStatus"));
        await CommandAsync(gate, "alwaysClose");
        await CommandAsync(gate, "open");
        Assert.Equal("[0]", await WorkAsync(gate, "doorLockStatus"));
        using var nonsense = new StringContent("<RemoteControlDoor><cmd>kick</cmd></RemoteControlDoor>");
        Assert.Equal(HttpStatusCode.BadRequest, (await gate.PutAsync("/ISAPI/AccessControl/RemoteControl/door/1", nonsense)).StatusCode);
    }

    [Fact, Trait("Req", "EVT-4")]
    public async Task A_card_at_the_reader_opens_the_door()
    {
        await using Site site = await Site.StartAsync(Devices);
        await using PartReader stream = await PartReader.OpenAsync(site.Client("gate"));
        await site.EmitAsync("""{"device":"gate","event":"accessGranted","name":"Ada","employee":"100"}""");
        string granted = await stream.FindAsync("AccessControllerEvent");
        Assert.Contains("\"employeeNoString\":\"100\"", granted, StringComparison.Ordinal);
        Assert.Contains("\"currentEvent\":true", granted, StringComparison.Ordinal);
        Assert.Contains("\"subEventType\":21", await stream.FindAsync("AccessControllerEvent"), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "TMP-3")]
    public async Task Rising_heat_is_a_pre_alarm_then_an_alarm_and_cooling_ends_both()
    {
        await using Site site = await Site.StartAsync(Devices);
        await using PartReader stream = await PartReader.OpenAsync(site.Client("thermal"));
        foreach (int celsius in (int[])[60, 75, 85, 78, 60]) await site.EmitAsync($$"""{"device":"thermal","event":"temperature","celsius":{{celsius}}}""");
        var seen = new List<string>();
        for (int i = 0; i < 4; i++)
        {
            XElement alert = XElement.Parse(await stream.FindAsync("currTemperature"));
            string Value(string name) => alert.Descendants().Single(e => e.Name.LocalName == name).Value;
            seen.Add($"{Value("eventType")} {Value("eventState")} {Value("currTemperature")} {Value("channelID")}");
        }

        Assert.Equal(["TMPA active 75.0 2", "TMA active 85.0 2", "TMA inactive 78.0 2", "TMPA inactive 60.0 2"], seen);
    }

    [Fact, Trait("Req", "TMP-3")]
    public async Task The_thermometry_stream_tells_each_second_and_each_change()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient thermal = site.Client("thermal");
        await using PartReader stream = await PartReader.OpenAsync(thermal, "/ISAPI/Thermal/channels/2/thermometry/realTimethermometry/rules?format=json");
        Assert.Contains("\"MaxTemperature\":41.5", (await stream.NextAsync())!.Value.Text, StringComparison.Ordinal);
        Assert.Contains("\"MaxTemperature\":41.5", (await site.Time.PassUntil(stream.NextAsync(), TimeSpan.FromSeconds(1)))!.Value.Text, StringComparison.Ordinal);
        await site.EmitAsync("""{"device":"thermal","event":"temperature","celsius":66.6}""");
        Assert.Contains("\"ruleID\":1", await stream.FindAsync("66.6"), StringComparison.Ordinal);
        Assert.Contains("\"maxTemperature\":66.6", await thermal.GetStringAsync("/ISAPI/Thermal/channels/2/thermometry/1/rulesTemperatureInfo?format=json"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await thermal.GetAsync("/ISAPI/Thermal/channels/1/thermometry/1/rulesTemperatureInfo?format=json")).StatusCode);
    }

    [Fact, Trait("Req", "PPL-4")]
    public async Task Real_time_counts_are_running_totals_and_time_ranges_are_not()
    {
        await using Site site = await Site.StartAsync(Devices);
        await using PartReader stream = await PartReader.OpenAsync(site.Client("entrance"));
        await site.EmitAsync("""[{"device":"entrance","event":"peopleCounting","enter":3},{"device":"entrance","event":"peopleCounting","enter":2,"exit":1},{"device":"entrance","event":"peopleCounting","enter":4,"mode":"timeRange"}]""");
        var seen = new List<string>();
        for (int i = 0; i < 3; i++)
        {
            XElement counting = XElement.Parse(await stream.FindAsync("PeopleCounting")).Elements().Single(e => e.Name.LocalName == "peopleCounting");
            string Value(string name) => counting.Elements().Single(e => e.Name.LocalName == name).Value;
            seen.Add($"{Value("statisticalMethods")} {Value("enter")} {Value("exit")}");
        }

        Assert.Equal(["realTime 3 0", "realTime 5 1", "timeRange 4 0"], seen);
        await site.ControlAsync("PUT", "/state", """{"entrance":{"enter":0}}""");
        Assert.Equal(0, (int)(await site.ControlAsync("GET", "/state?device=entrance"))["enter"]!);
    }

    [Fact, Trait("Req", "PPL-4")]
    public async Task Counters_begin_anew_at_midnight_of_the_devices_own_clock_and_on_order()
    {
        await using Site site = await Site.StartAsync("""{"devices":[{"id":"entrance","kind":"counting","utcOffset":"+01:00"}]}""");
        await CountAsync(7, 7);
        site.Time.Advance(TimeSpan.FromHours(11) - TimeSpan.FromSeconds(1));
        await CountAsync(1, 8);
        site.Time.Advance(TimeSpan.FromSeconds(1));
        await CountAsync(2, 2);
        site.Time.Advance(TimeSpan.FromDays(1));
        await CountAsync(3, 3);
        await site.EmitAsync("""{"device":"entrance","event":"counterReset"}""");
        await CountAsync(1, 1);
        await site.ControlAsync("PUT", "/state", """{"entrance":{"enter":500}}""");
        await CountAsync(1, 501);

        async Task CountAsync(int more, int total)
        {
            await site.EmitAsync($$$"""{"device":"entrance","event":"peopleCounting","enter":{{{more}}}}""");
            Assert.Equal(total, (int)(await site.ControlAsync("GET", "/state?device=entrance"))["enter"]!);
        }
    }

    [Theory, Trait("Req", "DEV-4")]
    [InlineData("gate", "ACS")]
    [InlineData("thermal", "IPCamera")]
    [InlineData("entrance", "IPCamera")]
    public async Task Each_says_what_it_is_and_what_it_can_do(string device, string type)
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient client = site.Client(device);
        Assert.Equal(type, XElement.Parse(await client.GetStringAsync("/ISAPI/System/deviceInfo")).Elements().Single(e => e.Name.LocalName == "deviceType").Value);
        Assert.Equal("DeviceCap", XElement.Parse(await client.GetStringAsync("/ISAPI/System/capabilities")).Name.LocalName);
        using HttpResponseMessage unknown = await client.GetAsync("/ISAPI/Nothing/here");
        Assert.Contains("<subStatusCode>notSupport</subStatusCode>", await unknown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task CommandAsync(HttpClient gate, string command)
    {
        using var body = new StringContent($"<RemoteControlDoor><cmd>{command}</cmd></RemoteControlDoor>", Encoding.UTF8, "application/xml");
        using HttpResponseMessage response = await Until.Done(gate.PutAsync("/ISAPI/AccessControl/RemoteControl/door/1", body));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task<string> WorkAsync(HttpClient gate, string name) =>
        JsonNode.Parse(await gate.GetStringAsync("/ISAPI/AccessControl/AcsWorkStatus?format=json"))!["AcsWorkStatus"]![name]!.ToJsonString();
}
