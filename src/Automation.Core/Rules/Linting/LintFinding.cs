using System.Collections.Immutable;

namespace Automation.Core.Rules;

/// <summary>Something that is valid and yet probably not meant.</summary>
/// <param name="Finding">Code AUT20xx; the place is that of the rule's document.</param>
/// <param name="Rules">The ids of the rules concerned, the one of the place first.</param>
/// <param name="Timeline">Lines for <c>replay</c> that show it; empty where no timeline can.</param>
public sealed record LintFinding(Finding Finding, ImmutableArray<string> Rules, ImmutableArray<string> Timeline);
