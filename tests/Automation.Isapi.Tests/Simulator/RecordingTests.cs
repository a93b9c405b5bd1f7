using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Automation.Simulator;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Isapi.Tests.Simulator;

public sealed class RecordingTests
{
    private const string Replaying = """{"devices":[{"id":"nvr","kind":"recorder","documents":"recording"}]}""";

    [Theory, Trait("Req", "DEV-4")]
    [InlineData("DS-7616NI-Q2.json")]
    [InlineData("DS-7608NXI-I2.json")]
    [InlineData("DS-2CD2386G2-IU.json")]
    [InlineData("DS-2CD2146G2-ISU.json")]
    public async Task A_recorded_device_answers_every_path_as_it_did(string file)
    {
        string path = Peer.SharedFolder("fixtures", "isapi", "devices", file);
        JsonObject recorded = JsonNode.Parse(await File.ReadAllTextAsync(path))!["data"]!["ISAPI"]!.AsObject();
        await using Site site = await Site.StartAsync(Replaying.Replace("recording", path.Replace("\\", "\\\\", StringComparison.Ordinal), StringComparison.Ordinal));
        HttpClient nvr = site.Client("nvr");
        foreach ((string resource, JsonNode? entry) in recorded)
        {
            using HttpResponseMessage response = await nvr.GetAsync("/ISAPI/" + resource);
            Assert.Equal((int?)entry!["status_code"] ?? 200, (int)response.StatusCode);
            if (entry["response"] is JsonObject expected) Same(expected, XElement.Parse(await response.Content.ReadAsStringAsync()), resource);
        }
    }

    [Theory, Trait("Req", "DEV-4")]
    [InlineData("DS-7608NXI-I2.json", "recorder", "VMD-1", "motionDetection", false)]
    [InlineData("DS-2CD2146G2-ISU.json", "camera", "VMD-1", "motionDetection", true)]
    public async Task The_linkage_of_a_recorded_device_is_its_own_and_can_be_mended(string file, string kind, string trigger, string name, bool center)
    {
        string path = Peer.SharedFolder("fixtures", "isapi", "devices", file).Replace("\\", "\\\\", StringComparison.Ordinal);
        await using Site site = await Site.StartAsync($$"""{"devices":[{"id":"one","kind":"{{kind}}","channels":3,"documents":"{{path}}"}]}""".Replace(kind == "camera" ? "\"channels\":3," : "none", "", StringComparison.Ordinal));
        HttpClient client = site.Client("one");
        string document = await client.GetStringAsync("/ISAPI/Event/triggers/" + trigger);
        Assert.Equal(center, document.Contains("center", StringComparison.Ordinal));
        string order = $$"""{"device":"one","event":"{{name}}","state":"inactive"}""";
        string? silenced = (await site.EmitAsync(order))["notTold"]?[0]?["because"]?.ToString();

        // The camera of the recording has its detection off, the recorder has no linkage.
        Assert.Equal(center ? "disabled" : "noCenter", silenced);
        if (center) await PutAsync("System/Video/inputs/channels/1/motionDetection", text => text.Replace("<enabled>false", "<enabled>true", StringComparison.Ordinal));
        else await PutAsync("Event/triggers/" + trigger, text => text.Replace("<EventTriggerNotificationList></EventTriggerNotificationList>", "<EventTriggerNotificationList><EventTriggerNotification><id>center</id><notificationMethod>center</notificationMethod></EventTriggerNotification></EventTriggerNotificationList>", StringComparison.Ordinal));
        Assert.Null((await site.EmitAsync(order))["notTold"]);
        XElement list = XElement.Parse(await client.GetStringAsync("/ISAPI/Event/triggers"));
        Assert.Contains("center", list.Descendants().First(e => e.Name.LocalName == "EventTrigger" && e.Elements().Any(c => c.Name.LocalName == "id" && c.Value == trigger)).Value, StringComparison.Ordinal);

        async Task PutAsync(string where, Func<string, string> change)
        {
            string before = await client.GetStringAsync("/ISAPI/" + where), after = change(before);
            Assert.NotEqual(before, after);
            using var body = new StringContent(after, Encoding.UTF8, "application/xml");
            Assert.Equal(HttpStatusCode.OK, (await client.PutAsync("/ISAPI/" + where, body)).StatusCode);
        }
    }

    [Theory, Trait("Req", "EVT-3")]
    [InlineData("DS-7608NXI-I2.json", "recorder", 1)]
    [InlineData("DS-2CD2146G2-ISU.json", "camera", 3)]
    public async Task The_listening_hosts_of_a_recorded_device_are_its_slots(string file, string kind, int slots)
    {
        string path = Peer.SharedFolder("fixtures", "isapi", "devices", file).Replace("\\", "\\\\", StringComparison.Ordinal);
        await using Site site = await Site.StartAsync($$"""{"devices":[{"id":"one","kind":"{{kind}}","documents":"{{path}}"}]}""");
        XElement list = XElement.Parse(await site.Client("one").GetStringAsync("/ISAPI/Event/notification/httpHosts"));
        Assert.Equal(slots, list.Elements().Count());
        Assert.Contains("<portNo>8123</portNo>", await site.Client("one").GetStringAsync("/ISAPI/Event/notification/httpHosts/1"), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Documents_filed_by_path_come_first_keep_what_is_put_and_leave_the_rest_simulated()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.File("System"));
        await File.WriteAllTextAsync(folder.File("System/deviceInfo.xml"), "<DeviceInfo><deviceName>café &amp; bar</deviceName></DeviceInfo>");
        await File.WriteAllTextAsync(folder.File("System/extra.json"), """{"a":1}""");
        SimulatorFile file = SimulatorFile.Parse(Encoding.UTF8.GetBytes(Replaying.Replace("recording", Path.GetFileName(folder.Path), StringComparison.Ordinal))).File!;
        await using SimulatorHost host = await SimulatorHost.StartAsync(file, new() { Password = Site.Password, BaseFolder = Path.GetDirectoryName(folder.Path) }, new ManualTime(), new Random(1), NullLoggerFactory.Instance, CancellationToken.None);
        using var nvr = new HttpClient(new SocketsHttpHandler { Credentials = new NetworkCredential("admin", Site.Password), UseProxy = false }) { BaseAddress = host.Devices["nvr"] };
        Assert.Equal("café & bar", XElement.Parse(await nvr.GetStringAsync("/ISAPI/System/deviceInfo")).Value.Trim());
        Assert.Equal("""{"a":1}""", await nvr.GetStringAsync("/ISAPI/System/extra?format=json"));
        using var put = new StringContent("<DeviceInfo><deviceName>other</deviceName></DeviceInfo>", Encoding.UTF8, "application/xml");
        Assert.Equal(HttpStatusCode.OK, (await nvr.PutAsync("/ISAPI/System/deviceInfo", put)).StatusCode);
        Assert.Contains("other", await nvr.GetStringAsync("/ISAPI/System/deviceInfo"), StringComparison.Ordinal);
        Assert.Contains("hddList", await nvr.GetStringAsync("/ISAPI/ContentMgmt/Storage"), StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "DEV-4")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"data":{"ISAPI":{}}}""")]
    [InlineData("""{"data":{"ISAPI":{"a":{}}}}""")]
    [InlineData("""{"data":{"ISAPI":{"a":{"status_code":200}}}}""")]
    [InlineData("""{"data":{"ISAPI":{"a":{"response":{"b":1,"c":2}}}}}""")]
    [InlineData("""{"data":{"ISAPI":{"a":{"response":{"not a name":1}}}}}""")]
    public async Task A_recording_that_is_none_is_one_clear_line(string? text)
    {
        using var folder = new TempFolder();
        if (text is not null) await File.WriteAllTextAsync(folder.File("recording"), text);
        SimulatorException e = await Assert.ThrowsAsync<SimulatorException>(() => SimulatorHost.StartAsync(
            SimulatorFile.Parse(Encoding.UTF8.GetBytes(Replaying)).File!, new() { Password = "x", BaseFolder = folder.Path }, new ManualTime(), new Random(1), NullLoggerFactory.Instance, CancellationToken.None));
        Assert.StartsWith("Device nvr: its documents ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    /// <summary>The XML that came, compared with the recording's own form of it.</summary>
    private static void Same(JsonObject expected, XElement actual, string where)
    {
        (string name, JsonNode? node) = expected.Single();
        Assert.Equal(name, actual.Name.LocalName);
        Same(node, actual, where);
    }

    private static void Same(JsonNode? expected, XElement actual, string where)
    {
        if (expected is not JsonObject members)
        {
            Assert.True((expected?.ToString() ?? "") == actual.Value, $"{where}: {actual}");
            return;
        }

        foreach ((string key, JsonNode? value) in members)
        {
            if (key == "#text") Assert.Equal(value!.ToString().Trim(), string.Concat(actual.Nodes().OfType<XText>()).Trim());
            else if (key == "@xmlns") Assert.Equal(value!.ToString(), actual.Name.NamespaceName);
            else if (key.StartsWith('@')) Assert.Equal(value!.ToString(), actual.Attributes().Single(a => a.Name.LocalName == key[1..]).Value);
            else SameChildren(value as JsonArray ?? [value?.DeepClone()], [.. actual.Elements().Where(e => e.Name.LocalName == key)], $"{where}/{key}");
        }
    }

    private static void SameChildren(JsonArray expected, XElement[] actual, string where)
    {
        Assert.True(expected.Count == actual.Length, $"{where}: {expected.Count} expected, {actual.Length} came");
        for (int i = 0; i < actual.Length; i++) Same(expected[i], actual[i], where);
    }
}
