namespace Automation.Benchmarks.Mqtt.Soak;

/// <summary>What happened, counted by the one thread that drives the soak.</summary>
internal sealed class SoakTally
{
    /// <summary>Messages given to the broker for the first time, every QoS.</summary>
    public long Published { get; set; }

    /// <summary>Messages of QoS 1 and 2 that a subscriber saw for the first time, summed over subscribers.</summary>
    public long Delivered { get; set; }

    /// <summary>QoS 2 messages that a subscriber saw twice.</summary>
    public long Doubled { get; set; }

    /// <summary>New messages of QoS 1 and 2 that came after a later one of the same publisher and QoS.</summary>
    public long Reordered { get; set; }

    /// <summary>PUBREC or PUBACK with an error.</summary>
    public long Refused { get; set; }

    /// <summary>CONNACK without session present where there was a session.</summary>
    public long SessionsLost { get; set; }

    /// <summary>Connections that the broker ended of itself.</summary>
    public long ClosedByBroker { get; set; }

    public long Killed { get; set; }

    public long Stalled { get; set; }

    public long TakenOver { get; set; }

    /// <summary>Short-lived clients, with wills, half CONNECTs and retained messages.</summary>
    public long Visitors { get; set; }

    public long ResidentStartKilobytes { get; private set; }

    public long ResidentEndKilobytes { get; private set; }

    public long ResidentMaxKilobytes { get; private set; }

    public void Sample(long kilobytes)
    {
        if (ResidentStartKilobytes == 0) ResidentStartKilobytes = kilobytes;
        ResidentEndKilobytes = kilobytes;
        ResidentMaxKilobytes = Math.Max(ResidentMaxKilobytes, kilobytes);
    }
}
