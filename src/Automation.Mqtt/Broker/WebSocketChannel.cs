using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;

namespace Automation.Mqtt.Broker;

/// <summary>MQTT in binary WebSocket messages (MQTT 5.0 §6): packets may be cut and joined at will, so the borders of messages mean nothing.</summary>
internal sealed class WebSocketChannel(WebSocket socket, IPAddress remote, X509Certificate2? certificate) : ByteChannel
{
    private readonly byte[] _buffer = new byte[2048];
    private Task<int>? _pending;
    private int _start;
    private int _end;

    public override IPAddress RemoteAddress => remote;

    public override X509Certificate2? ClientCertificate => certificate;

    public override async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            // A WebSocket whose receive is cancelled is aborted, farewell included: so the wait is cancelled, not the receive.
            _pending ??= FillAsync();
            int filled = await _pending.WaitAsync(cancellationToken).ConfigureAwait(false);
            _pending = null;
            if (filled == 0) return 0;
            (_start, _end) = (0, filled);
        }

        int count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsMemory(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    public override ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);

    public override async ValueTask FinishSendingAsync(CancellationToken cancellationToken)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return;
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken).ConfigureAwait(false);
    }

    public override void Abort() => socket.Abort();

    private async Task<int> FillAsync()
    {
        while (true)
        {
            ValueWebSocketReceiveResult result = await socket.ReceiveAsync(_buffer.AsMemory(), CancellationToken.None).ConfigureAwait(false);

            // MQTT-6.0.0-1: anything but binary data closes the connection.
            if (result.MessageType != WebSocketMessageType.Binary) return 0;
            if (result.Count > 0) return result.Count;
        }
    }
}
