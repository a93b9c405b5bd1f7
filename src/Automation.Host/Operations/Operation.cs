namespace Automation.Host.Operations;

/// <summary>How an operation came in. Stored as a number: values are never renumbered.</summary>
internal enum OperationVia
{
    /// <summary>A command topic on MQTT (<c>…/set</c>).</summary>
    Mqtt = 0,

    /// <summary>A request on MQTT.</summary>
    Request = 1,

    /// <summary>The dashboard.</summary>
    Web = 2,

    /// <summary>A changed file.</summary>
    File = 3,

    /// <summary>The process itself: started, stopped.</summary>
    Process = 4,
}

/// <summary>Something that somebody did: toggled, edited, commanded (HUB-6).</summary>
internal sealed record Operation
{
    public required OperationVia Via { get; init; }

    /// <summary>The user, or the MQTT client id; empty: not known (an external broker does not say).</summary>
    public string By { get; init; } = "";

    /// <summary>The address it came from; empty: not known.</summary>
    public string From { get; init; } = "";

    /// <summary>What was done: <c>ruleSwitch</c>, <c>command</c>, <c>rulesLoaded</c>, a request's verb, …</summary>
    public required string What { get; init; }

    /// <summary>Empty: all of them.</summary>
    public string Site { get; init; } = "";

    /// <summary>The rule, resource or file it was done to; empty: none.</summary>
    public string Target { get; init; } = "";

    /// <summary>What was said, as it came, cut at <see cref="OperationLimits.DetailLength"/>. Never holds a password.</summary>
    public string Detail { get; init; } = "";

    /// <summary>Empty: it was taken. Otherwise why it was not.</summary>
    public string Refusal { get; init; } = "";
}

/// <param name="Id">From 1, without gaps.</param>
/// <param name="Hash">SHA-256 of the entry and of the hash before it: what was changed or taken out afterwards breaks the chain.</param>
internal sealed record OperationRecord(long Id, DateTimeOffset At, Operation Operation, ReadOnlyMemory<byte> Hash);

/// <summary>What to look for; null or empty: whatever.</summary>
internal sealed record OperationFilter
{
    public string? Site { get; init; }

    public string? By { get; init; }

    public string? What { get; init; }

    public string? Target { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? Until { get; init; }
}

/// <summary>Bounds of the operation log.</summary>
internal sealed record OperationLimits
{
    public static OperationLimits Default { get; } = new();

    /// <summary>Entries that wait for the disk; further ones are left out, counted and told. Default 10,000: minutes of a client that runs wild.</summary>
    public int Waiting { get; init; } = 10_000;

    /// <summary>Characters of what was said. Default 1,000: a command is shorter.</summary>
    public int DetailLength { get; init; } = 1_000;

    /// <summary>How long entries are kept. Default three years: long enough for a dispute about a break-in.</summary>
    public TimeSpan KeptFor { get; init; } = TimeSpan.FromDays(3 * 365);

    /// <summary>Entries kept at most. Default a million: some 300 MB.</summary>
    public long KeptEntries { get; init; } = 1_000_000;
}
