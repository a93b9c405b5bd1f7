namespace Automation.Core.Rules;

/// <summary>How much of a document is read; more is a finding, never a hang.</summary>
public sealed record ReadingLimits
{
    public static ReadingLimits Default { get; } = new();

    /// <summary>Bytes of one file. Default 4 MiB: thousands of rules; more belongs in several files.</summary>
    public int FileBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Objects and arrays within one another. Default 32: conditions of conditions stay readable far below.</summary>
    public int Depth { get; init; } = 32;

    /// <summary>Values in one file. Default 100,000.</summary>
    public int Nodes { get; init; } = 100_000;

    /// <summary>Findings that one reading keeps; the rest is counted and left out. Default 1,000: nobody reads more.</summary>
    public int Findings { get; init; } = 1_000;

    /// <summary>"Did you mean" searches in one reading; each looks at every name. Default 200.</summary>
    public int Suggestions { get; init; } = 200;

    /// <summary>Characters of a number as written. Default 64.</summary>
    public int NumberLength { get; init; } = 64;
}
