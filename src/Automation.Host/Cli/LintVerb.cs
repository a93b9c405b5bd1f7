using System.CommandLine;
using Automation.Core.Rules;
using Automation.Host.Composition;

namespace Automation.Host.Cli;

/// <summary><c>lint</c>: what is valid and yet cannot be meant: loops, rules that fight, rules that never fire, things a device cannot do.</summary>
internal static class LintVerb
{
    public static Command Create(TextWriter output)
    {
        var paths = new Argument<string[]>("PATH") { Description = "Rule files and folders.", Arity = ArgumentArity.OneOrMore };
        var site = new Option<FileInfo?>("--site") { Description = "The site file. Default: a site.json beside or above the first path." };
        var json = new Option<bool>("--json") { Description = "One JSON object a finding." };
        var command = new Command("lint", "Looks beyond validity: duplicate and shadowed rules, rules that never fire, fight or loop. Shows timelines that replay can play. Exit code 0: nothing found, 1: warnings or errors.") { paths, site, json };
        command.SetAction(parsed =>
        {
            string[] chosen = parsed.GetValue(paths)!;
            string siteFile = parsed.GetValue(site)?.FullName ?? SiteFiles.FindBeside(chosen[0]);
            return Run(chosen, siteFile, parsed.GetValue(json), output);
        });
        return command;
    }

    private static int Run(string[] paths, string siteFile, bool json, TextWriter output)
    {
        SiteReading reading = SiteFiles.Read(siteFile);
        if (reading.Site is not { } site)
        {
            FindingPrinter.Print(reading.Findings, json, output);
            return 1;
        }

        IReadOnlyList<SourceFile> files = [.. RuleDirectory.ReadFiles(paths).Where(f => Path.GetFullPath(f.Path) != Path.GetFullPath(siteFile))];
        RuleSetReading rules = RuleDirectory.Check(files, site, ShippedTemplates.Library);
        FindingPrinter.Print(rules.Findings, json, output);
        int found = rules.Findings.Length;
        foreach (LintFinding finding in RuleLint.Check(site, rules.Rules))
        {
            if (finding.Finding.Severity != FindingSeverity.Info) found++;
            FindingPrinter.Print([finding.Finding], json, output);
            if (json || finding.Timeline.IsEmpty) continue;
            output.WriteLine("  shown by:");
            foreach (string line in finding.Timeline) output.WriteLine("    " + line);
        }

        if (found == 0 && !json) output.WriteLine($"{rules.Rules.Length} rule(s), no findings.");
        return found == 0 ? 0 : 1;
    }
}
