using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Automation.Isapi.Tests.Simulator;

/// <summary>A head that takes its time. 003 §8.13.</summary>
public sealed class PtzTests
{
    private const string Devices = """{"devices":[{"id":"dome","kind":"camera","ptz":[1],"presets":[1,2]}]}""";
    private const string Channel = "/ISAPI/PTZCtrl/channels/1/";

    [Fact, Trait("Req", "ACT-1")]
    public async Task A_patrol_visits_its_presets_in_turn_pauses_and_goes_on()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient dome = site.Client("dome");
        await OkAsync(dome, "patrols/1/start");
        Assert.Contains("<patrolStatus>running</patrolStatus>", await dome.GetStringAsync(Channel + "patrols/1/status"), StringComparison.Ordinal);
        Assert.Equal(1, (int)(await HeadAsync(site))["preset"]!);
        site.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(2, (int)(await HeadAsync(site))["preset"]!);
        await OkAsync(dome, "patrols/1/pause");
        site.Time.Advance(TimeSpan.FromMinutes(1));
        JsonNode head = await HeadAsync(site);
        Assert.Equal(("paused", 2), ((string)head["tourState"]!, (int)head["preset"]!));
        await OkAsync(dome, "patrols/1/start");
        site.Time.Advance(TimeSpan.FromSeconds(13));
        Assert.Equal(2, (int)(await HeadAsync(site))["preset"]!);
        await OkAsync(dome, "patrols/1/stop");
        site.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(("stopped", false), ((string)(await HeadAsync(site))["tourState"]!, (bool)(await HeadAsync(site))["moving"]!));
    }

    [Fact, Trait("Req", "ACT-1")]
    public async Task A_continuous_move_goes_on_until_it_is_stopped_and_a_momentary_one_ends_by_itself()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient dome = site.Client("dome");
        await OkAsync(dome, "continuous", "<PTZData><pan>50</pan></PTZData>");
        site.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((900, true), ((int)(await HeadAsync(site))["azimuth"]!, (bool)(await HeadAsync(site))["moving"]!));
        await OkAsync(dome, "continuous", "<PTZData><pan>0</pan><tilt>0</tilt></PTZData>");
        site.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal((900, false), ((int)(await HeadAsync(site))["azimuth"]!, (bool)(await HeadAsync(site))["moving"]!));
        await OkAsync(dome, "momentary", "<PTZData><tilt>100</tilt><Momentary><duration>500</duration></Momentary></PTZData>");
        site.Time.Advance(TimeSpan.FromSeconds(0.5));
        site.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal((450, false), ((int)(await HeadAsync(site))["elevation"]!, (bool)(await HeadAsync(site))["moving"]!));
    }

    [Fact, Trait("Req", "ACT-1")]
    public async Task The_park_action_begins_when_nobody_moved_it_for_its_time()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient dome = site.Client("dome");
        string park = await dome.GetStringAsync(Channel + "parkaction");
        await OkAsync(dome, "parkaction", park.Replace("<enabled>false", "<enabled>true", StringComparison.Ordinal).Replace("<ActionNum>1<", "<ActionNum>2<", StringComparison.Ordinal));
        await OkAsync(dome, "presets/1/goto");
        site.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(1, (int)(await HeadAsync(site))["preset"]!);
        site.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, (int)(await HeadAsync(site))["preset"]!);
    }

    [Fact, Trait("Req", "ACT-1")]
    public async Task A_preset_is_set_where_the_head_is_and_called_by_its_name()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient dome = site.Client("dome");
        await OkAsync(dome, "absolute", "<PTZData><AbsoluteHigh><azimuth>1234</azimuth></AbsoluteHigh></PTZData>");
        site.Time.Advance(TimeSpan.FromSeconds(5));
        await OkAsync(dome, "presets/7", "<PTZPreset><enabled>true</enabled><id>7</id><presetName>Gate</presetName></PTZPreset>");
        Assert.Contains("<presetName>Gate</presetName>", await dome.GetStringAsync(Channel + "presets"), StringComparison.Ordinal);
        await OkAsync(dome, "homeposition/goto");
        site.Time.Advance(TimeSpan.FromSeconds(5));
        await OkAsync(dome, "presets/7/goto");
        site.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1234, (int)(await HeadAsync(site))["azimuth"]!);
    }

    [Theory, Trait("Req", "ACT-8")]
    [InlineData("presets/9/goto", "")]
    [InlineData("patrols/5/start", "")]
    [InlineData("patterns/4/run", "")]
    [InlineData("continuous", "<PTZData/>")]
    [InlineData("continuous", "<Wrong><pan>1</pan></Wrong>")]
    [InlineData("relative", "<PTZData><pan>1</pan></PTZData>")]
    [InlineData("auxcontrol?command=KETTLE_PWRON", "<PTZAuxStatus><enabled>1</enabled></PTZAuxStatus>")]
    [InlineData("auxcontrol?command=LIGHT_PWRON", "")]
    public async Task A_command_that_makes_no_sense_is_refused(string command, string body)
    {
        await using Site site = await Site.StartAsync(Devices);
        using var content = new StringContent(body, Encoding.UTF8, "application/xml");
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Client("dome").PutAsync(Channel + command, content)).StatusCode);
    }

    private static async Task OkAsync(HttpClient dome, string command, string body = "")
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/xml");
        using HttpResponseMessage response = await dome.PutAsync(Channel + command, content);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task<JsonNode> HeadAsync(Site site) => (await site.ControlAsync("GET", "/state?device=dome"))["ptz"]![0]!;
}
