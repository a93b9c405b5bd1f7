using System.CommandLine;
using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Host.Cli;

/// <summary><c>lint</c>: what is valid and yet cannot be meant: loops, rules that fight, rules that never fire, things a device cannot do.</summary>
internal static class LintVerb
{
    public static Command Create(TextWriter output) => CheckCommand.Create(
        "lint",
        "Looks beyond validity: duplicate and shadowed rules, rules that never fire, fight or loop. Shows timelines that replay can play. Exit code 0: nothing found, 1: warnings or errors.",
        output,
        (site, rules, json) => Print(RuleLint.Check(site, rules.Rules), json, output));

    /// <summary>What is only worth knowing is printed but does not count.</summary>
    private static int Print(IEnumerable<LintFinding> findings, bool json, TextWriter output)
    {
        int found = 0;
        foreach (LintFinding finding in findings)
        {
            if (finding.Finding.Severity != FindingSeverity.Info) found++;
            FindingPrinter.Print([finding.Finding], json, output);
            if (json || finding.Timeline.IsEmpty) continue;
            output.WriteLine("  shown by:");
            foreach (string line in finding.Timeline) output.WriteLine("    " + line);
        }

        return found;
    }
}
