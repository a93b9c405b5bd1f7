using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Automation.Mqtt.Client;
using Automation.Mqtt.Codec;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.TestKit;

namespace Automation.Mqtt.Tests.Client;

/// <summary>The server's side of a conversation, packet by packet, as a test wants it.</summary>
internal sealed class ScriptedServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ScriptedServer() => _listener.Start();

    public bool SomebodyWaits => _listener.Pending();

    public MqttClientOptions Options => new()
    {
        Host = "127.0.0.1",
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
        ClientId = "c",
        KeepAlive = TimeSpan.Zero,
        Limits = new MqttClientLimits { FirstBackoff = TimeSpan.FromMilliseconds(5), LongestBackoff = TimeSpan.FromMilliseconds(50), ConnectTimeout = Until.Limit, AnswerTimeout = Until.Limit },
    };

    /// <summary>Takes the next connection up to its CONNECT, and answers it.</summary>
    public async Task<Conversation> AcceptAsync(ConnAckPacket? answer = null)
    {
        TcpClient client = await Until.Done(_listener.AcceptTcpClientAsync());
        client.NoDelay = true;
        var conversation = new Conversation(client);
        conversation.Connect = await conversation.ExpectAsync<ConnectPacket>();
        await conversation.SendAsync(answer ?? new ConnAckPacket());
        return conversation;
    }

    public void Dispose() => _listener.Dispose();

    internal sealed class Conversation(TcpClient client) : IDisposable
    {
        private readonly NetworkStream _stream = client.GetStream();
        private byte[] _received = [];

        public ConnectPacket Connect { get; set; } = new();

        public async Task SendAsync(MqttPacket packet) => await SendAsync(Codec.Wire.Encode(packet, ProtocolVersion.V5));

        public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes);

        public async Task<T> ExpectAsync<T>()
            where T : MqttPacket => Assert.IsType<T>(await NextAsync());

        /// <summary>Null: the client closed.</summary>
        public async Task<MqttPacket?> NextAsync()
        {
            byte[] chunk = new byte[4096];
            while (true)
            {
                var buffer = new ReadOnlySequence<byte>(_received);
                MqttReadResult result = MqttReader.TryRead(ref buffer, ProtocolVersion.V5, 1 << 24, out MqttPacket? packet, out ReasonCode reason);
                Assert.True(result != MqttReadResult.Malformed, reason.ToString());
                if (result == MqttReadResult.Done)
                {
                    _received = buffer.ToArray();
                    return packet;
                }

                int count = await ReadAsync(chunk);
                if (count == 0) return null;
                _received = [.. _received, .. chunk[..count]];
            }
        }

        public void Dispose() => client.Dispose();

        private async Task<int> ReadAsync(byte[] chunk)
        {
            try
            {
                return await Until.Done(_stream.ReadAsync(chunk).AsTask());
            }
            catch (IOException)
            {
                // Closed with bytes unread: a reset says the same as an end.
                return 0;
            }
        }
    }
}
