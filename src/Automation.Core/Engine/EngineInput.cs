using Automation.Core.Model;

namespace Automation.Core.Engine;

public enum EngineInputKind : byte
{
    /// <summary>Nothing but time passing up to <see cref="EngineInput.At"/>.</summary>
    Time,

    /// <summary>A device reported an event.</summary>
    Event,

    /// <summary>Properties of a resource's state became known.</summary>
    State,

    /// <summary>A hub owner switched a rule.</summary>
    RuleToggle,

    /// <summary>Somebody corrected the count of a people-counting group (PPL-4).</summary>
    CountCorrection,

    /// <summary>An action request ended.</summary>
    Outcome,
}

/// <summary>One input of a site: all that the engine ever learns. Inputs of a site are one sequence.</summary>
/// <remarks>
/// The engine stamps nothing: <see cref="At"/> is when the input arrived, and an input earlier than the last one is taken at the last
/// one's instant. A device's own time travels in the data as <c>deviceTime</c>.
/// </remarks>
public readonly record struct EngineInput
{
    /// <summary>Position in the site's sequence, growing; becomes the <see cref="CauseId"/> of what follows.</summary>
    public required long Sequence { get; init; }

    public required EngineInputKind Kind { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Event, State, CountCorrection (the group's address), Outcome (the target): what it is about.</summary>
    public ResourceAddress Resource { get; init; }

    /// <summary>Event: its type. RuleToggle: the rule's id. Outcome: the request's id.</summary>
    public string? Name { get; init; }

    public EventState EventState { get; init; }

    /// <summary>State: the values are what was found at a start or reconnect, so none of them is a change. Event: it is history that was sent again, told as old and nothing else.</summary>
    public bool Initial { get; init; }

    /// <summary>RuleToggle: on. Outcome: succeeded.</summary>
    public bool On { get; init; }

    /// <summary>CountCorrection: the people inside, 0 to 1 000 000.</summary>
    public int Count { get; init; }

    /// <summary>Event: its data. State: the properties that are told; others keep their value; null means unknown from now on.</summary>
    public DataObject? Data { get; init; }

    public static EngineInput Time(long sequence, DateTimeOffset at) => new() { Sequence = sequence, Kind = EngineInputKind.Time, At = at };

    public static EngineInput Event(long sequence, DateTimeOffset at, ResourceAddress resource, string type, EventState state, DataObject? data = null) =>
        new() { Sequence = sequence, Kind = EngineInputKind.Event, At = at, Resource = resource, Name = type, EventState = state, Data = data };

    public static EngineInput State(long sequence, DateTimeOffset at, ResourceAddress resource, DataObject properties, bool initial = false) =>
        new() { Sequence = sequence, Kind = EngineInputKind.State, At = at, Resource = resource, Data = properties, Initial = initial };

    public static EngineInput RuleToggle(long sequence, DateTimeOffset at, string rule, bool on) =>
        new() { Sequence = sequence, Kind = EngineInputKind.RuleToggle, At = at, Name = rule, On = on };

    public static EngineInput CountCorrection(long sequence, DateTimeOffset at, ResourceAddress group, int inside) =>
        new() { Sequence = sequence, Kind = EngineInputKind.CountCorrection, At = at, Resource = group, Count = inside };

    public static EngineInput Outcome(long sequence, DateTimeOffset at, ResourceAddress on, string requestId, bool succeeded) =>
        new() { Sequence = sequence, Kind = EngineInputKind.Outcome, At = at, Resource = on, Name = requestId, On = succeeded };
}
