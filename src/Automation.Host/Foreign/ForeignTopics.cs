using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Isapi;
using Automation.Mqtt;

namespace Automation.Host.Foreign;

/// <summary>Listens to what other bridges publish of a site's MQTT-only devices (zigbee2mqtt, Frigate, Tasmota, plain values).</summary>
internal sealed class ForeignTopics(Site site, IDeviceObserver observer, TimeProvider time)
{
    private readonly ForeignDevice[] _devices =
        [.. site.Devices.Where(d => d.Connection is null && (d.Feeds.Length > 0 || d.ForeignAvailability.Filter is not null)).Select(d => new ForeignDevice(d, observer, time))];

    /// <summary>Refuses feeds from topics that we publish ourselves: they would turn round for ever.</summary>
    /// <exception cref="StartRefusedException">A feed reads below the base topic.</exception>
    public static void RefuseOwn(Site site, string baseTopic)
    {
        string[] own = [.. baseTopic.Split('/'), "#"];
        foreach (ForeignFeed feed in site.Devices.SelectMany(d => d.Feeds))
        {
            if (Overlap(feed.Filter.Split('/'), own)) throw new StartRefusedException($"the site {site.Id}: a feed of {feed.On.Value} reads '{feed.Filter}', which this program publishes itself: name the topics of the other bridge");
        }
    }

    /// <summary>Each filter is subscribed to once, however many feeds read it.</summary>
    public async Task<IReadOnlyList<IAsyncDisposable>> SubscribeAsync(IMqttBus bus, CancellationToken cancellationToken)
    {
        var subscriptions = new List<IAsyncDisposable>();
        foreach (ForeignDevice device in _devices) device.Start();
        foreach (IGrouping<string, ForeignDevice> group in _devices.SelectMany(d => d.Filters.Select(f => (Filter: f, Device: d))).GroupBy(x => x.Filter, x => x.Device))
        {
            ForeignDevice[] fed = [.. group];
            string filter = group.Key;
            subscriptions.Add(await bus.SubscribeAsync(
                filter, QoS.AtLeastOnce,
                (message, _) =>
                {
                    foreach (ForeignDevice device in fed) device.Take(filter, message);
                    return ValueTask.CompletedTask;
                },
                cancellationToken));
        }

        return subscriptions;
    }

    public void Stop()
    {
        foreach (ForeignDevice device in _devices) device.Stop();
    }

    /// <summary>Whether a topic below the base is matched by the filter.</summary>
    private static bool Overlap(string[] filter, string[] own)
    {
        for (int i = 0; i < own.Length; i++)
        {
            if (i == filter.Length) return false;
            if (filter[i] == "#" || own[i] == "#") return true;
            if (filter[i] != "+" && filter[i] != own[i]) return false;
        }

        return false;
    }
}
