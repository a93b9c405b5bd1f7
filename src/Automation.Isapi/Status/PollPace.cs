using System.Diagnostics.CodeAnalysis;

namespace Automation.Isapi.Status;

/// <summary>How long to rest between two rounds of status requests: sooner after an event or an action, longer while the device struggles, never less than the device stands (DEV-6; isapi.md, quirk 14).</summary>
/// <param name="random">Spreads the rounds, so that a thousand devices that came online together are not asked together for ever; used under a lock on itself.</param>
/// <remarks>Any thread.</remarks>
internal sealed class PollPace(TimeSpan interval, bool gentle, TimeProvider time, Random random)
{
    /// <summary>An answer that takes longer is a device that struggles.</summary>
    public static readonly TimeSpan SlowAnswer = TimeSpan.FromSeconds(3);

    /// <summary>For this long after an event things are likely to change again.</summary>
    private static readonly TimeSpan Lively = TimeSpan.FromMinutes(1);

    /// <summary>A device that struggles is asked this many times less often, at most.</summary>
    private const int MaxSlowdown = 8;

    /// <summary>A rest is longer or shorter by up to this share, by chance.</summary>
    private const double Jitter = 0.15;

    private readonly Lock _lock = new();
    private bool _spread;
    private int _slowdown = 1;
    private long? _lastEvent;
    private long? _lastRound;
    private bool _eventAsks;

    /// <summary>Two rounds are never closer than this: panels become erratic when asked every 2 s.</summary>
    public TimeSpan Least { get; } = TimeSpan.FromSeconds(gentle ? 10 : 5) < interval ? TimeSpan.FromSeconds(gentle ? 10 : 5) : interval;

    /// <summary>After an action or an event its effect is looked for this much later, for all of that time together.</summary>
    public TimeSpan EffectDelay { get; } = TimeSpan.FromSeconds(gentle ? 5 : 1);

    /// <summary>How long to wait when a look was asked for: an action's effect is looked for soon, an event's not before <see cref="Least"/> is over.</summary>
    public TimeSpan Pause
    {
        get
        {
            lock (_lock)
            {
                TimeSpan left = _eventAsks && _lastRound is { } last ? Least - time.GetElapsedTime(last) : TimeSpan.Zero;
                _eventAsks = false;
                return left > EffectDelay ? left : EffectDelay;
            }
        }
    }

    /// <summary>How long to rest now. The first rest is anywhere between <see cref="Least"/> and the interval: so devices that began together part.</summary>
    public TimeSpan Rest
    {
        [SuppressMessage("Security", "CA5394", Justification = "Spreads requests; nothing depends on its being secret.")]
        get
        {
            double chance;
            lock (random) chance = random.NextDouble();
            lock (_lock)
            {
                bool lively = _lastEvent is { } last && time.GetElapsedTime(last) < Lively;
                TimeSpan rest = _slowdown > 1 ? interval * _slowdown : lively ? Least : interval;
                rest = _spread ? rest * (1 - Jitter + (2 * Jitter * chance)) : Least + ((rest - Least) * chance);
                _spread = true;
                return rest > Least ? rest : Least;
            }
        }
    }

    /// <summary>The device told of something by itself.</summary>
    public void NoteEvent()
    {
        lock (_lock)
        {
            _lastEvent = time.GetTimestamp();
            _eventAsks = true;
        }
    }

    /// <summary>A round is over.</summary>
    /// <param name="answered">False: the device did not answer.</param>
    /// <param name="slowest">Its slowest answer.</param>
    public void NoteRound(bool answered, TimeSpan slowest)
    {
        lock (_lock)
        {
            _lastRound = time.GetTimestamp();
            if (!answered || slowest > SlowAnswer) _slowdown = Math.Min(_slowdown * 2, MaxSlowdown);
            else _slowdown = Math.Max(_slowdown / 2, 1);
        }
    }
}
