namespace Automation.Simulator.Faults;

/// <summary>What can go wrong with a device on demand.</summary>
internal enum FaultKind
{
    /// <summary>The alert streams stay open and say nothing, not even a heartbeat; events meanwhile are lost.</summary>
    Silence,

    /// <summary>An event part is cut in the middle and its stream ends there.</summary>
    HalfPart,

    /// <summary>401 even to the right password.</summary>
    Unauthorized,

    /// <summary>403 because the device is busy with something else.</summary>
    Busy,

    /// <summary>403 because the account may not do this.</summary>
    NoPermission,

    /// <summary>HTTP 200 with a ResponseStatus that says it failed (isapi.md 1.1, snapshots).</summary>
    ErrorBody,

    /// <summary>500 without a document.</summary>
    ServerError,

    /// <summary>A body that arrives one byte at a time.</summary>
    SlowBody,

    /// <summary>A request that is never done nor answered.</summary>
    NoAnswer,

    /// <summary>A request that is done, and its connection is cut instead of answering.</summary>
    LostAnswer,

    /// <summary>A request that is done at once and answered after a while.</summary>
    LateAnswer,

    /// <summary>Every connection is cut, as if the cable were out.</summary>
    Unplugged,

    /// <summary>Streams are closed, and new ones after their first part.</summary>
    ClosedStream,

    /// <summary>A new stream is refused because there are too many listeners (<c>deployExceedMax</c>).</summary>
    RefuseStream,

    /// <summary>A new stream begins with what happened before, with its old times (isapi.md 1.6 quirk 9).</summary>
    Backlog,

    /// <summary>The device's clock is off.</summary>
    WrongClock,

    /// <summary>Every event part is sent twice.</summary>
    DuplicateEvents,

    /// <summary>Event parts are held back and keep their old time.</summary>
    LateEvents,

    /// <summary>A part that is neither XML nor JSON comes before the event part.</summary>
    GarbagePart,

    /// <summary>A part beyond all measure comes before the event part.</summary>
    OversizedPart,
}

/// <summary>One fault as it was ordered.</summary>
/// <param name="Path">Requests it applies to: path without <c>/ISAPI/</c> starts with this; null: all.</param>
/// <param name="Times">How often it still happens; null: until it is taken away.</param>
/// <param name="After">How many matching occasions pass before it begins.</param>
/// <param name="Seconds">Clock error or delay.</param>
/// <param name="Milliseconds">Between two bytes of a slow body; of a late answer, until it comes.</param>
/// <param name="Bytes">Size of an oversized part.</param>
internal sealed record Fault(string Device, FaultKind Kind, string? Path, int? Times, int After, double Seconds, int Milliseconds, int Bytes);
