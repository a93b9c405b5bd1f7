using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Simulator;

/// <summary>Devices of seed 001: what they feed to a broker, which here is a socket that speaks the few packets needed, byte by byte as MQTT 3.1.1 has them.</summary>
public sealed class OutdoorTests
{
    [Fact, Trait("Req", "DEV-8")]
    public async Task A_trail_camera_feeds_its_state_its_events_and_takes_settings()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using Site site = await Site.StartAsync($$$"""{"devices":[{"id":"trail","kind":"trailCamera","mqttPort":{{{((IPEndPoint)listener.LocalEndpoint).Port}}},"mqttTopic":"wood/trail"}]}""");
        using TcpClient client = await Until.Done(listener.AcceptTcpClientAsync());
        NetworkStream stream = client.GetStream();
        (byte type, byte[] connect) = await ReadAsync(stream);
        Assert.Equal(0x10, type);
        Assert.Equal([0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 4, 0x26, 0, 0], connect[..10]);
        await stream.WriteAsync(new byte[] { 0x20, 2, 0, 0 });
        (type, byte[] subscribe) = await ReadAsync(stream);
        Assert.Equal(0x82, type);
        Assert.Equal("wood/trail/set", Encoding.UTF8.GetString(subscribe, 4, subscribe.Length - 5));
        Assert.Equal((0x31, "wood/trail/availability", "online"), await MessageAsync(stream));
        (int flags, string topic, string payload) = await MessageAsync(stream);
        Assert.Equal((0x31, "wood/trail/state"), (flags, topic));
        JsonNode state = JsonNode.Parse(payload)!;
        Assert.Equal((83, "middle", 30_436), ((int)state["battery"]!, (string)state["settings"]!["pirSensitivity"]!, (int)state["sdTotalMegabytes"]!));
        Assert.Equal(52.52, (double)state["gps"]!["latitude"]!);

        await site.EmitAsync("""{"device":"trail","event":"pirDetection"}""");
        (flags, topic, payload) = await MessageAsync(stream);
        Assert.Equal((0x30, "wood/trail/event", "pirDetection"), (flags, topic, (string)JsonNode.Parse(payload)!["type"]!));
        await MessageAsync(stream);

        await SetAsync(stream, """{"pirSensitivity":"off","maxPicturesPerDay":20,"gpsService":false}""");
        state = JsonNode.Parse((await MessageAsync(stream)).Payload)!;
        Assert.Equal(("off", 20), ((string)state["settings"]!["pirSensitivity"]!, (int)state["settings"]!["maxPicturesPerDay"]!));
        Assert.Null(state["gps"]);
        Assert.Contains("disabled", (await site.EmitAsync("""{"device":"trail","event":"pirDetection"}""")).ToJsonString(), StringComparison.Ordinal);
        await SetAsync(stream, """{"burst":99}""");
        Assert.Equal((0x30, "wood/trail/error", "burst must be from 1 to 10"), await MessageAsync(stream));
        await site.ControlAsync("PUT", "/state", """{"trail":{"battery":7}}""");
        Assert.Equal(7, (int)JsonNode.Parse((await MessageAsync(stream)).Payload)!["battery"]!);
    }

    [Theory, Trait("Req", "DEV-8")]
    [InlineData("scope", """{"settings":{"brightness":10,"palette":"redHot"}}""", true)]
    [InlineData("scope", """{"settings":{"brightness":11}}""", false)]
    [InlineData("phoneThermal", """{"settings":{"brightness":100}}""", true)]
    [InlineData("phoneThermal", """{"settings":{"laser":true}}""", false)]
    [InlineData("trailCamera", """{"settings":{"scheduledShot":"06:30"}}""", true)]
    [InlineData("trailCamera", """{"battery":101}""", false)]
    public async Task Settings_have_the_ranges_of_the_manual(string kind, string state, bool fits)
    {
        await using Site site = await Site.StartAsync($$$"""{"devices":[{"id":"one","kind":"{{{kind}}}"}]}""");
        await site.ControlAsync("PUT", "/state", $$$"""{"one":{{{state}}}}""", fits ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
    }

    private static async Task SetAsync(NetworkStream stream, string json)
    {
        byte[] topic = Encoding.UTF8.GetBytes("wood/trail/set"), payload = Encoding.UTF8.GetBytes(json);
        await stream.WriteAsync((byte[])[0x30, (byte)(2 + topic.Length + payload.Length), 0, (byte)topic.Length, .. topic, .. payload]);
    }

    private static async Task<(int Flags, string Topic, string Payload)> MessageAsync(NetworkStream stream)
    {
        (byte type, byte[] body) = await ReadAsync(stream);
        int length = (body[0] << 8) | body[1];
        return (type, Encoding.UTF8.GetString(body, 2, length), Encoding.UTF8.GetString(body, 2 + length, body.Length - 2 - length));
    }

    private static async Task<(byte Type, byte[] Body)> ReadAsync(NetworkStream stream)
    {
        byte[] one = new byte[1];
        await Until.Done(stream.ReadExactlyAsync(one).AsTask());
        byte type = one[0];
        int length = 0, shift = 0;
        do
        {
            await Until.Done(stream.ReadExactlyAsync(one).AsTask());
            length |= (one[0] & 0x7F) << shift;
            shift += 7;
        }
        while (one[0] > 0x7F);
        byte[] body = new byte[length];
        await Until.Done(stream.ReadExactlyAsync(body).AsTask());
        return (type, body);
    }
}
