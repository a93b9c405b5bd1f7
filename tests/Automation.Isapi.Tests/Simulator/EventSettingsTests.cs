using System.Net;
using System.Text;
using System.Xml.Linq;
using Automation.Simulator.Devices;

namespace Automation.Isapi.Tests.Simulator;

/// <summary>Why a device does not tell of an event: what discovery's diagnosis has to find (isapi.md 1.1, 2.1).</summary>
public sealed class EventSettingsTests
{
    private const string Devices = """{"devices":[{"id":"cam","kind":"camera","alarmInputs":1},{"id":"nvr","kind":"recorder","channels":2,"alarmInputs":1,"proxiedInputs":[201]}]}""";

    [Theory, Trait("Req", "DEV-4")]
    [InlineData("cam", "motionDetection", "System/Video/inputs/channels/1/motionDetection", "<enabled>true<", "<enabled>false<", "disabled")]
    [InlineData("cam", "intrusion", "Smart/FieldDetection/1", "<enabled>true<", "<enabled>false<", "disabled")]
    [InlineData("nvr", "motionDetection", "ContentMgmt/InputProxy/channels/1/video/motionDetection", "<enabled>true<", "<enabled>false<", "disabled")]
    [InlineData("cam", "motionDetection", "Event/triggers/VMD-1", "center", "FTP", "noCenter")]
    [InlineData("nvr", "videoTampering", "Event/triggers/tamper-1", "center", "record", "noCenter")]
    [InlineData("cam", "hddFull", "Event/triggers/diskfull", "center", "beep", "noCenter")]
    [InlineData("cam", "alarmInput", "System/IO/inputs/1", "<enabled>true<", "<enabled>false<", "disabled")]
    [InlineData("cam", "lineCrossing", "Event/schedules/lineDetections/lineDetection-1", "<dayOfWeek>5<", "<dayOfWeek>6<", "schedule")]
    [InlineData("nvr", "motionDetection", "Event/schedules/motionDetections/VMD_video1", "<dayOfWeek>5<", "<dayOfWeek>6<", "schedule")]
    [InlineData("nvr", "motionDetection", "System/status/disturbParams?format=json", "[]", """[{"channelID":1,"disturbEnabled":true,"disturbNotificationList":[{"notificationMethod":"center"}]}]""", "disturbed")]
    public async Task A_device_set_so_does_not_tell_until_it_is_set_back(string device, string name, string path, string from, string to, string reason)
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient client = site.Client(device);
        await using PartReader stream = await PartReader.OpenAsync(client);
        await stream.NextAsync();
        string order = $$"""{"device":"{{device}}","event":"{{name}}","state":"inactive"{{(name == "alarmInput" ? ",\"input\":1" : "")}}}""";
        string before = await client.GetStringAsync("/ISAPI/" + path);
        Assert.Contains(from, before, StringComparison.Ordinal);
        await PutAsync(client, path, before.Replace(from, to, StringComparison.Ordinal));
        Assert.Contains($"\"because\":\"{reason}\"", (await site.EmitAsync(order)).ToJsonString(), StringComparison.Ordinal);
        await PutAsync(client, path, before);
        Assert.DoesNotContain("notTold", (await site.EmitAsync(order)).ToJsonString(), StringComparison.Ordinal);
        await site.EmitAsync($$"""{"device":"{{device}}","event":"raw","body":"<end/>"}""");
        Assert.Contains("EventNotificationAlert", (await stream.NextAsync())!.Value.Text, StringComparison.Ordinal);
        Assert.Contains("<end/>", (await stream.NextAsync())!.Value.Text, StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "DEV-4")]
    [InlineData("cam", "EventTriggerList", "VMD-1")]
    [InlineData("nvr", "EventNotification", "IO-201")]
    public async Task The_list_of_triggers_has_each_with_its_linkage(string device, string root, string trigger)
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient client = site.Client(device);
        XElement list = XElement.Parse(await client.GetStringAsync("/ISAPI/Event/triggers"));
        Assert.Equal(root, list.Name.LocalName);
        XElement one = list.Descendants().Single(e => e.Name.LocalName == "EventTrigger" && e.Elements().Any(c => c.Name.LocalName == "id" && c.Value == trigger));
        Assert.Contains("center", one.Value, StringComparison.Ordinal);
        Assert.Contains("center", await client.GetStringAsync($"/ISAPI/Event/triggers/{trigger}/notifications"), StringComparison.Ordinal);
        await PutAsync(client, $"Event/triggers/{trigger}/notifications", "<EventTriggerNotificationList/>");
        Assert.DoesNotContain("center", await client.GetStringAsync("/ISAPI/Event/triggers/" + trigger), StringComparison.Ordinal);
        Assert.Contains("<ScheduleList", await client.GetStringAsync("/ISAPI/Event/schedules/motionDetections"), StringComparison.Ordinal);
        using HttpResponseMessage none = await client.GetAsync("/ISAPI/Event/triggers/VMD-9");
        Assert.Equal(HttpStatusCode.Forbidden, none.StatusCode);
    }

    [Theory, Trait("Req", "SCH-5")]
    [InlineData("2026-11-20T12:00:00+00:00", "<TimeBlock><dayOfWeek>5</dayOfWeek><TimeRange><beginTime>08:00</beginTime><endTime>12:00</endTime></TimeRange></TimeBlock>", false)]
    [InlineData("2026-11-20T11:59:59+00:00", "<TimeBlock><dayOfWeek>5</dayOfWeek><TimeRange><beginTime>08:00:00</beginTime><endTime>12:00:00</endTime></TimeRange></TimeBlock>", true)]
    [InlineData("2026-11-22T23:59:59+00:00", "<TimeBlock><dayOfWeek>7</dayOfWeek><TimeRange><beginTime>00:00</beginTime><endTime>24:00</endTime></TimeRange></TimeBlock>", true)]
    [InlineData("2026-11-20T12:00:00+00:00", "<TimeBlock><TimeRange><beginTime>12:00</beginTime><endTime>12:01</endTime></TimeRange></TimeBlock>", true)]
    [InlineData("2026-11-20T12:00:00+00:00", "<TimeBlock><TimeRange><beginTime>what</beginTime><endTime>24:00</endTime></TimeRange></TimeBlock>", false)]
    [InlineData("2026-11-20T12:00:00+00:00", "", false)]
    public void Covers_ABlock_GoesByTheDevicesOwnClock(string now, string blocks, bool covered) =>
        Assert.Equal(covered, EventSettings.Covers(XElement.Parse($"<Schedule><TimeBlockList>{blocks}</TimeBlockList></Schedule>"), DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture)));

    private static async Task PutAsync(HttpClient client, string path, string document)
    {
        using var body = new StringContent(document, Encoding.UTF8, "application/xml");
        using HttpResponseMessage response = await client.PutAsync("/ISAPI/" + path, body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
