using System.Net;
using System.Text;
using System.Xml.Linq;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Simulator;

public sealed class RecorderTests
{
    [Fact, Trait("Req", "EVT-6")]
    public async Task Motion_repeats_active_with_a_rising_count_and_ends_inactive()
    {
        await using Site site = await Site.StartAsync();
        await using PartReader stream = await PartReader.OpenAsync(site.Client("nvr"));
        await site.EmitAsync("""{"device":"nvr","event":"motionDetection","channel":2,"state":"active","seconds":2.5}""");
        for (int i = 0; i < 3; i++) site.Time.Advance(TimeSpan.FromSeconds(1));
        var seen = new List<string>();
        for (int i = 0; i < 4; i++)
        {
            XElement alert = XElement.Parse(await stream.FindAsync("VMD"));
            Assert.Equal("2", Value(alert, "dynChannelID"));
            seen.Add($"{Value(alert, "eventState")} {Value(alert, "activePostCount")}");
        }

        Assert.Equal(["active 1", "active 2", "active 3", "inactive 4"], seen);
    }

    [Fact, Trait("Req", "DEV-7")]
    public async Task A_quiet_stream_has_a_heartbeat_every_ten_seconds()
    {
        await using Site site = await Site.StartAsync();
        await using PartReader stream = await PartReader.OpenAsync(site.Client("nvr"));
        await stream.NextAsync();
        DateTimeOffset before = site.Time.GetUtcNow();
        Task<(string Type, string Text)?> next = stream.NextAsync();
        string text = (await site.Time.PassUntil(next, TimeSpan.FromSeconds(1)))!.Value.Text;
        Assert.Contains("<eventType>videoloss</eventType>\n<eventState>inactive</eventState>", text, StringComparison.Ordinal);
        Assert.True(site.Time.GetUtcNow() - before >= TimeSpan.FromSeconds(10));
    }

    [Fact, Trait("Req", "ACT-2")]
    public async Task Outputs_go_high_and_low_and_know_no_pulse()
    {
        await using Site site = await Site.StartAsync();
        HttpClient nvr = site.Client("nvr");
        await TriggerAsync(nvr, "<outputState>high</outputState>");
        Assert.Equal("active", await StateAsync(nvr));
        await TriggerAsync(nvr, "<outputState>low</outputState>");
        Assert.Equal("inactive", await StateAsync(nvr));
        // 003 §8.3.8: a trigger is high or low.
        using var pulse = new StringContent("<IOPortData><outputState>pulse</outputState><pulseDuration>500</pulseDuration></IOPortData>");
        Assert.Equal(HttpStatusCode.BadRequest, (await nvr.PutAsync("/ISAPI/System/IO/outputs/1/trigger", pulse)).StatusCode);
        Assert.Equal("inactive", await StateAsync(nvr));
    }

    [Fact, Trait("Req", "ACT-1")]
    public async Task Recording_ptz_and_disks_are_seen_in_the_state()
    {
        await using Site site = await Site.StartAsync();
        HttpClient nvr = site.Client("nvr");
        foreach (string path in (string[])["ContentMgmt/record/control/manual/start/tracks/101", "ContentMgmt/record/control/manual/start/tracks/301", "ContentMgmt/record/control/manual/stop/tracks/101", "PTZCtrl/channels/4/presets/2/goto", "PTZCtrl/channels/4/patrols/1/start"])
            Assert.Equal(HttpStatusCode.OK, (await nvr.PutAsync("/ISAPI/" + path, null)).StatusCode);
        string state = (await site.ControlAsync("GET", "/state?device=nvr")).ToJsonString();
        Assert.Contains("\"recording\":[3]", state, StringComparison.Ordinal);
        Assert.Contains("\"tour\":\"patrol 1\",\"tourState\":\"running\"", state, StringComparison.Ordinal);
        await site.ControlAsync("PUT", "/state", """{"nvr":{"hdds":["error"]}}""");
        Assert.Contains("<status>error</status>", await nvr.GetStringAsync("/ISAPI/ContentMgmt/Storage"), StringComparison.Ordinal);
        using HttpResponseMessage refused = await nvr.PutAsync("/ISAPI/ContentMgmt/record/control/manual/start/tracks/201", null);
        Assert.Contains("<subStatusCode>diskError</subStatusCode>", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await nvr.PutAsync("/ISAPI/PTZCtrl/channels/1/presets/2/goto", null)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await nvr.PutAsync("/ISAPI/PTZCtrl/channels/4/presets/9/goto", null)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await nvr.GetAsync("/ISAPI/PTZCtrl/channels/4/presets/1/goto")).StatusCode);
    }

    [Fact, Trait("Req", "ACT-1")]
    public async Task A_position_is_set_in_tenths_and_in_the_newer_form_in_degrees()
    {
        await using Site site = await Site.StartAsync();
        HttpClient nvr = site.Client("nvr");
        using var tenths = new StringContent("<PTZData><AbsoluteHigh><elevation>-100</elevation><azimuth>1805</azimuth><absoluteZoom>20</absoluteZoom></AbsoluteHigh></PTZData>");
        Assert.Equal(HttpStatusCode.OK, (await nvr.PutAsync("/ISAPI/PTZCtrl/channels/4/absolute", tenths)).StatusCode);
        Assert.Contains("\"moving\":true", (await site.ControlAsync("GET", "/state?device=nvr")).ToJsonString(), StringComparison.Ordinal);
        site.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("<azimuth>90.0</azimuth>", await nvr.GetStringAsync("/ISAPI/PTZCtrl/channels/4/absoluteEx"), StringComparison.Ordinal);
        site.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("<azimuth>180.5</azimuth>", await nvr.GetStringAsync("/ISAPI/PTZCtrl/channels/4/absoluteEx"), StringComparison.Ordinal);
        using var degrees = new StringContent("<PTZAbsoluteEx><elevation>12.3</elevation><azimuth>90</azimuth></PTZAbsoluteEx>");
        Assert.Equal(HttpStatusCode.OK, (await nvr.PutAsync("/ISAPI/PTZCtrl/channels/4/absoluteEx", degrees)).StatusCode);
        site.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("<elevation>123</elevation>\n<azimuth>900</azimuth>\n<absoluteZoom>20</absoluteZoom>", await nvr.GetStringAsync("/ISAPI/PTZCtrl/channels/4/status"), StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "ACT-1")]
    [InlineData("Streaming")]
    [InlineData("ContentMgmt/StreamingProxy")]
    public async Task A_snapshot_is_a_jpeg_and_each_is_new(string service)
    {
        await using Site site = await Site.StartAsync();
        HttpClient nvr = site.Client("nvr");
        byte[] first = await nvr.GetByteArrayAsync($"/ISAPI/{service}/channels/101/picture"), second = await nvr.GetByteArrayAsync($"/ISAPI/{service}/channels/101/picture");
        Assert.Equal([0xFF, 0xD8, 0xFF, 0xE0], first[..4]);
        Assert.Equal([0xFF, 0xD9], first[^2..]);
        Assert.NotEqual(first, second);
    }

    [Fact, Trait("Req", "ACT-1")]
    public async Task Documents_keep_what_was_put()
    {
        await using Site site = await Site.StartAsync();
        HttpClient nvr = site.Client("nvr");
        const string path = "/ISAPI/ContentMgmt/InputProxy/channels/2/video/privacyMask";
        string mask = await nvr.GetStringAsync(path);
        using var changed = new StringContent(mask.Replace("<enabled>false", "<enabled>true", StringComparison.Ordinal), Encoding.UTF8, "application/xml");
        Assert.Equal(HttpStatusCode.OK, (await nvr.PutAsync(path, changed)).StatusCode);
        Assert.Contains("<enabled>true", await nvr.GetStringAsync(path), StringComparison.Ordinal);
        foreach (string bad in (string[])["<PrivacyMask>", "<Other/>", "", "<!DOCTYPE a [<!ENTITY b \"c\">]><PrivacyMask>&b;</PrivacyMask>"])
        {
            using var content = new StringContent(bad, Encoding.UTF8, "application/xml");
            Assert.Equal(HttpStatusCode.BadRequest, (await nvr.PutAsync(path, content)).StatusCode);
        }

        Assert.Contains("EventTrigger", await nvr.GetStringAsync("/ISAPI/Event/triggers"), StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "DEV-3")]
    [InlineData("isapi", HttpStatusCode.OK, HttpStatusCode.NotFound)]
    [InlineData("none", HttpStatusCode.NotFound, HttpStatusCode.OK)]
    [InlineData("both", HttpStatusCode.OK, HttpStatusCode.OK)]
    public async Task Old_devices_answer_without_the_prefix(string prefix, HttpStatusCode with, HttpStatusCode without)
    {
        await using Site site = await Site.StartAsync($$"""{"devices":[{"id":"nvr","kind":"recorder","prefix":"{{prefix}}"}]}""");
        HttpClient nvr = site.Client("nvr");
        Assert.Equal(with, (await nvr.GetAsync("/ISAPI/System/deviceInfo")).StatusCode);
        Assert.Equal(without, (await nvr.GetAsync("/System/deviceInfo")).StatusCode);
    }

    [Fact, Trait("Req", "EVT-4")]
    public async Task Every_event_it_names_can_be_emitted()
    {
        await using Site site = await Site.StartAsync();
        await using PartReader stream = await PartReader.OpenAsync(site.Client("nvr"));
        string[] names = [.. (await site.ControlAsync("GET", "/devices")).AsArray().Single(d => (string)d!["id"]! == "nvr")!["events"]!.AsArray().Select(n => (string)n!)];
        await stream.NextAsync();
        foreach (string name in names)
        {
            await site.EmitAsync($$"""{"device":"nvr","event":"{{name}}"{{(name == "alarmInput" ? ",\"input\":1" : "")}}}""");
            string text = (await stream.NextAsync())!.Value.Text;
            Assert.True(text.StartsWith('{') || XElement.Parse(text).Name.LocalName == "EventNotificationAlert", name);
        }
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task A_body_beyond_all_measure_is_413()
    {
        await using Site site = await Site.StartAsync();
        using var large = new ByteArrayContent(new byte[(1 << 20) + 1]);
        HttpClient nvr = site.Client("nvr");
        await nvr.GetStringAsync("/ISAPI/System/deviceInfo");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Until.Done(nvr.PutAsync("/ISAPI/System/Holidays", large))).StatusCode);
    }

    private static string Value(XElement alert, string name) => alert.Elements().Single(e => e.Name.LocalName == name).Value;

    private static async Task TriggerAsync(HttpClient nvr, string inner)
    {
        using var body = new StringContent($"<IOPortData version=\"2.0\" xmlns=\"urn:any\">{inner}</IOPortData>", Encoding.UTF8, "application/xml");
        Assert.Equal(HttpStatusCode.OK, (await nvr.PutAsync("/ISAPI/System/IO/outputs/2/trigger", body)).StatusCode);
    }

    private static async Task<string> StateAsync(HttpClient nvr) => Value(XElement.Parse(await nvr.GetStringAsync("/ISAPI/System/IO/outputs/2/status")), "ioState");
}
