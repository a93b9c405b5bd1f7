namespace Automation.Isapi.Devices;

/// <summary>Remembers which problems were told, so that each is told once while it lasts. Any thread.</summary>
internal sealed class ProblemLog(TimeSpan memory, TimeProvider time)
{
    /// <summary>More distinct problems than these are one: the oldest are forgotten.</summary>
    private const int MaxProblems = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<(DeviceProblemKind Kind, string Detail), long> _seen = [];

    /// <summary>Whether the problem is new: not seen for the memory's time.</summary>
    public bool IsNew(DeviceProblemKind kind, string detail)
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            bool known = _seen.TryGetValue((kind, detail), out long last) && time.GetElapsedTime(last, now) < memory;
            if (!known && _seen.Count >= MaxProblems) _seen.Remove(_seen.MinBy(p => p.Value).Key);
            _seen[(kind, detail)] = now;
            return !known;
        }
    }

    /// <summary>The problems of the kind are over: the next one is new.</summary>
    public void End(DeviceProblemKind kind)
    {
        lock (_lock)
        {
            foreach ((DeviceProblemKind Kind, string Detail) key in _seen.Keys.Where(k => k.Kind == kind).ToArray()) _seen.Remove(key);
        }
    }
}
