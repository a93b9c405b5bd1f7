using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Compilation.Lowering;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Looks for rules that are valid and yet cannot do what is meant: proofs over the bounded language, before anything runs.</summary>
/// <remarks>Each check walks the rules once or looks up what was indexed, so cost grows with the rules. What a script does is said to be unknown, never guessed.</remarks>
public static class RuleLint
{
    /// <param name="rules">Sound rules of the site, as <see cref="RuleSetReader"/> gives them.</param>
    /// <returns>By place.</returns>
    public static ImmutableArray<LintFinding> Check(Site site, IReadOnlyList<RuleDefinition> rules)
    {
        var report = new LintReport(site, rules);
        SiteProgram program = RuleLowering.Lower(site, rules);
        TwinFinder.Find(report, program);
        DeadFinder.Find(report, program);
        FightFinder.Find(report, program);
        LoopFinder.Find(report, program);
        AbilityFinder.Find(report, program);
        return report.ToSorted();
    }
}

/// <summary>Collects what lint finds.</summary>
internal sealed class LintReport
{
    private readonly Dictionary<string, RuleDefinition> _rules = new(StringComparer.Ordinal);
    private readonly List<LintFinding> _findings = [];

    public LintReport(Site site, IEnumerable<RuleDefinition> rules)
    {
        Site = site;
        foreach (RuleDefinition rule in rules) _rules[rule.Id] = rule;
    }

    public Site Site { get; }

    public RuleDefinition Definition(EngineRule rule) => _rules[rule.PartOf ?? rule.Id];

    public void Add(string code, EngineRule rule, string message, string remedy, ImmutableArray<string> timeline, EngineRule? other = null, FindingSeverity severity = FindingSeverity.Warning)
    {
        RuleDefinition at = Definition(rule);
        ImmutableArray<string> ids = other is null || Definition(other).Id == at.Id ? [at.Id] : [at.Id, Definition(other).Id];
        _findings.Add(new LintFinding(new Finding(code, severity, at.File, at.Line, at.Column, "", message, remedy), ids, timeline));
    }

    public ImmutableArray<LintFinding> ToSorted()
    {
        _findings.Sort((a, b) => Finding.CompareByPlace(a.Finding, b.Finding));
        return [.. _findings];
    }
}
