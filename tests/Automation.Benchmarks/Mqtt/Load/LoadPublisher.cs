using System.Buffers.Binary;
using System.Text;

namespace Automation.Benchmarks.Mqtt.Load;

/// <summary>Publishes numbered messages to one topic.</summary>
/// <remarks>payload: publisher (4 bytes, big-endian) · sequence from 0 (4) · timestamp when handed to the socket (8) · filling</remarks>
internal sealed class LoadPublisher : LoadClient
{
    /// <summary>Waiting for the socket: beyond, the publisher waits too.</summary>
    private const int OutgoingLimit = 64 * 1024;
    private readonly byte[] _topic;
    private readonly byte[] _payload;
    private readonly int _qos;
    private int _sequence;

    public LoadPublisher(int port, string run, int index, int qos, int payloadBytes)
        : base(port, $"{run}p{index}", 4)
    {
        _topic = Encoding.UTF8.GetBytes($"bench/{run}/{index}");
        _payload = new byte[Math.Max(16, payloadBytes)];
        _qos = qos;
        BinaryPrimitives.WriteInt32BigEndian(_payload, index);
    }

    public int InFlight { get; private set; }

    public bool MayPublish(int inFlightLimit) => IsOpen && OutgoingBytes < OutgoingLimit && (_qos == 0 || InFlight < inFlightLimit);

    /// <summary>Writes one message; <see cref="LoadClient.Flush"/> sends it.</summary>
    public void Publish(long timestamp)
    {
        BinaryPrimitives.WriteInt32BigEndian(_payload.AsSpan(4), _sequence++);
        BinaryPrimitives.WriteInt64BigEndian(_payload.AsSpan(8), timestamp);
        if (_qos > 0) InFlight++;
        Publish(_topic, _qos, retain: false, again: false, _qos > 0 ? NextPacketId() : (ushort)0, _payload);
    }

    protected override void OnAcknowledged(PacketKind kind, ushort packetId, bool refused)
    {
        if (kind is PacketKind.PubAck or PacketKind.PubComp) InFlight--;
        base.OnAcknowledged(kind, packetId, refused);
    }
}
