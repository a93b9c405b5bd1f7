using System.Net.Sockets;

namespace Automation.Mqtt.Broker.Polling;

/// <summary>Sending to a polled socket, one at a time.</summary>
internal sealed class PolledSend(SafeSocketHandle socket) : PolledOperation
{
    private ReadOnlyMemory<byte> _left;

    /// <summary>Completes when the socket has taken everything.</summary>
    public ValueTask StartAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _left = bytes;
        return Start(isExhausted: false, cancellationToken) == LinuxCalls.WouldBlock ? new ValueTask(this, Version) : ValueTask.CompletedTask;
    }

    protected override int Try()
    {
        while (!_left.IsEmpty)
        {
            int sent = LinuxCalls.Send(socket, _left.Span);
            if (sent == LinuxCalls.WouldBlock) return sent;
            _left = _left[sent..];
        }

        return 0;
    }
}
