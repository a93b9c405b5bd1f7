using System.Collections.Immutable;

namespace Automation.Core.Model;

/// <summary>How a bridge feeds a device of a profile over MQTT: one documented payload instead of a feed for each property (docs/outdoor-devices.md).</summary>
/// <remarks>
/// Below the device's topic: <c>state</c> (one JSON object, every property optional, settings in <c>settings</c>), <c>event</c> (an object with <c>type</c>),
/// <c>availability</c> (<c>online</c> or <c>offline</c>, best as a last will), and, read by the bridge, <c>set</c>.
/// </remarks>
public static class ProfileFeeds
{
    /// <summary>What an event may carry.</summary>
    private static readonly string[] DataNames = ["pictureUrl", "temperature", "latitude", "longitude", "battery", "at"];

    /// <summary>Where commands for the device go.</summary>
    public static string SetTopic(string topic) => topic + "/set";

    public static ForeignAvailability Availability(string topic) => new() { Filter = topic + "/availability" };

    public static ImmutableArray<ForeignFeed> Of(DeviceProfile profile, ResourceAddress device, string topic)
    {
        var feeds = ImmutableArray.CreateBuilder<ForeignFeed>();
        foreach (ProfileState state in profile.States) feeds.Add(Property(state.Name, state.Path ?? "$." + state.Name));
        foreach (ProfileSetting setting in profile.Settings) feeds.Add(Property(setting.Name, "$.settings." + setting.Name));
        foreach (ProfileEvent happening in profile.Events)
        {
            feeds.Add(new ForeignFeed
            {
                On = device, Filter = topic + "/event", Event = happening.Type, Path = PathOf("$.type"),
                // Nobody tells the end of them: what lasts is over when no more come.
                Active = EventTypes.All[happening.Type].Lasts ? [happening.Word] : [],
                Where = [new ForeignTest(PathOf("$.type"), [happening.Word])],
                Data = [.. DataNames.Select(n => KeyValuePair.Create(n, PathOf("$." + n)))],
            });
        }

        return feeds.ToImmutable();

        ForeignFeed Property(string name, string path) => new() { On = device, Filter = topic + "/state", Path = PathOf(path), Property = name };
    }

    private static ForeignPath PathOf(string text) => ForeignPath.TryParse(text, out ForeignPath? path) ? path : throw new InvalidOperationException($"'{text}' is not a path");
}
