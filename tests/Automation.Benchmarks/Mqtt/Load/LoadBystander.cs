using System.Globalization;
using System.Text;

namespace Automation.Benchmarks.Mqtt.Load;

/// <summary>A connection that holds subscriptions and gets nothing, or everything that is retained.</summary>
internal sealed class LoadBystander(int port, string id) : LoadClient(port, id, 4)
{
    public long Retained { get; private set; }

    public int Acknowledged { get; private set; }

    /// <summary>Subscribes to filters that the load does not match: a third each with <c>+</c> inside, with none, and with <c>+</c> at the end.</summary>
    public bool HoldFilters(LoadTarget target, LoadPoll poll, string run, int count)
    {
        List<LoadClient> alone = [this];
        for (int i = 0; i < count; i++)
        {
            string number = i.ToString(CultureInfo.InvariantCulture);
            string filter = (i % 3) switch
            {
                0 => $"bench/{run}o/+/room{number}/#",
                1 => $"bench/{run}o/dev{number}/state",
                _ => $"bench/{run}o/dev{number}/+",
            };
            Subscribe(Encoding.UTF8.GetBytes(filter), 0);
            if (i % 200 < 199 && i + 1 < count) continue;
            Flush();
            int due = i + 1;
            if (!target.WaitFor(alone, poll, () => SubscriptionsAcknowledged == due)) return false;
        }

        return true;
    }

    protected override void OnPublish(int qos, bool retained, ushort packetId, ReadOnlySpan<byte> payload)
    {
        if (retained) Retained++;
        AnswerPublish(qos, packetId);
    }

    protected override void OnAcknowledged(PacketKind kind, ushort packetId, bool refused)
    {
        if (kind == PacketKind.PubAck) Acknowledged++;
        base.OnAcknowledged(kind, packetId, refused);
    }
}
