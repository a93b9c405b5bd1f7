using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;
using Automation.Isapi.Status;

namespace Automation.Isapi.Actions.Effects;

/// <summary>A movement: the camera gets to where it was sent, or, where that is not known, moves and comes to rest. One that cannot tell where it looks shows nothing.</summary>
internal sealed class PositionProbe(ActionCall call) : IEffectProbe
{
    /// <summary>Degrees, or of the zoom's factor; gears have play, and devices round.</summary>
    private const double Tolerance = 1.0;

    private readonly DataObject _before = call.Tools.Book.Known(call.On);
    private readonly List<Position> _looks = [];
    private bool _asked;
    private bool _silent;

    public double? Pan { get; set; }

    public double? Tilt { get; set; }

    public double? Zoom { get; set; }

    /// <summary>A preset that tells where it is (newer firmware); null for other movements.</summary>
    public string? PresetPath { get; init; }

    public Action? Pushed { get; set; }

    private bool HasTarget => Pan is not null || Tilt is not null;

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (PresetPath is not null && !_asked) await AskPresetAsync(PresetPath, cancellationToken).ConfigureAwait(false);
        DeviceAnswer answer = await call.Calls.GetAsync(VideoStatus.Position(call.Number).Path, cancellationToken).ConfigureAwait(false);
        _silent = answer is not { IsSuccess: true, Document: not null };
        if (_silent) return;
        VideoStatus.Position(call.Number).Read(answer.Document!, (_, _, properties) =>
        {
            call.Tools.Book.TakeRead(call.On, properties, initial: false);
            if (Read(properties) is { } position) _looks.Add(position);
        });
        // Two are compared; the first shows where it began.
        if (_looks.Count > 3) _looks.RemoveAt(1);
    }

    public Sight this[int target]
    {
        get
        {
            if (_silent || _looks.Count == 0) return new Sight(SightKind.Unclear);
            Position now = _looks[^1];
            string text = now.ToString();
            if (HasTarget) return new Sight(IsThere(now) ? SightKind.Seen : SightKind.NotYet, text);
            bool moved = _looks.Any(p => !p.IsNear(_looks[0])) || (Read(_before) is { } before && !now.IsNear(before));
            bool rests = _looks.Count > 1 && now.IsNear(_looks[^2]);
            // One that stands still from the first look on may have been there already.
            return new Sight(moved && rests ? SightKind.Seen : SightKind.Unclear, text);
        }
    }

    private async Task AskPresetAsync(string path, CancellationToken cancellationToken)
    {
        DeviceAnswer answer = await call.Calls.GetAsync(path, cancellationToken).ConfigureAwait(false);
        if (answer.Failure != CallFailure.None) return;
        _asked = true;
        if (!answer.IsSuccess || answer.Document?.Find("AbsoluteHigh") is not { } position) return;
        Pan = position.NumberOf("azimuth") / 10;
        Tilt = position.NumberOf("elevation") / 10;
        Zoom = position.NumberOf("absoluteZoom") / 10;
    }

    private bool IsThere(Position now) => IsNear(Pan, now.Pan, 360) && IsNear(Tilt, now.Tilt, 360) && IsNear(Zoom, now.Zoom, double.PositiveInfinity);

    private static bool IsNear(double? wanted, double? is_, double circle)
    {
        if (wanted is not { } a || is_ is not { } b) return true;
        double apart = Math.Abs(a - b);
        return apart <= Tolerance || circle - apart <= Tolerance;
    }

    private static Position? Read(DataObject properties)
    {
        double? Of(string name) => properties[name] is { Kind: DataKind.Number } value ? value.Number : null;
        var position = new Position(Of("pan"), Of("tilt"), Of("zoom"));
        return position is { Pan: null, Tilt: null } ? null : position;
    }

    public Task<string?> ExplainAsync(int target, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public void Dispose()
    {
        // Nothing is held.
    }

    private readonly record struct Position(double? Pan, double? Tilt, double? Zoom)
    {
        /// <summary>Closer than a movement of any use.</summary>
        public bool IsNear(Position other) => Math.Abs((Pan ?? 0) - (other.Pan ?? 0)) < 0.2 && Math.Abs((Tilt ?? 0) - (other.Tilt ?? 0)) < 0.2 && Math.Abs((Zoom ?? 0) - (other.Zoom ?? 0)) < 0.2;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"pan {Pan}, tilt {Tilt}, zoom {Zoom}");
    }
}
