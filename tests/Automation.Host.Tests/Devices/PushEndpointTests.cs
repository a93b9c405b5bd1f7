using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Automation.Core.Model;
using Automation.Host.Devices;
using Automation.Isapi;
using Automation.Isapi.Push;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Devices;

/// <summary>What devices push: every form of it, from the right sender, with the right login (EVT-3; isapi.md, quirks 10, 11 and 13).</summary>
public sealed class PushEndpointTests : IAsyncLifetime
{
    private const string Xml = "<EventNotificationAlert version=\"2.0\" xmlns=\"http://www.hikvision.com/ver20/XMLSchema\"><ipAddress>10.0.0.7</ipAddress><macAddress>58:03:fb:2a:e9:51</macAddress><channelID>1</channelID><dateTime>2026-11-20T12:00:00+01:00</dateTime><activePostCount>1</activePostCount><eventType>VMD</eventType><eventState>active</eventState></EventNotificationAlert>";
    private const string Json = """{"ipAddress":"10.0.0.7","macAddress":"58-03-FB-2A-E9-51","channelID":1,"dateTime":"2026-11-20T12:00:00+01:00","activePostCount":1,"eventType":"linedetection","eventState":"active"}""";
    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3, 0x0D, 0x0A, 4, 0xFF, 0xD9];

    private readonly ManualTime _time = new();
    private readonly Observer _observer = new();
    private readonly ConcurrentQueue<string> _told = new();
    private readonly List<DeviceConnection> _connections = [];
    private readonly PushInbox _inbox = new(new DeviceConnectionLimits { MaxPicturePartBytes = 1000 });
    private PushEndpoint? _endpoint;

    public ValueTask InitializeAsync()
    {
        Add("camera", "http://10.0.0.7", mac: "58:03:fb:2a:e9:51", "channel/1");
        Add("nvr", "http://10.0.0.8", mac: null, "channel/1", "channel/2", "channel/3", "channel/34");
        Add("gate", "http://127.0.0.1:9", mac: null, "channel/1");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_endpoint is not null) await _endpoint.DisposeAsync();
        foreach (DeviceConnection connection in _connections) await connection.DisposeAsync();
    }

    private void Add(string id, string url, string? mac, params string[] resources)
    {
        var address = ResourceAddress.Parse("store/" + id);
        var device = new Device
        {
            Address = address, Name = id, Kind = id == "nvr" ? "nvr" : "camera", Mac = mac, Serial = id == "nvr" ? "DS-7608NI-K2 0820200101CCRRE12345678WCVU" : null,
            Connection = new DeviceConnectionInfo { Url = new Uri(url), Events = "push" },
            Resources = [.. resources.Select(r => new Resource { Address = ResourceAddress.Parse($"{address}/{r}") })],
        };
        var connection = new DeviceConnection(device, new DeviceConnectionLimits(), _observer, _time, new Random(1), NullLogger.Instance);
        _connections.Add(connection);
        _inbox.Add(address, connection);
    }

    private async Task<Uri> OpenAsync(string? user = null)
    {
        var settings = new PushSettings(new IPEndPoint(IPAddress.Loopback, 0), user, new Secret("push-password"));
        _endpoint = await PushEndpoint.StartAsync(settings, _inbox, (type, detail) =>
        {
            _told.Enqueue($"{type}: {detail}");
        }, _time, NullLogger.Instance, CancellationToken.None);
        return _endpoint.Url;
    }

    private static async Task<HttpStatusCode> PostAsync(Uri url, byte[] body, string? contentType, string method = "POST")
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(url, "/alarms?x=1")) { Content = new ByteArrayContent(body) };
        // Too large is known before the body is sent.
        request.Headers.ExpectContinue = body.Length > 1 << 20;
        if (contentType is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using HttpResponseMessage response = await client.SendAsync(request);
        return response.StatusCode;
    }

    private static byte[] Join(params object[] parts) => [.. parts.SelectMany(p => p as byte[] ?? Encoding.UTF8.GetBytes((string)p))];

    public static TheoryData<string, string, byte[], string[]> Forms => new()
    {
        { "bare XML", "application/xml; charset=\"UTF-8\"", Join(Xml), ["store/camera/channel/1 motionDetection"] },
        { "XML called a form", "application/x-www-form-urlencoded", Join(Xml), ["store/camera/channel/1 motionDetection"] },
        { "JSON", "application/json", Join(Json), ["store/camera/channel/1 lineCrossing"] },
        { "multipart with a file name", "multipart/form-data; boundary=MIME_boundary", Join("--MIME_boundary\r\nContent-Disposition: form-data; name=\"MoveDetection.xml\"; filename=\"MoveDetection.xml\"\r\nContent-Type: application/xml\r\nContent-Length: " + Xml.Length + "\r\n\r\n", Xml, "\r\n--MIME_boundary--\r\n"), ["store/camera/channel/1 motionDetection"] },
        { "a part without a type", "multipart/form-data; boundary=\"b1\"", Join("--b1\r\nContent-Disposition: form-data; name=\"event_log\"\r\n\r\n", Json, "\r\n--b1--\r\n"), ["store/camera/channel/1 lineCrossing"] },
        { "a length without the line break", "multipart/form-data; boundary=b1", Join("--b1\r\nContent-Type: application/xml\r\nContent-Length: " + Xml.Length + "\r\n\r\n", Xml, "--b1\r\nContent-Type: application/json\r\nContent-Length: " + Json.Length + "\r\n\r\n", Json, "--b1--"), ["store/camera/channel/1 motionDetection", "store/camera/channel/1 lineCrossing"] },
        { "another boundary than declared", "multipart/form-data; boundary=wrong", Join("--right\r\nContent-Type: application/json\r\n\r\n", Json, "\r\n--right--\r\n"), ["store/camera/channel/1 lineCrossing"] },
        { "several documents in one", "application/xml", Join(Xml, "\r\n", Xml.Replace("VMD", "PIR", StringComparison.Ordinal)), ["store/camera/channel/1 motionDetection", "store/camera/channel/1 pirDetection"] },
        { "with pictures", "multipart/form-data; boundary=b1", Join("--b1\r\nContent-Type: application/xml\r\n\r\n", Xml, "\r\n--b1\r\nContent-Type: image/pjpeg\r\nContent-Length: " + Jpeg.Length + "\r\n\r\n", Jpeg, "\r\n--b1\r\nContent-Disposition: form-data; name=\"p2\"\r\nContent-Type: image/jpeg\r\n\r\n", Jpeg, "\r\n--b1--\r\n"), ["store/camera/channel/1 motionDetection"] },
    };

    [Theory, Trait("Req", "EVT-3")]
    [MemberData(nameof(Forms))]
    public async Task Body_InAnyForm_IsTheSameEvent(string form, string contentType, byte[] body, string[] expected)
    {
        Uri url = await OpenAsync();
        Assert.True(await PostAsync(url, body, contentType) == HttpStatusCode.OK, form);
        Assert.Equal(expected, _observer.Events);
        Assert.Equal(form == "with pictures" ? 2 : 0, _observer.Pictures.Count);
        Assert.All(_observer.Pictures, p => Assert.Equal(Jpeg, p));
        Assert.Empty(_told);
    }

    [Fact, Trait("Req", "EVT-3")]
    public async Task Sender_IsFoundByMac_ThenByAddress_ThenBySerialNumber_AndNeverByBeingTheOnlyOne()
    {
        Uri url = await OpenAsync();
        const string NoMac = "<EventNotificationAlert xmlns=\"urn:psialliance-org\"><channelID>34</channelID><eventType>VMD</eventType><eventState>active</eventState>{0}</EventNotificationAlert>";
        byte[] of(string extra) => Join(NoMac.Replace("{0}", extra, StringComparison.Ordinal));

        // The MAC is the camera's although the address is the gate's.
        await PostAsync(url, Join(Xml), "application/xml");
        // No MAC, or a MAC nobody has: the address is the gate's, and it has no channel 2.
        await PostAsync(url, of("<macAddress>00:11:22:33:44:55</macAddress>"), "application/xml");
        Assert.Equal(["store/camera/channel/1 motionDetection", "store/gate motionDetection"], _observer.Events);

        _observer.Events.Clear();
        PushOutcome bySerial = await _inbox.TakeAsync(of("<Extensions><serialNumber>0820200101CCRRE12345678WCVU</serialNumber></Extensions>"), "application/xml", IPAddress.Parse("10.9.9.9"), CancellationToken.None);
        PushOutcome stranger = await _inbox.TakeAsync(of("<Extensions><serialNumber>999999999</serialNumber></Extensions>"), "application/xml", IPAddress.Parse("10.9.9.9"), CancellationToken.None);
        Assert.Equal((PushResult.Taken, PushResult.UnknownSender), (bySerial.Result, stranger.Result));
        Assert.Contains("999999999", stranger.Detail, StringComparison.Ordinal);
        // In the older form channel 34 is the second of the network, although the recorder has a channel 34 as well.
        Assert.Equal(["store/nvr/channel/2 motionDetection"], _observer.Events);
    }

    [Fact, Trait("Req", "EVT-6")]
    public async Task PushAndPush_AreTwoEvents_ButNotPushAndStream()
    {
        // Two pushes of one second by one way are two: the device says it twice.
        PushOutcome first = await _inbox.TakeAsync(Join(Xml), "application/xml", IPAddress.Loopback, CancellationToken.None);
        await _inbox.TakeAsync(Join(Xml), "application/xml", IPAddress.Loopback, CancellationToken.None);
        Assert.Equal(PushResult.Taken, first.Result);
        Assert.Equal((2L, 0L), (_connections[0].Counts.Taken, _connections[0].Counts.Duplicate));
    }

    [Fact, Trait("Req", "EVT-3")]
    public async Task Login_IsAskedFor_AndAWrongOneIsToldOnce()
    {
        Uri url = await OpenAsync("camera");
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(url, Join(Xml), "application/xml"));
        Assert.Empty(_told);
        foreach ((string password, HttpStatusCode expected) in ((string, HttpStatusCode)[])[("wrong", HttpStatusCode.Unauthorized), ("wrong", HttpStatusCode.Unauthorized), ("push-password", HttpStatusCode.OK)])
        {
            foreach (string scheme in (string[])["Digest", "Basic"])
            {
                using var client = new HttpClient(new SocketsHttpHandler { Credentials = new CredentialCache { { url, scheme, new NetworkCredential("camera", password) } } });
                using HttpResponseMessage response = await client.PostAsync(url, new StringContent(Xml, Encoding.UTF8, "application/xml"));
                Assert.Equal(expected, response.StatusCode);
            }
        }

        Assert.Equal(2, _observer.Events.Count);
        Assert.StartsWith("pushLoginRefused", Assert.Single(_told), StringComparison.Ordinal);
        Assert.DoesNotContain("push-password", string.Concat(_told), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EVT-3")]
    public async Task Curl_LogsInWithDigestAndWithBasic()
    {
        string curl = Peer.Find("curl", "curl");
        Uri url = await OpenAsync("camera");
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("MoveDetection.xml"), Xml);
        await File.WriteAllBytesAsync(folder.File("a.jpg"), Jpeg);
        foreach (string[] arguments in (string[][])
        [
            ["--digest", "-u", "camera:push-password", "-F", $"MoveDetection.xml=@{folder.File("MoveDetection.xml")};type=application/xml", "-F", $"p=@{folder.File("a.jpg")};type=image/jpeg"],
            ["--basic", "-u", "camera:push-password", "--data-binary", "@" + folder.File("MoveDetection.xml"), "-H", "Content-Type: application/xml"],
            ["--digest", "-u", "camera:wrong", "--data-binary", "@" + folder.File("MoveDetection.xml")],
        ])
        {
            var output = new StringBuilder();
            using Process process = Peer.Start(curl, ["-s", "-o", folder.File("answer"), "-w", "%{http_code}\n", .. arguments, url.AbsoluteUri], (_, e) =>
            {
                lock (output) output.Append(e.Data);
            });
            await Until.Done(process.WaitForExitAsync());
            process.WaitForExit();
            Assert.Equal(arguments[2] == "camera:wrong" ? "401" : "200", output.ToString());
        }

        Assert.Equal(2, _observer.Events.Count);
        Assert.Equal(Jpeg, Assert.Single(_observer.Pictures));
    }

    [Fact, Trait("Req", "EVT-3")]
    public async Task DigestAnswer_HeardOnTheWire_CannotBeUsedAgain_NorForever()
    {
        var settings = new PushSettings(new IPEndPoint(IPAddress.Loopback, 0), "camera", new Secret("push-password"));
        var login = new PushLogin(settings, _time);
        string nonce = login.Challenges(stale: false)[1].Split("nonce=\"")[1].Split('"')[0];
        string answer(string nc, string secret = "push-password", string of = "") => Digest(of.Length == 0 ? nonce : of, nc, secret);

        Assert.True(login.Accepts("POST", "/alarms", answer("00000001"), out _));
        Assert.False(login.Accepts("POST", "/alarms", answer("00000001"), out bool stale));
        Assert.True(stale);
        Assert.True(login.Accepts("POST", "/alarms", answer("00000002"), out _));
        Assert.False(login.Accepts("POST", "/other", answer("00000003"), out stale));
        Assert.False(stale);
        Assert.False(login.Accepts("POST", "/alarms", answer("00000004", "wrong"), out stale));
        Assert.False(stale);
        // A nonce that is not ours, or too old: right, but stale.
        Assert.False(login.Accepts("POST", "/alarms", answer("00000001", of: new string('0', 48)), out stale));
        Assert.True(stale);
        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.False(login.Accepts("POST", "/alarms", answer("00000005"), out stale));
        Assert.True(stale);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "It is what devices know.")]
    private static string Digest(string nonce, string nc, string password)
    {
        string hash(string text) => Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(Encoding.UTF8.GetBytes(text)));
        string response = hash($"{hash($"camera:automation:{password}")}:{nonce}:{nc}:abc:auth:{hash("POST:/alarms")}");
        return $"Digest username=\"camera\", realm=\"automation\", nonce=\"{nonce}\", uri=\"/alarms\", algorithm=MD5, qop=auth, nc={nc}, cnonce=\"abc\", response=\"{response}\"";
    }

    [Fact, Trait("Req", "EVT-3")]
    public async Task WithoutLogin_OnlyTheSitesAddressesAreHeard()
    {
        await _connections[2].DisposeAsync();
        var inbox = new PushInbox(new DeviceConnectionLimits());
        inbox.Add(ResourceAddress.Parse("store/camera"), _connections[0]);
        var settings = new PushSettings(new IPEndPoint(IPAddress.Loopback, 0), null, Secret.None);
        await using PushEndpoint endpoint = await PushEndpoint.StartAsync(settings, inbox, (type, _) =>
        {
            _told.Enqueue(type);
        }, _time, NullLogger.Instance, CancellationToken.None);
        // The MAC would be right; whoever knows it may not trip an alarm with it.
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(endpoint.Url, Join(Xml), "application/xml"));
        Assert.Empty(_observer.Events);
        Assert.Equal(["pushUnknownSender"], _told);
    }

    [Fact, Trait("Req", "EVT-3")]
    public async Task WhatIsNoPush_IsRefused()
    {
        Uri url = await OpenAsync();
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await PostAsync(url, [], null, "DELETE"));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(url, Join("--b\r\n\r\nhello\r\n--b--"), "multipart/form-data; boundary=b"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(url, [], "application/xml"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(url, Jpeg, "image/jpeg"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(url, new byte[(12 << 20) + 1], "application/xml"));
        Assert.Empty(_observer.Events);
        using var taken = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var settings = new PushSettings(new IPEndPoint(IPAddress.Loopback, url.Port), null, Secret.None);
        await Assert.ThrowsAsync<Automation.Host.Composition.StartRefusedException>(() => PushEndpoint.StartAsync(settings, _inbox, (_, _) => { }, _time, NullLogger.Instance, CancellationToken.None));
    }

    [Theory, Trait("Req", "EVT-3")]
    [InlineData(41)]
    [InlineData(42)]
    public async Task Body_DamagedAtRandom_IsTakenOrRefusedAndNeverThrows(int seed)
    {
        var random = new Random(seed);
        (string Type, byte[] Body)[] forms = [.. Forms.Select(f => (f.Data.Item2, f.Data.Item3))];
        for (int round = 0; round < 1500; round++)
        {
            (string type, byte[] good) = forms[random.Next(forms.Length)];
            byte[] body = [.. good];
            for (int hits = random.Next(0, 8); hits > 0; hits--) body[random.Next(body.Length)] = (byte)random.Next(256);
            if (random.Next(3) == 0) body = body[..random.Next(body.Length)];
            PushOutcome outcome = await _inbox.TakeAsync(body, random.Next(4) == 0 ? null : type, IPAddress.Loopback, CancellationToken.None);
            Assert.True(Enum.IsDefined(outcome.Result), $"seed {seed}, round {round}");
        }
    }

    private sealed class Observer : IDeviceObserver, IPictureObserver
    {
        public List<string> Events { get; } = [];

        public List<byte[]> Pictures { get; } = [];

        public void EventReported(ResourceAddress resource, string type, EventState state, DataObject data, bool old)
        {
            lock (Events) Events.Add($"{resource} {type}");
        }

        public void StateReported(ResourceAddress resource, DataObject properties, bool initial)
        {
        }

        public void AvailabilityChanged(ResourceAddress device, bool online, string? reason)
        {
        }

        public void ProblemFound(DeviceProblem problem)
        {
        }

        public void PictureTaken(ResourceAddress resource, string contentType, ReadOnlyMemory<byte> picture)
        {
            lock (Events) Pictures.Add(picture.ToArray());
        }
    }
}
