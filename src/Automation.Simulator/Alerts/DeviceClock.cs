using Automation.Simulator.Faults;
using Microsoft.Extensions.Logging;

namespace Automation.Simulator.Alerts;

/// <summary>A device's own clock, and what it does later. Work runs under the device's lock, so a device is never in two places at once.</summary>
internal sealed partial class DeviceClock(SimulatedDevice device, TimeProvider time, FaultSet faults, ILogger logger) : IDisposable
{
    /// <summary>Things waiting to be done at once; beyond that new ones are dropped with a warning.</summary>
    private const int Capacity = 4096;

    private readonly HashSet<Waiting> _waiting = [];
    private bool _disposed;

    /// <summary>Held while the device handles a request, an order or a timer. Reentrant.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The time the device believes it is.</summary>
    public DateTimeOffset Now
    {
        get
        {
            DateTimeOffset now = time.GetUtcNow();
            if (faults.Peek(device.Id, FaultKind.WrongClock) is { } wrong) now += TimeSpan.FromSeconds(wrong.Seconds);
            return now.ToOffset(device.UtcOffset);
        }
    }

    public long Timestamp => time.GetTimestamp();

    public TimeSpan Elapsed(long since) => time.GetElapsedTime(since);

    public string NowText => Text(Now);

    public static string Text(DateTimeOffset at) => at.ToString("yyyy-MM-ddTHH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Does something later; disposing what comes back takes it off again.</summary>
    public IDisposable After(TimeSpan delay, Action work)
    {
        var waiting = new Waiting(this, work);
        lock (Gate)
        {
            if (_disposed) return waiting;
            if (_waiting.Count >= Capacity)
            {
                LogFull(logger, device.Id, Capacity);
                return waiting;
            }

            _waiting.Add(waiting);
            waiting.Start(time, delay);
        }

        return waiting;
    }

    public void Dispose()
    {
        lock (Gate)
        {
            _disposed = true;
            foreach (Waiting waiting in _waiting.ToArray()) waiting.Dispose();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Simulated device {Device} has {Count} things waiting; a further one is dropped")]
    private static partial void LogFull(ILogger logger, string device, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "Simulated device {Device} failed at something it had put off")]
    private static partial void LogFailed(ILogger logger, string device, Exception exception);

    private void Run(Waiting waiting, Action work)
    {
        lock (Gate)
        {
            if (!_waiting.Contains(waiting)) return;
            waiting.Dispose();
            try
            {
                work();
            }
            catch (Exception e)
            {
                // A defect in one late action must not take the process down from a timer's thread.
                LogFailed(logger, device.Id, e);
            }
        }
    }

    private sealed class Waiting(DeviceClock owner, Action work) : IDisposable
    {
        private ITimer? _timer;

        public void Start(TimeProvider time, TimeSpan delay) =>
            _timer = time.CreateTimer(static state => ((Waiting)state!).Fire(), this, delay, Timeout.InfiniteTimeSpan);

        public void Dispose()
        {
            lock (owner.Gate)
            {
                owner._waiting.Remove(this);
                _timer?.Dispose();
            }
        }

        private void Fire() => owner.Run(this, work);
    }
}
