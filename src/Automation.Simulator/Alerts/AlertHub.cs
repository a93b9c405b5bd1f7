using Automation.Simulator.Faults;

namespace Automation.Simulator.Alerts;

/// <summary>Gives every part to every open stream of one device, spoilt by the faults in force. Thread-safe.</summary>
/// <param name="heartbeat">What is sent when nothing happened for a while, by how many were sent before; null: this stream has none.</param>
internal sealed class AlertHub(SimulatedDevice device, string boundary, Func<int, AlertPart?> heartbeat, FaultSet faults, TimeProvider time)
{
    private readonly Lock _gate = new();
    private AlertLine[] _lines = [];

    public string Boundary => boundary;

    public bool ContentLength => device.ContentLength;

    /// <summary>Silence between two heartbeats. Source: 002 §5, isapi.md 1.6 quirk 3.</summary>
    public TimeSpan HeartbeatEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Heartbeats come whether or not something else was sent (002 A.12 counts them).</summary>
    public bool BeatsAlways { get; init; }

    /// <summary>What a new stream is told of the past when the <c>backlog</c> fault is in force.</summary>
    public Func<IReadOnlyList<AlertPart>>? Past { get; init; }

    public int StreamCount => Volatile.Read(ref _lines).Length;

    public AlertPart? Heartbeat(int number) => faults.Peek(device.Id, FaultKind.Silence) is null ? heartbeat(number) : null;

    /// <summary>Null when there are more streams than the device serves.</summary>
    /// <param name="greeting">The first part; null: a heartbeat comes first.</param>
    public AlertLine? Open(int id = 0, AlertPart? greeting = null)
    {
        if (faults.Take(device.Id, FaultKind.RefuseStream) is not null) return null;
        IReadOnlyList<AlertPart> past = Past is not null && faults.Take(device.Id, FaultKind.Backlog) is not null ? Past() : [];
        AlertLine line;
        lock (_gate)
        {
            if (_lines.Length >= device.MaxStreams) return null;
            line = new(this, id, time);
            _lines = [.. _lines, line];
        }

        if (faults.Take(device.Id, FaultKind.ClosedStream) is not null)
        {
            if ((greeting ?? Heartbeat(1)) is { } only) line.Offer(only with { CloseAfter = true });
            line.Close();
            return line;
        }

        if (greeting is not null) line.Offer(greeting);
        else line.Beat();
        foreach (AlertPart part in past) line.Offer(part);
        return line;
    }

    public void Remove(AlertLine line)
    {
        lock (_gate) _lines = [.. _lines.Where(l => l != line)];
        line.Dispose();
    }

    /// <summary>Ends the stream with this id.</summary>
    public bool Close(int id)
    {
        AlertLine? line = Volatile.Read(ref _lines).FirstOrDefault(l => l.Id == id);
        line?.Close();
        return line is not null;
    }

    public void CloseAll()
    {
        foreach (AlertLine line in Volatile.Read(ref _lines)) line.Close();
    }

    public void Publish(AlertPart part)
    {
        if (StreamCount == 0 || faults.Take(device.Id, FaultKind.Silence) is not null) return;
        if (faults.Take(device.Id, FaultKind.GarbagePart) is not null) Send(new("application/octet-stream", Garbage()));
        if (faults.Take(device.Id, FaultKind.OversizedPart) is { } oversized)
        {
            byte[] filler = new byte[oversized.Bytes];
            Array.Fill(filler, (byte)'x');
            Send(part with { Body = filler });
        }

        if (faults.Take(device.Id, FaultKind.HalfPart) is not null)
        {
            ReadOnlyMemory<byte> whole = part.ToWire(boundary, ContentLength);
            Send(new("", whole[..(whole.Length - (part.Body.Length / 2))], CloseAfter: true, Raw: true));
            return;
        }

        Send(part);
    }

    private void Send(AlertPart part)
    {
        foreach (AlertLine line in Volatile.Read(ref _lines)) line.Offer(part);
    }

    private static byte[] Garbage() => [.. "<<< not a document & not JSON {"u8, 0x00, 0xFF, 0xFE, .. " }}"u8];
}
