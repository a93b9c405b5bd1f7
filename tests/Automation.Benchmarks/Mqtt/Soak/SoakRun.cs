using System.Globalization;
using System.Net.Sockets;
using Automation.Benchmarks.Mqtt.Load;

namespace Automation.Benchmarks.Mqtt.Soak;

/// <summary>Mixed load of some 240 messages a second while clients are killed, stalled, taken over and come back, all from one seed.</summary>
/// <remarks>One thread drives every client. A subscriber is troubled only while it has caught up, so that what waits for it stays
/// within what a broker has to queue (10,000 messages): a loss is then a fault, not a full queue.</remarks>
internal sealed class SoakRun : IDisposable
{
    private const int Publishers = 6;
    private const int Subscribers = 6;
    private const int MessagesPerSecond = 240;
    private const int VisitorLimit = 16;
    private const long CaughtUp = 300;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan TroubleEvery = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(10);

    /// <summary>Without any delivery for so long at the end, what is missing is lost.</summary>
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(60);

    private readonly int _port;
    private readonly int? _processId;
    private readonly string _run;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly SoakPublisher[] _publishers;
    private readonly SoakSubscriber[] _subscribers;
    private readonly List<SoakVisitor> _visitors = [];
    private readonly Queue<Socket> _abandoned = new();
    private readonly List<LoadClient> _all = [];
    private readonly LoadPoll _poll = new();

    public SoakRun(int port, int? processId, int seed, TimeProvider time)
    {
        (_port, _processId, _time) = (port, processId, time);
        _random = new Random(seed);
        // Sessions of an earlier run against the same broker must not be taken for this one's.
        _run = $"r{Environment.ProcessId}-{seed}";
        _publishers = [.. Enumerable.Range(0, Publishers).Select(i => new SoakPublisher(port, _run, i, Tally, _random))];
        _subscribers = [.. Enumerable.Range(0, Subscribers).Select(i => new SoakSubscriber(port, _run, i, Publishers, Tally))];
        _all.AddRange(_publishers);
        _all.AddRange(_subscribers);
    }

    public SoakTally Tally { get; } = new();

    /// <summary>Called with each sample of memory.</summary>
    public Action<TimeSpan, SoakTally>? OnSample { get; set; }

    /// <summary>Messages of QoS 1 and 2 that some subscriber has not got.</summary>
    public long Missing => _subscribers.Sum(s => s.Missing(_publishers));

    /// <summary>The subscriber that most is missing for, and how it stands: what to look at when a broker says that its queue is full.</summary>
    public (long Missing, string Text) FurthestBehind()
    {
        int index = Enumerable.Range(0, Subscribers).MaxBy(i => _subscribers[i].Missing(_publishers));
        SoakSubscriber subscriber = _subscribers[index];
        string how = !subscriber.IsOpen ? "away" : !subscriber.IsUp ? "connecting" : subscriber.Stalled ? "stalled" : "reading";
        long missing = subscriber.Missing(_publishers);
        return (missing, string.Create(CultureInfo.InvariantCulture, $"s{index} {how} {missing} behind"));
    }

    /// <summary>False when the broker was not there for a minute, or clients could not be brought up.</summary>
    public bool Run(TimeSpan duration, CancellationToken cancellationToken)
    {
        if (!Begin(cancellationToken)) return false;
        long start = _time.GetTimestamp();
        long published = 0;
        TimeSpan nextTrouble = TroubleEvery;
        TimeSpan nextSample = TimeSpan.Zero;
        TimeSpan lastSeen = TimeSpan.Zero;
        for (TimeSpan now = default; now < duration && !cancellationToken.IsCancellationRequested; now = _time.GetElapsedTime(start))
        {
            // A generator that was held up itself does not make up for it with a burst.
            long due = (long)(now.TotalSeconds * MessagesPerSecond);
            if (due - published > MessagesPerSecond) published = due - MessagesPerSecond;
            for (; published < due; published++) _publishers[_random.Next(Publishers)].PublishOne();
            if (now >= nextTrouble)
            {
                MakeTrouble();
                nextTrouble = now + TroubleEvery;
            }

            if (now >= nextSample)
            {
                Sample(now);
                nextSample += SampleEvery;
            }

            _poll.Wait(_all, Step);
            Tend();
            if (Array.Exists(_publishers, p => p.IsUp)) lastSeen = now;
            if (now - lastSeen > DrainPatience) return false;
        }

        Drain(cancellationToken);
        Sample(_time.GetElapsedTime(start));
        return true;
    }

    public void Dispose()
    {
        foreach (LoadClient client in _all) client.Dispose();
        foreach (Socket socket in _abandoned) socket.Dispose();
    }

    /// <summary>Everybody there and subscribed before the first message.</summary>
    private bool Begin(CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        foreach (LoadClient client in _all) client.Dial(clean: false);
        while (!_all.TrueForAll(c => c.IsUp) || !Array.TrueForAll(_subscribers, s => s.SubscriptionsAcknowledged > 0))
        {
            if (cancellationToken.IsCancellationRequested || _time.GetElapsedTime(start) > DrainPatience) return false;
            _poll.Wait(_all, TimeSpan.FromMilliseconds(50));
        }

        return true;
    }

    private void MakeTrouble()
    {
        SoakClient client = _random.Next(3) == 0 ? _publishers[_random.Next(Publishers)] : _subscribers[_random.Next(Subscribers)];
        int what = _random.Next(10);
        if (what < 4) Visit();
        else if (!client.IsUp || (client is SoakSubscriber subscriber && subscriber.Missing(_publishers) > CaughtUp)) return;
        else if (what < 7) Kill(client);
        else if (what < 8) TakeOver(client);
        else Stall(client);
    }

    private void Kill(SoakClient client)
    {
        Tally.Killed++;
        client.Drop(reset: _random.Next(2) == 0);
        client.BackAt = After(_random.Next(0, 8000));
    }

    private void TakeOver(SoakClient client)
    {
        Tally.TakenOver++;
        if (client.Abandon() is { } socket) _abandoned.Enqueue(socket);
        while (_abandoned.Count > 8) _abandoned.Dequeue().Dispose();
        client.BackAt = After(_random.Next(0, 500));
    }

    private void Stall(SoakClient client)
    {
        Tally.Stalled++;
        client.Stalled = true;
        client.ReadsAt = After(_random.Next(500, 20_000));
        // Some are killed out of their stall, with everything that waits for them.
        if (_random.Next(4) == 0) client.BackAt = client.ReadsAt;
    }

    private void Visit()
    {
        Tally.Visitors++;
        if (_visitors.Count == VisitorLimit) Remove(_visitors[0]);
        var visitor = new SoakVisitor(_port, _run, _random) { GoneAt = After(_random.Next(10_000)) };
        visitor.Dial(clean: true);
        _visitors.Add(visitor);
        _all.Add(visitor);
    }

    private void Remove(SoakVisitor visitor)
    {
        if (_random.Next(3) == 0) visitor.Leave();
        else visitor.Drop(reset: _random.Next(2) == 0);
        _visitors.Remove(visitor);
        _all.Remove(visitor);
    }

    /// <summary>Brings back who is due, and lets the stalled read.</summary>
    private void Tend()
    {
        long now = _time.GetTimestamp();
        foreach (SoakClient client in _publishers) Tend(client, now);
        foreach (SoakClient client in _subscribers) Tend(client, now);
        for (int i = _visitors.Count - 1; i >= 0; i--)
        {
            if (_visitors[i].GoneAt <= now) Remove(_visitors[i]);
        }
    }

    private void Tend(SoakClient client, long now)
    {
        if (client.Stalled && client.ReadsAt <= now)
        {
            client.Stalled = false;
            if (client.BackAt != client.ReadsAt) return;
            Kill(client);
        }

        // Also when the broker closed it, which BackAt knows nothing of.
        if (client.IsOpen || client.BackAt > now) return;
        if (!client.Dial(clean: false)) client.BackAt = After(1000);
    }

    /// <summary>No more trouble and no more messages: everybody comes back, and has a minute after each delivery to get the next.</summary>
    private void Drain(CancellationToken cancellationToken)
    {
        while (_visitors.Count > 0) Remove(_visitors[0]);
        foreach (LoadClient client in _all)
        {
            if (client.Stalled) client.Stalled = false;
        }

        long progress = _time.GetTimestamp();
        long delivered = Tally.Delivered;
        while (!cancellationToken.IsCancellationRequested && _time.GetElapsedTime(progress) < DrainPatience)
        {
            if (Missing == 0 && Array.TrueForAll(_publishers, p => p.IsUp && p.InFlight == 0)) break;
            _poll.Wait(_all, TimeSpan.FromMilliseconds(20));
            Tend();
            if (Tally.Delivered == delivered) continue;
            delivered = Tally.Delivered;
            progress = _time.GetTimestamp();
        }

        // A doubled message would come after the one that completes the line.
        long complete = _time.GetTimestamp();
        while (_time.GetElapsedTime(complete) < TimeSpan.FromSeconds(3)) _poll.Wait(_all, TimeSpan.FromMilliseconds(20));
    }

    private void Sample(TimeSpan elapsed)
    {
        if (_processId is not null) Tally.Sample(ProcessMemory.ResidentKilobytes(_processId));
        OnSample?.Invoke(elapsed, Tally);
    }

    private long After(int milliseconds) => _time.GetTimestamp() + (_time.TimestampFrequency * milliseconds / 1000);
}
