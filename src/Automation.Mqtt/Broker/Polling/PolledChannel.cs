using System.Net;
using System.Net.Sockets;

namespace Automation.Mqtt.Broker.Polling;

/// <summary>Plain TCP on a <see cref="Poller"/>: what can be done at once is done at once, by whoever asks; the rest when the kernel says so, on the poller's thread.</summary>
internal sealed class PolledChannel : ByteChannel
{
    private readonly Socket _socket;
    private readonly Poller _poller;
    private readonly PolledReceive _receive;
    private readonly PolledSend _send;
    private readonly long _number;
    private int _aborted;

    /// <summary>The socket stays the caller's to dispose, after <see cref="Abort"/>.</summary>
    public PolledChannel(Socket socket, Poller poller)
    {
        _socket = socket;
        _poller = poller;
        RemoteAddress = (socket.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        _receive = new PolledReceive(socket.SafeHandle);
        _send = new PolledSend(socket.SafeHandle);
        _number = poller.Add(this, socket.SafeHandle);
    }

    public override IPAddress RemoteAddress { get; }

    public override int AvailableBytes => Available(_socket);

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => _receive.StartAsync(buffer, cancellationToken);

    public override ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => _send.StartAsync(bytes, cancellationToken);

    public override ValueTask FinishSendingAsync(CancellationToken cancellationToken)
    {
        _socket.Shutdown(SocketShutdown.Send);
        return ValueTask.CompletedTask;
    }

    public override void Abort()
    {
        if (Interlocked.Exchange(ref _aborted, 1) != 0) return;
        _poller.Remove(_number);
        _socket.Dispose();
        _receive.End();
        _send.End();
    }

    /// <summary>On the poller's thread.</summary>
    public void OnReady(PollEvents events)
    {
        const PollEvents End = PollEvents.PeerFinished | PollEvents.HungUp | PollEvents.Failed;
        if ((events & PollEvents.Writable) != 0 || (events & (PollEvents.HungUp | PollEvents.Failed)) != 0) _send.OnEdge();
        if ((events & End) != 0) _receive.PeerHasEnded();
        if ((events & (PollEvents.Readable | End)) != 0) _receive.OnEdge();
    }
}
