namespace Automation.Simulator.Alerts;

/// <summary>Alerts that repeat <c>active</c> while they last and end with <c>inactive</c> (isapi.md 1.6 quirk 5). Call under the device's lock.</summary>
internal sealed class LastingAlerts(DeviceClock clock)
{
    /// <summary>Alerts under way at once; a further one is sent a single time.</summary>
    private const int Capacity = 256;

    private static readonly TimeSpan RepeatEvery = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Lasting> _active = new(StringComparer.Ordinal);

    public bool IsActive(string key) => _active.ContainsKey(key);

    public IEnumerable<string> Active => _active.Keys.Order(StringComparer.Ordinal);

    /// <summary>Begins an alert, or makes one that is under way last longer.</summary>
    /// <param name="send">Sends the alert: its post count, from 1, and whether it is active.</param>
    /// <param name="lasts">Null: until <see cref="End"/>.</param>
    public void Begin(string key, Action<int, bool> send, TimeSpan? lasts)
    {
        if (!_active.TryGetValue(key, out Lasting? alert))
        {
            if (_active.Count >= Capacity)
            {
                send(1, true);
                return;
            }

            _active[key] = alert = new(send);
            Repeat(key, alert);
        }

        alert.Limit?.Dispose();
        alert.Limit = lasts is { } limit ? clock.After(limit, () => End(key)) : null;
    }

    /// <summary>Ends an alert; without one under way, the single <c>inactive</c> some devices send is still possible with <paramref name="otherwise"/>.</summary>
    public void End(string key, Action<int, bool>? otherwise = null)
    {
        if (!_active.Remove(key, out Lasting? alert))
        {
            otherwise?.Invoke(0, false);
            return;
        }

        alert.Limit?.Dispose();
        alert.Next?.Dispose();
        alert.Send(alert.Count + 1, false);
    }

    private void Repeat(string key, Lasting alert)
    {
        alert.Send(++alert.Count, true);
        alert.Next = clock.After(RepeatEvery, () => Repeat(key, alert));
    }

    private sealed class Lasting(Action<int, bool> send)
    {
        public Action<int, bool> Send => send;

        public int Count { get; set; }

        public IDisposable? Next { get; set; }

        public IDisposable? Limit { get; set; }
    }
}
