using System.Buffers;
using Automation.Mqtt.Codec;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Client;

/// <summary>
/// Packets on their way into the stream: any thread fills one buffer while the connection's write loop sends the other, so that many
/// packets share one write.
/// </summary>
internal sealed class OutputBuffer(ProtocolVersion version, int limitBytes, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _ready = new(0, 1);

    // Guarded by _gate.
    private ArrayBufferWriter<byte> _filling = new(4096);
    private ArrayBufferWriter<byte> _spare = new(4096);
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _drained;
    private bool _signalled;
    private bool _sending;
    private bool _closed;

    private long _lastSent = time.GetTimestamp();

    /// <summary>When bytes last went into the stream, as a timestamp of the clock.</summary>
    public long LastSent => Interlocked.Read(ref _lastSent);

    /// <summary>After the connection's end it is nothing.</summary>
    public void Write(MqttPacket packet)
    {
        lock (_gate)
        {
            if (_closed) return;
            MqttWriter.Write(_filling, packet, version);
            Signal_NeedsLock();
        }
    }

    public void WriteAck(PacketType type, ushort packetId, ReasonCode reason)
    {
        lock (_gate)
        {
            if (_closed) return;
            MqttWriter.WriteAck(_filling, type, packetId, reason, version);
            Signal_NeedsLock();
        }
    }

    /// <summary>Done at once below the limit, else when the stream has taken what is written so far.</summary>
    public Task WaitForRoomAsync()
    {
        lock (_gate)
        {
            if (_closed || _filling.WrittenCount < limitBytes) return Task.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    /// <summary>Done when everything written so far is in the stream, or never will be.</summary>
    public Task WaitUntilSentAsync()
    {
        lock (_gate)
        {
            if (_closed || (_filling.WrittenCount == 0 && !_sending)) return Task.CompletedTask;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    /// <summary>The write loop: until cancelled, or the stream fails.</summary>
    public async Task SendAsync(Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _ready.WaitAsync(cancellationToken).ConfigureAwait(false);
                ArrayBufferWriter<byte> sending = Swap();
                await stream.WriteAsync(sending.WrittenMemory, cancellationToken).ConfigureAwait(false);
                await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
                Interlocked.Exchange(ref _lastSent, time.GetTimestamp());
                Sent(sending);
            }
        }
        finally
        {
            // Who waits goes on, and finds the connection gone.
            lock (_gate)
            {
                _closed = true;
                _room?.TrySetResult();
                _drained?.TrySetResult();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate) _closed = true;
        _ready.Dispose();
    }

    private void Signal_NeedsLock()
    {
        if (_signalled) return;
        _signalled = true;
        _ready.Release();
    }

    private ArrayBufferWriter<byte> Swap()
    {
        lock (_gate)
        {
            _signalled = false;
            _sending = true;
            (_filling, _spare) = (_spare, _filling);
            return _spare;
        }
    }

    private void Sent(ArrayBufferWriter<byte> sent)
    {
        lock (_gate)
        {
            _sending = false;

            // A buffer that a burst made large is not kept.
            if (sent.Capacity > limitBytes) _spare = new ArrayBufferWriter<byte>(4096);
            else sent.ResetWrittenCount();
            _room?.TrySetResult();
            _room = null;
            if (_filling.WrittenCount > 0) return;
            _drained?.TrySetResult();
            _drained = null;
        }
    }
}
