using System.Net;
using System.Net.WebSockets;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.TestKit;

namespace Automation.Mqtt.Tests.Broker;

/// <summary>MQTT 5.0 §6: where WebSocket messages begin and end means nothing, what kind they are does.</summary>
public sealed class WebSocketTests
{
    [Fact, Trait("Spec", "MQTT-6.0.0-2")]
    public async Task Packets_CutAndJoinedAtWill_AreUnderstood()
    {
        await using BrokerUnderTest broker = await StartAsync();
        using ClientWebSocket socket = await ConnectAsync(broker);
        byte[] bytes =
        [
            .. Codec.Wire.Encode(new ConnectPacket { ClientId = "c" }, ProtocolVersion.V5),
            .. Codec.Wire.Encode(new SubscribePacket { PacketId = 5, Subscriptions = [new Subscription("t")] }, ProtocolVersion.V5),
            .. Codec.Wire.Encode(PingReqPacket.Instance, ProtocolVersion.V5),
        ];
        await socket.SendAsync(bytes.AsMemory(0, 3), WebSocketMessageType.Binary, true, CancellationToken.None);
        await socket.SendAsync(bytes.AsMemory(3, bytes.Length - 4), WebSocketMessageType.Binary, true, CancellationToken.None);
        await socket.SendAsync(bytes.AsMemory(bytes.Length - 1), WebSocketMessageType.Binary, true, CancellationToken.None);
        using var answers = new MemoryStream();
        byte[] buffer = new byte[256];
        while (!answers.ToArray().AsSpan().EndsWith((byte[])[0xD0, 0x00]))
        {
            ValueWebSocketReceiveResult result = await Until.Done(socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).AsTask());
            Assert.Equal(WebSocketMessageType.Binary, result.MessageType); // MQTT-6.0.0-1
            answers.Write(buffer, 0, result.Count);
        }

        Assert.Contains("9004000500", Convert.ToHexString(answers.ToArray()), StringComparison.Ordinal);
    }

    [Fact, Trait("Spec", "MQTT-6.0.0-1")]
    public async Task TextMessage_ClosesTheConnection()
    {
        await using BrokerUnderTest broker = await StartAsync();
        using ClientWebSocket socket = await ConnectAsync(broker);
        await socket.SendAsync(Codec.Wire.Encode(new ConnectPacket { ClientId = "c" }, ProtocolVersion.V5), WebSocketMessageType.Binary, true, CancellationToken.None);
        await Until.True(() => broker.Broker.Statistics.Sessions == 1);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        await Until.True(() => broker.Broker.Statistics.Sessions == 0);
    }

    private static Task<BrokerUnderTest> StartAsync() =>
        BrokerUnderTest.StartAsync(listener: new MqttListener { Address = new IPEndPoint(IPAddress.Loopback, 0), Transport = MqttTransport.WebSocket });

    private static async Task<ClientWebSocket> ConnectAsync(BrokerUnderTest broker)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("mqtt");
        await Until.Done(socket.ConnectAsync(new Uri($"ws://{broker.Endpoint}/mqtt"), CancellationToken.None));
        return socket;
    }
}
