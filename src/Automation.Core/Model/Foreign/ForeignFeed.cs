using System.Collections.Immutable;
using Automation.Core.Thresholds;

namespace Automation.Core.Model;

/// <summary>One thing that another bridge publishes, and what it is here: a property of a resource's state, or an event of it (DEV-3).</summary>
public sealed record ForeignFeed
{
    /// <summary>Filters are written by people; a topic of MQTT may be longer.</summary>
    public const int MaxFilterLength = 512;

    /// <summary>The device or one of its resources.</summary>
    public required ResourceAddress On { get; init; }

    /// <summary>The topic filter it comes from.</summary>
    public required string Filter { get; init; }

    /// <summary>Where in the payload the value stands.</summary>
    public ForeignPath Path { get; init; } = ForeignPath.Whole;

    /// <summary>The property of the state that the value becomes; null for an event.</summary>
    public string? Property { get; init; }

    /// <summary>The event it becomes; null for a property.</summary>
    public string? Event { get; init; }

    /// <summary>Words of the bridge and what they mean, by the word as it stands in the payload: <c>OPEN</c> → true. A word that is not here stays as it is.</summary>
    public ImmutableSortedDictionary<string, DataValue> Values { get; init; } = ImmutableSortedDictionary<string, DataValue>.Empty;

    /// <summary>The unit of a temperature, which becomes degrees Celsius; null: the number as it is.</summary>
    public TemperatureUnit? Unit { get; init; }

    /// <summary>Events that last: the values (after <see cref="Values"/>) at which it holds; at every other it is over. Empty: each message is the event, an instant.</summary>
    public ImmutableArray<DataValue> Active { get; init; } = [];

    /// <summary>The message counts only when each of these places has one of its values.</summary>
    public ImmutableArray<ForeignTest> Where { get; init; } = [];

    /// <summary>Events: what is taken along as data, by name.</summary>
    public ImmutableArray<KeyValuePair<string, ForeignPath>> Data { get; init; } = [];
}

/// <summary>One place of a payload and the values it may have.</summary>
public sealed record ForeignTest(ForeignPath Path, ImmutableArray<DataValue> Values);

/// <summary>How it is known whether an MQTT-only device is there.</summary>
public sealed record ForeignAvailability
{
    /// <summary>Null: with <see cref="SilentAfter"/> every message of its feeds says that it is there, without it counts as there always.</summary>
    public string? Filter { get; init; }

    public ForeignPath Path { get; init; } = ForeignPath.Whole;

    /// <summary>The word for being there; every other word means that it is not.</summary>
    public string Online { get; init; } = "online";

    /// <summary>Without any message for so long it counts as offline. 10 s to 30 days; null: silence means nothing.</summary>
    public TimeSpan? SilentAfter { get; init; }
}
