using System.Globalization;
using System.Text;
using Automation.Mqtt.Sessions;

namespace Automation.Mqtt.Broker;

/// <summary>The broker about itself, retained under <c>$SYS/broker</c>, in the words other brokers use.</summary>
internal sealed class SysTopics(BrokerCore core, TimeSpan interval)
{
    private static readonly string Version = typeof(SysTopics).Assembly.GetName().Version?.ToString(3) ?? "0";

    private readonly DateTimeOffset _start = core.Time.GetUtcNow();
    private long _last;
    private bool _started;

    public void Tick()
    {
        if (interval <= TimeSpan.Zero || (_started && core.Time.GetElapsedTime(_last) < interval)) return;
        _started = true;
        _last = core.Time.GetTimestamp();
        core.Retained.Sweep(core.Now());
        Publish("version", "automation " + Version);
        Publish("uptime", Text((long)(core.Time.GetUtcNow() - _start).TotalSeconds) + " seconds");
        Publish("clients/connected", Text(core.ConnectionCount));
        Publish("clients/total", Text(core.Registry.Count));
        Publish("messages/received", Text(core.Counters.MessagesReceived));
        Publish("messages/sent", Text(core.Counters.MessagesSent + core.Connections.Sum(c => c.Output.SentMessages)));
        Publish("publish/messages/dropped", Text(core.Counters.DroppedMessages));
        Publish("bytes/received", Text(core.Counters.BytesReceived));
        Publish("subscriptions/count", Text(core.Router.Count));
        Publish("retained messages/count", Text(core.Retained.Count));
    }

    private void Publish(string name, string value)
    {
        byte[] topic = Encoding.UTF8.GetBytes("$SYS/broker/" + name);
        if (core.Retained.Find(topic) is { } before && before.Payload.SequenceEqual(Encoding.UTF8.GetBytes(value))) return;
        var view = new PublicationView(topic, [], Encoding.UTF8.GetBytes(value), "") { Retain = true };
        core.Publish(ref view, keptForGood: false);
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
