using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Rules;

namespace Automation.Host.Composition;

/// <summary>The rules of a site as they were read from its folder: what runs, and what was found wrong.</summary>
/// <param name="Fingerprint">Of the files they came from (<see cref="Journal.RuleSetFiles"/>); empty where nobody asks.</param>
internal sealed record SiteRules(SiteProgram Program, ImmutableArray<RuleDefinition> Definitions, ImmutableArray<Finding> Findings, string Fingerprint)
{
    /// <summary>The rules by their documents.</summary>
    public DocumentRules Documents { get; } = new(Program);

    public bool HasErrors => Findings.Any(f => f.Severity == FindingSeverity.Error);
}
