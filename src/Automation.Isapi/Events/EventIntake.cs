using Automation.Core.Model;
using Automation.Isapi.Status;

namespace Automation.Isapi.Events;

/// <summary>How many alerts of a device became what.</summary>
/// <param name="Taken">Alerts that were no heartbeats.</param>
/// <param name="Unknown">Told as unknown, with their raw text (EVT-5).</param>
/// <param name="Old">History sent again: told as old, no rule sees it.</param>
/// <param name="Duplicate">Came by a second way.</param>
public readonly record struct AlertCounts(long Taken, long Unknown, long Old, long Duplicate);

/// <summary>What becomes of an alert: a heartbeat is a clock, history is told as old, the rest is normalised and told once, whichever ways it came by. Any thread.</summary>
internal sealed class EventIntake : INormalizedSink
{
    private readonly Lock _lock = new();
    private readonly IDeviceObserver _observer;
    private readonly StateBook _book;
    private readonly Action<DeviceProblemKind, string> _report;
    private readonly AlertNormalizer _normalizer;
    private readonly ArrivalPolicy _arrivals;
    private readonly DuplicateFilter _duplicates;

    // Of the alert under way; written under the lock.
    private EventPath _path;
    private bool _old;
    private long _deviceSecond;
    private AlertCounts _counts;
    private ResourceAddress _last;

    public EventIntake(DeviceResources resources, DeviceConnectionLimits limits, IDeviceObserver observer, StateBook book, TimeProvider time, Action<DeviceProblemKind, string> report)
    {
        _observer = observer;
        _book = book;
        _report = report;
        _normalizer = new AlertNormalizer(resources, this);
        _arrivals = new ArrivalPolicy(limits.BacklogAge, time);
        _duplicates = new DuplicateFilter(limits.DuplicateWindow, time);
    }

    public AlertCounts Counts
    {
        get
        {
            lock (_lock) return _counts;
        }
    }

    public void NoteClock(ReadOnlySpan<byte> deviceTime)
    {
        lock (_lock) _arrivals.NoteClock(deviceTime);
    }

    /// <summary>Takes one alert; answers the resource it is of.</summary>
    public ResourceAddress Take(in Alert alert, EventPath path)
    {
        // The observer is called under the lock: two ways of one device tell in the order in which they came.
        lock (_lock)
        {
            if (_normalizer.IsHeartbeat(alert))
            {
                _arrivals.NoteClock(alert.DeviceTime);
                return default;
            }

            _path = path;
            _old = _arrivals.IsOld(alert);
            _last = default;
            _deviceSecond = DeviceClock.TryParse(alert.DeviceTime, out DateTimeOffset clock) ? clock.ToUnixTimeSeconds() : 0;
            _counts = _counts with { Taken = _counts.Taken + 1, Old = _counts.Old + (_old ? 1 : 0) };
            if (_old) _report(DeviceProblemKind.Backlog, "it sends events that happened long before they arrived; they are told as old, and no rule fires on them");
            _normalizer.Normalize(alert);
            return _last;
        }
    }

    void INormalizedSink.Event(ResourceAddress resource, string type, EventState state, DataObject data)
    {
        _last = resource;
        if (_duplicates.IsDuplicate(KeyOf(resource, type, state, data), _path))
        {
            _counts = _counts with { Duplicate = _counts.Duplicate + 1 };
            return;
        }

        if (type == EventTypes.Unknown) _counts = _counts with { Unknown = _counts.Unknown + 1 };
        _observer.EventReported(resource, type, state, data, _old);
    }

    void INormalizedSink.State(ResourceAddress resource, DataObject properties)
    {
        // What was so long ago says nothing of now; the next poll does.
        if (!_old) _book.Take(resource, properties, initial: false);
    }

    void INormalizedSink.Problem(DeviceProblemKind kind, string detail) => _report(kind, detail);

    private EventKey KeyOf(ResourceAddress resource, string type, EventState state, DataObject data)
    {
        // One way may tell a code where the other tells a type; what sets apart two of one type in one second is its number or its user.
        string own = data["alarmId"].Text is { Length: > 1 } id ? id : data["code"].Text is { Length: > 0 } code ? code : data["raw"].Text;
        return new EventKey(resource, type, state, _deviceSecond, own);
    }
}
