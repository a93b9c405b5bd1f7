using System.Threading.Channels;
using Automation.Simulator.Faults;

namespace Automation.Simulator.Alerts;

/// <summary>Gives every part to every open stream of one device, spoilt by the faults in force. Thread-safe.</summary>
internal sealed class AlertHub(string device, string boundary, bool contentLength, Func<AlertPart?> heartbeat, FaultSet faults, DeviceClock clock)
{
    /// <summary>Parts waiting for one slow reader; beyond that the device closes its stream.</summary>
    private const int Backlog = 512;

    /// <summary>Streams open at once; more are refused as busy.</summary>
    public const int MaxStreams = 16;

    private readonly Lock _gate = new();
    private readonly List<Channel<AlertPart>> _streams = [];

    public string Boundary => boundary;

    public bool ContentLength => contentLength;

    /// <summary>Silence between two heartbeats. Source: 002 §5, isapi.md 1.6 quirk 3.</summary>
    public TimeSpan HeartbeatEvery { get; init; } = TimeSpan.FromSeconds(10);

    public int StreamCount
    {
        get
        {
            lock (_gate) return _streams.Count;
        }
    }

    /// <summary>What is sent when nothing happened for a while; null: this stream has no heartbeat, or is silent.</summary>
    public AlertPart? Heartbeat() => faults.Peek(device, FaultKind.Silence) is null ? heartbeat() : null;

    /// <summary>Whether a new stream has to be closed after its first part.</summary>
    public bool ClosesAtOnce() => faults.Take(device, FaultKind.ClosedStream) is not null;

    /// <summary>Null when there are too many streams.</summary>
    public Channel<AlertPart>? Open()
    {
        var stream = Channel.CreateBounded<AlertPart>(new BoundedChannelOptions(Backlog) { SingleReader = true });
        lock (_gate)
        {
            if (_streams.Count >= MaxStreams) return null;
            _streams.Add(stream);
        }

        return stream;
    }

    public void Close(Channel<AlertPart> stream)
    {
        lock (_gate) _streams.Remove(stream);
    }

    public void CloseAll()
    {
        lock (_gate)
        {
            foreach (Channel<AlertPart> stream in _streams) stream.Writer.TryComplete();
        }
    }

    public void Publish(AlertPart part)
    {
        if (faults.Take(device, FaultKind.LateEvents) is { } late)
        {
            clock.After(TimeSpan.FromSeconds(late.Seconds), () => PublishNow(part));
            return;
        }

        PublishNow(part);
    }

    private void PublishNow(AlertPart part)
    {
        if (faults.Take(device, FaultKind.Silence) is not null) return;
        if (faults.Take(device, FaultKind.GarbagePart) is not null) Send(new("application/octet-stream", Garbage()));
        if (faults.Take(device, FaultKind.OversizedPart) is { } oversized)
        {
            byte[] filler = new byte[oversized.Bytes];
            Array.Fill(filler, (byte)'x');
            Send(part with { Body = filler });
        }

        if (faults.Take(device, FaultKind.HalfPart) is not null)
        {
            byte[] whole = part.ToWire(boundary, contentLength);
            Send(new("", whole[..(whole.Length - (part.Body.Length / 2))], CloseAfter: true, Raw: true));
            return;
        }

        Send(part);
        if (faults.Take(device, FaultKind.DuplicateEvents) is not null) Send(part);
    }

    private void Send(AlertPart part)
    {
        lock (_gate)
        {
            foreach (Channel<AlertPart> stream in _streams)
            {
                if (!stream.Writer.TryWrite(part)) stream.Writer.TryComplete();
            }
        }
    }

    private static byte[] Garbage() => [.. "<<< not a document & not JSON {"u8, 0x00, 0xFF, 0xFE, .. " }}"u8];
}
