using Automation.Core.Model;
using Automation.Isapi.Status;

namespace Automation.Isapi.Events;

/// <summary>What becomes of an alert: a heartbeat is a clock, history is dropped, the rest is normalised and told. One loop uses it.</summary>
internal sealed class EventIntake : INormalizedSink
{
    private readonly IDeviceObserver _observer;
    private readonly StateBook _book;
    private readonly Action<DeviceProblemKind, string> _report;
    private readonly AlertNormalizer _normalizer;
    private readonly ArrivalPolicy _arrivals;
    private bool _stirred;

    public EventIntake(DeviceResources resources, DeviceConnectionLimits limits, IDeviceObserver observer, StateBook book, TimeProvider time, Action<DeviceProblemKind, string> report)
    {
        _observer = observer;
        _book = book;
        _report = report;
        _normalizer = new AlertNormalizer(resources, this);
        _arrivals = new ArrivalPolicy(limits.BacklogAge, time);
    }

    public long BacklogDropped => _arrivals.Dropped;

    public void NoteClock(string deviceTime) => _arrivals.NoteClock(deviceTime);

    /// <summary>True when it told of something whose state is likely to change with it: an area, a zone, a door, a port. A camera's picture has none.</summary>
    public bool Take(Alert alert)
    {
        _stirred = false;
        if (_normalizer.IsHeartbeat(alert))
        {
            _arrivals.NoteClock(alert.DeviceTime);
            return false;
        }

        if (_arrivals.Drops(alert))
        {
            _report(DeviceProblemKind.BacklogDropped, "it sends events that happened long before they arrived; they are counted and dropped");
            return false;
        }

        _normalizer.Normalize(alert);
        return _stirred;
    }

    void INormalizedSink.Event(ResourceAddress resource, string type, EventState state, DataObject data)
    {
        _stirred |= resource.Kind != "channel";
        _observer.EventReported(resource, type, state, data);
    }

    void INormalizedSink.State(ResourceAddress resource, DataObject properties) => _book.Take(resource, properties, initial: false);

    void INormalizedSink.Problem(DeviceProblemKind kind, string detail) => _report(kind, detail);
}
