using System.Buffers.Binary;

namespace Automation.Benchmarks.Mqtt.Load;

/// <summary>Counts what comes, sees that it comes in order, and notes how long it took when asked to.</summary>
internal sealed class LoadSubscriber(int port, string run, int index, int publishers, TimeProvider time) : LoadClient(port, $"{run}s{index}", 4)
{
    private readonly int[] _next = new int[publishers];

    public long Received { get; private set; }

    /// <summary>Doubled, or after a later one.</summary>
    public long Disordered { get; private set; }

    /// <summary>Where latencies go, in timestamp units; null: nobody looks.</summary>
    public List<long>? Latencies { get; init; }

    protected override void OnPublish(int qos, bool retained, ushort packetId, ReadOnlySpan<byte> payload)
    {
        Received++;
        Latencies?.Add(time.GetTimestamp() - BinaryPrimitives.ReadInt64BigEndian(payload[8..]));
        int publisher = BinaryPrimitives.ReadInt32BigEndian(payload);
        int sequence = BinaryPrimitives.ReadInt32BigEndian(payload[4..]);
        if (sequence < _next[publisher]) Disordered++;
        else _next[publisher] = sequence + 1;
        AnswerPublish(qos, packetId);
    }
}
