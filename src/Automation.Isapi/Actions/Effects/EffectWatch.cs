using Automation.Core.Model;

namespace Automation.Isapi.Actions.Effects;

/// <summary>Looks after the effects of actions, beside whatever the device does next: again and again with growing pauses until it is seen or its time is over (docs/decisions/0009).</summary>
/// <param name="gentle">A panel is given a moment before it is asked, and is asked more seldom.</param>
internal sealed class EffectWatch(TimeProvider time, bool gentle, Action<Exception> failed) : IAsyncDisposable
{
    /// <summary>Calls whose effects are looked after at once; one more is told as unknown. A device is asked little enough so that this is never reached by rules that make sense.</summary>
    private const int MaxWatches = 64;

    /// <summary>An exit delay may be this long; panels allow two minutes, some ten.</summary>
    private static readonly TimeSpan LongestUnderWay = TimeSpan.FromMinutes(11);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _running = [];

    private TimeSpan FirstPause => gentle ? TimeSpan.FromSeconds(1) : TimeSpan.Zero;

    /// <summary>The outcomes with their effects, each when it is known; null entries where nothing is looked for.</summary>
    /// <param name="within">How long the effect may take.</param>
    public Task<ActionOutcome>?[] Begin(IReadOnlyList<ActionResult> results, TimeSpan within)
    {
        var answers = new Task<ActionOutcome>?[results.Count];
        foreach (IGrouping<IEffectProbe, int> group in Enumerable.Range(0, results.Count).Where(i => results[i].Probe is not null).GroupBy(i => results[i].Probe!).ToArray())
        {
            // One look serves all targets of one call; its probe counts them from the first.
            var targets = group.Select((i, n) => new Target(n, results[i].Outcome)).ToArray();
            if (!TryRun(group.Key, targets, within))
            {
                group.Key.Dispose();
                continue;
            }

            foreach ((int index, Target target) in group.Zip(targets)) answers[index] = target.Known.Task;
        }

        return answers;
    }

    private bool TryRun(IEffectProbe probe, Target[] targets, TimeSpan within)
    {
        lock (_lock)
        {
            if (_running.Count >= MaxWatches || _stop.IsCancellationRequested) return false;
            Task run = Task.Run(() => RunAsync(probe, targets, within));
            _running.Add(run);
            _ = run.ContinueWith(Ended, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return true;
        }
    }

    private void Ended(Task run)
    {
        lock (_lock) _running.Remove(run);
    }

    private async Task RunAsync(IEffectProbe probe, Target[] targets, TimeSpan within)
    {
        try
        {
            await WatchAsync(probe, targets, within).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopping: what was not seen yet stays unknown.
        }
        catch (Exception e)
        {
            // A bug of ours in one look costs that look.
            failed(e);
        }
        finally
        {
            probe.Dispose();
            foreach (Target target in targets) target.Tell(ActionEffect.Unknown, null);
        }
    }

    private async Task WatchAsync(IEffectProbe probe, Target[] targets, TimeSpan within)
    {
        long start = time.GetTimestamp();
        TimeSpan pause = FirstPause;
        TaskCompletionSource pushed = NewSignal();
        probe.Pushed = () => Volatile.Read(ref pushed).TrySetResult();
        while (true)
        {
            if (pause > TimeSpan.Zero)
            {
                Task signal = Volatile.Read(ref pushed).Task;
                if (!await WaitAsync(signal, pause).ConfigureAwait(false)) await probe.LookAsync(_stop.Token).ConfigureAwait(false);
                else Volatile.Write(ref pushed, NewSignal());
            }
            else
            {
                await probe.LookAsync(_stop.Token).ConfigureAwait(false);
            }

            TimeSpan elapsed = time.GetElapsedTime(start);
            bool over = elapsed >= within;
            bool underWay = false;
            foreach (Target target in targets)
            {
                if (!target.Open) continue;
                Sight sight = probe[target.Index];
                if (sight.Kind == SightKind.Seen) target.Tell(ActionEffect.Confirmed, sight.Text);
                else if (sight.Kind == SightKind.UnderWay && elapsed < LongestUnderWay) underWay = true;
                else if (over) await NotSeenAsync(probe, target, sight).ConfigureAwait(false);
            }

            if (!Array.Exists(targets, t => t.Open)) return;
            pause = NextPause(pause);
            // The last look is at the end of the time.
            if (!underWay && elapsed + pause > within) pause = within - elapsed;
        }
    }

    private async Task NotSeenAsync(IEffectProbe probe, Target target, Sight sight)
    {
        if (sight.Kind == SightKind.Unclear)
        {
            target.Tell(ActionEffect.Unknown, sight.Text);
            return;
        }

        string? why = await probe.ExplainAsync(target.Index, _stop.Token).ConfigureAwait(false);
        target.Tell(ActionEffect.NotSeen, why is null ? sight.Text : sight.Text is null ? why : $"{sight.Text}; {why}");
    }

    private static TimeSpan NextPause(TimeSpan pause)
    {
        TimeSpan next = pause == TimeSpan.Zero ? TimeSpan.FromMilliseconds(500) : pause * 2;
        return next < LongestPause ? next : LongestPause;
    }

    /// <summary>True when the device told something first.</summary>
    private async Task<bool> WaitAsync(Task signal, TimeSpan pause)
    {
        try
        {
            // Timers count whole milliseconds and round down: the end of the time must not be missed by a part of one.
            await signal.WaitAsync(TimeSpan.FromMilliseconds(Math.Ceiling(pause.TotalMilliseconds)), time, _stop.Token).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends all looking; what was not seen yet is told as unknown.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task[] running;
        lock (_lock) running = [.. _running];
        await Task.WhenAll(running).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private sealed class Target(int index, ActionOutcome outcome)
    {
        public int Index { get; } = index;

        public TaskCompletionSource<ActionOutcome> Known { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Open => !Known.Task.IsCompleted;

        public void Tell(ActionEffect effect, string? seen) => Known.TrySetResult(outcome with { Effect = effect, Seen = seen });
    }
}
