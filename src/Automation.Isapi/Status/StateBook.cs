using Automation.Core.Model;

namespace Automation.Isapi.Status;

/// <summary>What is known of a device's resources, from events and from polling: tells only what is new. Any thread; the observer is called outside the lock, one call at a time.</summary>
internal sealed class StateBook(IDeviceObserver observer) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ResourceAddress, DataObject> _known = [];
    private readonly SemaphoreSlim _telling = new(1, 1);

    /// <summary>Told of everything that is learnt of a resource, news or not, after the observer; must return at once.</summary>
    public event Action<ResourceAddress, DataObject>? Taken;

    /// <summary>What is known of a resource; empty when nothing is.</summary>
    public DataObject Known(ResourceAddress resource)
    {
        lock (_lock) return _known.GetValueOrDefault(resource, DataObject.Empty);
    }

    /// <summary>Takes properties of a resource; tells those that differ, or all of them when they are initial.</summary>
    public void Take(ResourceAddress resource, DataObject properties, bool initial)
    {
        if (properties.Count == 0) return;
        // Telling is part of the turn: two loops that learn of one resource tell it in the order they learned it.
        _telling.Wait();
        try
        {
            DataObject news = Merge(resource, properties, initial);
            if (news.Count > 0) observer.StateReported(resource, news, initial);
            Taken?.Invoke(resource, properties);
        }
        finally
        {
            _telling.Release();
        }
    }

    /// <summary>Takes properties that were read, not reported: what was not known at all before is how things are, not how they changed.</summary>
    public void TakeRead(ResourceAddress resource, DataObject properties, bool initial) => Take(resource, properties, initial || IsNew(resource, properties));

    private bool IsNew(ResourceAddress resource, DataObject properties)
    {
        lock (_lock)
        {
            if (!_known.TryGetValue(resource, out DataObject? known)) return true;
            foreach ((string name, _) in properties)
            {
                if (known.TryGet(name, out _)) return false;
            }

            return true;
        }
    }

    private DataObject Merge(ResourceAddress resource, DataObject properties, bool initial)
    {
        lock (_lock)
        {
            DataObject known = _known.GetValueOrDefault(resource, DataObject.Empty);
            DataObject news = properties;
            if (!initial)
            {
                var changed = new List<KeyValuePair<string, DataValue>>();
                foreach ((string name, DataValue value) in properties)
                {
                    if (!known.TryGet(name, out DataValue old) || old != value) changed.Add(new(name, value));
                }

                news = DataObject.From(changed);
            }

            _known[resource] = known.Merge(properties);
            return news;
        }
    }

    public void Dispose() => _telling.Dispose();
}
