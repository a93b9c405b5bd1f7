using System.Text;

namespace Automation.Benchmarks.Mqtt.Load;

/// <summary>1,000 messages a second, whatever the broker does: from handing one to the socket to reading it from another.</summary>
internal static class LatencyLoad
{
    private const int MessagesPerSecond = 1000;

    public static LoadResult Run(LoadTarget target, TimeSpan duration)
    {
        string run = LoadTarget.NewRun();
        using var publisher = new LoadPublisher(target.Port, run, 0, 0, 64);
        using var subscriber = new LoadSubscriber(target.Port, run, 0, 1, target.Time) { Latencies = [] };
        List<LoadClient> all = [subscriber, publisher];
        var poll = new LoadPoll();
        if (!target.Connect(all, poll)) return LoadResult.Failed("a connection was refused");
        subscriber.Subscribe(Encoding.UTF8.GetBytes($"bench/{run}/#"), 0);
        subscriber.Flush();
        if (!target.WaitFor(all, poll, () => subscriber.SubscriptionsAcknowledged == 1)) return LoadResult.Failed("the subscription was refused");

        long sent = Publish(target, poll, all, publisher, duration);
        target.WaitFor(all, poll, () => subscriber.Received >= sent);
        if (subscriber.Received == 0) return LoadResult.Failed("nothing arrived");
        List<long> latencies = subscriber.Latencies;
        latencies.Sort();
        double unit = 1e6 / target.Time.TimestampFrequency;
        return new LoadResult(
            [
                new LoadFigure("latency p50", "µs", latencies[latencies.Count / 2] * unit, new LoadAim(AimKind.RatioAtMost, 1.2)),
                new LoadFigure("latency p99", "µs", latencies[(int)(latencies.Count * 0.99)] * unit, new LoadAim(AimKind.RatioAtMost, 1)),
            ],
            sent - subscriber.Received,
            subscriber.Disordered);
    }

    private static long Publish(LoadTarget target, LoadPoll poll, List<LoadClient> all, LoadPublisher publisher, TimeSpan duration)
    {
        long start = target.Time.GetTimestamp();
        long count = (long)(duration.TotalSeconds * MessagesPerSecond);
        long sent = 0;
        while (sent < count && publisher.IsOpen)
        {
            TimeSpan now = target.Time.GetElapsedTime(start);
            for (; sent < count && sent * 1000.0 / MessagesPerSecond <= now.TotalMilliseconds; sent++) publisher.Publish(target.Time.GetTimestamp());
            publisher.Flush();
            TimeSpan wait = TimeSpan.FromSeconds((double)sent / MessagesPerSecond) - target.Time.GetElapsedTime(start);
            if (wait > TimeSpan.Zero) poll.Wait(all, wait);
        }

        return sent;
    }
}
