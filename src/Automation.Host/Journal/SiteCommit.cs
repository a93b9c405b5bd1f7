using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Storage.Sql;

namespace Automation.Host.Journal;

/// <summary>Everything of one batch of a site's inputs that must be on disk before anything of it is told; written in one transaction.</summary>
internal sealed record SiteCommit
{
    public required string Site { get; init; }

    public required JournalRow Row { get; init; }

    /// <summary>Action requests that follow from the inputs.</summary>
    public IReadOnlyList<ActionRequest> Requests { get; init; } = [];

    public IReadOnlyList<RuleSwitch> Toggles { get; init; } = [];

    /// <summary>Ids of requests whose outcome is among the inputs: they are known from now on.</summary>
    public IReadOnlyList<string> Ended { get; init; } = [];

    /// <summary>The rule set that a Load of this batch names: fingerprint and packed files.</summary>
    public (string Fingerprint, byte[] Bytes)? RuleSet { get; init; }

    /// <summary>What the engine gave out besides, in order.</summary>
    public IReadOnlyList<SiteOutput> Outputs { get; init; } = [];
}

/// <summary>A part of the program that keeps something of every batch (history, notifications), in the same transaction.</summary>
internal interface ISiteCommitPart
{
    /// <summary>Runs on the database's thread; must be short and must not change anything but the database.</summary>
    void Write(SqlSession session, SiteCommit commit);

    /// <summary>It is on disk. Must return quickly.</summary>
    void Committed(SiteCommit commit)
    {
    }
}
