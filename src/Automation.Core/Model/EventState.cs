namespace Automation.Core.Model;

/// <summary>What the device said of an event that can last: that it holds, that it is over, or neither.</summary>
public enum EventState : byte
{
    /// <summary>The event is an instant (a bell, a count, a door opening): each report is a begin.</summary>
    Instant,

    /// <summary>The event holds; reported again while it goes on.</summary>
    Active,

    /// <summary>The event is over.</summary>
    Inactive,
}

/// <summary>What a report of an event is after the repeats were recognised (EVT-6).</summary>
public enum EventPhase : byte
{
    Begin,
    Repeat,
    End,
}

/// <summary>A set of <see cref="EventPhase"/> values.</summary>
[Flags]
public enum EventPhases : byte
{
    None = 0,
    Begin = 1,
    Repeat = 2,
    End = 4,
}
