using System.Net.Sockets;

namespace Automation.Mqtt.Broker.Polling;

/// <summary>Receiving from a polled socket, one at a time.</summary>
internal sealed class PolledReceive(SafeSocketHandle socket) : PolledOperation
{
    private Memory<byte> _buffer;
    private bool _isExhausted;
    private bool _peerHasEnded;

    public ValueTask<int> StartAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _buffer = buffer;
        int count = Start(_isExhausted, cancellationToken);
        return count == LinuxCalls.WouldBlock ? new ValueTask<int>(this, Version) : ValueTask.FromResult(count);
    }

    /// <summary>On the poller's thread, before <see cref="PolledOperation.OnEdge"/>: the end may have come with the last bytes, and then has no edge of its own.</summary>
    public void PeerHasEnded() => Volatile.Write(ref _peerHasEnded, true);

    protected override int Try()
    {
        int count = LinuxCalls.Receive(socket, _buffer.Span);

        // Less than there was room for is all there was (epoll(7)).
        _isExhausted = count < _buffer.Length && !Volatile.Read(ref _peerHasEnded);
        return count;
    }
}
