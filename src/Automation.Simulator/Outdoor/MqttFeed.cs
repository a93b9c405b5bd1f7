using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Automation.Simulator.Outdoor;

/// <summary>
/// As much MQTT 3.1.1 as a bridge of one device needs: connect with a will, subscribe to <c>set</c>, publish at QoS 0, come back after a while. It shares nothing with
/// the product's client.
/// </summary>
internal sealed partial class MqttFeed : IAsyncDisposable
{
    private const int Capacity = 64;
    private const int MaxPayload = 64 * 1024;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly Channel<byte[]> _out = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _port;
    private readonly string _topic;
    private readonly Func<byte[]> _state;
    private readonly Action<ReadOnlyMemory<byte>> _command;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _running;

    public MqttFeed(int port, string topic, Func<byte[]> state, Action<ReadOnlyMemory<byte>> command, TimeProvider time, ILogger logger)
    {
        (_port, _topic, _state, _command, _time, _logger) = (port, topic, state, command, time, logger);
        _running = Task.Run(RunAsync);
    }

    public void Publish(string level, byte[] payload, bool retain) => _out.Writer.TryWrite(Packet((byte)(0x30 | (retain ? 1 : 0)), [.. Text(_topic + "/" + level), .. payload]));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var client = new TcpClient { NoDelay = true };
                await client.ConnectAsync(IPAddress.Loopback, _port, _stopping.Token).ConfigureAwait(false);
                await SpeakAsync(client.GetStream(), _stopping.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or SocketException or InvalidDataException)
            {
                LogLost(_logger, _topic, e.Message);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await Task.Delay(RetryAfter, _time, _stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task SpeakAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        // CONNECT: clean session, will at QoS 0 retained, no keep-alive: the broker is on the same machine.
        byte[] connect = [.. Text("MQTT"), 4, 0b0010_0110, 0, 0, .. Text("sim-" + _topic.Replace('/', '-')), .. Text(_topic + "/availability"), .. Text("offline")];
        await stream.WriteAsync(Packet(0x10, connect), cancellationToken).ConfigureAwait(false);
        (byte type, byte[] body) = await ReadAsync(stream, cancellationToken).ConfigureAwait(false);
        if (type >> 4 != 2 || body is not [_, 0]) throw new InvalidDataException("the broker refused the connection");
        await stream.WriteAsync(Packet(0x82, [0, 1, .. Text(_topic + "/set"), 0]), cancellationToken).ConfigureAwait(false);
        Publish("availability", "online"u8.ToArray(), retain: true);
        Publish("state", _state(), retain: true);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task writing = WriteAsync(stream, either.Token);
        try
        {
            while (true)
            {
                (type, body) = await ReadAsync(stream, cancellationToken).ConfigureAwait(false);
                if (type >> 4 != 3 || body.Length < 2) continue;
                int topicLength = (body[0] << 8) | body[1];
                if (body.Length >= 2 + topicLength) _command(body.AsMemory(2 + topicLength));
            }
        }
        finally
        {
            await either.CancelAsync().ConfigureAwait(false);
            await writing.ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (byte[] packet in _out.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false)) await stream.WriteAsync(packet, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The reader sees the same and says why.
        }
    }

    private static async Task<(byte Type, byte[] Body)> ReadAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        byte[] one = new byte[1];
        await stream.ReadExactlyAsync(one, cancellationToken).ConfigureAwait(false);
        byte type = one[0];
        int length = 0, shift = 0;
        do
        {
            await stream.ReadExactlyAsync(one, cancellationToken).ConfigureAwait(false);
            length |= (one[0] & 0x7F) << shift;
            shift += 7;
        }
        while ((one[0] & 0x80) != 0 && shift < 28);
        if (length > MaxPayload) throw new InvalidDataException($"a packet of {length} bytes is too large");
        byte[] body = new byte[length];
        await stream.ReadExactlyAsync(body, cancellationToken).ConfigureAwait(false);
        return (type, body);
    }

    private static byte[] Packet(byte type, byte[] body)
    {
        var packet = new List<byte>(body.Length + 5) { type };
        int rest = body.Length;
        do
        {
            packet.Add((byte)((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0)));
            rest >>= 7;
        }
        while (rest > 0);
        packet.AddRange(body);
        return [.. packet];
    }

    private static byte[] Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return [(byte)(bytes.Length >> 8), (byte)(bytes.Length & 0xFF), .. bytes];
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The feed {Topic} lost its broker: {Reason}")]
    private static partial void LogLost(ILogger logger, string topic, string reason);
}
