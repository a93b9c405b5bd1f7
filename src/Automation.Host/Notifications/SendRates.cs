namespace Automation.Host.Notifications;

/// <summary>How many messages a person gets by a way within a time. Kept in memory: a restart begins anew.</summary>
internal sealed class SendRates
{
    private readonly Dictionary<(string Person, Way Way), Queue<DateTimeOffset>> _sent = [];

    /// <summary>When the person may get the next message by this way.</summary>
    public DateTimeOffset NextFree(Person person, Way way, DateTimeOffset now)
    {
        // The mobile topic is no bother to anybody: clients do with it what they want.
        if (way == Way.Mobile || !_sent.TryGetValue((person.Id, way), out Queue<DateTimeOffset>? sent)) return now;
        while (sent.Count > 0 && sent.Peek() + person.LimitPer <= now) sent.Dequeue();
        return sent.Count < person.LimitMessages ? now : sent.Peek() + person.LimitPer;
    }

    public void Count(Person person, Way way, DateTimeOffset now)
    {
        if (!_sent.TryGetValue((person.Id, way), out Queue<DateTimeOffset>? sent)) _sent[(person.Id, way)] = sent = new Queue<DateTimeOffset>();
        sent.Enqueue(now);
        while (sent.Count > person.LimitMessages) sent.Dequeue();
    }
}
