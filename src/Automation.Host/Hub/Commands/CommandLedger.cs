using System.Collections.Concurrent;
using Automation.Core.Model;
using Automation.Host.Hub.Requests;

namespace Automation.Host.Hub.Commands;

/// <summary>Told how a request ended: the request, its outcome, and the calls that were made.</summary>
internal delegate Task CommandEnded(ActionRequest request, ActionOutcome outcome, int attempts);

/// <summary>Commands that somebody waits for, and which were taken lately.</summary>
internal sealed class CommandLedger(TimeProvider time)
{
    /// <summary>Waited for, all clients together; each ends within what it is worth doing, minutes at most.</summary>
    public const int MaximumOpen = 1000;

    /// <summary>Taken and remembered; then the oldest is forgotten.</summary>
    public const int MaximumTaken = 1000;

    /// <summary>A message that was sent again comes after a reconnect: minutes at most.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, (CommandEnded Ended, Func<string, Task> Left)> _open = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    // Under the gate; the queue is in order of time and may name what was taken again since.
    private readonly Dictionary<string, DateTimeOffset> _taken = new(StringComparer.Ordinal);
    private readonly Queue<(string Command, DateTimeOffset At)> _order = [];

    public bool IsFull => _open.Count >= MaximumOpen;

    /// <summary>Somebody waits for the end of the request of that id. <paramref name="left"/> is told instead when the plugin stops before it.</summary>
    public void Open(string id, CommandEnded ended, Func<string, Task> left) => _open[id] = (ended, left);

    /// <summary>An action of whomever ended; called outside locks, on any thread.</summary>
    public Task EndedAsync(ActionRequest request, ActionOutcome outcome, int attempts) => _open.TryRemove(request.Id, out var waiting) ? waiting.Ended(request, outcome, attempts) : Task.CompletedTask;

    /// <summary>The plugin stops: what is still open is done, or expires, after the next start.</summary>
    public async Task StopAsync()
    {
        foreach (string id in _open.Keys)
        {
            if (_open.TryRemove(id, out var waiting)) await waiting.Left($"the plugin stops: how {id} ends is told on …/actions");
        }
    }

    /// <summary>Whether the very same was taken lately.</summary>
    public bool WasTaken(string command)
    {
        lock (_gate) return _taken.TryGetValue(command, out DateTimeOffset at) && at + Remembered > time.GetUtcNow();
    }

    public void Taken(string command)
    {
        lock (_gate)
        {
            DateTimeOffset now = time.GetUtcNow();
            _taken[command] = now;
            _order.Enqueue((command, now));
            while (_order.Count > MaximumTaken || (_order.TryPeek(out var first) && first.At + Remembered <= now))
            {
                (string old, DateTimeOffset at) = _order.Dequeue();
                if (_taken[old] == at) _taken.Remove(old);
            }
        }
    }
}
