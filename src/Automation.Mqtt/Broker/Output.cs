using Automation.Mqtt.Codec;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.Mqtt.Sessions;

namespace Automation.Mqtt.Broker;

/// <summary>
/// What waits for one client's socket. Anybody appends; whoever finds nobody sending sends, everything at once, on his own
/// thread; what comes meanwhile is taken along by the one who sends.
/// </summary>
internal sealed class Output(ByteChannel channel, TimeProvider time, int limitBytes, CancellationToken closed)
{
    /// <summary>Sent in pieces, so that a slow but living socket shows progress.</summary>
    private const int PieceBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private ByteBuffer _filling = new();
    private ByteBuffer _sending = new();
    private TaskCompletionSource? _room;
    private Dictionary<string, ushort>? _aliases;
    private bool _isSending;
    private bool _isMarked;
    private bool _isClosed;
    private bool _leftBehind;
    private int _sendingBytes;
    private long _sentMessages;
    private long _lastProgress = time.GetTimestamp();

    public ProtocolVersion Version { get; set; } = ProtocolVersion.V311;

    /// <summary>The client's own limit for a whole packet.</summary>
    public int MaximumPacketBytes { get; set; } = int.MaxValue;

    /// <summary>Highest alias the client takes, cut to what the broker keeps.</summary>
    public ushort TopicAliases { get; set; }

    /// <summary>Called by the sender after each send, outside the lock: the session may have more.</summary>
    public Action? Drained { get; set; }

    /// <summary>Called once, outside the lock, when the socket fails.</summary>
    public Action<Exception>? Failed { get; set; }

    public long SentMessages => Volatile.Read(ref _sentMessages);

    /// <summary>Bytes that wait or are being sent.</summary>
    public int PendingBytes => Volatile.Read(ref _sendingBytes) + _filling.Length;

    /// <summary>Half full: the session keeps what it can keep.</summary>
    public bool IsHalfFull => PendingBytes > limitBytes / 2;

    /// <summary>Publishers should wait a moment.</summary>
    public bool IsCongested => IsHalfFull && !Volatile.Read(ref _leftBehind);

    /// <summary>Since when the socket has taken nothing although something waits; null: it is not waiting.</summary>
    public TimeSpan? StalledFor => _isSending ? time.GetElapsedTime(Volatile.Read(ref _lastProgress)) : null;

    /// <summary>Writes a PUBLISH, unless it is larger than the client takes or, when droppable, there is no room.</summary>
    /// <param name="mustFlush">The caller has to call <see cref="Flush"/> soon: nobody else will.</param>
    public AppendResult Publish(
        ref PublicationView message, in DeliveryOptions options, ushort packetId, bool duplicate, long now, out bool mustFlush)
    {
        lock (_gate)
        {
            mustFlush = false;
            if (_isClosed) return AppendResult.Closed;
            bool droppable = options.QoS == QoS.AtMostOnce;
            if (droppable && IsFull_NeedsLock()) return AppendResult.Full;
            if (droppable && !options.Retain && options.Identifiers.Length == 0 && TopicAliases == 0 && !message.Encoded.IsEmpty
                && message.EncodedVersion == Version && message.Encoded.Length <= MaximumPacketBytes)
            {
                _filling.Append(message.Encoded);
            }
            else if (!Encode_NeedsLock(ref message, options, packetId, duplicate, now))
            {
                return AppendResult.TooLarge;
            }

            _sentMessages++;
            mustFlush = Mark_NeedsLock();
            return AppendResult.Done;
        }
    }

    /// <summary>Writes any other packet.</summary>
    public bool Write(MqttPacket packet)
    {
        lock (_gate)
        {
            if (_isClosed) return false;
            if (MaximumPacketBytes != int.MaxValue && MqttWriter.Measure(packet, Version) > MaximumPacketBytes)
            {
                packet = Shortened(packet);
                if (MqttWriter.Measure(packet, Version) > MaximumPacketBytes) return false;
            }

            MqttWriter.Write(_filling, packet, Version);
            return Mark_NeedsLock();
        }
    }

    /// <summary>Writes PUBACK, PUBREC, PUBREL or PUBCOMP.</summary>
    public bool WriteAck(PacketType type, ushort packetId, ReasonCode reason)
    {
        lock (_gate)
        {
            if (_isClosed) return false;
            MqttWriter.WriteAck(_filling, type, packetId, reason, Version);
            return Mark_NeedsLock();
        }
    }

    /// <summary>Sends what waits, unless somebody is at it.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            _isMarked = false;
            if (_isSending || _isClosed || _filling.Length == 0) return;
            _isSending = true;
            Volatile.Write(ref _lastProgress, time.GetTimestamp());
        }

        _ = SendAsync();
    }

    /// <summary>Waits until a quarter or less is left; after <paramref name="patience"/> the client is left behind until then.</summary>
    public async ValueTask WaitForRoomAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        Task room;
        lock (_gate)
        {
            if (_isClosed || !_isSending || PendingBytes <= limitBytes / 2) return;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            room = _room.Task;
        }

        try
        {
            await room.WaitAsync(patience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            lock (_gate)
            {
                if (_room?.Task == room) _leftBehind = true;
            }
        }
    }

    /// <summary>Takes no more, forgets what waits and lets waiting publishers go on.</summary>
    public void Close()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            _isClosed = true;
            room = _room;
            _room = null;
            _filling.Release();
            if (!_isSending) _sending.Release();
        }

        room?.TrySetResult();
    }

    /// <summary>Completes when everything that waits was handed to the socket.</summary>
    public async ValueTask DrainAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        Flush();
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_isClosed || !_isSending) return;
                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            await room.WaitAsync(either.Token).ConfigureAwait(false);
        }
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> bytes;
                TaskCompletionSource? room = null;
                lock (_gate)
                {
                    _sending.Release();
                    if (_filling.Length == 0 || _isClosed)
                    {
                        // From here on another may send: nothing of this one's is touched after the lock.
                        _isSending = false;
                        _leftBehind = false;
                        (room, _room) = (_room, null);
                        bytes = default;
                    }
                    else
                    {
                        (_filling, _sending) = (_sending, _filling);
                        bytes = _sending.Written;
                    }

                    Volatile.Write(ref _sendingBytes, bytes.Length);
                }

                if (bytes.IsEmpty)
                {
                    room?.TrySetResult();
                    return;
                }

                while (!bytes.IsEmpty)
                {
                    ReadOnlyMemory<byte> piece = bytes.Length > PieceBytes ? bytes[..PieceBytes] : bytes;
                    await channel.SendAsync(piece, closed).ConfigureAwait(false);
                    bytes = bytes[piece.Length..];
                    Progress(bytes.Length);
                }

                Drained?.Invoke();
            }
        }
        catch (Exception e) // The socket may fail in any way; the connection ends, and says why once.
        {
            lock (_gate) _isSending = false;
            Close();
            Failed?.Invoke(e);
        }
    }

    private void Progress(int leftBytes)
    {
        Volatile.Write(ref _lastProgress, time.GetTimestamp());
        Volatile.Write(ref _sendingBytes, leftBytes);
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            if (PendingBytes <= limitBytes / 4)
            {
                _leftBehind = false;
                room = _room;
                _room = null;
            }
        }

        room?.TrySetResult();
    }

    private bool IsFull_NeedsLock() => PendingBytes > limitBytes || (_leftBehind && IsHalfFull);

    private bool Mark_NeedsLock()
    {
        if (_isSending || _isMarked) return false;
        _isMarked = true;
        return true;
    }

    private bool Encode_NeedsLock(ref PublicationView message, in DeliveryOptions options, ushort packetId, bool duplicate, long now)
    {
        var head = new PublishHead
        {
            Topic = message.Topic,
            QoS = options.QoS,
            Retain = options.Retain,
            Duplicate = duplicate,
            PacketId = packetId,
        };
        if (Version == ProtocolVersion.V5)
        {
            head.Properties = message.Properties;
            head.SubscriptionIdentifiers = options.Identifiers;
            head.MessageExpirySeconds = Publication.Remaining(message.ExpiresAt, now);
            if (TopicAliases > 0) UseAlias_NeedsLock(ref head);
        }

        if (MaximumPacketBytes != int.MaxValue && MqttWriter.MeasurePublish(Version, head, message.Payload.Length).TotalBytes > MaximumPacketBytes) return false;
        MqttWriter.WritePublish(_filling, Version, head, message.Payload);
        return true;
    }

    /// <summary>MQTT 5.0 §3.3.2.3.4: the first topics get a number each; once told, the number stands for the name.</summary>
    private void UseAlias_NeedsLock(ref PublishHead head)
    {
        string topic = System.Text.Encoding.UTF8.GetString(head.Topic);
        _aliases ??= [];
        if (_aliases.TryGetValue(topic, out ushort alias))
        {
            head.Topic = default;
            head.TopicAlias = alias;
        }
        else if (_aliases.Count < TopicAliases && MaximumPacketBytes == int.MaxValue)
        {
            head.TopicAlias = (ushort)(_aliases.Count + 1);
            _aliases.Add(topic, head.TopicAlias);
        }
    }

    /// <summary>MQTT-3.1.2-25, MQTT-3.2.2-19 and others: reason strings and user properties are left out where they would be too much.</summary>
    private static MqttPacket Shortened(MqttPacket packet) => packet switch
    {
        DisconnectPacket p => p with { ReasonString = null, UserProperties = [] },
        ConnAckPacket p => p with { ReasonString = null, UserProperties = [] },
        SubAckPacket p => p with { ReasonString = null, UserProperties = [] },
        PubAckPacket p => p with { ReasonString = null, UserProperties = [] },
        PubRecPacket p => p with { ReasonString = null, UserProperties = [] },
        UnsubAckPacket p => p with { ReasonString = null, UserProperties = [] },
        _ => packet,
    };
}

/// <summary>What became of a message at a socket's queue.</summary>
internal enum AppendResult
{
    Done,
    Full,
    TooLarge,
    Closed,
}
