using System.Text;
using Automation.Benchmarks.Mqtt.Load;

namespace Automation.Benchmarks.Mqtt.Soak;

/// <summary>Takes every publisher's lines and ticks each number off.</summary>
internal sealed class SoakSubscriber : SoakClient
{
    private readonly byte[] _filter;
    private readonly SeenSet[,] _seen;

    /// <summary>QoS 2 packet identifiers between PUBREC and PUBREL: part of the session, so kept while away.</summary>
    private readonly HashSet<ushort> _unreleased = [];

    public SoakSubscriber(int port, string run, int index, int publishers, SoakTally tally)
        : base(port, $"{run}-s{index}", (byte)(index % 2 == 0 ? 5 : 4), tally)
    {
        ReceiveBufferBytes = ReceiveBuffer;
        _filter = Encoding.UTF8.GetBytes($"soak/{run}/#");
        _seen = new SeenSet[publishers, 3];
        for (int i = 0; i < publishers; i++)
        {
            for (int qos = 0; qos < 3; qos++) _seen[i, qos] = new SeenSet();
        }
    }

    /// <summary>Messages of QoS 1 and 2 published and not seen.</summary>
    public long Missing(IEnumerable<SoakPublisher> publishers)
    {
        long missing = 0;
        int index = 0;
        foreach (SoakPublisher publisher in publishers)
        {
            for (int qos = 1; qos < 3; qos++) missing += publisher.PublishedAt(qos) - _seen[index, qos].Count;
            index++;
        }

        return missing;
    }

    protected override void OnSession(bool resumed)
    {
        if (!resumed) Subscribe(_filter, 2);
    }

    protected override void OnPublish(int qos, bool retained, ushort packetId, ReadOnlySpan<byte> payload)
    {
        if (qos < 2 || _unreleased.Add(packetId)) TickOff(SoakMessage.Read(payload));
        AnswerPublish(qos, packetId);
    }

    protected override void OnAcknowledged(PacketKind kind, ushort packetId, bool refused)
    {
        if (kind == PacketKind.PubRel) _unreleased.Remove(packetId);
        base.OnAcknowledged(kind, packetId, refused);
    }

    private void TickOff(SoakMessage message)
    {
        SeenSet seen = _seen[message.Publisher, message.QoS];
        int last = seen.Last;
        bool first = seen.Add(message.Sequence);
        if (message.QoS == 0) return;
        if (!first)
        {
            if (message.QoS == 2) Tally.Doubled++;
            return;
        }

        Tally.Delivered++;
        if (message.Sequence < last) Tally.Reordered++;
    }
}
