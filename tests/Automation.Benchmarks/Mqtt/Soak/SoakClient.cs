using Automation.Benchmarks.Mqtt.Load;

namespace Automation.Benchmarks.Mqtt.Soak;

/// <summary>A client whose session outlives its connections, and which comes back when its time has come.</summary>
internal abstract class SoakClient(int port, string id, byte version, SoakTally tally) : LoadClient(port, id, version)
{
    /// <summary>
    /// Small, so that a stall is felt by the broker, but larger than a segment of the loopback interface (64 KiB): with less the kernel drops whole
    /// segments, the sender's kernel tries again after longer and longer waits, and a client that reads again gets nothing for up to a minute.
    /// </summary>
    public const int ReceiveBuffer = 128 * 1024;

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
