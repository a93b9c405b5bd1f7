using Automation.Simulator.Alerts;
using Automation.Simulator.Devices;

namespace Automation.Simulator.Load;

/// <summary>Makes devices emit at a steady rate, spread evenly over them, until it is stopped. One loop, whatever the number of devices.</summary>
internal sealed class AlertLoad : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>When the machine falls back further than this, what was due is left out and counted instead of being sent in one burst.</summary>
    private static readonly TimeSpan MaxLag = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeProvider _time;
    private readonly (AlertHub Hub, LoadTemplate[] Templates)[] _targets;
    private readonly double _perSecond;
    private readonly Task _running;
    private long _sent;
    private long _leftOut;

    /// <param name="rate">Alerts a second of each device.</param>
    public AlertLoad(IReadOnlyList<DeviceModel> models, double rate, TimeProvider time)
    {
        _time = time;
        _perSecond = rate * models.Count;
        _targets = [.. models.Select(m => (m.Alerts, m.LoadTemplates()!))];
        _running = Task.Run(RunAsync);
    }

    public long Sent => Volatile.Read(ref _sent);

    public long LeftOut => Volatile.Read(ref _leftOut);

    /// <summary>Stops it; its counts stay. What has been stopped is not stopped again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        long began = _time.GetTimestamp(), done = 0;
        try
        {
            while (true)
            {
                long due = (long)(_time.GetElapsedTime(began).TotalSeconds * _perSecond);
                long most = (long)(MaxLag.TotalSeconds * _perSecond) + 1;
                if (due - done > most)
                {
                    Volatile.Write(ref _leftOut, _leftOut + due - done - most);
                    done = due - most;
                }

                for (; done < due; done++) Send(done);
                await Task.Delay(Tick, _time, _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private void Send(long number)
    {
        (AlertHub hub, LoadTemplate[] templates) = _targets[number % _targets.Length];
        if (hub.StreamCount == 0) return;
        hub.Publish(templates[number / _targets.Length % templates.Length].At(_time.GetUtcNow()));
        Volatile.Write(ref _sent, _sent + 1);
    }
}
