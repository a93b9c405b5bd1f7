using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Xml.Linq;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Simulator;

/// <summary>What a device POSTs to a listening host. isapi.md 1.1 and 1.6 quirks 8, 10, 11 and 13.</summary>
public sealed class PushTests
{
    private const string Hosts = "/ISAPI/Event/notification/httpHosts";

    private const string Devices = """
        {"devices":[{"id":"cam","kind":"camera"},{"id":"nvr","kind":"recorder","channels":4},{"id":"rough","kind":"camera","pushForm":"noType"},{"id":"panel","kind":"panel","zones":2}]}
        """;

    [Fact, Trait("Req", "EVT-3")]
    public async Task A_camera_posts_its_alarms_bare_and_pictures_as_a_form()
    {
        await using Site site = await Site.StartAsync(Devices);
        await using var host = new Ear();
        await SetAsync(site.Client("cam"), host.Port);
        await site.EmitAsync("""{"device":"cam","event":"motionDetection","state":"inactive"}""");
        await site.EmitAsync("""{"device":"cam","event":"motionDetection","state":"active","picture":true}""");
        await Until.True(() => host.Heard.Count == 2);
        (string type, string body) = host.Heard.ElementAt(0);
        Assert.StartsWith("application/xml", type, StringComparison.Ordinal);
        Assert.Equal("inactive", XElement.Parse(body[body.IndexOf("<Event", StringComparison.Ordinal)..]).Elements().Single(e => e.Name.LocalName == "eventState").Value);
        Assert.Contains("<macAddress>", body, StringComparison.Ordinal);
        (type, body) = host.Heard.ElementAt(1);
        Assert.Equal("multipart/form-data; boundary=boundary", type);
        Assert.Contains("name=\"MoveDetection.xml\"; filename=\"MoveDetection.xml\"\r\nContent-Type: application/xml", body, StringComparison.Ordinal);
        Assert.Contains("Content-Type: image/pjpeg\r\n", body, StringComparison.Ordinal);
        Assert.EndsWith("--boundary--\r\n", body, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EVT-3")]
    public async Task A_recorder_counts_channels_from_33_and_has_no_mac_address()
    {
        await using Site site = await Site.StartAsync(Devices);
        await using var host = new Ear();
        await SetAsync(site.Client("nvr"), host.Port);
        await site.EmitAsync("""{"device":"nvr","event":"lineCrossing","channel":2,"state":"inactive"}""");
        await Until.True(() => host.Heard.Count == 1);
        string body = host.Heard.Single().Body;
        Assert.Contains("xmlns=\"urn:psialliance-org\"", body, StringComparison.Ordinal);
        Assert.Contains("<channelID>34</channelID>", body, StringComparison.Ordinal);
        Assert.Contains("<serialNumber>SIM", body, StringComparison.Ordinal);
        Assert.DoesNotContain("macAddress", body, StringComparison.Ordinal);
        using var second = new StringContent(Host(2, host.Port));
        Assert.Equal(HttpStatusCode.Forbidden, (await site.Client("nvr").PutAsync(Hosts + "/2", second)).StatusCode);
    }

    [Fact, Trait("Req", "EVT-3")]
    public async Task Parts_without_a_type_and_JSON_are_posted_where_asked_for()
    {
        await using Site site = await Site.StartAsync(Devices);
        await using var host = new Ear();
        await SetAsync(site.Client("rough"), host.Port);
        await SetAsync(site.Client("panel"), host.Port, "JSON");
        await site.EmitAsync("""{"device":"rough","event":"intrusion","state":"inactive"}""");
        await Until.True(() => host.Heard.Count == 1);
        Assert.Contains("filename=\"fielddetection.xml\"\r\nContent-Length: ", host.Heard.Single().Body, StringComparison.Ordinal);
        await site.EmitAsync("""{"device":"panel","event":"zoneAlarm","zone":1,"state":"active"}""");
        await Until.True(() => host.Heard.Count == 2);
        Assert.StartsWith("application/json", host.Heard.ElementAt(1).Type, StringComparison.Ordinal);
        Assert.Contains("\"code\":1103", host.Heard.ElementAt(1).Body, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EVT-3")]
    public async Task A_host_that_does_not_answer_is_broken_until_it_does()
    {
        await using Site site = await Site.StartAsync(Devices);
        HttpClient cam = site.Client("cam");
        int port = FreePort.Next();
        await SetAsync(cam, port);
        using HttpResponseMessage test = await cam.PostAsync(Hosts + "/1/test", null);
        Assert.Contains("connect server fail", await test.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await site.EmitAsync("""{"device":"cam","event":"motionDetection","state":"inactive"}""");
        await BrokenAsync(true);
        await using var host = new Ear(port);
        await site.EmitAsync("""{"device":"cam","event":"motionDetection","state":"inactive"}""");
        await BrokenAsync(false);

        async Task BrokenAsync(bool broken)
        {
            using var limit = new CancellationTokenSource(Until.Limit);
            while (!(await cam.GetStringAsync(Hosts + "/1", limit.Token)).Contains($"<httpBroken>{(broken ? "true" : "false")}</httpBroken>", StringComparison.Ordinal)) await Task.Yield();
        }
    }

    [Theory, Trait("Req", "EVT-3")]
    [InlineData("<HttpHostNotification><id>1</id><url>/</url></HttpHostNotification>", HttpStatusCode.BadRequest)]
    [InlineData("<HttpHostNotification/>", HttpStatusCode.BadRequest)]
    [InlineData("<Other/>", HttpStatusCode.BadRequest)]
    [InlineData("not xml", HttpStatusCode.BadRequest)]
    public async Task A_host_document_that_lacks_something_is_refused(string document, HttpStatusCode status)
    {
        await using Site site = await Site.StartAsync(Devices);
        using var body = new StringContent(document);
        Assert.Equal(status, (await site.Client("cam").PutAsync(Hosts + "/1", body)).StatusCode);
    }

    private static string Host(int id, int port, string format = "XML") =>
        $"<HttpHostNotification version=\"2.0\" xmlns=\"http://www.hikvision.com/ver20/XMLSchema\"><id>{id}</id><url>/alarms</url><protocolType>HTTP</protocolType><parameterFormatType>{format}</parameterFormatType><addressingFormatType>ipaddress</addressingFormatType><ipAddress>127.0.0.1</ipAddress><portNo>{port}</portNo><userName></userName><httpAuthenticationMethod>none</httpAuthenticationMethod><httpBroken>false</httpBroken></HttpHostNotification>";

    private static async Task SetAsync(HttpClient device, int port, string format = "XML")
    {
        using var body = new StringContent(Host(1, port, format), Encoding.UTF8, "application/xml");
        using HttpResponseMessage response = await device.PutAsync(Hosts + "/1", body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        Assert.Contains($"<portNo>{port}</portNo>", await device.GetStringAsync(Hosts), StringComparison.Ordinal);
    }

    /// <summary>A listening host.</summary>
    private sealed class Ear : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Task _hearing;

        public Ear(int port = 0)
        {
            Port = port == 0 ? FreePort.Next() : port;
            _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
            _listener.Start();
            _hearing = HearAsync();
        }

        public int Port { get; }

        public ConcurrentQueue<(string Type, string Body)> Heard { get; } = new();

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _hearing;
            _listener.Close();
        }

        private async Task HearAsync()
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                using var reader = new StreamReader(context.Request.InputStream, Encoding.Latin1);
                Heard.Enqueue((context.Request.ContentType ?? "", await reader.ReadToEndAsync()));
                context.Response.Close();
            }
        }
    }
}
