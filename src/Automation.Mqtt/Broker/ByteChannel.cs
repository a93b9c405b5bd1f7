using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Automation.Mqtt.Broker;

/// <summary>An accepted connection as a stream of bytes, whatever carries it. One receive and one send at a time.</summary>
internal abstract class ByteChannel
{
    public abstract IPAddress RemoteAddress { get; }

    /// <summary>The certificate the client proved to own; null without TLS or where none was asked for.</summary>
    public virtual X509Certificate2? ClientCertificate => null;

    /// <summary>Bytes that have arrived and were not received yet, as far as can be seen.</summary>
    public virtual int AvailableBytes => 0;

    /// <summary>0: the peer has closed.</summary>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Says that nothing more will be sent, so that what was sent still arrives.</summary>
    public abstract ValueTask FinishSendingAsync(CancellationToken cancellationToken);

    /// <summary>Ends it at once; a pending receive or send fails. May be called twice and on any thread.</summary>
    public abstract void Abort();

    protected static int Available(Socket socket)
    {
        try
        {
            return socket.Available;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return 0; // It has ended.
        }
    }
}
