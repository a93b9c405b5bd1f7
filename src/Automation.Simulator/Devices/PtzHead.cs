using Automation.Simulator.Alerts;

namespace Automation.Simulator.Devices;

/// <summary>
/// One head that turns: it takes time to get somewhere, turns on as long as it is told to, runs patrols and patterns. Azimuth 0..3600, elevation -900..2700,
/// zoom 0..1000, all in tenths (003 §8.13.8). Call under the device's lock.
/// </summary>
internal sealed class PtzHead(DeviceClock clock)
{
    /// <summary>Tenths of a degree a second at full speed: 90 degrees.</summary>
    public const int FullSpeed = 900;

    private double _azimuth;
    private double _elevation;
    private double _zoom = 10;
    private (double Pan, double Tilt, double Zoom) _speed;
    private (int Azimuth, int Elevation, int Zoom)? _target;
    private long _since = clock.Timestamp;
    private IDisposable? _next;

    public int Azimuth => (int)Math.Round(Now().Azimuth);

    public int Elevation => (int)Math.Round(Now().Elevation);

    public int Zoom => (int)Math.Round(Now().Zoom);

    /// <summary>The preset it is at or on its way to; null when it was moved otherwise.</summary>
    public int? Preset { get; private set; }

    /// <summary>"patrol 1", "pattern 2"; null when none was called.</summary>
    public string? Tour { get; private set; }

    public string TourState { get; private set; } = "stopped";

    public bool Moving => _target is { } target ? Now() != ((double)target.Azimuth, target.Elevation, target.Zoom) : _speed != default;

    /// <summary>What it was last told to turn at, -100 to 100.</summary>
    public (int Pan, int Tilt, int Zoom) Asked { get; private set; }

    public SortedSet<string> Auxiliaries { get; } = new(StringComparer.Ordinal);

    public void GoTo(int preset, (int Azimuth, int Elevation, int Zoom) where)
    {
        EndTour();
        Travel(where, preset);
    }

    public void GoTo(int azimuth, int elevation, int zoom)
    {
        EndTour();
        Travel((azimuth, elevation, zoom), null);
    }

    /// <summary>Turns on; all zero stops it where it is.</summary>
    /// <param name="limit">After this it stops by itself; null: not.</param>
    public void Turn(int pan, int tilt, int zoom, TimeSpan? limit)
    {
        EndTour();
        Settle();
        Asked = (pan, tilt, zoom);
        Preset = null;
        _speed = (pan * FullSpeed / 100.0, tilt * FullSpeed / 100.0, zoom * 100 / 100.0);
        if (limit is { } after && _speed != default) _next = clock.After(after, () => Turn(0, 0, 0, null));
    }

    /// <summary>Visits places in turn until it is stopped.</summary>
    public void Run(string tour, IReadOnlyList<(int? Preset, (int Azimuth, int Elevation, int Zoom) Where, TimeSpan Stay)> stops)
    {
        // 003 §8.13.18: start restarts a patrol that was paused.
        EndTour();
        (Tour, TourState) = (tour, "running");
        Visit(stops, 0);
    }

    public void Pause()
    {
        _next?.Dispose();
        Settle();
        TourState = "paused";
    }

    public void Stop(string tour)
    {
        EndTour();
        Settle();
        (Tour, TourState) = (tour, "stopped");
    }

    /// <summary>Time to get somewhere from where it is now.</summary>
    private TimeSpan TimeTo((int Azimuth, int Elevation, int Zoom) where) =>
        TimeSpan.FromSeconds(Math.Max(Math.Max(Math.Abs(where.Azimuth - _azimuth), Math.Abs(where.Elevation - _elevation)) / FullSpeed, Math.Abs(where.Zoom - _zoom) / 500));

    private void Visit(IReadOnlyList<(int? Preset, (int Azimuth, int Elevation, int Zoom) Where, TimeSpan Stay)> stops, int at)
    {
        (int? preset, (int Azimuth, int Elevation, int Zoom) where, TimeSpan stay) = stops[at % stops.Count];
        Travel(where, preset);
        _next = clock.After(TimeTo(where) + stay, () => Visit(stops, at + 1));
    }

    private void Travel((int Azimuth, int Elevation, int Zoom) where, int? preset)
    {
        Settle();
        Preset = preset;
        _target = where;
    }

    private void EndTour()
    {
        _next?.Dispose();
        _next = null;
        TourState = "stopped";
    }

    /// <summary>Whatever it was doing, it is now where it is.</summary>
    private void Settle()
    {
        (_azimuth, _elevation, _zoom) = Now();
        _since = clock.Timestamp;
        _target = null;
        _speed = default;
        Asked = default;
    }

    private (double Azimuth, double Elevation, double Zoom) Now()
    {
        double seconds = clock.Elapsed(_since).TotalSeconds;
        if (_target is { } target)
        {
            double total = TimeTo(target).TotalSeconds, part = total <= seconds || total == 0 ? 1 : seconds / total;
            return (_azimuth + ((target.Azimuth - _azimuth) * part), _elevation + ((target.Elevation - _elevation) * part), _zoom + ((target.Zoom - _zoom) * part));
        }

        double azimuth = (_azimuth + (_speed.Pan * seconds)) % 3600;
        return (azimuth < 0 ? azimuth + 3600 : azimuth, Math.Clamp(_elevation + (_speed.Tilt * seconds), -900, 2700), Math.Clamp(_zoom + (_speed.Zoom * seconds), 0, 1000));
    }
}
