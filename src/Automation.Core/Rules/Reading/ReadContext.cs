namespace Automation.Core.Rules;

/// <summary>What the readers of one reading share.</summary>
internal sealed class ReadContext(SiteIndex site, FindingSink findings, ReadingLimits limits, IReadOnlySet<string> ruleIds)
{
    private int _suggestions = limits.Suggestions;

    public SiteIndex Site { get; } = site;

    public FindingSink Findings { get; } = findings;

    /// <summary>The ids of every rule of every file, also of those with errors.</summary>
    public IReadOnlySet<string> RuleIds { get; } = ruleIds;

    public void Error(string code, JsonNode at, string message, string remedy) => Findings.At(code, at, message, remedy);

    /// <summary>"did you mean 'x'?", or the fallback when nothing is near or enough was suggested.</summary>
    public string DidYouMean(string written, IEnumerable<string> candidates, string otherwise)
    {
        if (_suggestions <= 0) return otherwise;
        _suggestions--;
        return Nearest.Of(written, candidates) is { } nearest ? $"did you mean '{nearest}'?" : otherwise;
    }
}
