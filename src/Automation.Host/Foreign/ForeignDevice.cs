using System.Text.Json;
using Automation.Core.Model;
using Automation.Isapi;
using Automation.Mqtt;

namespace Automation.Host.Foreign;

/// <summary>
/// One MQTT-only device that other bridges feed: turns their messages into its states and events (DEV-3), and knows whether it is there (DEV-7).
/// </summary>
/// <remarks>What is retained tells how things are, so it is never an event, and the first value of a property is no change.</remarks>
internal sealed class ForeignDevice
{
    /// <summary>Different faults that are told of one device; a bridge that sends nonsense is not told for ever.</summary>
    private const int MaximumProblems = 20;

    private readonly Device _device;
    private readonly IDeviceObserver _observer;
    private readonly ITimer? _silence;
    private readonly Lock _gate = new();

    // Under the gate.
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _problems = new(StringComparer.Ordinal);
    private bool? _online;
    private bool _toldOffline;

    public ForeignDevice(Device device, IDeviceObserver observer, TimeProvider time)
    {
        _device = device;
        _observer = observer;
        if (device.ForeignAvailability.SilentAfter is not null) _silence = time.CreateTimer(static state => ((ForeignDevice)state!).FellSilent(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What is to be subscribed to.</summary>
    public IEnumerable<string> Filters => _device.Feeds.Select(f => f.Filter).Concat(_device.ForeignAvailability.Filter is { } filter ? [filter] : []).Distinct(StringComparer.Ordinal);

    /// <summary>The silence counts from here on. A device of which nothing says whether it is there counts as there.</summary>
    public void Start()
    {
        Heard();
        if (_device.ForeignAvailability is { Filter: null, SilentAfter: null }) SetOnline(true, null);
    }

    public void Stop() => _silence?.Dispose();

    /// <summary>Takes a message that came by one of the filters.</summary>
    public void Take(string filter, MqttMessage message)
    {
        using JsonDocument? document = ForeignValue.Parse(message.Payload, out string? reason);
        if (document is null)
        {
            Problem($"{message.Topic}: {reason}");
            return;
        }

        // What is retained may be years old: it is no sign of life.
        if (!message.Retain) Heard();
        if (_device.ForeignAvailability.Filter == filter) TakeAvailability(document.RootElement);
        else if (_device.ForeignAvailability.Filter is null && !message.Retain) SetOnline(true, null);
        var news = new List<(ResourceAddress On, bool Initial, string Name, DataValue Value)>();
        foreach (ForeignFeed feed in _device.Feeds)
        {
            if (feed.Filter != filter || !IsMeant(feed, document.RootElement)) continue;
            if (feed.Event is null) TakeProperty(feed, document.RootElement, message, news);
        }

        // What one message says of a resource is one change of it, before the event that it may be.
        foreach (var of in news.GroupBy(n => (n.On, n.Initial))) _observer.StateReported(of.Key.On, DataObject.From(of.Select(n => KeyValuePair.Create(n.Name, n.Value))), of.Key.Initial);
        if (message.Retain) return;
        foreach (ForeignFeed feed in _device.Feeds)
        {
            if (feed.Filter == filter && feed.Event is not null && IsMeant(feed, document.RootElement)) TakeEvent(feed, document.RootElement, message.Topic);
        }
    }

    private static bool IsMeant(ForeignFeed feed, JsonElement root)
    {
        foreach (ForeignTest test in feed.Where)
        {
            if (!test.Path.TryFind(root, out JsonElement found) || !ForeignValue.TryConvert(found, out DataValue value) || !test.Values.Contains(value)) return false;
        }

        return true;
    }

    private void TakeProperty(ForeignFeed feed, JsonElement root, MqttMessage message, List<(ResourceAddress On, bool Initial, string Name, DataValue Value)> news)
    {
        if (!ForeignValue.TryRead(root, feed, out DataValue value, out string? reason))
        {
            // A bridge that leaves out what did not change is no fault: only what cannot be read is told.
            if (feed.Path.TryFind(root, out _)) Problem($"{message.Topic}: {reason}");
            return;
        }

        bool first;
        lock (_gate) first = _known.Add($"{feed.On.Value} {feed.Property}");
        news.Add((feed.On, first || message.Retain, feed.Property!, value));
    }

    private void TakeEvent(ForeignFeed feed, JsonElement root, string topic)
    {
        var state = EventState.Instant;
        if (feed.Active.Length > 0)
        {
            if (!ForeignValue.TryRead(root, feed, out DataValue value, out string? reason))
            {
                if (feed.Path.TryFind(root, out _)) Problem($"{topic}: {reason}");
                return;
            }

            state = feed.Active.Contains(value) ? EventState.Active : EventState.Inactive;
        }

        var data = new List<KeyValuePair<string, DataValue>>();
        foreach ((string name, ForeignPath path) in feed.Data)
        {
            if (path.TryFind(root, out JsonElement found) && ForeignValue.TryConvert(found, out DataValue value) && !value.IsNull) data.Add(new(name, value));
        }

        _observer.EventReported(feed.On, feed.Event!, state, DataObject.From(data), old: false);
    }

    private void TakeAvailability(JsonElement root)
    {
        ForeignAvailability availability = _device.ForeignAvailability;
        if (!availability.Path.TryFind(root, out JsonElement found) || !ForeignValue.TryConvert(found, out DataValue value)) return;
        bool online = value.ToString() == availability.Online;
        SetOnline(online, online ? null : $"its bridge says {value}");
    }

    private void Heard()
    {
        if (_device.ForeignAvailability.SilentAfter is not { } silence) return;
        _silence!.Change(silence, Timeout.InfiniteTimeSpan);
        bool back;
        lock (_gate)
        {
            back = _toldOffline;
            _toldOffline = false;
        }

        // The bridge still says online, and only the silence spoke against it.
        if (back) SetOnline(true, null);
    }

    private void FellSilent()
    {
        lock (_gate) _toldOffline = _online != false;
        SetOnline(false, $"nothing was heard of it for {_device.ForeignAvailability.SilentAfter}");
    }

    private void SetOnline(bool online, string? reason)
    {
        lock (_gate)
        {
            if (_online == online) return;
            _online = online;
        }

        _observer.AvailabilityChanged(_device.Address, online, reason);
    }

    private void Problem(string detail)
    {
        lock (_gate)
        {
            if (_problems.Count >= MaximumProblems || !_problems.Add(detail)) return;
        }

        _observer.ProblemFound(new DeviceProblem(_device.Address, DeviceProblemKind.PartUnreadable, detail));
    }
}
