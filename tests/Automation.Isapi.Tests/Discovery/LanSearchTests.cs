using System.Net;
using System.Net.Sockets;
using System.Text;
using Automation.Isapi.Discovery;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Discovery;

public sealed class LanSearchTests
{
    private static readonly IPAddress Here = IPAddress.Loopback;

    private static byte[] Answer(string location, string start = "HTTP/1.1 200 OK") => Encoding.ASCII.GetBytes($"{start}\r\nCACHE-CONTROL: max-age=1800\r\nlocation: {location}\r\nSERVER: x/1\r\nST: upnp:rootdevice\r\nUSN: uuid:1::upnp:rootdevice\r\n\r\n");

    /// <summary>A network of its own: a socket that answers each question with the given datagrams.</summary>
    private static async Task<(UdpClient Socket, Task Loop, List<string> Questions)> ResponderAsync(params byte[][] answers)
    {
        var socket = new UdpClient(new IPEndPoint(Here, 0));
        var questions = new List<string>();
        Task loop = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    UdpReceiveResult question = await socket.ReceiveAsync();
                    lock (questions) questions.Add(Encoding.ASCII.GetString(question.Buffer));
                    foreach (byte[] answer in answers) await socket.SendAsync(answer, question.RemoteEndPoint);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        });
        await Task.CompletedTask;
        return (socket, loop, questions);
    }

    private static LanSearchLimits At(UdpClient socket) => new() { Target = (IPEndPoint)socket.Client.LocalEndPoint!, Listen = TimeSpan.FromSeconds(1) };

    [Fact, Trait("Req", "DEV-4")]
    public async Task Search_DevicesThatAnswer_AreReadWithoutALogin()
    {
        await using FakeDevice camera = await FakeDevice.StartAsync();
        camera.Challenge = null;
        camera.Answer("GET", "/upnpdevicedesc.xml", $"<root xmlns=\"urn:schemas-upnp-org:device-1-0\"><device><friendlyName>Yard &amp; gate</friendlyName><manufacturer>HIKVISION</manufacturer><modelName>DS-1</modelName><serialNumber>S1</serialNumber><presentationURL>{camera.Url}</presentationURL></device></root>");
        camera.Answer("GET", "/ISAPI/System/deviceInfo", "", 401);
        await using FakeDevice television = await FakeDevice.StartAsync();
        television.Challenge = null;
        television.Answer("GET", "/desc.xml", "<root><device><friendlyName>TV</friendlyName></device></root>");
        byte[] answer = Answer(new Uri(camera.Url, "/upnpdevicedesc.xml").ToString());
        (UdpClient socket, Task loop, List<string> questions) = await ResponderAsync(answer, answer, Answer(new Uri(television.Url, "/desc.xml").ToString()));
        IReadOnlyList<LanDevice> found = await Until.Done(LanSearch.SearchAsync(At(socket), TimeProvider.System, CancellationToken.None));
        socket.Dispose();
        await loop;
        Assert.Equal([("Yard & gate", "HIKVISION", "DS-1", "S1", true), ("TV", "", "", "", false)], found.Select(d => (d.Name, d.Manufacturer, d.Model, d.Serial, d.SpeaksIsapi)));
        Assert.Equal(camera.Url.Authority, found[0].Url.Authority);
        Assert.Contains("MAN: \"ssdp:discover\"", Assert.Single(questions), StringComparison.Ordinal);
        Assert.All(camera.Requests, r => Assert.Null(r.Authorization));
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Search_NobodyAnswers_EndsInTime()
    {
        using var socket = new UdpClient(new IPEndPoint(Here, 0));
        var time = new ManualTime();
        Task<System.Collections.Immutable.ImmutableArray<LanDevice>> search = LanSearch.SearchAsync(At(socket), time, CancellationToken.None);
        await Until.True(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return search.IsCompleted;
        });
        Assert.Empty(await search);
    }

    [Fact, Trait("Req", "DEV-4")]
    public async Task Search_FloodOfAnswers_IsCut()
    {
        byte[][] many = [.. Enumerable.Range(1, 300).Select(i => Answer($"http://127.0.0.1:{i}/x"))];
        (UdpClient socket, Task loop, _) = await ResponderAsync(many);
        IReadOnlyList<LanDevice> found = await Until.Done(LanSearch.SearchAsync(At(socket) with { MaxAnswers = 50, MaxDevices = 5, DescriptionTimeout = TimeSpan.FromSeconds(1) }, TimeProvider.System, CancellationToken.None));
        socket.Dispose();
        await loop;
        Assert.InRange(found.Count, 0, 5);
    }

    [Theory, Trait("Req", "DEV-4")]
    [InlineData("HTTP/1.1 200 OK", "http://127.0.0.1:80/desc.xml", true)]
    [InlineData("HTTP/1.1 404 Not Found", "http://127.0.0.1:80/desc.xml", false)]
    [InlineData("NOTIFY * HTTP/1.1", "http://127.0.0.1:80/desc.xml", false)]
    // An answer may not send us to somebody else.
    [InlineData("HTTP/1.1 200 OK", "http://10.9.9.9/desc.xml", false)]
    [InlineData("HTTP/1.1 200 OK", "http://bank.example/desc.xml", false)]
    [InlineData("HTTP/1.1 200 OK", "http://user:secret@127.0.0.1/desc.xml", false)]
    [InlineData("HTTP/1.1 200 OK", "file:///etc/passwd", false)]
    [InlineData("HTTP/1.1 200 OK", "", false)]
    public void Read_OnlyGoodAnswersOfTheMachineItself_AreTaken(string start, string location, bool good) =>
        Assert.Equal(good, SsdpAnswer.Read(Answer(location, start), Here) is not null);

    [Fact, Trait("Req", "DEV-4")]
    public void Read_EveryCutOfAnAnswer_DoesNotThrow()
    {
        byte[] whole = Answer("http://127.0.0.1/desc.xml");
        for (int length = 0; length < whole.Length; length++) SsdpAnswer.Read(whole.AsSpan(0, length), Here);
        var random = new Random(11);
        byte[] noise = new byte[512];
        for (int i = 0; i < 500; i++)
        {
            random.NextBytes(noise);
            SsdpAnswer.Read(noise, Here);
        }
    }
}
