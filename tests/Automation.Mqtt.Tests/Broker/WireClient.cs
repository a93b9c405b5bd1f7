using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Automation.Mqtt.Codec;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.TestKit;

namespace Automation.Mqtt.Tests.Broker;

/// <summary>A client that does nothing by itself: the test says each packet and takes each answer.</summary>
internal sealed class WireClient : IDisposable
{
    private readonly Stream _stream;
    private readonly Socket? _socket;
    private byte[] _buffer = new byte[4096];
    private int _count;
    private ProtocolVersion _version;

    public WireClient(Stream stream, ProtocolVersion version, Socket? socket = null)
    {
        _stream = stream;
        _version = version;
        _socket = socket;
    }

    public Socket Socket => _socket!;

    public static async Task<WireClient> OpenAsync(IPEndPoint endpoint, ProtocolVersion version)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint);
        return new WireClient(new NetworkStream(socket, ownsSocket: true), version, socket);
    }

    public async Task<ConnAckPacket> ConnectAsync(ConnectPacket packet)
    {
        _version = packet.Version;
        await SendAsync(packet);
        return await ReceiveAsync<ConnAckPacket>();
    }

    public Task SendAsync(MqttPacket packet)
    {
        var output = new ArrayBufferWriter<byte>();
        MqttWriter.Write(output, packet, _version);
        return SendRawAsync(output.WrittenMemory);
    }

    public Task SendRawAsync(ReadOnlyMemory<byte> bytes) => Until.Done(_stream.WriteAsync(bytes).AsTask());

    public async Task PublishAsync(string topic, string payload, QoS qos = QoS.AtMostOnce, bool retain = false, ushort packetId = 1) =>
        await SendAsync(new PublishPacket { Topic = topic, Payload = Encoding.UTF8.GetBytes(payload), QoS = qos, Retain = retain, PacketId = qos == QoS.AtMostOnce ? (ushort)0 : packetId });

    public async Task<SubAckPacket> SubscribeAsync(string filter, QoS qos = QoS.AtMostOnce, uint? identifier = null, bool noLocal = false, bool asPublished = false,
        RetainHandling retain = RetainHandling.AtSubscribe)
    {
        await SendAsync(new SubscribePacket { PacketId = 900, SubscriptionIdentifier = identifier, Subscriptions = [new Subscription(filter, qos, noLocal, asPublished, retain)] });
        SubAckPacket answer = await ReceiveAsync<SubAckPacket>();
        Assert.Equal(900, answer.PacketId); // MQTT-3.8.4-2
        return answer;
    }

    /// <summary>The next packet; another kind fails the test.</summary>
    public async Task<T> ReceiveAsync<T>()
        where T : MqttPacket
    {
        MqttPacket? packet = await ReceiveAsync();
        return Assert.IsType<T>(packet);
    }

    public async Task<PublishPacket> ReceivePublishAsync(string topic, string payload)
    {
        PublishPacket packet = await ReceiveAsync<PublishPacket>();
        Assert.Equal((topic, payload), (packet.Topic, Encoding.UTF8.GetString(packet.Payload.Span)));
        return packet;
    }

    /// <summary>Answers a PINGREQ: proof that nothing else is on its way before it.</summary>
    public async Task ReceiveNothingAsync()
    {
        await SendAsync(PingReqPacket.Instance);
        await ReceiveAsync<PingRespPacket>();
    }

    /// <summary>The broker closes; 5.0 hears why first.</summary>
    public async Task ReceiveCloseAsync(ReasonCode reason)
    {
        if (_version == ProtocolVersion.V5)
        {
            DisconnectPacket farewell = await ReceiveAsync<DisconnectPacket>();
            Assert.Equal((reason, null), (farewell.Reason, farewell.SessionExpirySeconds)); // MQTT-3.14.2-2
        }

        Assert.Null(await ReceiveAsync());
    }

    /// <summary>The next packet, or null when the broker has closed.</summary>
    public async Task<MqttPacket?> ReceiveAsync()
    {
        while (true)
        {
            var sequence = new ReadOnlySequence<byte>(_buffer, 0, _count);
            MqttReadResult result = MqttReader.TryRead(ref sequence, _version, 268_435_460, out MqttPacket? packet, out ReasonCode reason);
            Assert.True(result != MqttReadResult.Malformed, $"the broker sent something malformed: {reason}");
            if (result == MqttReadResult.Done)
            {
                int consumed = _count - (int)sequence.Length;
                _buffer.AsSpan(consumed, _count - consumed).CopyTo(_buffer);
                _count -= consumed;
                return packet;
            }

            if (_count == _buffer.Length) Array.Resize(ref _buffer, _count * 2);
            int read;
            try
            {
                read = await Until.Done(_stream.ReadAsync(_buffer.AsMemory(_count)).AsTask());
            }
            catch (IOException)
            {
                return null; // A reset is a close.
            }

            if (read == 0) return null;
            _count += read;
        }
    }

    public void Dispose() => _stream.Dispose();
}
