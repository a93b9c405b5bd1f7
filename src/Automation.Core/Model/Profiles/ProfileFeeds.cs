using System.Collections.Immutable;

namespace Automation.Core.Model;

/// <summary>How a bridge feeds a device of a profile over MQTT: one documented payload instead of a feed for each property (docs/trail-cameras.md).</summary>
/// <remarks>
/// Below the device's topic: <c>state</c> (one JSON object, every property optional), <c>event</c> (an object with <c>type</c>), <c>availability</c>
/// (<c>online</c> or <c>offline</c>, best as a last will), <c>picture</c> (JPEG bytes), and, read by the bridge, <c>set</c>.
/// </remarks>
public static class ProfileFeeds
{
    /// <summary>The topic a bridge uses when the site file names none.</summary>
    public static string TopicOf(ResourceAddress device, string kind) => $"{kind}/{device.Site}/{device.Device}";

    /// <summary>Where commands for the device go.</summary>
    public static string SetTopic(string topic) => topic + "/set";

    public static ImmutableArray<ForeignFeed> Of(DeviceProfile profile, ResourceAddress device, string topic)
    {
        var feeds = ImmutableArray.CreateBuilder<ForeignFeed>();
        foreach (string name in profile.States.Select(s => s.Name).Concat(profile.Settings.Select(s => s.Name)).Distinct(StringComparer.Ordinal))
        {
            feeds.Add(new ForeignFeed { On = device, Filter = topic + "/state", Path = PathOf("$." + name), Property = name });
        }

        foreach (string type in profile.Events)
        {
            EventTypeInfo info = EventTypes.All[type];
            feeds.Add(new ForeignFeed
            {
                On = device, Filter = topic + "/event", Event = type, Path = PathOf(info.Lasts ? "$.active" : "$.type"),
                Active = info.Lasts ? [true] : [],
                Where = [new ForeignTest(PathOf("$.type"), [type])],
                Data = [.. DataNames.Select(n => KeyValuePair.Create(n, PathOf("$." + n)))],
            });
        }

        return feeds.ToImmutable();
    }

    public static ForeignAvailability Availability(string topic) => new() { Filter = topic + "/availability" };

    /// <summary>What an event may carry.</summary>
    private static readonly string[] DataNames = ["pictureUrl", "temperature", "latitude", "longitude", "deviceTime"];

    private static ForeignPath PathOf(string text) => ForeignPath.TryParse(text, out ForeignPath? path) ? path : throw new InvalidOperationException($"'{text}' is not a path");
}
