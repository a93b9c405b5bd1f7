using System.Net;
using System.Net.Sockets;

namespace Automation.Mqtt.Broker;

/// <summary>Plain TCP, read and written without a stream between.</summary>
internal sealed class SocketChannel(Socket socket) : ByteChannel
{
    public override IPAddress RemoteAddress { get; } = (socket.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;

    public override int AvailableBytes => Available(socket);

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);

    public override async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            int sent = await socket.SendAsync(bytes, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            bytes = bytes[sent..];
        }
    }

    public override ValueTask FinishSendingAsync(CancellationToken cancellationToken)
    {
        socket.Shutdown(SocketShutdown.Send);
        return ValueTask.CompletedTask;
    }

    public override void Abort() => socket.Dispose();
}
