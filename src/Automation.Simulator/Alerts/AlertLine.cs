using System.Threading.Channels;

namespace Automation.Simulator.Alerts;

/// <summary>One open stream of a device: the parts waiting for its reader, and its heartbeat.</summary>
internal sealed class AlertLine : IDisposable
{
    /// <summary>Parts waiting for one slow reader; beyond that the device closes its stream.</summary>
    private const int Backlog = 512;

    private readonly Channel<AlertPart> _parts = Channel.CreateBounded<AlertPart>(new BoundedChannelOptions(Backlog) { SingleReader = true });
    private readonly AlertHub _hub;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _lastAt;
    private int _beats;

    /// <param name="id">What the client names this line by; 0 when it has no name.</param>
    public AlertLine(AlertHub hub, int id, TimeProvider time)
    {
        _hub = hub;
        _time = time;
        Id = id;
        _lastAt = time.GetTimestamp();
        _timer = time.CreateTimer(static line => ((AlertLine)line!).OnTimer(), this, hub.HeartbeatEvery, Timeout.InfiniteTimeSpan);
    }

    public int Id { get; }

    public ChannelReader<AlertPart> Parts => _parts.Reader;

    /// <summary>Puts a part in the line; a reader that is too slow loses its stream.</summary>
    public void Offer(AlertPart part)
    {
        Volatile.Write(ref _lastAt, _time.GetTimestamp());
        if (!_parts.Writer.TryWrite(part)) Close();
    }

    public void Close() => _parts.Writer.TryComplete();

    /// <summary>Sends a heartbeat now.</summary>
    public void Beat()
    {
        if (_hub.Heartbeat(++_beats) is { } beat) Offer(beat);
    }

    public void Dispose()
    {
        _timer.Dispose();
        Close();
    }

    /// <summary>One timer a line that is moved only when it fires: a busy stream costs nothing here.</summary>
    private void OnTimer()
    {
        TimeSpan quiet = _hub.BeatsAlways ? _hub.HeartbeatEvery : _time.GetElapsedTime(Volatile.Read(ref _lastAt));
        if (quiet >= _hub.HeartbeatEvery)
        {
            Beat();
            quiet = TimeSpan.Zero;
        }

        try
        {
            _timer.Change(_hub.HeartbeatEvery - quiet, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The stream has just ended.
        }
    }
}
