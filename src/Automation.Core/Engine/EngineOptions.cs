namespace Automation.Core.Engine;

/// <summary>Bounds of one site's engine.</summary>
public sealed record EngineOptions
{
    public static EngineOptions Default { get; } = new();

    /// <summary>Evaluations the flight recorder keeps; the oldest gives way. A power of two, 64 to 1 048 576.</summary>
    /// <value>Default 4 096, 16 bytes each: minutes of a busy site in 64 KiB, little enough to stay beside the rules in a core's cache.</value>
    public int RecorderCapacity { get; init; } = 4_096;

    /// <summary>Rules that may set each other off in one input, one after the other; then the chain is cut and named.</summary>
    /// <value>2 to 64. Default 16: twice the longest chain a person would build.</value>
    public int MaxChainDepth { get; init; } = 16;

    /// <summary>Firings of one rule a second that other rules cause; more is a loop through delays.</summary>
    /// <value>Default 100.</value>
    public int MaxChainedFiringsPerSecond { get; init; } = 100;

    /// <summary>Steps one run takes without waiting; more are cut, so that nested repeats stay harmless.</summary>
    /// <value>Default 10 000.</value>
    public int MaxStepsPerRun { get; init; } = 10_000;

    /// <summary>Resources and event types the engine gets to know beyond those of the site and its rules; inputs of others are ignored.</summary>
    /// <value>Default 100 000.</value>
    public int MaxUnlistedNames { get; init; } = 100_000;

    /// <summary>Runs under way or waiting, over all rules; more are refused.</summary>
    /// <value>Default 100 000.</value>
    public int MaxRuns { get; init; } = 100_000;

    /// <summary>Action requests whose outcome is awaited, so that a firing can be known as failed; the oldest give way. A power of two, 64 to 1 048 576.</summary>
    /// <value>Default 4 096, 24 bytes each, once a rule has actions: far more than a site's devices have under way before the requests expire.</value>
    public int MaxAwaitedOutcomes { get; init; } = 4_096;

    /// <summary>Exceptions that are active at once; more begin, but their end is not told.</summary>
    /// <value>Default 100 000.</value>
    public int MaxExceptions { get; init; } = 100_000;
}
