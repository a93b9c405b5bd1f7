using System.Text;

namespace Automation.Benchmarks.Mqtt.Load;

/// <summary>Publishes as fast as a window lets it: messages published and not yet with every subscriber.</summary>
/// <remarks>The window keeps QoS 0 from being dropped, so that each broker is asked for the same and a missing message is a loss.</remarks>
internal sealed record ThroughputLoad
{
    private const int Burst = 16;

    public required string Name { get; init; }

    public int QoS { get; init; }

    public int Publishers { get; init; } = 1;

    public int Subscribers { get; init; } = 1;

    public int PayloadBytes { get; init; } = 64;

    /// <summary>Messages on their way. Default 1,000: Mosquitto's queue bears it.</summary>
    public int Window { get; init; } = 1000;

    /// <summary>Unacknowledged messages of one publisher, QoS 1 and 2.</summary>
    public int InFlight { get; init; } = 100;

    /// <summary>Subscriptions of a further connection that match nothing.</summary>
    public int OtherFilters { get; init; }

    public LoadAim? Aim { get; init; }

    public LoadResult Run(LoadTarget target, TimeSpan duration)
    {
        string run = LoadTarget.NewRun();
        LoadPublisher[] publishers = [.. Enumerable.Range(0, Publishers).Select(i => new LoadPublisher(target.Port, run, i, QoS, PayloadBytes))];
        LoadSubscriber[] subscribers = [.. Enumerable.Range(0, Subscribers).Select(i => new LoadSubscriber(target.Port, run, i, Publishers, target.Time))];
        using var bystander = new LoadBystander(target.Port, run + "o");
        List<LoadClient> all = [.. subscribers, .. publishers, bystander];
        var poll = new LoadPoll();
        try
        {
            if (!target.Connect(all, poll)) return LoadResult.Failed("a connection was refused");
            if (!bystander.HoldFilters(target, poll, run, OtherFilters)) return LoadResult.Failed("a subscription was refused");
            byte[] filter = Encoding.UTF8.GetBytes($"bench/{run}/#");
            foreach (LoadSubscriber subscriber in subscribers) subscriber.Subscribe(filter, QoS);
            foreach (LoadSubscriber subscriber in subscribers) subscriber.Flush();
            if (!target.WaitFor(all, poll, () => Array.TrueForAll(subscribers, s => s.SubscriptionsAcknowledged == 1))) return LoadResult.Failed("a subscription was refused");
            // It has nothing more to say, and is not to be polled for.
            all.Remove(bystander);
            return Drive(target, poll, all, publishers, subscribers, duration);
        }
        finally
        {
            foreach (LoadClient client in all) client.Dispose();
        }
    }

    private LoadResult Drive(LoadTarget target, LoadPoll poll, List<LoadClient> all, LoadPublisher[] publishers, LoadSubscriber[] subscribers, TimeSpan duration)
    {
        long start = target.Time.GetTimestamp();
        long last = start;
        long sent = 0;
        long received = 0;
        for (TimeSpan now = default; ; now = target.Time.GetElapsedTime(start))
        {
            if (now < duration) sent += PublishWithin(publishers, sent, received, target.Time);
            else if (received == sent * Subscribers && Array.TrueForAll(publishers, p => p.InFlight == 0)) break;
            poll.Wait(all, TimeSpan.FromMilliseconds(100));
            long before = received;
            received = 0;
            foreach (LoadSubscriber subscriber in subscribers) received += subscriber.Received;
            if (received != before) last = target.Time.GetTimestamp();
            else if (target.Time.GetElapsedTime(last) > LoadTarget.Patience) break;
        }

        double seconds = target.Time.GetElapsedTime(start, last).TotalSeconds;
        if (received == 0) return LoadResult.Failed("nothing arrived");
        return new LoadResult([new LoadFigure(Name, "messages/s", received / seconds, Aim)], (sent * Subscribers) - received, subscribers.Sum(s => s.Disordered));
    }

    private long PublishWithin(LoadPublisher[] publishers, long sent, long received, TimeProvider time)
    {
        long room = Window - sent + (received / Subscribers);
        long done = 0;
        long timestamp = time.GetTimestamp();
        for (bool progress = true; progress && done < room;)
        {
            progress = false;
            foreach (LoadPublisher publisher in publishers)
            {
                for (int burst = 0; burst < Burst && done < room && publisher.MayPublish(InFlight); burst++)
                {
                    publisher.Publish(timestamp);
                    done++;
                    progress = true;
                }

                publisher.Flush();
            }
        }

        return done;
    }
}
