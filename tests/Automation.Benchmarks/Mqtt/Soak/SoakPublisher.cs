using System.Text;
using Automation.Benchmarks.Mqtt.Load;

namespace Automation.Benchmarks.Mqtt.Soak;

/// <summary>Publishes three lines of numbered messages, one a QoS, and sends again what was not acknowledged when its connection ended.</summary>
internal sealed class SoakPublisher : SoakClient
{
    /// <summary>Unacknowledged messages at once. Below every broker's Receive Maximum that is likely (Mosquitto's is 20).</summary>
    private const int InFlightLimit = 16;
    private const int PayloadLimit = 2048;

    private readonly int _index;
    private readonly Random _random;
    private readonly byte[][] _topics;
    private readonly int[] _next = new int[3];
    private readonly List<Sent> _inFlight = [];

    public SoakPublisher(int port, string run, int index, SoakTally tally, Random random)
        : base(port, $"{run}-p{index}", (byte)(index % 2 == 0 ? 4 : 5), tally)
    {
        _index = index;
        _random = random;
        _topics = [.. Enumerable.Range(0, 3).Select(qos => Encoding.UTF8.GetBytes($"soak/{run}/p{index}/q{qos}"))];
    }

    public int InFlight => _inFlight.Count;

    /// <summary>How many messages this line holds.</summary>
    public int PublishedAt(int qos) => _next[qos];

    /// <summary>Publishes one message when it may.</summary>
    public void PublishOne()
    {
        if (!IsUp || _inFlight.Count == InFlightLimit || OutgoingBytes > 64 * 1024) return;
        // One in five QoS 0, which fills sockets and may be dropped; the others share the rest.
        int qos = _random.Next(5) switch { 0 => 0, 1 or 2 => 1, _ => 2 };
        byte[] payload = new byte[_random.Next(SoakMessage.Bytes, PayloadLimit)];
        new SoakMessage(_index, qos, _next[qos]++).Write(payload);
        Tally.Published++;
        ushort packetId = 0;
        if (qos > 0)
        {
            packetId = FreePacketId();
            _inFlight.Add(new Sent(packetId, qos, payload));
        }

        Publish(_topics[qos], qos, retain: false, again: false, packetId, payload);
        Flush();
    }

    protected override void OnSession(bool resumed)
    {
        // [MQTT-4.4.0-1]: in the order in which they were sent.
        foreach (Sent sent in _inFlight)
        {
            if (sent.Received) Acknowledge(PacketKind.PubRel, sent.PacketId);
            else Publish(_topics[sent.QoS], sent.QoS, retain: false, again: true, sent.PacketId, sent.Payload);
        }
    }

    protected override void OnAcknowledged(PacketKind kind, ushort packetId, bool refused)
    {
        int at = _inFlight.FindIndex(s => s.PacketId == packetId);
        if (refused) Tally.Refused++;
        if (kind == PacketKind.PubRec && !refused)
        {
            if (at >= 0) _inFlight[at] = _inFlight[at] with { Received = true };
            Acknowledge(PacketKind.PubRel, packetId);
        }
        else if (at >= 0)
        {
            _inFlight.RemoveAt(at);
        }
    }

    private ushort FreePacketId()
    {
        ushort id;
        do id = NextPacketId();
        while (_inFlight.Exists(s => s.PacketId == id));
        return id;
    }

    private readonly record struct Sent(ushort PacketId, int QoS, byte[] Payload, bool Received = false);
}
