using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi;

namespace Automation.Benchmarks.Isapi;

/// <summary>
/// Where events reach the engine's side. Each carries the time at which its device wrote it, to the tenth of a microsecond, on the same machine's clock; what lies between
/// is the wire, the reading and the normalising.
/// </summary>
internal sealed class StreamsObserver(int capacity, TimeProvider time) : IDeviceObserver
{
    private readonly int[] _microseconds = new int[capacity];
    private int _measured;
    private long _events;
    private int _online;
    private int _offline;
    private int _problems;
    private volatile bool _measuring;

    public long Events => Interlocked.Read(ref _events);

    public int Online => Volatile.Read(ref _online);

    /// <summary>Streams that broke while it ran.</summary>
    public int Offline => Volatile.Read(ref _offline);

    public int Problems => Volatile.Read(ref _problems);

    /// <summary>The first problem, so that a bad run can be understood.</summary>
    public string? FirstProblem { get; private set; }

    public void Measure(bool on) => _measuring = on;

    /// <summary>What was measured, in order of size, in microseconds.</summary>
    public int[] Sorted()
    {
        int[] all = _microseconds[..Math.Min(Volatile.Read(ref _measured), capacity)];
        Array.Sort(all);
        return all;
    }

    public void EventReported(ResourceAddress resource, string type, EventState state, DataObject data, bool old)
    {
        DateTimeOffset now = time.GetUtcNow();
        Interlocked.Increment(ref _events);
        if (!_measuring || !DateTimeOffset.TryParseExact(data["deviceTime"].Text, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset written)) return;
        int at = Interlocked.Increment(ref _measured) - 1;
        if (at < capacity) _microseconds[at] = (int)Math.Clamp((now - written).TotalMicroseconds, 0, int.MaxValue);
    }

    public void StateReported(ResourceAddress resource, DataObject properties, bool initial)
    {
        // States are not what is counted here.
    }

    public void AvailabilityChanged(ResourceAddress device, bool online, string? reason)
    {
        if (online) Interlocked.Increment(ref _online);
        else Interlocked.Increment(ref _offline);
    }

    public void ProblemFound(DeviceProblem problem)
    {
        FirstProblem ??= problem.ToString();
        Interlocked.Increment(ref _problems);
    }
}
