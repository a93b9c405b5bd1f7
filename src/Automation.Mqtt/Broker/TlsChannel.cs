using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Automation.Mqtt.Broker;

/// <summary>TCP under TLS, after the handshake.</summary>
internal sealed class TlsChannel(Socket socket, SslStream stream) : ByteChannel
{
    public override IPAddress RemoteAddress { get; } = (socket.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;

    public override X509Certificate2? ClientCertificate { get; } = stream.RemoteCertificate as X509Certificate2;

    public override int AvailableBytes => Available(socket);

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => stream.ReadAsync(buffer, cancellationToken);

    public override async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask FinishSendingAsync(CancellationToken cancellationToken)
    {
        await stream.ShutdownAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        socket.Shutdown(SocketShutdown.Send);
    }

    public override void Abort() => socket.Dispose();
}
