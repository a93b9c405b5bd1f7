using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Automation.Benchmarks.Mqtt.Load;

/// <summary>100,000 retained messages on as many topics: stored, what each takes, given to a new subscriber, and cleared.</summary>
internal static class RetainedLoad
{
    private const int Messages = 100_000;
    private const int PayloadBytes = 64;
    private const int InFlightLimit = 100;

    public static LoadResult Run(LoadTarget target)
    {
        string run = LoadTarget.NewRun();
        using var publisher = new LoadBystander(target.Port, run + "p");
        using var subscriber = new LoadBystander(target.Port, run + "s");
        List<LoadClient> all = [publisher, subscriber];
        var poll = new LoadPoll();
        if (!target.Connect(all, poll)) return LoadResult.Failed("a connection was refused");
        // So that what is compiled and grown for the first messages is not counted as theirs.
        if (!Store(target, poll, publisher, run + "w", Messages / 50, PayloadBytes)) return LoadResult.Failed("a message was not acknowledged");
        long before = target.ResidentKilobytes;
        long start = target.Time.GetTimestamp();
        if (!Store(target, poll, publisher, run, Messages, PayloadBytes)) return LoadResult.Failed("a message was not acknowledged");
        double storeSeconds = target.Time.GetElapsedTime(start).TotalSeconds;
        target.Rest(all, poll, TimeSpan.FromSeconds(1));
        long stored = target.ResidentKilobytes;

        start = target.Time.GetTimestamp();
        subscriber.Subscribe(Encoding.UTF8.GetBytes($"bench/{run}/#"), 0);
        subscriber.Flush();
        target.WaitFor(all, poll, () => subscriber.Retained == Messages);
        double getSeconds = target.Time.GetElapsedTime(start).TotalSeconds;
        if (!Store(target, poll, publisher, run, Messages, 0) || !Store(target, poll, publisher, run + "w", Messages / 50, 0)) return LoadResult.Failed("a message was not cleared");
        return new LoadResult(
            [
                new LoadFigure("retained memory", "bytes each beyond payload", ((stored - before) * 1024.0 / Messages) - PayloadBytes, new LoadAim(AimKind.ValueAtMost, 500)),
                new LoadFigure("retained store", "messages/s", Messages / storeSeconds),
                new LoadFigure("retained get", "messages/s", subscriber.Retained / getSeconds),
            ],
            Messages - subscriber.Retained);
    }

    private static bool Store(LoadTarget target, LoadPoll poll, LoadBystander publisher, string run, int count, int payloadBytes)
    {
        List<LoadClient> alone = [publisher];
        byte[] payload = new byte[payloadBytes];
        Span<byte> topic = stackalloc byte[128];
        int first = publisher.Acknowledged;
        long progress = target.Time.GetTimestamp();
        int seen = first;
        for (int sent = 0; publisher.Acknowledged - first < count;)
        {
            for (; sent < count && sent - (publisher.Acknowledged - first) < InFlightLimit; sent++)
            {
                Utf8.TryWrite(topic, CultureInfo.InvariantCulture, $"bench/{run}/dev{sent / 10}/s{sent % 10}", out int length);
                publisher.Publish(topic[..length], 1, retain: true, again: false, publisher.NextPacketId(), payload);
            }

            publisher.Flush();
            poll.Wait(alone, TimeSpan.FromMilliseconds(100));
            if (publisher.Acknowledged != seen) (seen, progress) = (publisher.Acknowledged, target.Time.GetTimestamp());
            else if (!publisher.IsUp || target.Time.GetElapsedTime(progress) > LoadTarget.Patience) return false;
        }

        return true;
    }
}
