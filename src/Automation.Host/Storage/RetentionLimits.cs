using Automation.Host.History;
using Automation.Host.Journal;
using Automation.Host.Operations;

namespace Automation.Host.Storage;

/// <summary>How much of what grows is kept (<c>retention</c> in the configuration).</summary>
internal sealed record RetentionLimits
{
    public HistoryLimits History { get; init; } = HistoryLimits.Default;

    public JournalLimits Journal { get; init; } = JournalLimits.Default;

    public OperationLimits Operations { get; init; } = OperationLimits.Default;

    /// <summary>How long exceptions that are over are kept; what lasts stays. Default three years, like the operation log.</summary>
    public TimeSpan ExceptionsKeptFor { get; init; } = TimeSpan.FromDays(3 * 365);

    /// <summary>Bytes that should stay free on the disk of the data folder. Default 64 MB: below, the system and the other programs of a hub begin to fail.</summary>
    public long MinimumFreeBytes { get; init; } = 64_000_000;
}
