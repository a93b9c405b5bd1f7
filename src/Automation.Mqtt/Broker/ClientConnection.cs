using System.Buffers;
using Automation.Mqtt.Codec;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.Mqtt.Sessions;

namespace Automation.Mqtt.Broker;

/// <summary>
/// One network connection: reads packets, many a time as they come, and answers them. One loop; what others may call says so.
/// </summary>
internal sealed partial class ClientConnection : ITakenOver, IDisposable
{
    private const int SmallBuffer = 1024;
    private const int LargeBuffer = 64 * 1024;
    private const int QuietReads = 16;
    private const byte RepeatedPubRel = 0x6A;

    private readonly BrokerCore _core;
    private readonly ByteChannel _channel;
    private readonly CancellationTokenSource _reading = new();
    private readonly CancellationTokenSource _sending = new();
    private readonly Dispatch _dispatch = new();
    private readonly byte[] _small = new byte[SmallBuffer];
    private readonly long _acceptedAt;

    private byte[] _buffer;
    private int _start;
    private int _end;
    private int _quietReads;
    private byte[] _scratch = [];
    private ClientSession? _session;
    private ProtocolVersion _version = ProtocolVersion.V311;
    private ConnectPacket? _pendingConnect;
    private long _lastHeard;
    private TimeSpan _silenceLimit = Timeout.InfiniteTimeSpan;
    private bool _ended;
    private bool _isBusy;

    public ClientConnection(BrokerCore core, ByteChannel channel)
    {
        _core = core;
        _channel = channel;
        _buffer = _small;
        _acceptedAt = _lastHeard = core.Time.GetTimestamp();
        Output = new Output(channel, core.Time, core.Limits.OutgoingBytes, _sending.Token) { Failed = OnSendFailed };
    }

    public Output Output { get; }

    /// <summary>Empty before CONNECT was accepted.</summary>
    public string ClientId => _session?.ClientId ?? "";

    /// <summary>Serves the connection to its end. Never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            await ServeAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_reading.IsCancellationRequested)
        {
            // Somebody called Close; the reason is known.
        }
        catch (Exception e) when (IsNetworkFailure(e))
        {
            _core.Log.ConnectionLost(ClientId, _channel.RemoteAddress, e.Message);
        }
        catch (Exception e) // A defect of ours costs this connection, not the broker.
        {
            _core.Log.ConnectionFailed(ClientId, e);
            Refuse(ReasonCode.ImplementationSpecificError);
        }
        finally
        {
            await EndAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Called from the broker's clock, on any thread: ends what has been silent, stalled or speechless for too long.</summary>
    public void CheckTime()
    {
        TimeProvider time = _core.Time;
        if (Volatile.Read(ref _session) is null)
        {
            if (time.GetElapsedTime(_acceptedAt) > _core.Limits.ConnectTimeout) Abort(MqttLimit.ConnectTimeout);
            return;
        }

        if (Output.StalledFor > _core.Limits.StallTimeout) Abort(MqttLimit.Stall);
        else if (_silenceLimit > TimeSpan.Zero && !Volatile.Read(ref _isBusy) && time.GetElapsedTime(Volatile.Read(ref _lastHeard)) > _silenceLimit) Close(ReasonCode.KeepAliveTimeout, MqttLimit.KeepAlive);
    }

    /// <summary>
    /// Lets what has already arrived be dealt with before another connection takes this one's place: a DISCONNECT that is still
    /// being read has cancelled the will all the same. Takes two seconds at most, and mostly no time at all.
    /// </summary>
    public async ValueTask SettleAsync()
    {
        for (int turn = 0; turn < 300 && !Volatile.Read(ref _ended); turn++)
        {
            // A few turns in any case: bytes may be on their way from the socket to the loop, where nobody sees them.
            bool busy = turn < 4 || Volatile.Read(ref _isBusy) || _channel.AvailableBytes > 0;
            if (!busy) return;
            if (turn < 100) await Task.Yield();
            else await Task.Delay(TimeSpan.FromMilliseconds(10), _core.Time).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _reading.Dispose();
        _sending.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_ended)
        {
            MakeRoom();
            int count = await _channel.ReceiveAsync(_buffer.AsMemory(_end), _reading.Token).ConfigureAwait(false);
            if (count == 0) return;
            Volatile.Write(ref _isBusy, true);
            _end += count;
            _quietReads = count <= SmallBuffer ? _quietReads + 1 : 0;
            Volatile.Write(ref _lastHeard, _core.Time.GetTimestamp());
            _dispatch.Now = _core.Now();
            _received = 0;
            await ProcessAsync().ConfigureAwait(false);
            _core.Counters.Received(_received, count);

            // While it was held up its client could not be heard: the silence begins now.
            Volatile.Write(ref _lastHeard, _core.Time.GetTimestamp());
            Volatile.Write(ref _isBusy, false);
        }
    }

    private async ValueTask ProcessAsync()
    {
        while (true)
        {
            try
            {
                ProcessBuffer();
                while (_pendingConnect is { } connect)
                {
                    _pendingConnect = null;
                    await AcceptAsync(connect).ConfigureAwait(false);
                    if (!_ended) ProcessBuffer();
                }
            }
            finally
            {
                _dispatch.Flush();
            }

            // Slowing a publisher down is not reading its socket, nor what came of it: here, where nobody else waits with it.
            if (_ended || !_dispatch.HasCongested) break;
            await _dispatch.WaitAsync(_reading.Token).ConfigureAwait(false);
            _dispatch.Now = _core.Now();
        }

        if (Output.IsHalfFull) await Output.WaitForRoomAsync(_core.Limits.StallTimeout, _reading.Token).ConfigureAwait(false);
        if (_core.Persistence.IsFull) await _core.WaitForStorageAsync(_reading.Token).ConfigureAwait(false);
    }

    private void ProcessBuffer()
    {
        var sequence = new ReadOnlySequence<byte>(_buffer, _start, _end - _start);
        int limit = _session is null ? _core.Limits.ConnectPacketBytes : _core.Limits.PacketBytes;
        while (!_ended && _pendingConnect is null && !_dispatch.HasCongested)
        {
            // MQTT 3.1 §3.6: there a PUBREL that is sent again says so; later versions reserve that flag.
            if (_isVersion31 && _start < _end && _buffer[_start] == RepeatedPubRel)
            {
                _buffer[_start] &= 0xF7;
                sequence = new ReadOnlySequence<byte>(_buffer, _start, _end - _start);
            }

            MqttReadResult result = MqttReader.TryReadFrame(ref sequence, limit, out MqttFrame frame, out ReasonCode reason);
            if (result == MqttReadResult.NeedMoreData) return;
            if (result == MqttReadResult.Malformed)
            {
                Refuse(reason, reason == ReasonCode.PacketTooLarge ? MqttLimit.PacketSize : null);
                return;
            }

            _start += frame.TotalBytes;
            Handle(frame);
        }
    }

    private void Handle(in MqttFrame frame)
    {
        if (_session is null)
        {
            if (frame.Type == PacketType.Connect) DecodeConnect(frame);
            else End(); // MQTT-3.1.0-1: the first packet is a CONNECT; there is nobody to talk to yet.
            return;
        }

        switch (frame.Type)
        {
            case PacketType.Publish:
                OnPublish(frame);
                break;
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp:
                OnAck(frame);
                break;
            case PacketType.PingReq or PacketType.Subscribe or PacketType.Unsubscribe or PacketType.Disconnect:
                OnOther(frame);
                break;
            default:
                // MQTT-3.1.0-2: a second CONNECT. AUTH without a method agreed on, and what only servers send, are the same fault.
                Refuse(ReasonCode.ProtocolError);
                break;
        }
    }

    private void OnAck(in MqttFrame frame)
    {
        if (!MqttReader.TryReadAck(frame, _version, out ushort packetId, out ReasonCode code, out ReasonCode reason))
        {
            Refuse(reason);
            return;
        }

        bool good = true;
        switch (frame.Type)
        {
            case PacketType.PubAck:
                good = _session!.OnPubAck(packetId, _dispatch);
                break;
            case PacketType.PubRec:
                good = _session!.OnPubRec(packetId, code, _dispatch);
                break;
            case PacketType.PubComp:
                good = _session!.OnPubComp(packetId, _dispatch);
                break;
            default:
                OnPubRel(packetId);
                break;
        }

        if (!good) Refuse(ReasonCode.ProtocolError);
    }

    private void OnOther(in MqttFrame frame)
    {
        if (!MqttReader.TryDecode(frame, _version, out MqttPacket? packet, out ReasonCode reason))
        {
            // Other brokers call the identifier 0 of a SUBSCRIBE malformed (MQTT-2.2.1-3 does not say); clients know it so.
            bool noIdentifier = frame.Type != PacketType.Disconnect && frame.Body.FirstSpan.StartsWith("\0\0"u8);
            Refuse(noIdentifier ? ReasonCode.MalformedPacket : reason);
            return;
        }

        switch (packet)
        {
            case PingReqPacket:
                Write(PingRespPacket.Instance);
                break;
            case SubscribePacket subscribe:
                OnSubscribe(subscribe);
                break;
            case UnsubscribePacket unsubscribe:
                OnUnsubscribe(unsubscribe);
                break;
            case DisconnectPacket disconnect:
                OnDisconnect(disconnect);
                break;
            default:
                Refuse(ReasonCode.ProtocolError);
                break;
        }
    }

    private void Write(MqttPacket packet)
    {
        if (Output.Write(packet)) _dispatch.MustFlush(Output);
    }

    /// <summary>
    /// Free space at the buffer's end. It grows with what has arrived, not with what a header promises, and a connection that
    /// has become quiet gives the large one back.
    /// </summary>
    private void MakeRoom()
    {
        int kept = _end - _start;
        if (kept == 0)
        {
            _start = _end = 0;
            if (_buffer.Length > SmallBuffer && _quietReads >= QuietReads) Replace(_small);
            else if (_buffer.Length == SmallBuffer && _quietReads == 0 && _session is not null) Replace(ArrayPool<byte>.Shared.Rent(LargeBuffer));
            return;
        }

        if (_buffer.Length - _end >= Math.Min(_buffer.Length / 2, LargeBuffer)) return;
        if (kept <= _buffer.Length / 2 && _buffer.Length > SmallBuffer)
        {
            _buffer.AsSpan(_start, kept).CopyTo(_buffer);
            (_start, _end) = (0, kept);
            return;
        }

        Replace(ArrayPool<byte>.Shared.Rent(Math.Max(LargeBuffer, _buffer.Length * 2)));
    }

    private void Replace(byte[] buffer)
    {
        int kept = _end - _start;
        _buffer.AsSpan(_start, kept).CopyTo(buffer);
        if (_buffer != _small) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = buffer;
        (_start, _end) = (0, kept);
    }
}
