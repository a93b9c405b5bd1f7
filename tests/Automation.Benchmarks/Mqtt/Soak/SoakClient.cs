using Automation.Benchmarks.Mqtt.Load;

namespace Automation.Benchmarks.Mqtt.Soak;

/// <summary>A client whose session outlives its connections, and which comes back when its time has come.</summary>
internal abstract class SoakClient(int port, string id, byte version, SoakTally tally) : LoadClient(port, id, version)
{
    private bool _hadSession;

    protected SoakTally Tally { get; } = tally;

    /// <summary>While it is away: when it dials again, as a timestamp.</summary>
    public long BackAt { get; set; }

    /// <summary>While it is stalled: when it reads again, as a timestamp.</summary>
    public long ReadsAt { get; set; }

    protected sealed override void OnUp()
    {
        if (_hadSession && !SessionPresent) Tally.SessionsLost++;
        OnSession(resumed: _hadSession);
        _hadSession = true;
    }

    protected override void OnClosedByBroker() => Tally.ClosedByBroker++;

    /// <summary>Connected: for the first time, or again.</summary>
    protected abstract void OnSession(bool resumed);
}
