namespace Automation.Host.Composition;

/// <summary>A site's rules with the files they came from, packed as they are kept in the journal.</summary>
internal sealed record SiteRuleSet(SiteRules Rules, byte[] Packed);
